package mailout

import (
	"strings"
	"unicode"
)

// Salutation is the first line of a mail to a person: "Guten Tag Frau Berger,"
// when the directory gives a title and the name looks like first and last name,
// "Guten Tag Anna Berger," when there is no title, and "Guten Tag," when the name
// is no name.
func Salutation(p Person, lang string) string {
	hello := "Hello"
	if lang == "de" {
		hello = "Guten Tag"
	}
	name := PersonName(p.Name)
	if name == "" {
		return hello + ","
	}
	last := lastName(name)
	if title := titleIn(p.Title, lang); title != "" && last != "" {
		return hello + " " + title + " " + last + ","
	}
	return hello + " " + name + ","
}

// FirstName is how we greet agents, Lena Huber as Lena; a name that is no
// person's, as of a vendor's desk, stays whole.
func FirstName(display string) string {
	words := strings.Fields(PersonName(display))
	if len(words) < 2 || isParticle(words[0]) {
		return OneLine(display)
	}
	return words[0]
}

// PersonName returns a display name as one writes it, or "" when it is not a
// person's name: "Berger, Anna (Vertrieb)" is Anna Berger, "IT <x@y>" is "".
func PersonName(display string) string {
	name := OneLine(display)
	if i := strings.IndexAny(name, "(["); i > 0 {
		name = strings.TrimSpace(name[:i])
	}
	name = strings.Trim(name, `"'`)
	if last, first, ok := strings.Cut(name, ","); ok {
		if strings.Contains(first, ",") {
			return ""
		}
		name = strings.TrimSpace(first) + " " + strings.TrimSpace(last)
	}
	words := strings.Fields(name)
	if len(words) < 2 || len(words) > 5 || len(name) > 60 {
		return ""
	}
	for _, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" -'’.", r) {
			return ""
		}
	}
	return strings.Join(words, " ")
}

// lastName is the last word with its particles: von der Heide.
func lastName(name string) string {
	words := strings.Fields(name)
	i := len(words) - 1
	for i > 1 && isParticle(words[i-1]) {
		i--
	}
	return strings.Join(words[i:], " ")
}

func isParticle(w string) bool {
	switch w {
	case "von", "van", "zu", "zur", "zum", "der", "den", "dem", "de", "di", "da", "del", "la", "le", "ten", "ter":
		return true
	}
	return false
}

// titleIn translates the title of a directory entry; academic titles stay.
func titleIn(title, lang string) string {
	words := strings.Fields(OneLine(title))
	for i, w := range words {
		switch strings.ToLower(strings.TrimSuffix(w, ".")) {
		case "frau", "fr", "ms", "mrs", "miss":
			words[i] = map[bool]string{true: "Frau", false: "Ms"}[lang == "de"]
		case "herr", "herrn", "hr", "mr":
			words[i] = map[bool]string{true: "Herr", false: "Mr"}[lang == "de"]
		}
	}
	return strings.Join(words, " ")
}
