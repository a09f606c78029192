package imap

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"firstline/mailin/imap/imaptest"
)

// dovecot starts a real server for the poller, or skips.
func dovecot(t testing.TB) (addr, dir string) {
	t.Helper()
	bin, err := exec.LookPath("dovecot")
	if err != nil {
		t.Skip("dovecot is not installed")
	}
	me, err := user.Current()
	if err != nil {
		t.Skip(err)
	}
	mail, group := me.Username, me.Username
	if me.Uid == "0" { // Dovecot reads no mail as root
		mail, group = "nobody", "nogroup"
	}
	dir, err = os.MkdirTemp("", "dovecot")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = ln.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	ln.Close()
	conf := fmt.Sprintf(`base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/log
ssl = no
disable_plaintext_auth = no
protocols = imap
listen = 127.0.0.1
default_internal_user = %[2]s
default_internal_group = %[3]s
default_login_user = %[2]s
mail_location = maildir:%[1]s/mail/%%n
first_valid_uid = 0
first_valid_gid = 0
passdb {
  driver = static
  args = password=%[4]s
}
userdb {
  driver = static
  args = uid=%[2]s gid=%[3]s home=%[1]s/mail/%%n
}
service imap-login {
  chroot =
  inet_listener imap {
    address = 127.0.0.1
    port = %[5]s
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
`, dir, mail, group, testPass, port)
	file := filepath.Join(dir, "dovecot.conf")
	if err := os.WriteFile(file, []byte(conf), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "-F", "-c", file)
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for range 100 {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			return addr, dir
		}
		time.Sleep(50 * time.Millisecond)
	}
	log, _ := os.ReadFile(filepath.Join(dir, "log"))
	t.Skipf("dovecot does not start here: %s", log)
	return "", ""
}

func appendAll(t testing.TB, c *imapclient.Client, raws ...[]byte) {
	t.Helper()
	for _, raw := range raws {
		ac := c.Append("INBOX", int64(len(raw)), nil)
		if _, err := ac.Write(raw); err != nil {
			t.Fatal(err)
		}
		if err := ac.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := ac.Wait(); err != nil {
			t.Fatal(err)
		}
	}
}

// The whole life of mails against a server we did not write.
func TestDovecot(t *testing.T) {
	addr, _ := dovecot(t)
	e := newEnv(t, imaptest.Options{}, nil)
	change := func(c *Config) {
		c.User = "support"
		c.Host, c.Port, c.Dial = loopback(addr)
		c.Poll = time.Hour
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	c := imapclient.New(conn, nil)
	defer c.Close()
	if err := c.Login("support", testPass).Wait(); err != nil {
		t.Fatal(err)
	}
	const n = 450
	var raws [][]byte
	for _, i := range upTo(n) {
		raws = append(raws, mailText(i))
	}
	appendAll(t, c, raws...)

	for _, s := range Check(e.ctx, e.poller(change).cfg) {
		if s.Err != nil {
			t.Errorf("check %s: %v", s.Name, s.Err)
		}
	}
	e.p = e.poller(change)
	e.step()
	e.wantStored(upTo(n)...)
	e.triage("opened")
	e.step()
	folder := func(name string) uint32 {
		d, err := c.Status(name, &imap.StatusOptions{NumMessages: true}).Wait()
		if err != nil {
			t.Fatal(err)
		}
		return *d.NumMessages
	}
	if in, done := folder("INBOX"), folder("Support.Erledigt"); in != 0 || done != n {
		t.Fatalf("%d in the inbox, %d done", in, done)
	}
	stop := e.run(e.p)
	appendAll(t, c, mailText(n+1))
	e.until("mail is stored under IDLE", func() bool { return len(e.stored()) == n+1 })
	e.triage("ignored")
	e.until("mail is moved", func() bool {
		list, err := c.List("", "Support.Ignoriert", nil).Collect()
		return err == nil && len(list) == 1 && folder("Support.Ignoriert") == 1
	})
	stop()

	bad := e.poller(func(c *Config) {
		change(c)
		c.Password = func() (string, error) { return "falsch", nil }
	})
	if err := bad.Step(e.ctx); err == nil || !strings.Contains(err.Error(), "user or password is wrong") {
		t.Errorf("err = %v", err)
	}
}

// BenchmarkDovecot takes 10,000 mails from a real server: half of them 4 KB, the
// others up to 60 KB.
func BenchmarkDovecot(b *testing.B) {
	const n = 10_000
	for range b.N {
		b.StopTimer()
		addr, dir := dovecot(b)
		box := filepath.Join(dir, "mail", "support")
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(box, sub), 0o777); err != nil {
				b.Fatal(err)
			}
		}
		line := "Der Drucker in Raum 12 streikt schon wieder.\n"
		for i := range n {
			lines := 80
			if i%2 == 1 {
				lines += i % 1250
			}
			raw := strings.ReplaceAll(string(mailText(i)), "\r\n", "\n") + strings.Repeat(line, lines)
			if err := os.WriteFile(filepath.Join(box, "new", fmt.Sprintf("%d.M%dP1.host", 1795500000+i, i)), []byte(raw), 0o666); err != nil {
				b.Fatal(err)
			}
		}
		if out, err := exec.Command("chown", "-R", "nobody:nogroup", filepath.Join(dir, "mail")).CombinedOutput(); err != nil {
			b.Skipf("%v: %s", err, out)
		}
		e := newEnv(b, imaptest.Options{}, nil)
		e.p = e.poller(func(c *Config) {
			c.User = "support"
			c.Host, c.Port, c.Dial = loopback(addr)
		})
		clearRSS()
		b.StartTimer()
		t0 := time.Now()
		e.step()
		fetched := time.Since(t0)
		b.StopTimer()
		e.triage("opened")
		b.StartTimer()
		t0 = time.Now()
		e.step()
		b.ReportMetric(n/fetched.Seconds(), "mails/s")
		b.ReportMetric(n/time.Since(t0).Seconds(), "acks/s")
		b.ReportMetric(float64(rss(b)), "peakMiB")
	}
}
