package command

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkParse(b *testing.B) {
	c := context(b)
	for i := range 10_000 {
		c.People = append(c.People, Name{Names: []string{fmt.Sprintf("Person%d Muster%d", i, i)}, Address: fmt.Sprintf("p%d@firma.example", i)})
	}
	for name, text := range map[string]string{
		"reply":       "#gelöst\n#kat drucker\n\nHallo Frau Berger,\nbitte noch einmal versuchen.\n\nGruß\nLena",
		"megabyte":    strings.Repeat("#quatsch und Text\n", 60_000),
		"commands":    strings.Repeat("#ich\nText\n", 100_000),
		"directory":   strings.Repeat("#für Person99999\n", 20),
		"paragraphs":  strings.Repeat("\n\n#warten\n", 100_000),
		"blank lines": strings.Repeat("\n", 1_000_000),
		"quotes":      "#tag " + strings.Repeat(`"`, 1_900),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Parse(text, c)
			}
		})
	}
}
