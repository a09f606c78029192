package source

import (
	"strings"
	"testing"
)

// BenchmarkBombs measures what hostile files cost until they are refused.
func BenchmarkBombs(b *testing.B) {
	var aliases strings.Builder
	aliases.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := range 25 {
		n := strings.Repeat("i", i+1)
		aliases.WriteString("a" + n + ": &a" + n + " [" + strings.Repeat("*a"+strings.Repeat("i", i)+",", 10) + "]\n")
	}
	for name, text := range map[string]string{
		"aliases":     strings.Replace(aliases.String(), "*a,", "*a0,", 10),
		"brackets":    strings.Repeat("[", MaxBytes),
		"dashes":      strings.Repeat("- ", MaxBytes/2),
		"braces":      strings.Repeat("{a: ", MaxBytes/8) + strings.Repeat("}", MaxBytes/8),
		"size":        strings.Repeat("a: b\n", MaxBytes),
		"values":      "[" + strings.Repeat("a,", MaxBytes/2-2) + "]",
		"long line":   "a: " + strings.Repeat("x ", MaxBytes/2-2),
		"anchors":     strings.Repeat("&a ", MaxBytes/3),
		"bad lines":   strings.Repeat("a: b: c\n", MaxBytes/8),
		"open quotes": strings.Repeat("a: \"b\n", MaxBytes/6),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				NewReport("de").Parse("bomb.yaml", []byte(text))
			}
		})
	}
}
