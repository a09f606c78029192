package smtptest_test

import (
	"bufio"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"firstline/mailout/smtp/smtptest"
)

// talk sends lines and returns the last line of each reply.
func talk(t *testing.T, srv *smtptest.Server, lines ...string) []string {
	t.Helper()
	addr, err := srv.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	r := bufio.NewReader(c)
	var got []string
	read := func() {
		for {
			l, err := r.ReadString('\n')
			if err != nil {
				got = append(got, "closed")
				return
			}
			if len(l) > 3 && l[3] == '-' {
				continue
			}
			got = append(got, strings.TrimSpace(l))
			return
		}
	}
	read()
	for _, l := range lines {
		if _, err := c.Write([]byte(l + "\r\n")); err != nil {
			break
		}
		read()
	}
	return got
}

func TestConversation(t *testing.T) {
	t.Parallel()
	var delivered []string
	journal := filepath.Join(t.TempDir(), "journal")
	j, err := smtptest.OpenJournal(journal)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	srv := smtptest.NewServer(smtptest.Options{Journal: j, Deliver: func(from, rcpt string, raw []byte) error {
		if rcpt == "voll@b.example" {
			return errors.New("mailbox is full")
		}
		delivered = append(delivered, from+">"+rcpt)
		return nil
	}})
	got := talk(t, srv, "MAIL FROM:<a@b.example>", "EHLO me", "RCPT TO:<x@b.example>", "MAIL FROM:<a@b.example> SIZE=10", "RCPT TO:<x@b.example>", "RCPT TO:<y@b.example>",
		"DATA", "Message-ID: <1@b.example>\r\n\r\n..dot\r\nEnde\r\n.", "NOOP", "MAIL FROM:<>", "RCPT TO:<voll@b.example>", "DATA", "x\r\n.", "BANANA", "QUIT")
	want := []string{"220", "503", "250", "503", "250", "250", "250", "354", "250", "250", "250", "250", "354", "451", "502", "221"}
	for i, w := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], w) {
			t.Fatalf("reply %d: want %s in %q", i, w, got)
		}
	}
	srv.Close()
	mails := srv.Mails()
	if len(mails) != 1 || string(mails[0].Raw) != "Message-ID: <1@b.example>\r\n\r\n.dot\r\nEnde\r\n" {
		t.Fatalf("mails %+v", mails)
	}
	if strings.Join(delivered, " ") != "a@b.example>x@b.example a@b.example>y@b.example" {
		t.Errorf("delivered %v", delivered)
	}
	f, err := os.OpenFile(journal, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"from":"cut off by a cra`)
	f.Close()
	entries, err := smtptest.ReadJournal(journal)
	if err != nil || len(entries) != 2 || entries[0].MessageID != "1@b.example" || string(entries[0].Raw) != string(mails[0].Raw) {
		t.Errorf("journal %v %v", err, entries)
	}
	if entries, err := smtptest.ReadJournal(journal + ".none"); err != nil || entries != nil {
		t.Errorf("journal that does not exist: %v %v", entries, err)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	srv := smtptest.NewServer(smtptest.Options{Script: smtptest.Script(
		smtptest.Times(smtptest.MailFrom, 1, smtptest.Fault{Reply: "452 later"}),
		smtptest.Always(smtptest.Dot, smtptest.Fault{Accept: true, Drop: true}),
	)})
	defer srv.Close()
	got := talk(t, srv, "EHLO me", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>", "RCPT TO:<x@b.example>", "DATA", "x\r\n.", "NOOP")
	if got[2] != "452 later" || got[6] != "closed" || srv.Count() != 1 || srv.Seen(smtptest.MailFrom) != 2 {
		t.Errorf("%q, %d mails", got, srv.Count())
	}
}
