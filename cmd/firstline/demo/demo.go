// Package demo shows the whole loop on built-in mail servers: a sample company, a
// morning's mails, told as they happen.
package demo

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/cmd/firstline/service"
	"firstline/rules"
	"firstline/rules/source"
)

//go:embed demo.yaml
var configYAML []byte

//go:embed people.csv
var peopleCSV []byte

// Options of Run.
type Options struct {
	Out   io.Writer
	Color bool
	// Exit ends after the story; otherwise the servers stay up until ctx ends, so
	// that a mail client can join in.
	Exit bool
	// Table prints the tickets at the end.
	Table func(ctx context.Context, s *service.Service) error
}

// Run plays the demo.
func Run(ctx context.Context, o Options) error {
	dir, err := os.MkdirTemp("", "firstline-demo")
	if err != nil {
		return fmt.Errorf("make a folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	w, err := newWorld()
	if err != nil {
		return err
	}
	defer w.close()
	s, err := start(ctx, dir, w)
	if err != nil {
		return err
	}
	work, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(work) }()
	if err = tell(ctx, o, w, s); ctx.Err() != nil {
		err = nil // somebody has seen enough
	}
	if err == nil && !o.Exit && ctx.Err() == nil {
		stay(o.Out, w)
		select {
		case <-ctx.Done():
		case err = <-ended:
			ended <- nil
		}
	}
	stop()
	return errors.Join(err, <-ended)
}

// start writes the configuration of the sample company and builds the service.
func start(ctx context.Context, dir string, w *world) (*service.Service, error) {
	if err := os.CopyFS(filepath.Join(dir, "starter"), rules.Starter("de")); err != nil {
		return nil, fmt.Errorf("write the starter rules: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "people.csv"), peopleCSV, 0o600); err != nil {
		return nil, fmt.Errorf("write the directory of the demo: %w", err)
	}
	path := filepath.Join(dir, "config.yaml")
	env := map[string]string{
		"DEMO_IMAP_PORT": strconv.Itoa(w.imapAddr.Port), "DEMO_SMTP_PORT": strconv.Itoa(w.smtpAddr.Port), "DEMO_PASSWORD": password,
	}
	text := os.Expand(string(configYAML), func(name string) string {
		if name == "DEMO_PASSWORD" {
			return "${DEMO_PASSWORD}"
		}
		return env[name]
	})
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, fmt.Errorf("write the configuration of the demo: %w", err)
	}
	c, found := config.Load(path, config.Options{Lang: "de", Purpose: config.Run, Env: func(name string) (string, bool) {
		v, ok := env[name]
		return v, ok
	}})
	if source.HasErrors(found) {
		return nil, fmt.Errorf("the configuration of the demo has errors:\n%s", source.Render(found, "de"))
	}
	c.StoreDir = filepath.Join(dir, "data")
	return service.New(ctx, c, service.Options{Log: slog.New(slog.DiscardHandler), SweepEvery: time.Second})
}

// tell plays the scenes and closes with the tickets.
func tell(ctx context.Context, o Options, w *world, s *service.Service) error {
	fmt.Fprintf(o.Out, "firstline-Vorführung: Isarwerk Feinmechanik GmbH, %s\n", support)
	fmt.Fprintf(o.Out, "Ein Vormittag am Helpdesk. Jede Mail ist echt und geht über IMAP und SMTP.\n")
	fmt.Fprintf(o.Out, "→ jemand schreibt   ✉ firstline verschickt\n")
	st := &stage{out: o.Out, color: o.Color, world: w, store: s.Store}
	for i, a := range story() {
		st.title(i+1, a.title)
		if err := a.play(ctx, st); err != nil {
			return fmt.Errorf("scene %d, %s: %w", i+1, a.title, err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(breath):
		}
	}
	fmt.Fprintf(o.Out, "\n%s\n\n", st.paint("1", "Die Tickets"))
	if o.Table != nil {
		return o.Table(ctx, s)
	}
	return nil
}

// stay prints how a mail client joins in.
func stay(out io.Writer, w *world) {
	fmt.Fprintf(out, "\nDie Server laufen weiter; machen Sie mit Ihrem Mailprogramm mit:\n\n")
	fmt.Fprintf(out, "  IMAP  127.0.0.1:%d   SMTP  127.0.0.1:%d   ohne Verschlüsselung, Kennwort immer: %s\n\n", w.imapAddr.Port, w.smtpAddr.Port, password)
	for _, p := range everybody() {
		fmt.Fprintf(out, "  %-18s Benutzer %-14s %s\n", p.name, p.user, p.address())
	}
	fmt.Fprintf(out, "\nSchreiben Sie zum Beispiel als Anna an %s. Ende mit Strg+C.\n", support)
}
