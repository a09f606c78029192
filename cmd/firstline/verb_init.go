package main

import (
	"bufio"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"

	"firstline/cmd/firstline/config"
	"firstline/rules"
	"firstline/triage/sla"
)

//go:embed init.yaml
var initYAML string

// answers are what init asks for.
type answers struct {
	Company, Language, Zone, Region      string
	Domain, Support, IMAP, SMTP          string
	Authserv                             string
	AgentName, AgentMail, AgentID, Other string
}

// runInit asks a few questions and writes a commented configuration with the
// starter rules and FAQ, which passes check at once.
func runInit(_ context.Context, c *cli, args []string) error {
	set := c.flags("init", "init [DIR] [--yes]")
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
	t, err := template.New("config.yaml").Parse(initYAML)
	if err != nil {
		return fmt.Errorf("read the built-in template: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "secrets"), 0o700); err != nil {
		return exit(exitIO, fmt.Errorf("make the folder of the configuration: %w", err))
	}
	if err := writeStarter(filepath.Join(dir, "rules")); err != nil {
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

// writeStarter writes the starter rules and FAQ; the first line of each YAML file
// tells editors its schema. A file that is there already is not overwritten: it is an error.
func writeStarter(dir string) error {
	starter := rules.Starter()
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

// ask asks the questions, each with a proposal that Enter takes.
func (c *cli) ask(yes bool) (answers, error) {
	in := bufio.NewScanner(c.in)
	ask := func(de, en, proposal string) string {
		if yes {
			return proposal
		}
		fmt.Fprintf(c.out, "%s [%s]: ", c.say(de, en), proposal)
		if !in.Scan() {
			return proposal
		}
		if s := strings.TrimSpace(in.Text()); s != "" {
			return s
		}
		return proposal
	}
	var a answers
	a.Company = ask("Name der Firma", "Name of the company", "Musterfirma")
	a.Language = ask("Sprache der Texte (de, en)", "Language of the texts (de, en)", strings.SplitN(c.lang, "_", 2)[0])
	a.Zone = ask("Zeitzone", "Time zone", "Europe/Berlin")
	a.Region = ask("Region der Feiertage (DE-BY, AT, CH-ZH …)", "Region of the holidays (DE-BY, AT, CH-ZH ...)", "DE-BY")
	a.Domain = ask("Domain der Mitarbeiter", "Domain of the employees", "firma.example")
	a.Support = ask("Support-Adresse", "Support address", "support@"+a.Domain)
	a.IMAP = ask("IMAP-Server", "IMAP server", "imap."+a.Domain)
	a.SMTP = ask("SMTP-Server", "SMTP server", "smtp."+a.Domain)
	a.Authserv = ask("Name Ihres Mailservers in Authentication-Results", "Name of your mail server in Authentication-Results", "mx."+a.Domain)
	a.AgentName = ask("Erste Person im First-Level", "First person in the first level", "Lena Huber")
	a.AgentMail = ask("Ihre Mailadresse", "Her mail address", "l.huber@"+a.Domain)
	a.AgentID = agentID(a.AgentName)
	if a.Language != "en" {
		a.Language = "de"
	}
	if !slices.Contains(sla.Regions(), a.Region) {
		return a, usageError("unknown region of holidays %q; for example DE-BY, DE-NW, AT, CH-ZH", a.Region)
	}
	return a, in.Err()
}

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
