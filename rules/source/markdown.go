package source

import (
	"strings"
	"unicode/utf8"
)

var noFrontMatter = Message{"K025", Error, "Die Datei beginnt nicht mit einem Kopf zwischen zwei Zeilen ---.", "The file does not start with a head between two lines ---.",
	"Schreiben Sie oben ---, dann id:, category: und questions:, dann wieder ---, dann die Antwort.",
	"Write --- on top, then id:, category: and questions:, then --- again, then the answer."}

var textBeforeLanguage = Message{"K025", Error, "Text vor der ersten Sprachzeile „# de“ oder „# en“ ginge verloren.", "Text before the first language line “# de” or “# en” would be lost.", "", ""}

// ParseMarkdown reads an FAQ entry written as a Markdown file: YAML between two
// lines "---", then the answer. A line "# de" or "# en" alone begins the answer
// in that language; without one the whole body is the answer in the company's
// language. The result is the map of the head with the body under key "answer".
func (r *Report) ParseMarkdown(name string, data []byte) *Node {
	if _, ok := r.order[name]; !ok {
		r.order[name] = len(r.order)
	}
	if len(data) > MaxBytes {
		r.AddPlace(name, 0, 0, 0, "", tooLarge, len(data), MaxBytes)
		return nil
	}
	text := strings.TrimPrefix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\ufeff")
	if !utf8.ValidString(text) {
		line := 1 + strings.Count(text[:firstInvalid([]byte(text))], "\n")
		text = fromWindows1252([]byte(text))
		shown := strings.Split(text, "\n")[line-1]
		r.AddPlace(name, line, firstNonASCII(shown), 1, shown, notUTF8, line)
	}
	lines := strings.Split(text, "\n")
	end := 0
	for i := 1; i < len(lines) && strings.TrimRight(lines[0], " ") == "---"; i++ {
		if strings.TrimRight(lines[i], " ") == "---" {
			end = i
			break
		}
	}
	if end == 0 {
		r.AddPlace(name, 1, 1, 1, lines[0], noFrontMatter)
		r.Incomplete = true
		return nil
	}
	// The head alone is parsed, with the line numbers of the file.
	head := "\n" + strings.Join(lines[1:end], "\n") + strings.Repeat("\n", len(lines)-end)
	root := r.Parse(name, []byte(head))
	if root == nil || root.Kind != KindMap {
		if root != nil {
			r.wrongKind(root, aMap)
		}
		return nil
	}
	root.File.lines = lines
	joined := *root
	answer := &Node{Kind: KindMap, File: root.File, Line: end + 2, Column: 1, Length: 1}
	answer.Pairs = bodies(lines, end+1, root.File)
	if len(answer.Pairs) > 0 && strings.TrimSpace(strings.Join(lines[end+1:answer.Pairs[0].Key.Line-1], "")) != "" {
		r.Add(answer, textBeforeLanguage)
	}
	if len(answer.Pairs) == 0 {
		answer = &Node{Kind: KindScalar, Block: true, Value: strings.TrimSpace(strings.Join(lines[end+1:], "\n")), File: root.File, Line: end + 2, Column: 1, Length: 1}
	}
	key := &Node{Kind: KindScalar, Value: "answer", File: root.File, Line: end + 1, Column: 1, Length: 3}
	if given := root.Get("answer"); given != nil {
		r.Add(given, duplicateKey, "answer", key.At())
		return root
	}
	joined.Pairs = append(append([]Pair(nil), root.Pairs...), Pair{key, answer})
	return &joined
}

// bodies splits the lines from start by headings "# de" and "# en".
func bodies(lines []string, start int, f *File) []Pair {
	var pairs []Pair
	var text []string
	flush := func() {
		if len(pairs) > 0 {
			pairs[len(pairs)-1].Value.Value = strings.TrimSpace(strings.Join(text, "\n"))
		}
		text = nil
	}
	for i := start; i < len(lines); i++ {
		language := strings.TrimSpace(strings.TrimPrefix(lines[i], "#"))
		if !strings.HasPrefix(lines[i], "# ") || language != "de" && language != "en" {
			text = append(text, lines[i])
			continue
		}
		flush()
		at := Node{Kind: KindScalar, Value: language, File: f, Line: i + 1, Column: 3, Length: 2}
		key, value := at, at
		value.Block = true
		pairs = append(pairs, Pair{&key, &value})
	}
	flush()
	return pairs
}
