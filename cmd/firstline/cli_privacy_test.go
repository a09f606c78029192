package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstline/store"
	"firstline/triage"
)

// TestForgetVerb: dry run, forget, and what is left to do by hand; then a restore of
// an older backup, which must not bring the person back.
func TestForgetVerb(t *testing.T) {
	t.Parallel()
	s := filled(t)
	address := "a.berger@firma.example"
	backup := filepath.Join(t.TempDir(), "backup")
	s.good("backup", backup)
	if out := s.good("forget", address, "--dry-run"); !strings.Contains(out, "würden gelöscht: Inhalt von 1 Tickets") || !strings.Contains(out, "IT-10001") {
		t.Errorf("dry run: %s", out)
	}
	if out := s.good("forget", "wer@anders.example", "--dry-run"); !strings.Contains(out, "Ist sie richtig geschrieben?") {
		t.Errorf("nobody: %s", out)
	}
	if got := s.with("forget", "niemand"); got.code != exitUsage {
		t.Errorf("no address: exit %d", got.code)
	}
	if got := s.with("forget", "l.huber@firma.example"); got.code != exitData || !strings.Contains(got.err, "Lena Huber") {
		t.Errorf("an agent who works here: exit %d, %s", got.code, got.err)
	}
	var done triage.Forgotten
	s.decode(&done, "forget", address, "--keep-statistics")
	if done.Tickets != 1 || !store.IsAlias(done.Alias) {
		t.Errorf("forgotten: %+v", done)
	}
	s.without(address, "Anna Berger", "Fehler 49")
	s.good("fsck")
	var list []ticketRow
	if s.decode(&list, "tickets", "--all"); len(list) == 0 || list[0].Requester == address {
		t.Errorf("tickets afterwards: %+v", list)
	}

	for _, name := range []string{store.FileName, store.FileName + "-wal", store.FileName + "-shm", store.MailFileName} {
		if err := os.Remove(filepath.Join(s.data(), name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if out := s.good("restore", backup); !strings.Contains(out, "1 Personen, die vergessen werden sollten") {
		t.Errorf("restore: %s", out)
	}
	s.without(address, "Anna Berger", "Fehler 49")
}

// data is the data directory of the shop.
func (s *shop) data() string { return filepath.Join(s.dir, "data") }

// without fails when a file of the data directory holds one of the texts.
func (s *shop) without(texts ...string) {
	s.t.Helper()
	entries, err := os.ReadDir(s.data())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(s.data(), e.Name()))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(b, []byte(text)) {
				s.t.Errorf("%s holds %q", e.Name(), text)
			}
		}
	}
}

// TestExportVerb: everything about one person, and one ticket as mbox.
func TestExportVerb(t *testing.T) {
	t.Parallel()
	s := filled(t)
	path := filepath.Join(t.TempDir(), "anna.zip")
	s.good("export", "a.berger@firma.example", "-o", path)
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	files := map[string]string{}
	for _, f := range r.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(b)
	}
	if raw := string(s.mail(1, anna, "Fehler 49 am Drucker", fault49)); files["mails/from/IT-10001-1.eml"] != raw {
		t.Errorf("the mail in the export: %q", files["mails/from/IT-10001-1.eml"])
	}
	var data struct {
		Tickets []ticketRow `json:"tickets"`
		Mails   []any       `json:"mails_to_the_person"`
	}
	if err := json.Unmarshal([]byte(files["data.json"]), &data); err != nil || len(data.Tickets) != 1 || len(data.Mails) != 1 {
		t.Errorf("data.json: %v %s", err, files["data.json"])
	}
	for name, text := range files {
		if strings.HasPrefix(name, "mails/to/") && strings.Contains(text, "l.huber@firma.example") {
			t.Errorf("%s is a mail to somebody else", name)
		}
	}
	if got := s.with("export", "a.berger@firma.example", "-o", path); got.code == exitOK || !strings.Contains(got.err, "exists") {
		t.Errorf("a file was written over: %d %s", got.code, got.err)
	}
	if got := s.with("export", "wer@anders.example", "-o", path+"2"); got.code != exitData {
		t.Errorf("nobody: exit %d, %s", got.code, got.err)
	}
	if out := s.good("export", "news@firma.example", "-o", path+"3"); !strings.Contains(out, "0 Tickets, 1 Mails") {
		t.Errorf("a mail without a ticket: %s", out)
	}
	if _, err := os.Stat(path + "2"); err == nil {
		t.Error("an empty export was left behind")
	}
	mbox := s.good("export", "IT-10001")
	if got := strings.Count("\n"+mbox, "\nFrom "); got != 3 {
		t.Errorf("%d mails in the mbox, want 3", got)
	}
	if strings.Contains(mbox, "\r") || !strings.Contains(mbox, "Fehler 49") {
		t.Errorf("mbox: %.300q", mbox)
	}
}

// Lines of a mail that look like the beginning of another are quoted (mboxrd).
func TestMboxQuoting(t *testing.T) {
	t.Parallel()
	if got := mboxQuoted([]byte("A: b\r\n\r\nFrom here\r\n>From there\r\nend")); got != "A: b\n\n>From here\n>>From there\nend\n" {
		t.Errorf("%q", got)
	}
}

// TestRetentionVerb prints the table and erases nothing by itself.
func TestRetentionVerb(t *testing.T) {
	t.Parallel()
	s := filled(t)
	out := s.good("retention")
	for _, want := range []string{"FRIST", "24mo", "90d", "anonymisiert", "Mails ohne Ticket"} {
		if !strings.Contains(out, want) {
			t.Errorf("the table does not say %q:\n%s", want, out)
		}
	}
	var r triage.Retention
	if s.decode(&r, "retention", "--apply"); !r.Applied {
		t.Errorf("applied: %+v", r)
	}
	if out := s.good("tickets"); !strings.Contains(out, "IT-10001") {
		t.Errorf("a young ticket is gone: %s", out)
	}
}

// A running daemon goes on after somebody was forgotten beside it.
func TestForgetBesideDaemon(t *testing.T) {
	t.Parallel()
	s := filled(t)
	daemon, err := store.Open(t.Context(), s.data(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer daemon.Close()
	look := func(tx *store.Tx) error {
		_, err := tx.ListTickets(t.Context(), store.TicketFilter{})
		return err
	}
	if err := daemon.View(t.Context(), look); err != nil {
		t.Fatal(err)
	}
	s.good("forget", "a.berger@firma.example", "--keep-statistics")
	s.without("a.berger@firma.example", "Anna Berger")
	if err := daemon.Update(t.Context(), look); err != nil {
		t.Error(err)
	}
	if err := daemon.CheckFiles(); err != nil {
		t.Error(err)
	}
	s.good("fsck")
}
