package rules

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed starter/de starter/en starter/background.txt
var starterFiles embed.FS

// Starter returns the starter set with names and comments in a language, "de" or
// "en": categories, rules and FAQ as YAML, and faq/*.md. Words, phrasings and
// answers are in both languages. It needs the groups first-level and second-level.
func Starter(lang string) fs.FS {
	if lang != "en" {
		lang = "de"
	}
	sub, err := fs.Sub(starterFiles, "starter/"+lang)
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
