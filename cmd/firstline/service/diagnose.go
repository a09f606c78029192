package service

import (
	"context"
	"log/slog"
	"os"

	"firstline/cmd/firstline/config"
	"firstline/mailin/imap"
	"firstline/mailout/smtp"
	"firstline/store"
)

// Diagnosis is the result of one check of doctor.
type Diagnosis struct {
	What    string `json:"what"`
	Problem string `json:"problem"` // "" = works
}

// Diagnose contacts every server of a configuration and changes nothing.
func Diagnose(ctx context.Context, c *config.Config) []Diagnosis {
	dir, err := os.MkdirTemp("", "firstline-doctor")
	if err != nil {
		return []Diagnosis{{"temporary folder", err.Error()}}
	}
	defer os.RemoveAll(dir)
	st, err := store.Open(ctx, dir, store.Options{})
	if err != nil {
		return []Diagnosis{{"database", err.Error()}}
	}
	defer st.Close()
	s := &Service{Store: st, config: c, log: slog.New(slog.DiscardHandler)}
	var out []Diagnosis
	add := func(what string, err error) {
		d := Diagnosis{What: what}
		if err != nil {
			d.Problem = err.Error()
		}
		out = append(out, d)
	}
	for i, m := range c.Mailboxes {
		ic, err := s.imapConfig(m, c.Desk.Mailboxes[i])
		if err == nil {
			var p *imap.Poller
			if p, err = imap.New(st, ic); err == nil {
				err = p.Step(ctx)
			}
		}
		add("imap "+m.ID, err)
	}
	if c.SMTP.Host != "" {
		sc, err := s.smtpConfig()
		if err == nil {
			err = smtp.Check(ctx, sc)
		}
		add("smtp", err)
	}
	return out
}
