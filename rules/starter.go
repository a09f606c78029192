package rules

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed starter/files starter/background.txt
var starterFiles embed.FS

// Starter returns the starter set: kategorien.yaml, regeln.yaml, faq.yaml and
// faq/*.md. It needs the groups first-level and second-level.
func Starter() fs.FS {
	sub, err := fs.Sub(starterFiles, "starter/files")
	if err != nil {
		panic(err) // the path is a constant
	}
	return sub
}

// shippedBackground returns the help-desk mails that compete with the FAQ from
// the first day on, one per line: subject, bar, body.
func shippedBackground() []Phrase {
	data, err := starterFiles.ReadFile("starter/background.txt")
	if err != nil {
		panic(err) // the path is a constant
	}
	var mails []Phrase
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			mails = append(mails, Phrase{Text: line})
		}
	}
	return mails
}
