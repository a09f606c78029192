package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"firstline/rules/source"
)

// files writes a folder of files; names ending in .txt are secrets.
func files(t *testing.T, content map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range content {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, ".txt") {
			mode = 0o600
		}
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func codes(fs []source.Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, fmt.Sprintf("%s:%d %s", filepath.Base(f.File), f.Line, f.Code))
	}
	return out
}

const head = "version: 1\ncompany: {name: Isarwerk, timezone: Europe/Berlin, language: de, languages: [de, en], internal_domains: [isarwerk.example]}\n"

// running is the smallest configuration that can run.
const running = head + `
mailboxes:
  - id: support
    address: support@isarwerk.example
    imap: {host: imap.isarwerk.example, user: support, password_file: secrets/imap.txt}
outgoing:
  smtp: {host: smtp.isarwerk.example, user: support, password: "${SMTP_PASSWORD}"}
security: {trusted_authserv: [mx.isarwerk.example]}
people:
  agents:
    - {id: lena, name: Lena Huber, email: l.huber@isarwerk.example}
  groups:
    first-level: {label: First-Level, members: [lena]}
`

func TestLoad(t *testing.T) {
	t.Parallel()
	env := func(values map[string]string) func(string) (string, bool) {
		return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	}
	for _, test := range []struct {
		name    string
		files   map[string]string
		path    string
		o       Options
		want    []string // findings
		check   func(t *testing.T, c *Config)
		prepare func(t *testing.T, dir string)
	}{
		{name: "built-in defaults", path: "-", o: Options{Purpose: Explain}, check: func(t *testing.T, c *Config) {
			d := c.Desk
			if d.Ticket.Prefix != "IT" || d.DefaultPriority != "P3" || d.DefaultSLA != "standard" || d.Rules == nil || len(d.Calendars) != 1 {
				t.Errorf("%+v", d)
			}
			if !d.Calendars[d.Policies["standard"].Calendar].IsOpen(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)) {
				t.Error("closed on Monday morning")
			}
		}},
		{name: "no path to run", path: "-", o: Options{Purpose: Run}, want: []string{"config.yaml:0 K030"}},
		{name: "missing file to explain", path: "none.yaml", o: Options{Purpose: Explain}, want: []string{"none.yaml:0 K032"}},
		{name: "missing file to check", path: "none.yaml", want: []string{"none.yaml:0 K030"}},
		{name: "a FIFO or a folder is no file", files: map[string]string{"config.yaml/x": ""}, want: []string{"config.yaml:0 K030"}},
		{name: "a folder means its config.yaml", files: map[string]string{"config.yaml": head}, path: ".", o: Options{Purpose: Explain}, check: func(t *testing.T, c *Config) {
			if filepath.Base(c.Path) != "config.yaml" || c.Desk.Company.Name != "Isarwerk" {
				t.Error(c.Path)
			}
		}},
		{name: "the smallest configuration to explain", files: map[string]string{
			"config.yaml": head + "include: [faq.yaml]\n",
			"faq.yaml":    "faq:\n  - id: vpn\n    questions:\n      de:\n        - \"Wie geht das VPN?\"\n    answer:\n      de: \"So.\"\n"},
			o: Options{Purpose: Explain}, want: nil, check: func(t *testing.T, c *Config) {
				if len(c.Files) != 2 {
					t.Error(c.Files)
				}
			}},
		{name: "includes: sorted, lists appended, maps merged, twice is an error", files: map[string]string{
			"config.yaml": head + "include: [\"rules/*.yaml\", faq/b.md]\ncategories: {konto: {strong: [passwort]}}\n" +
				"people: {agents: [{id: lena, name: Lena, email: l@isarwerk.example}], groups: {first-level: {members: [lena]}}}\n",
			"rules/b.yaml": "version: 1\nrules:\n  - {name: B, when: {words: [patrone]}, then: {category: drucker}}\n",
			"rules/a.yaml": "rules:\n  - {name: A, when: {words: [toner]}, then: {category: drucker}}\ncategories: {drucker: {strong: [toner], group: first-level}, konto: {strong: [login]}}\n",
			"faq/b.md":     "---\nid: vpn\ncategory: drucker\nquestions:\n  de: [Wie geht das VPN]\n  en: [How does the VPN work]\n---\n# de\nSo.\n# en\nThus.\n"},
			o: Options{Purpose: Explain}, want: []string{"config.yaml:4 R012", "a.yaml:3 K014"}},
		{name: "attachments of answers are read and watched", files: map[string]string{
			"config.yaml": head + "include: [faq/a.md]\n",
			"faq/a.md":    "---\nid: vpn\nquestions:\n  de: [Wie geht das VPN]\nattachments: [faq/vpn.pdf, faq/none.pdf, ../out.pdf, faq/big.bin]\n---\nSo.\n",
			"faq/vpn.pdf": "%PDF-1.4", "faq/big.bin": strings.Repeat("x", 5<<20+1)},
			o: Options{Purpose: Explain}, want: []string{"a.md:5 K030", "a.md:5 K030", "a.md:5 K034"}, check: func(t *testing.T, c *Config) {
				files := c.Desk.FAQ.Files["vpn"]
				if len(files) != 1 || files[0].Filename != "vpn.pdf" || files[0].ContentType != "application/pdf" || string(files[0].Bytes) != "%PDF-1.4" || len(c.Files) != 3 {
					t.Errorf("%+v, %v", files, c.Files)
				}
			}},
		{name: "include only in the main file, and only of known kinds", files: map[string]string{
			"config.yaml": head + "include: [a.yaml, people.csv]\n", "a.yaml": "include: [b.yaml]\n", "people.csv": "x"},
			o: Options{Purpose: Explain}, want: []string{"a.yaml:1 K031", "people.csv:0 K031"}},
		{name: "findings of all files in one run", files: map[string]string{
			"config.yaml": head + "log: {level: laut}\ninclude: [a.yaml]\n", "a.yaml": "ticket:\n  prefix: AW: x\nstore: {dri: x}\n"},
			o: Options{Purpose: Explain}, want: []string{"config.yaml:3 K013", "a.yaml:2 K019", "a.yaml:3 K010"}},
		{name: "run", files: map[string]string{"config.yaml": running, "secrets/imap.txt": "ge heim\n"},
			o: Options{Purpose: Run, Env: env(map[string]string{"SMTP_PASSWORD": "auch geheim", "STATE_DIRECTORY": "/var/lib/firstline:/x"})},
			check: func(t *testing.T, c *Config) {
				if s, err := c.Mailboxes[0].IMAP.Password.Read(); s != "ge heim" || err != nil {
					t.Error(s, err)
				}
				if s, _ := c.SMTP.Password.Read(); s != "auch geheim" {
					t.Error(s)
				}
				if c.StoreDir != "/var/lib/firstline" || c.SMTP.Port != 587 || c.Mailboxes[0].IMAP.Port != 993 || c.Mailboxes[0].MaxSize != maxMail {
					t.Errorf("%+v", c)
				}
				b, _ := json.Marshal(c.SMTP)
				for _, s := range []string{fmt.Sprintf("%v", c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c.SMTP), string(b)} {
					if strings.Contains(s, "geheim") || strings.Contains(s, "ge heim") {
						t.Error("a secret is printed: " + s)
					}
				}
				path := filepath.Join(filepath.Dir(c.Path), "secrets/imap.txt")
				if err := os.WriteFile(path, []byte("neu"), 0o600); err != nil {
					t.Fatal(err)
				}
				if s, err := c.Mailboxes[0].IMAP.Password.Read(); s != "neu" || err != nil {
					t.Error("a changed file does not count:", s, err)
				}
			}},
		{name: "secret readable by everybody", files: map[string]string{"config.yaml": running, "secrets/imap.txt": "x"},
			prepare: func(t *testing.T, dir string) {
				if err := os.Chmod(filepath.Join(dir, "secrets/imap.txt"), 0o604); err != nil {
					t.Fatal(err)
				}
			}, want: []string{"config.yaml:7 K062"}},
		{name: "secret empty or of two lines", files: map[string]string{"config.yaml": running, "secrets/imap.txt": "a\nb\n"},
			o: Options{Purpose: Run, Env: env(map[string]string{"SMTP_PASSWORD": "x"})}, want: []string{"config.yaml:7 K061"}},
		{name: "systemd credential", files: map[string]string{"config.yaml": strings.Replace(running, "password_file: secrets/imap.txt", "password_credential: imap", 1), "cred/imap": "x"},
			prepare: func(t *testing.T, dir string) {
				if err := os.Chmod(filepath.Join(dir, "cred/imap"), 0o400); err != nil {
					t.Fatal(err)
				}
			},
			o: Options{Purpose: Run, Env: env(map[string]string{"SMTP_PASSWORD": "x", "CREDENTIALS_DIRECTORY": "cred"})},
			check: func(t *testing.T, c *Config) {
				if s, err := c.Mailboxes[0].IMAP.Password.Read(); s != "x" || err != nil {
					t.Error(s, err)
				}
			}},
		{name: "OAuth2 for Microsoft 365", files: map[string]string{"config.yaml": strings.Replace(running, "password_file: secrets/imap.txt",
			"oauth2: {tenant: t-1, client_id: c-1, client_secret_file: secrets/oauth.txt}", 1), "secrets/oauth.txt": "s"},
			o: Options{Purpose: Run, Env: env(map[string]string{"SMTP_PASSWORD": "x"})},
			check: func(t *testing.T, c *Config) {
				o := c.Mailboxes[0].IMAP.OAuth2
				if s, _ := o.ClientSecret.Read(); s != "s" || o.TokenURL != "https://login.microsoftonline.com/t-1/oauth2/v2.0/token" ||
					!reflect.DeepEqual(o.Scopes, []string{"https://outlook.office365.com/.default"}) {
					t.Errorf("%+v", o)
				}
			}},
		{name: "directory in Windows-1252 with semicolons", files: map[string]string{
			"config.yaml": head + "people: {directory: people.csv}\n",
			"people.csv":  "Name;E-Mail;Telefon;Raum;Ger\xe4t;Sprache\r\nAnna M\xfcller;A.Mueller@isarwerk.example;210;2.07;NB-17;EN\r\nohne Adresse;;;;;\r\n"},
			o: Options{Purpose: Explain}, want: []string{"people.csv:3 K033"}, check: func(t *testing.T, c *Config) {
				p := c.Desk.People.Directory["a.mueller@isarwerk.example"]
				if p.Name != "Anna Müller" || p.Room != "2.07" || p.Device != "NB-17" || p.Language != "en" || len(c.Desk.People.Directory) != 1 {
					t.Errorf("%+v", c.Desk.People.Directory)
				}
			}},
		{name: "directory without a head line", files: map[string]string{"config.yaml": head + "people: {directory: people.csv}\n", "people.csv": "Anna,a@b.example\n"},
			o: Options{Purpose: Explain}, want: []string{"people.csv:1 K033"}},
		{name: "an expired review is a finding, without a date it is not", files: map[string]string{
			"config.yaml": head + "faq:\n  - {id: a, questions: {de: [x y z], en: [x]}, answer: {de: b, en: b}, review_by: \"2026-01-31\"}\n"},
			o: Options{Purpose: Explain, Now: now}, want: []string{"config.yaml:4 F031"}},
		{name: "priorities by their label", files: map[string]string{"config.yaml": head + "priority_default: Hoch\n"}, o: Options{Purpose: Explain}, check: func(t *testing.T, c *Config) {
			if c.Desk.DefaultPriority != "P2" {
				t.Error(c.Desk.DefaultPriority)
			}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := files(t, test.files)
			if test.prepare != nil {
				test.prepare(t, dir)
			}
			path := filepath.Join(dir, "config.yaml")
			if test.path != "" {
				path = filepath.Join(dir, test.path)
			}
			if test.path == "-" {
				path = ""
			}
			if test.o.Env == nil {
				test.o.Env = noEnv
			}
			if v, ok := test.o.Env("CREDENTIALS_DIRECTORY"); ok {
				outer := test.o.Env
				test.o.Env = func(name string) (string, bool) {
					if name == "CREDENTIALS_DIRECTORY" {
						return filepath.Join(dir, v), true
					}
					return outer(name)
				}
			}
			c, fs := Load(path, test.o)
			if got := codes(fs); !reflect.DeepEqual(got, test.want) {
				t.Errorf("findings %v, want %v\n%s", got, test.want, source.Render(fs, "de"))
			}
			if c == nil {
				t.Fatal("no configuration")
			}
			if test.check != nil {
				test.check(t, c)
			}
		})
	}
}

