package service

import (
	"context"
	"log/slog"
	"strings"

	"firstline/cmd/firstline/config"
	"firstline/mailin/imap"
	"firstline/mailout/smtp"
)

// Diagnosis is the result of one check of doctor.
type Diagnosis struct {
	What    string `json:"what"`
	Problem string `json:"problem"` // "" = works
	Note    string `json:"note,omitempty"`
}

// Diagnose contacts every server of a configuration and changes nothing.
func Diagnose(ctx context.Context, c *config.Config) []Diagnosis {
	s := &Service{config: c, log: slog.New(slog.DiscardHandler)}
	var out []Diagnosis
	add := func(what string, err error) { out = append(out, Diagnosis{What: what, Problem: problemOf(err)}) }
	for i, m := range c.Mailboxes {
		ic, err := s.imapConfig(m, c.Desk.Mailboxes[i])
		if err != nil {
			add("imap "+m.ID, err)
			continue
		}
		for _, step := range imap.Check(ctx, ic) {
			out = append(out, Diagnosis{What: "imap " + m.ID + " " + step.Name, Problem: problemOf(step.Err), Note: strings.TrimSpace(step.Warning + " " + step.Detail)})
		}
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

func problemOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
