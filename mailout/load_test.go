package mailout

import "testing"

func TestBuiltinTemplatesAreSound(t *testing.T) {
	t.Parallel()
	_, problems := LoadTexts(nil)
	for _, p := range problems {
		t.Error(p.Error())
	}
}
