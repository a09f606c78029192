package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/store"
	"firstline/triage"
)

// BenchmarkReplay decides about stored mails twice with the starter rules;
// FIRSTLINE_REPLAY says about how many.
func BenchmarkReplay(b *testing.B) {
	mails := 1000
	if n, err := strconv.Atoi(os.Getenv("FIRSTLINE_REPLAY")); err == nil {
		mails = n
	}
	s := newShop(b)
	subjects := []string{"Drucker druckt nicht", "VPN verbindet nicht", "Passwort abgelaufen", "Excel startet nicht", "Outlook ist langsam"}
	raws := make([][]byte, mails)
	for i := range raws {
		from := fmt.Sprintf("P%d <p%d@firma.example>", i%500, i%500)
		raws[i] = s.mail(i, from, subjects[i%len(subjects)], fmt.Sprintf("Hallo,\nseit heute früh um %d Uhr habe ich in Raum %d dieses Problem, die Kollegen auch.\n"+
			"Ich habe schon neu gestartet, es hat nicht geholfen. Können Sie bitte nachsehen?\n\nViele Grüße\nPerson %d", i%12, i, i))
	}
	s.fill(raws...)
	load := func(path string) *triage.Config {
		c, _ := config.Load(path, config.Options{Lang: "de"})
		return &c.Desk
	}
	before := load(s.conf)
	s.edit("rules/regeln.yaml", "rules:\n", "rules:\n  - {name: Kollegen, when: {words: [kollegen]}, then: {priority_at_least: P2}}\n")
	after := load(s.conf)
	st, err := store.Open(b.Context(), filepath.Join(s.dir, "data"), store.Options{ReadOnly: true})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		r, err := triage.ReplayMails(b.Context(), st, before, after, triage.ReplayOptions{Since: now.Add(-time.Hour), Until: now.Add(time.Hour)})
		if err != nil || r.Mails != mails || r.Changed == 0 {
			b.Fatalf("%d mails, %d changed, %v", r.Mails, r.Changed, err)
		}
	}
	b.ReportMetric(float64(mails)*float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
