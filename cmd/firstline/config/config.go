// Package config reads the configuration: one YAML file and what it includes,
// decoded strictly, with every mistake as a finding of file, line and column.
//
// Secrets never stand in the YAML: they come from a file, from the environment
// (${NAME}) or from a systemd credential, and are never printed.
package config

import (
	"crypto/x509"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"firstline/rules/source"
	"firstline/triage"
)

// Purpose says what a configuration is loaded for, and so what must be there.
type Purpose uint8

// The purposes.
const (
	// Check looks at everything that can be judged without secrets; sections
	// that only run needs are warnings when they are missing.
	Check Purpose = iota
	// Run needs mailboxes, SMTP, people and every secret.
	Run
	// Explain needs nothing: an empty path means the built-in defaults.
	Explain
)

// Options says how to load.
type Options struct {
	Lang    string // of the findings: "de" or "en"
	Purpose Purpose
	// Now is the instant dates are judged by (review dates, weeks without open
	// hours); zero skips those checks.
	Now time.Time

	// Overlay is a file whose service levels, calendars and ladder are laid over
	// those of the configuration, to try them; "" = none.
	Overlay string

	// Extra is YAML added to what the files say, to try a proposal: words join the
	// lists of their categories, rules come last.
	Extra []byte

	// The edges to the machine; nil means the real one.
	Env      func(name string) (string, bool)
	ReadFile func(name string) ([]byte, error)
	Stat     func(name string) (fs.FileInfo, error)
	Glob     func(pattern string) ([]string, error)
}

// Config is a whole configuration, defaults filled in.
type Config struct {
	Path  string   // of the main file, "" for the built-in defaults
	Files []string // every file that was read, to watch for changes; no secrets

	Desk triage.Config
	// Mailboxes are the accounts of Desk.Mailboxes, in the same order.
	Mailboxes []Mailbox
	SMTP      Server
	Templates Templates
	StoreDir  string // absolute or relative to the working directory
	Log       Log
}

// Mailbox is how one support mailbox is reached and read.
type Mailbox struct {
	ID   string
	IMAP Server
	Poll time.Duration // between looks where the server has no IDLE
	// All takes over every mail that is already there; otherwise firstline
	// starts with the mails that arrive from now on.
	All     bool
	MaxSize int64 // bytes of one mail; larger ones are stored without their body
}

// Server is an IMAP or SMTP account.
type Server struct {
	Host string // "" = not configured
	Port int
	// TLS is implicit, starttls or none. none is possible only together with
	// insecure_plain.
	TLS      string
	CAFile   string         // additional root certificates, PEM
	RootCAs  *x509.CertPool // with those of CAFile; nil = the system's
	User     string
	Password Secret
	OAuth2   *OAuth2 // instead of a password
}

// OAuth2 is the client credentials grant (RFC 6749 section 4.4).
type OAuth2 struct {
	TokenURL     string
	ClientID     string
	ClientSecret Secret
	Scopes       []string
}

// Templates says where texts come from besides the built-in ones.
type Templates struct {
	Folder string // "" = built-in texts only
}

// Log says what is logged and how.
type Log struct {
	Level  string // debug, info, warn, error
	Format string // text, json
}

// decoder carries the state of one Load.
type decoder struct {
	o   Options
	r   *source.Report
	c   *Config
	dir string // folder of the main file: paths are relative to it

	root   *source.Map
	groups map[string]*source.Node // key of each group
	agents map[string]*source.Node // id of each agent
	own    map[string]bool         // folded support addresses
	hands  []handOver
	hours  map[string]source.Text // calendar of each agent
}

// Load reads the configuration at path, a file or a folder with config.yaml.
// The Config is usable only when no finding is an Error (source.HasErrors). The
// findings are complete: one run shows all mistakes.
func Load(path string, o Options) (*Config, []source.Finding) {
	o = o.withEdges()
	d := &decoder{o: o, r: source.NewReport(o.Lang), c: &Config{}, dir: ".",
		groups: map[string]*source.Node{}, agents: map[string]*source.Node{}, own: map[string]bool{}, hours: map[string]source.Text{}}
	root := d.extra(d.overlay(d.read(path)))
	d.root = d.keys(root, "")
	if root != nil {
		d.version()
	}
	d.company()
	d.mailboxes()
	d.outgoing()
	d.security()
	d.ticket()
	d.people()
	d.calendars()
	d.agentHours()
	d.priorities()
	d.slas()
	d.categories()
	d.faqFiles()
	d.escalations()
	d.templates()
	d.reports()
	d.privacy()
	d.storage()
	d.rules(root)
	d.crossChecks()
	return d.c, d.r.Findings()
}

func (o Options) withEdges() Options {
	if o.Env == nil {
		o.Env = os.LookupEnv
	}
	if o.ReadFile == nil {
		o.ReadFile = readLimited
	}
	if o.Stat == nil {
		o.Stat = os.Stat
	}
	if o.Glob == nil {
		o.Glob = filepath.Glob
	}
	return o
}

// keys decodes a map that may have the keys of a section in the schema.
func (d *decoder) keys(n *source.Node, section string) *source.Map {
	return d.r.Map(n, schema()[section]...)
}

func (d *decoder) version() {
	d.root.Require("version", "company")
	d.root.Enum("version", "1", "1")
}

// path makes a path of the configuration absolute to its folder.
func (d *decoder) path(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(d.dir, name)
}
