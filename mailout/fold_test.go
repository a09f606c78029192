package mailout

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, want string }{
		{"kurz", "kurz"},
		{"eins zwei drei vier", "eins zwei\ndrei vier"},
		{"Donaudampfschifffahrt fährt", "Donaudampfschifffahrt\nfährt"},
		{"https://portal.example/a/very/long/address", "https://portal.example/a/very/long/address"},
		{"• eins zwei drei vier", "• eins\n  zwei\n  drei\n  vier"},
		{"12. eins zwei", "12. eins\n    zwei"},
		{"• Donaudampfschifffahrt", "• Donaudampfschifffahrt"},
		{"  netsh interface ip set dns", "  netsh interface ip set dns"},
		{"öäüöäü öäü x", "öäüöäü öäü\nx"},
	} {
		if got := strings.Join(fold(c.line, 10), "\n"); got != c.want {
			t.Errorf("fold(%q) = %q, want %q", c.line, got, c.want)
		}
	}
	got := strings.Join(foldAt(" · ", 0)("NEU · IT-1 · Drucker · P3 · Reaktion bis heute", 20), "\n")
	if want := "NEU · IT-1 · Drucker\nP3 · Reaktion bis\nheute"; got != want {
		t.Errorf("foldAt: %q, want %q", got, want)
	}
}
