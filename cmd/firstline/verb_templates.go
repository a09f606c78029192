package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/mailout"
)

// templateRow is one line of the list.
type templateRow struct {
	File string `json:"file"`
	Use  string `json:"use"`
	Own  bool   `json:"own"` // a file of the folder replaces it
}

// runTemplates lists the texts of all mails, prints a built-in one, copies it to
// the folder where it can be edited, and shows what the edited mails look like.
func runTemplates(_ context.Context, c *cli, args []string) error {
	set := c.flags("templates", "templates [--values | --copy] [FILE...] | templates --syntax | templates --preview DIR")
	values := set.Bool("values", false, "what may stand between {{ and }} in FILE")
	syntax := set.Bool("syntax", false, "how a template is written")
	copies := set.Bool("copy", false, "copy FILE to the folder of the configuration, to edit it there")
	preview := set.String("preview", "", "write every mail with sample data to `DIR`, as text and HTML, with the edited texts")
	files, err := c.parse(set, args)
	if err != nil {
		return err
	}
	for _, f := range files {
		if _, ok := mailout.TemplateSource(f); !ok {
			return usageError("there is no template %q; firstline templates lists them", f)
		}
	}
	switch {
	case *syntax:
		fmt.Fprint(c.out, c.say(syntaxDE, syntaxEN))
		return nil
	case *preview != "":
		return c.previewTemplates(*preview)
	case *copies:
		return c.copyTemplates(files)
	case len(files) == 0 && *values:
		return usageError("--values wants a FILE, such as de/receipt.txt")
	case len(files) == 0:
		return c.listTemplates()
	}
	for _, f := range files {
		if *values {
			c.printValues(f)
			continue
		}
		text, _ := mailout.TemplateSource(f)
		fmt.Fprint(c.out, text)
	}
	return nil
}

// syntaxDE and syntaxEN are the language of templates, as mailout reads it.
const (
	syntaxDE = `Eine Vorlage besteht aus Zeilen. Aus ihr entstehen der Text- und der HTML-Teil.

  Subject: ...         Betreff, nur in der ersten Zeile; sonst gilt der übliche
  ! Text               das Wichtigste
  .. Text              Nebensächliches: Fakten, Hinweise
  == Text              Überschrift
  | Name | Text        Zeile mit einer Tatsache
  || a | b | c         Zeile einer Tabelle, die erste ist ihr Kopf
  * Text               Punkt einer Liste
  > Text               was jemand schrieb;  ~ Text: ebenso, nur für Agenten
  :: NAME | Text       Absatz mit einem Wort davor
  ---- Text            Trennlinie
  [Text](antwort)      Knopf, der eine Mail mit dieser Antwort öffnet; [!Text](antwort) der wichtigste
  --                   alles darunter ist die Fußzeile; die Kennung darin muss bleiben
  {{wert}}             ein Wert; firstline templates --values DATEI nennt alle
  {{#if wert}} ... {{else}} ... {{/if}}       wenn er nicht leer ist
  {{#each liste}} ... {{item.x}} ... {{/each}}  für jeden Eintrag
  {{#text}} ... {{/text}}  {{#html}} ... {{/html}}  nur für diesen Teil
  {{> name}}           die Zeilen der Datei _name.txt

Eine Zeile, deren Werte alle leer sind, fällt weg. firstline check findet jeden Fehler.
`
	syntaxEN = `A template is lines of text. The text part and the HTML part come from it.

  Subject: ...         the subject, first line only; without it the usual one
  ! text               the line that matters most
  .. text              what matters less: facts, hints
  == text              a heading
  | name | text        a row with a fact
  || a | b | c         a row of a table, the first one is its head
  * text               a list item
  > text               what somebody wrote;  ~ text: the same, for agents alone
  :: NAME | text       a paragraph with a word in front
  ---- text            the separator line
  [text](answer)       a button that opens a mail with this answer; [!text](answer) the main one
  --                   everything below is the footer; the reference in it must stay
  {{value}}            a value; firstline templates --values FILE lists them
  {{#if value}} ... {{else}} ... {{/if}}      when it is not empty
  {{#each list}} ... {{item.x}} ... {{/each}}   for each entry
  {{#text}} ... {{/text}}  {{#html}} ... {{/html}}  for that part alone
  {{> name}}           the lines of the file _name.txt

A line whose values are all empty is left out. firstline check finds every mistake.
`
)

// templateFolder is where the configuration looks for edited texts, "" = nowhere.
func (c *cli) templateFolder() (string, error) {
	cfg, err := c.load(config.Explain)
	if err != nil {
		return "", err
	}
	return cfg.Templates.Folder, nil
}