// TestSchemaIsDecoded fails when the schema names a key that no decoder reads:
// every wrong value must lead to a finding.
func TestSchemaIsDecoded(t *testing.T) {
	t.Parallel()
	free := map[string]bool{"name": true, "phone": true, "label": true, "from_name": true, "dir": true, "folder": true,
		"done": true, "ignored": true, "failed": true, "inbox": true, "user": true, "client_id": true, "ca_file": true}
	for _, section := range []string{"company", "outgoing", "security", "ticket", "privacy", "log", "store", "templates", "people"} {
		for _, key := range schema()[section] {
			if free[key] {
				continue
			}
			dir := files(t, map[string]string{"config.yaml": head + section + ": {" + key + ": {a: [[b]]}}\n"})
			if section == "company" {
				dir = files(t, map[string]string{"config.yaml": "version: 1\ncompany: {name: x, " + key + ": {a: [[b]]}}\n"})
			}
			if _, fs := Load(filepath.Join(dir, "config.yaml"), Options{Purpose: Explain, Env: noEnv}); len(fs) == 0 {
				t.Errorf("%s.%s: nonsense is accepted", section, key)
			}
		}
	}
}

// FuzzLoad feeds whole configurations: none may crash the loader, and what has
// no errors must give a usable configuration.
func FuzzLoad(f *testing.F) {
	bad, _ := filepath.Glob("testdata/bad/*.yaml")
	for _, file := range append(bad, example) {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o := Options{Lang: "en", Purpose: Check, Now: now, Env: noEnv, Glob: func(string) ([]string, error) { return nil, nil },
			ReadFile: func(name string) ([]byte, error) {
				if filepath.Base(name) == "config.yaml" {
					return data, nil
				}
				return nil, os.ErrNotExist
			}, Stat: func(string) (os.FileInfo, error) { return nil, os.ErrNotExist }}
		c, fs := Load("config.yaml", o)
		if c == nil || c.Desk.Rules == nil || len(c.Desk.Calendars) == 0 || len(c.Desk.Policies) == 0 || c.Desk.Company.Location == nil {
			t.Fatal("a part of the configuration is missing")
		}
		if len(fs) > source.MaxFindings {
			t.Fatalf("%d findings", len(fs))
		}
		for _, p := range c.Desk.Policies {
			if c.Desk.Calendars[p.Calendar] == nil {
				t.Fatalf("policy %s has no calendar", p.Name)
			}
		}
	})
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		Load(example, Options{Purpose: Check, Now: now, Env: noEnv})
	}
}

