package main

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/rules"
	"firstline/triage/sla"
)

//go:embed init.de.yaml
var initDE string

//go:embed init.en.yaml
var initEN string

// answers are what init asks for.
type answers struct {
	Company, Language, Zone, Region      string
	Hours                                string // Monday to Friday, 08:00-17:00
	Domain, Support, IMAP, SMTP          string
	Authserv                             string
	AgentName, AgentMail, AgentID, Other string
}

// runInit asks a few questions and writes a commented configuration with the
// starter rules and FAQ, which passes check at once.
func runInit(_ context.Context, c *cli, args []string) error {
	set := c.flags("init", "init [DIR] [--yes] [--lang de|en]")
	yes := set.Bool("yes", false, "take the proposed answers without asking")
	rest, err := c.parse(set, args)
	if err != nil {
		return err
	}
	dir := "."
	if len(rest) > 0 {
		dir = rest[0]
	}
	path := filepath.Join(dir, "config.yaml")
	if _, err := os.Stat(path); err == nil {
		return exit(exitData, fmt.Errorf("%s is there already; init never overwrites", path))
	}
	a, err := c.ask(*yes)
	if err != nil {
		return err
	}
	if err := writeInit(dir, path, a); err != nil {
		return err
	}
	fmt.Fprintf(c.out, c.say(`
Geschrieben: %[1]s und die Startregeln in %[2]s.

Weiter:
  1. Kennwörter des Postfachs in %[3]s/imap.txt und smtp.txt ablegen (chmod 600)
  2. firstline check -c %[1]s
  3. firstline doctor -c %[1]s
  4. firstline run -c %[1]s
`, `
Written: %[1]s and the starter rules in %[2]s.

Next:
  1. put the passwords of the mailbox into %[3]s/imap.txt and smtp.txt (chmod 600)
  2. firstline check -c %[1]s
  3. firstline doctor -c %[1]s
  4. firstline run -c %[1]s
`), path, filepath.Join(dir, "rules"), filepath.Join(dir, "secrets"))
	return nil
}

// writeInit writes the files of a new configuration.
func writeInit(dir, path string, a answers) error {
	text := initDE
	if a.Language == "en" {
		text = initEN
	}
	t, err := template.New("config.yaml").Parse(text)
	if err != nil {
		return fmt.Errorf("read the built-in template: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "secrets"), 0o700); err != nil {
		return exit(exitIO, fmt.Errorf("make the folder of the configuration: %w", err))
	}
	if err := writeStarter(filepath.Join(dir, "rules"), a.Language); err != nil {
		return exit(exitIO, fmt.Errorf("write the starter rules: %w", err))
	}
	schema, err := config.JSONSchema(a.Language)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, config.SchemaName), schema, 0o644)
	}
	if err != nil {
		return exit(exitIO, fmt.Errorf("write the schema for editors: %w", err))
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return exit(exitIO, fmt.Errorf("write the configuration: %w", err))
	}
	return errors.Join(t.Execute(f, a), f.Close())
}

// writeStarter writes the starter rules and FAQ with names in a language; the first line of each YAML file
// tells editors its schema. A file that is there already is not overwritten: it is an error.
func writeStarter(dir, lang string) error {
	starter := rules.Starter(lang)
	return fs.WalkDir(starter, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if e.IsDir() {
			return os.MkdirAll(path, 0o755)
		}
		text, err := fs.ReadFile(starter, name)
		if err != nil {
			return err
		}
		if ext := filepath.Ext(name); ext == ".yaml" || ext == ".yml" {
			text = append([]byte(config.SchemaLine(strings.Repeat("../", 1+strings.Count(name, "/")))), text...)
		}
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = f.Write(text)
		return errors.Join(err, f.Close())
	})
}

