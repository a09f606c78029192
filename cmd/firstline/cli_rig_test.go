package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"mime"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/mailout"
	"firstline/rules/source"
	"firstline/store"
	"firstline/triage"
)

// shop is a configuration written by init, in a folder of its own, and what the
// program says about it.
type shop struct {
	t    testing.TB
	dir  string
	conf string
}

// said is one run of the program.
type said struct {
	code     int
	out, err string
}

func newShop(t testing.TB) *shop {
	t.Helper()
	s := &shop{t: t, dir: t.TempDir()}
	s.conf = filepath.Join(s.dir, "config.yaml")
	s.ok("init", "--yes", s.dir)
	for _, name := range []string{"imap.txt", "smtp.txt"} {
		s.write("secrets/"+name, "geheim\n")
	}
	return s
}

func (s *shop) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) read(name string) string {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// edit replaces a part of a file that is there.
func (s *shop) edit(name, old, new string) {
	s.t.Helper()
	text := s.read(name)
	if !strings.Contains(text, old) {
		s.t.Fatalf("%s does not hold %q", name, old)
	}
	s.write(name, strings.Replace(text, old, new, 1))
}

// run runs the program in this process, in German.
func (s *shop) run(args ...string) said {
	s.t.Helper()
	var out, errs bytes.Buffer
	args = append(args[:1:1], append([]string{"--lang", "de"}, args[1:]...)...)
	code := run(s.t.Context(), args, strings.NewReader(""), &out, &errs)
	return said{code, out.String(), errs.String()}
}

// with runs a verb with the configuration of the shop.
func (s *shop) with(args ...string) said {
	s.t.Helper()
	return s.run(append([]string{args[0], "-c", s.conf}, args[1:]...)...)
}

// ok is run for what must succeed; the result is what it printed.
func (s *shop) ok(args ...string) string {
	s.t.Helper()
	r := s.run(args...)
	if r.code != exitOK {
		s.t.Fatalf("firstline %s: exit %d\n%s%s", strings.Join(args, " "), r.code, r.out, r.err)
	}
	return r.out
}

// good is ok with the configuration of the shop.
func (s *shop) good(args ...string) string {
	s.t.Helper()
	return s.ok(append([]string{args[0], "-c", s.conf}, args[1:]...)...)
}

// decode reads what a verb prints as JSON.
func (s *shop) decode(v any, args ...string) {
	s.t.Helper()
	text := s.good(append(args[:1:1], append([]string{"--json"}, args[1:]...)...)...)
	if err := json.Unmarshal([]byte(text), v); err != nil {
		s.t.Fatalf("firstline %s: %v\n%s", strings.Join(args, " "), err, text)
	}
}

// mail is a mail as the support mailbox gets it.
func (s *shop) mail(n int, from, subject, text string, headers ...string) []byte {
	var b bytes.Buffer
	_, domain, _ := strings.Cut(strings.TrimSuffix(from, ">"), "@")
	fmt.Fprintf(&b, "Authentication-Results: mx.firma.example; dmarc=pass header.from=%s\r\n", domain)
	fmt.Fprintf(&b, "Received: from client by mx.firma.example; Mon, 2 Mar 2026 09:00:00 +0100\r\n")
	fmt.Fprintf(&b, "From: %s\r\nTo: support@firma.example\r\nSubject: %s\r\nDate: Mon, 2 Mar 2026 09:00:00 +0100\r\nMessage-ID: <%d@client.example>\r\n",
		from, mime.QEncoding.Encode("utf-8", subject), n)
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	fmt.Fprintf(&b, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n", strings.ReplaceAll(text, "\n", "\r\n"))
	return b.Bytes()
}

// fill lets the desk of the configuration triage mails, as the daemon would.
func (s *shop) fill(mails ...[]byte) {
	s.t.Helper()
	ctx := s.t.Context()
	c, found := config.Load(s.conf, config.Options{Lang: "de", Purpose: config.Run, Now: time.Now()})
	if source.HasErrors(found) {
		s.t.Fatal(source.Render(found, "de"))
	}
	st, err := store.Open(ctx, c.StoreDir, store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	desk, err := triage.New(ctx, st, mailout.DefaultTexts(), slog.New(slog.DiscardHandler), &c.Desk)
	if err != nil {
		s.t.Fatal(err)
	}
	err = st.Update(ctx, func(tx *store.Tx) error {
		box, err := tx.Mailbox(ctx, "support")
		if err != nil {
			return err
		}
		for i, raw := range mails {
			if _, _, err := tx.AcceptInbound(ctx, store.In{MailboxID: box.ID, UIDValidity: 1, UID: uint32(i + 1), Raw: raw}); err != nil {
				return err
			}
		}
		return nil
	})
	for n := 1; err == nil && n > 0; {
		n, err = desk.Step(ctx)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

const anna = "Anna Berger <a.berger@firma.example>"

// fault49 is a mail that no FAQ entry answers.
const fault49 = "Hallo,\nder Drucker im 2. OG zeigt Fehler 49 und riecht verbrannt.\n\nGruß\nAnna"

// filled is a shop with a printer ticket, a newsletter and a stranger's mail.
func filled(t testing.TB) *shop {
	t.Helper()
	s := newShop(t)
	s.fill(
		s.mail(1, anna, "Fehler 49 am Drucker", fault49),
		s.mail(2, "News <news@firma.example>", "Rundbrief", "Neues aus dem Haus", "List-Id: <news.firma.example>", "List-Unsubscribe: <mailto:x@firma.example>"),
		s.mail(3, "Fremd <verkauf@fremd.example>", "Angebot", "Guten Tag, ein Angebot."),
	)
	return s
}