func (c *cli) listTemplates() error {
	folder, err := c.templateFolder()
	if err != nil {
		return err
	}
	var list []templateRow
	var rows [][]string
	for _, name := range mailout.TemplateNames() {
		use := mailout.TemplateUse(name)
		row := templateRow{File: name, Use: c.say(use.DE, use.EN)}
		if folder != "" {
			_, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name)))
			row.Own = err == nil
		}
		state := ""
		if row.Own {
			state = c.say("eigene Datei", "own file")
		}
		list = append(list, row)
		rows = append(rows, []string{name, row.Use, state})
	}
	if c.json {
		return c.printJSON(list)
	}
	c.table([]string{c.say("DATEI", "FILE"), c.say("MAIL", "MAIL"), ""}, rows)
	fmt.Fprint(c.out, c.say(`
Ansehen: firstline templates de/receipt.txt · Werte darin: firstline templates --values de/receipt.txt
Ändern:  firstline templates --copy de/receipt.txt, dann die Datei bearbeiten und firstline check
Alle Mails ansehen: firstline templates --preview vorschau · So schreibt man sie: firstline templates --syntax
`, `
Look:    firstline templates de/receipt.txt · its values: firstline templates --values de/receipt.txt
Edit:    firstline templates --copy de/receipt.txt, then edit the file and run firstline check
See all mails: firstline templates --preview preview · How to write them: firstline templates --syntax
`))
	return nil
}

// printValues lists what a template may use.
func (c *cli) printValues(name string) {
	values, lists := mailout.TemplateValues(name)
	for _, v := range values {
		fmt.Fprintf(c.out, "{{%s}}\n", v)
	}
	for _, l := range lists {
		items := make([]string, 0, 4)
		for _, i := range mailout.ListItems(l) {
			items = append(items, "{{item."+i+"}}")
		}
		fmt.Fprintf(c.out, "{{#each %s}} %s {{/each}}\n", l, strings.Join(items, " "))
	}
}

// copyTemplates writes built-in texts to the folder of the configuration. What is
// there already stays.
func (c *cli) copyTemplates(files []string) error {
	if len(files) == 0 {
		return usageError("--copy wants a FILE, such as de/receipt.txt; what is copied no longer follows new versions, so copy only what you edit")
	}
	folder, err := c.templateFolder()
	if err != nil {
		return err
	}
	if folder == "" {
		return exit(exitConfig, fmt.Errorf("the configuration names no folder for texts; add: templates: {folder: templates}"))
	}
	for _, f := range files {
		path := filepath.Join(folder, filepath.FromSlash(f))
		text, _ := mailout.TemplateSource(f)
		if err := writeNew(path, text); err != nil {
			if errors.Is(err, fs.ErrExist) {
				return exit(exitData, fmt.Errorf("%s is there already; --copy never overwrites", path))
			}
			return exit(exitIO, fmt.Errorf("copy the template %s: %w", f, err))
		}
		fmt.Fprintln(c.out, path)
	}
	return nil
}

// writeNew writes a file that must not exist yet, and its folder.
func writeNew(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}

// previewTemplates writes every kind of mail with sample data, and a page that
// shows them all.
func (c *cli) previewTemplates(dir string) error {
	cfg, err := c.load(config.Explain)
	if err != nil {
		return err
	}
	texts, err := service.Texts(cfg)
	if err != nil {
		return exit(exitConfig, fmt.Errorf("%w; firstline check shows the places", err))
	}
	var index strings.Builder
	index.WriteString(previewHead)
	n := 0
	for _, name := range mailout.TemplateNames() {
		kind, lang := mailout.TemplateKind(name)
		if kind == "" {
			continue
		}
		subject, body, ok := texts.Preview(kind, lang)
		if !ok {
			continue
		}
		base := filepath.Join(dir, lang, kind)
		if err := writeAll(map[string]string{base + ".html": body.HTML, base + ".txt": "Subject: " + subject + "\n\n" + body.Text}); err != nil {
			return exit(exitIO, fmt.Errorf("write the preview: %w", err))
		}
		use := mailout.TemplateUse(name)
		fmt.Fprintf(&index, "<h2>%s – %s</h2>\n<iframe src=\"%[1]s.html\" title=\"%[1]s\"></iframe><iframe src=\"%[1]s.txt\" title=\"%[1]s, text\"></iframe>\n", lang+"/"+kind, c.say(use.DE, use.EN))
		n++
	}
	page := filepath.Join(dir, "index.html")
	if err := writeAll(map[string]string{page: index.String()}); err != nil {
		return exit(exitIO, fmt.Errorf("write the preview: %w", err))
	}
	fmt.Fprintf(c.out, c.say("%d Mails geschrieben; im Browser öffnen: %s\n", "%d mails written; open in a browser: %s\n"), n, page)
	return nil
}

const previewHead = `<!DOCTYPE html>
<meta charset="utf-8"><title>firstline</title>
<style>:root{color-scheme:light dark}body{font-family:sans-serif;margin:16px}iframe{width:48%;height:420px;border:1px solid #9aa5b1;margin-right:1%}h2{font-size:15px}</style>
`

// writeAll writes files and their folders, over what is there.
func writeAll(files map[string]string) error {
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
