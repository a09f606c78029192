package mailout

import (
	"embed"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"path"
	"strings"
)

//go:embed all:templates
var builtin embed.FS

// Texts are the compiled templates of every kind of mail in every language. They
// are safe for concurrent use.
type Texts struct {
	public   map[string]map[PublicKind]template
	internal map[string]map[InternalKind]template
	layout   map[string][3]string // by language: up to the title, up to the content, after it
}

// Languages mails are written in.
func Languages() []string { return []string{"de", "en"} }

// LoadTexts compiles the built-in templates, each replaced by the file of the same
// name in override: de/receipt.txt, en/_person.txt, layout.html. nil = none.
// Every fault of every file is reported; the texts are usable only without one.
func LoadTexts(override fs.FS) (*Texts, []TemplateProblem) {
	l := loader{override: override}
	t := &Texts{public: map[string]map[PublicKind]template{}, internal: map[string]map[InternalKind]template{}}
	inPublic := schemaOf(keys(publicValues), map[string][]string{"files": listItems["files"]})
	inInternal := schemaOf(keys(internalValues), listItems)
	for _, lang := range Languages() {
		t.public[lang] = map[PublicKind]template{}
		for _, k := range PublicKinds() {
			t.public[lang][k] = l.compile(lang, string(k), inPublic)
		}
		t.internal[lang] = map[InternalKind]template{}
		for _, k := range InternalKinds() {
			t.internal[lang][k] = l.compile(lang, string(k), inInternal)
		}
	}
	t.layout = l.frame()
	l.strays()
	return t, l.problems
}

// listItems names the values of each list's items.
var listItems = map[string][]string{
	"files":       {"name", "size", "attached", "why"},
	"suggestions": {"id", "title", "score", "why"},
	"similar":     {"tag", "subject", "fix", "by", "on"},
	"done":        {"text"},
	"lines":       {"text"},
	"history":     {"at", "author", "kind", "internal", "text"},
	"problems":    {"line", "source", "text"},
	"commands":    {"words", "text"},
	"rows":        {"due", "overdue", "who", "tag", "subject", "priority_id", "state"},
}

type loader struct {
	override fs.FS
	problems []TemplateProblem
	seen     map[string]bool
}

// read returns the override of a file or the built-in one.
func (l *loader) read(name string) (string, bool) {
	if l.override != nil {
		b, err := fs.ReadFile(l.override, name)
		if err == nil {
			return string(b), true
		}
		if !errors.Is(err, fs.ErrNotExist) {
			l.problems = append(l.problems, TemplateProblem{File: name, Line: 1, Column: 1,
				Text: Phrase{"nicht lesbar: %v", "cannot be read: %v"}.with(err), Fix: Phrase{"die Rechte der Datei prüfen", "check the rights of the file"}})
		}
	}
	b, err := builtin.ReadFile("templates/" + name)
	return string(b), err == nil
}

func (l *loader) compile(lang, kind string, names schema) template {
	name := lang + "/" + kind + ".txt"
	src, ok := l.read(name)
	if !ok {
		l.problems = append(l.problems, TemplateProblem{File: name, Line: 1, Column: 1, Text: Phrase{"die Datei fehlt", "the file is missing"}, Fix: Phrase{"wiederherstellen", "restore it"}})
		return template{}
	}
	t, problems := parseTemplate(name, src, names, func(part string) (string, bool) { return l.read(lang + "/_" + part + ".txt") })
	for _, p := range problems {
		if !strings.Contains(p.File, "/") {
			p.File = lang + "/" + p.File
		}
		if key := p.Error(); !l.seen[key] { // a part is included by many files
			if l.seen == nil {
				l.seen = map[string]bool{}
			}
			l.seen[key] = true
			l.problems = append(l.problems, p)
		}
	}
	return t
}

// frame reads the HTML around the content.
func (l *loader) frame() map[string][3]string {
	src, _ := l.read("layout.html")
	before, after, ok := strings.Cut(src, "{{content}}")
	head, middle, titled := strings.Cut(before, "{{title}}")
	if !ok || !titled || strings.Contains(middle+after, "{{title}}") || strings.Contains(after, "{{content}}") {
		l.problems = append(l.problems, TemplateProblem{File: "layout.html", Line: 1, Column: 1,
			Text: Phrase{"{{title}} und danach {{content}} müssen je genau einmal darin stehen", "{{title}} and then {{content}} must stand in it exactly once each"},
			Fix:  Phrase{"von der eingebauten layout.html ausgehen: firstline templates layout.html", "start from the built-in one: firstline templates layout.html"}})
	}
	frames := map[string][3]string{}
	for _, lang := range Languages() {
		in := strings.NewReplacer("{{lang}}", lang)
		frames[lang] = [3]string{in.Replace(head), in.Replace(middle), in.Replace(after)}
	}
	return frames
}

