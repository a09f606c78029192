package command

import "strings"

// maxShown is how many candidates a problem names.
const maxShown = 12

// Text says in a language, "de" or "en", what is wrong and what was probably meant.
func (p Problem) Text(lang string) string {
	head := problemTexts[p.Code].in(lang)
	switch p.Code {
	case Missing:
		head = missing[p.About].in(lang)
	case NoSuchName:
		head = noSuch[p.About].in(lang)
	case Ambiguous:
		return several.in(lang) + p.candidates(lang) + "."
	case Unexpected, BadAddress, BadDate, PastDate, FutureDate, BadDuration, NoSuchTicket:
		head += quoteValue(p.Value, lang)
	case Contradiction:
		head += p.Other + "."
	}
	parts := []string{head}
	switch {
	case p.Code == Misplaced && p.Suggestion != "":
		parts = append(parts, placeAtHead.in(lang), asText.in(lang)+p.Literal)
	case p.Code == Misplaced:
		parts = append(parts, asText.in(lang)+p.Literal)
	case p.Code == NoSuchName && p.all:
	case p.Code == NoSuchName && len(p.Candidates) > 0:
		parts = append(parts, didYouMean.in(lang)+p.candidates(lang)+"?")
	case p.Suggestion != "":
		parts = append(parts, didYouMean.in(lang)+strings.ReplaceAll(p.Suggestion, "\n", " + ")+"?")
	case p.Code == Unknown && len(p.Candidates) > 0:
		parts = append(parts, didYouMean.in(lang)+p.candidates(lang)+"?")
	case p.Code == Unknown:
		parts = append(parts, helpIs.in(lang), asText.in(lang)+p.Literal)
	}
	if len(p.Candidates) > 0 && (p.Code == UnknownValue || p.Code == Missing || p.Code == NoSuchName && p.all) {
		parts = append(parts, possible.in(lang)+p.list(", "))
	}
	return strings.Join(parts, " ")
}

func (p Problem) candidates(lang string) string {
	shown := p.Candidates[:min(len(p.Candidates), maxShown)]
	if len(p.Candidates) > maxShown || len(shown) < 2 {
		return p.list(", ")
	}
	last := len(shown) - 1
	return strings.Join(shown[:last], ", ") + or.in(lang) + shown[last]
}

func (p Problem) list(sep string) string {
	if len(p.Candidates) > maxShown {
		return strings.Join(p.Candidates[:maxShown], sep) + " …"
	}
	return strings.Join(p.Candidates, sep)
}

func quoteValue(s, lang string) string {
	if lang == "en" {
		return "“" + cut(s, 60) + "”."
	}
	return "„" + cut(s, 60) + "“."
}

// cut shortens to n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n]) + "…"
}