// ask asks the questions, each with a proposal that Enter takes. An answer that
// cannot be used is asked for again.
func (c *cli) ask(yes bool) (answers, error) {
	q := questions{c: c, in: bufio.NewScanner(c.in), yes: yes}
	pick := func(de, en string) string { return c.say(de, en) }
	var a answers
	a.Company = q.ask("Name der Firma", "Name of the company", pick("Musterfirma", "Example Ltd"), nil)
	a.Language = q.ask("Sprache der Texte (de, en)", "Language of the texts (de, en)", pick("de", "en"), func(s string) bool { return s == "de" || s == "en" })
	a.Zone = q.ask("Zeitzone", "Time zone", "Europe/Berlin", func(s string) bool { _, err := time.LoadLocation(s); return err == nil && s != "Local" })
	a.Hours = q.ask("Geschäftszeiten montags bis freitags", "Business hours Monday to Friday", "08:00-17:00", hoursForm.MatchString)
	a.Region = q.ask("Region der Feiertage (DE-BY, AT, CH-ZH …)", "Region of the holidays (DE-BY, AT, CH-ZH ...)", "DE-BY",
		func(s string) bool { return slices.Contains(sla.Regions(), s) })
	a.Domain = q.ask("Domain der Mitarbeiter", "Domain of the employees", pick("firma.example", "company.example"), hostForm.MatchString)
	a.Support = q.ask("Support-Adresse", "Support address", "support@"+a.Domain, addressForm.MatchString)
	a.IMAP = q.ask("IMAP-Server", "IMAP server", "imap."+a.Domain, hostForm.MatchString)
	a.SMTP = q.ask("SMTP-Server", "SMTP server", "smtp."+a.Domain, hostForm.MatchString)
	a.Authserv = q.ask("Name Ihres Mailservers in Authentication-Results", "Name of your mail server in Authentication-Results", "mx."+a.Domain, hostForm.MatchString)
	a.AgentName = q.ask("Erste Person im First-Level", "First person in the first level", pick("Lena Huber", "Ann Miller"), nil)
	a.AgentMail = q.ask("Mailadresse dieser Person", "Mail address of this person", pick("l.huber@", "a.miller@")+a.Domain, addressForm.MatchString)
	a.AgentID = agentID(a.AgentName)
	if q.err != nil {
		return a, q.err
	}
	return a, q.in.Err()
}

// questions are the questions of init.
type questions struct {
	c   *cli
	in  *bufio.Scanner
	yes bool // take the proposals
	err error
}

// ask asks one question until its answer is valid.
func (q *questions) ask(de, en, proposal string, valid func(string) bool) string {
	for !q.yes && q.err == nil {
		fmt.Fprintf(q.c.out, "%s [%s]: ", q.c.say(de, en), proposal)
		if !q.in.Scan() {
			return proposal
		}
		s := strings.TrimSpace(q.in.Text())
		if s == "" {
			return proposal
		}
		if valid == nil || valid(s) {
			return s
		}
		fmt.Fprintf(q.c.out, q.c.say("„%s“ geht hier nicht; ein Beispiel ist %s\n", "“%s” is not possible here; an example is %s\n"), s, proposal)
		if !terminalInput(q.c.in) {
			q.err = usageError("%s: %q is not possible; an example is %s", en, s, proposal)
		}
	}
	return proposal
}

// terminalInput reports whether somebody types the answers, who can answer again.
func terminalInput(r io.Reader) bool {
	f, ok := r.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

var (
	hoursForm   = regexp.MustCompile(`^[0-2]\d:[0-5]\d-[0-2]\d:[0-5]\d$`)
	hostForm    = regexp.MustCompile(`^[\p{L}\p{N}]([\p{L}\p{N}.-]*[\p{L}\p{N}])?$`)
	addressForm = regexp.MustCompile(`^[^@\s,;<>"{}\[\]]+@[^@\s,;<>"{}\[\]]+$`)
)

// agentID makes an id of a first name.
func agentID(name string) string {
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(name)), " ")
	id := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(first))
	if id == "" {
		return "agent"
	}
	return id
}