// A test inside the configuration that fails names the key, what was expected
// and what came out.
func TestFailingRuleTest(t *testing.T) {
	t.Parallel()
	dir := files(t, map[string]string{"config.yaml": head + `
categories: {drucker: {group: first-level, strong: [toner]}}
categorize: {else: drucker}
people: {agents: [{id: lena, name: Lena, email: l@isarwerk.example}], groups: {first-level: {members: [lena]}}}
rules:
  - name: Verbrauchsmaterial
    when: {words: [toner], words_also: [leer, bestellen]}
    then: {category: drucker, priority: P4}
tests:
  - name: Toner am Freitagnachmittag
    mail: {from: a@isarwerk.example, subject: Toner, body: Der Toner ist aus.}
    expect: {category: drucker, priority: P4}
`})
	c, fs := Load(filepath.Join(dir, "config.yaml"), Options{Purpose: Explain, Now: now, Env: noEnv})
	if source.HasErrors(fs) {
		t.Fatal(source.Render(fs, "de"))
	}
	results := c.Desk.Rules.Test()
	if len(results) != 1 || results[0].OK || len(results[0].Diffs) != 1 {
		t.Fatalf("%+v", results)
	}
	if d := results[0].Diffs[0]; d.Key != "priority" || d.Want != "P4" || d.Got != "P3" {
		t.Errorf("%+v", d)
	}
}