// strays reports files of the override folder that replace nothing: mostly a
// misspelt name.
func (l *loader) strays() {
	if l.override == nil {
		return
	}
	var names []string
	_ = fs.WalkDir(builtin, "templates", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, strings.TrimPrefix(p, "templates/"))
		}
		return err
	})
	for _, dir := range append([]string{"."}, Languages()...) {
		entries, err := fs.ReadDir(l.override, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			name := path.Join(dir, e.Name())
			if e.IsDir() || !strings.HasSuffix(name, ".txt") && name != "layout.html" {
				continue
			}
			if _, err := fs.Stat(builtin, "templates/"+name); err != nil && !strings.HasPrefix(e.Name(), "_") {
				plain, fix := strings.NewReplacer("{{", "", "}}", ""), suggest(name, names)
				l.problems = append(l.problems, TemplateProblem{File: name, Line: 1, Column: 1,
					Text: Phrase{"keine Mail hat eine Vorlage dieses Namens", "no mail has a template of this name"},
					Fix:  Phrase{plain.Replace(fix.DE), plain.Replace(fix.EN)}})
			}
		}
	}
}

// RenderPublic writes a mail to a requester. The subject is the same for every
// kind, so that one ticket is one thread; only the receipt for unproven senders
// has a constant one. Languages other than "de" are written in English.
func (t *Texts) RenderPublic(kind PublicKind, lang string, d PublicData) (subject string, b Body, err error) {
	lang = clock{lang: lang}.language()
	tpl, ok := t.public[lang][kind]
	if !ok {
		return "", Body{}, fmt.Errorf("render mail: there is no public kind %q", kind)
	}
	if kind == ReceiptUnverified { // nothing a stranger wrote leaves under our name
		d.Requester, d.Ticket.Subject, d.Text, d.Question = Person{}, "", PublicText{}, ""
	}
	to := target{address: d.Support, tag: d.Ticket.Tag, token: or(d.Token, d.Marker)}
	subject, b = t.render(tpl, d.values(lang), lang, ReplySubject(lang, d.Ticket.Subject, d.Ticket.Tag), to)
	return subject, b, nil
}

// RenderInternal writes a mail to an agent, a lead or an admin.
func (t *Texts) RenderInternal(kind InternalKind, lang string, d InternalData) (subject string, b Body, err error) {
	lang = clock{lang: lang}.language()
	tpl, ok := t.internal[lang][kind]
	if !ok {
		return "", Body{}, fmt.Errorf("render mail: there is no internal kind %q", kind)
	}
	to := target{address: d.Support, tag: d.Ticket.Tag, token: or(d.Token, d.Marker)}
	subject, b = t.render(tpl, d.values(lang), lang, NoticeSubject(lang, or(d.Ticket.Thread, d.Ticket.Subject), d.Ticket.Tag), to)
	return subject, b, nil
}

func (t *Texts) render(tpl template, v values, lang, subject string, to target) (string, Body) {
	e := expander{v: v}
	if tpl.subject != nil {
		if s := OneLine(e.cell(tpl.subject).text); s != "" {
			subject = truncate(s, 250)
		}
	}
	subject = OneLine(subject)
	e.lines(tpl.lines)
	doc := document{blocks: e.out}
	return subject, Body{Text: doc.text(), HTML: t.Frame(lang, subject, doc.html(to))}
}

// Frame puts the content of an HTML part into the layout all mails have.
func (t *Texts) Frame(lang, title, content string) string {
	if lang != "de" {
		lang = "en"
	}
	frame := t.layout[lang]
	return frame[0] + html.EscapeString(title) + frame[1] + content + frame[2]
}

// DefaultTexts compiles the built-in templates alone.
func DefaultTexts() *Texts {
	t, problems := LoadTexts(nil)
	if len(problems) > 0 { // a test proves that the built-in ones are sound
		panic("mailout: built-in templates: " + problems[0].Error())
	}
	return t
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
