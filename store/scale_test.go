package store

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestScale prints the cost per mail as the store grows, when FIRSTLINE_SCALE
// names the number of mails. It asserts nothing: time depends on the machine,
// processor time and bytes written much less.
func TestScale(t *testing.T) {
	total, _ := strconv.Atoi(os.Getenv("FIRSTLINE_SCALE"))
	if total < 2000 {
		t.Skip("set FIRSTLINE_SCALE to a number of mails, at least 2000")
	}
	s := open(t)
	if err := s.Update(t.Context(), func(tx *Tx) error { _, err := tx.Mailbox(t.Context(), "it"); return err }); err != nil {
		t.Fatal(err)
	}
	m := newMails(1)
	var acc, tri cost
	for done := 0; done < total; {
		list, _ := m.group(200)
		before := spent()
		if err := accept(t.Context(), s, list); err != nil {
			t.Fatal(err)
		}
		between := spent()
		for {
			n, err := triageGroup(t.Context(), s, 100)
			if err != nil {
				t.Fatal(err)
			}
			if n == 0 {
				break
			}
		}
		acc.add(before, between)
		tri.add(between, spent())
		if done += 200; done%(total/10) == 0 {
			t.Logf("%7d mails: accept %s; triage %s", done, acc.per(total/10), tri.per(total/10))
			acc, tri = cost{}, cost{}
		}
	}
}

// cost is what something took.
type cost struct {
	wall, cpu time.Duration
	bytes     int64 // written
}

func (c *cost) add(from, to cost) {
	c.wall += to.wall - from.wall
	c.cpu += to.cpu - from.cpu
	c.bytes += to.bytes - from.bytes
}

func (c *cost) per(n int) string {
	f := func(v float64) string { return strconv.FormatFloat(v/float64(n), 'f', 1, 64) }
	return f(float64(c.wall.Nanoseconds())/1e3) + " µs, " + f(float64(c.cpu.Nanoseconds())/1e3) + " µs cpu, " + f(float64(c.bytes)/1e3) + " kB written"
}

// spent returns what this process has used so far.
func spent() cost {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	c := cost{wall: time.Duration(time.Now().UnixNano()), cpu: time.Duration(u.Utime.Nano() + u.Stime.Nano())}
	b, _ := os.ReadFile("/proc/self/io")
	for _, line := range strings.Split(string(b), "\n") {
		if v, ok := strings.CutPrefix(line, "wchar: "); ok {
			c.bytes, _ = strconv.ParseInt(v, 10, 64)
		}
	}
	return c
}
