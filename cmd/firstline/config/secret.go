package config

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"firstline/rules/source"
)

// Secret is a password or client secret. It prints as stars; Read returns it.
type Secret struct {
	value string
	again func() (string, error) // reads the file anew; nil = value is all there is
}

// NewSecret wraps a value, for tests and the demo.
func NewSecret(value string) Secret { return Secret{value: value} }

// Read returns the secret as it is now: a file is read anew, so that a changed
// password counts at the next login.
func (s Secret) Read() (string, error) {
	if s.again != nil {
		return s.again()
	}
	return s.value, nil
}

// IsZero reports whether there is none.
func (s Secret) IsZero() bool { return s.value == "" && s.again == nil }

// String hides the secret from logs and from fmt.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return "***"
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the secret from JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

var envForm = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// maxSecret bounds a secret file, in bytes.
const maxSecret = 64 << 10

// secret reads the secret named key of a server: key is ${NAME}, key_file a
// path, key_credential a systemd credential. At most one of them is given.
func (d *decoder) secret(m *source.Map, key string) (Secret, bool) {
	given := ""
	for _, k := range []string{key, key + "_file", key + "_credential"} {
		if !m.Has(k) {
			continue
		}
		if given != "" {
			d.r.Add(m.Key(k), exclusive, given, k)
		}
		given = k
	}
	switch given {
	case key:
		return d.secretFromEnv(m.Text(key), key), true
	case key + "_file":
		t := m.Text(given)
		return d.secretFromFile(t, d.path(t.Value), t.Value), true
	case key + "_credential":
		t := m.Text(given)
		folder, ok := d.o.Env("CREDENTIALS_DIRECTORY")
		if !ok || t.Value == "" || t.Value != filepath.Base(t.Value) {
			d.missing(t, source.Word{DE: "systemd stellt kein Credential „" + t.Value + "“ bereit (LoadCredential=)",
				EN: "systemd provides no credential “" + t.Value + "” (LoadCredential=)"})
			return Secret{}, true
		}
		return d.secretFromFile(t, filepath.Join(folder, t.Value), t.Value), true
	}
	return Secret{}, false
}

func (d *decoder) secretFromEnv(t source.Text, key string) Secret {
	if t.Node == nil {
		return Secret{}
	}
	m := envForm.FindStringSubmatch(t.Value)
	if m == nil {
		d.r.Add(t.Node, plainSecret, key)
		return Secret{}
	}
	value, ok := d.o.Env(m[1])
	if !ok || value == "" {
		d.missing(t, source.Word{DE: "Umgebungsvariable " + m[1] + " ist nicht gesetzt", EN: "environment variable " + m[1] + " is not set"})
	}
	return Secret{value: value}
}

// secretFromFile reads a file others must not be able to read. A missing file
// matters only to run; one that is there is always checked.
func (d *decoder) secretFromFile(t source.Text, path, shown string) Secret {
	if t.Node == nil {
		return Secret{}
	}
	info, err := d.o.Stat(path)
	if err != nil {
		d.missing(t, source.Word{DE: "Datei " + shown + " ist nicht lesbar", EN: "file " + shown + " cannot be read"})
		return Secret{}
	}
	if info.Mode().Perm()&0o007 != 0 {
		d.r.Add(t.Node, openSecret, shown)
		return Secret{}
	}
	if d.o.Purpose == Explain {
		return Secret{}
	}
	read := func() (string, error) { return oneLine(d.o.ReadFile, path) }
	value, err := read()
	if err != nil {
		d.missing(t, source.Word{DE: "Datei " + shown + " enthält nicht genau eine Zeile", EN: "file " + shown + " does not hold exactly one line"})
	}
	return Secret{value: value, again: read}
}

// oneLine reads a file that holds a secret and nothing else.
func oneLine(readFile func(string) ([]byte, error), path string) (string, error) {
	data, err := readFile(path)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	value := strings.TrimRight(string(data), "\r\n")
	if value == "" || len(value) > maxSecret || strings.ContainsAny(value, "\r\n\x00") {
		return "", fmt.Errorf("read secret %s: it does not hold exactly one line", path)
	}
	return value, nil
}

// missing reports a secret that run needs.
func (d *decoder) missing(t source.Text, why source.Word) {
	if d.o.Purpose == Run {
		d.r.Add(t.Node, noSecret, why)
	}
}
