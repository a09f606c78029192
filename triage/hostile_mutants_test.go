package triage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mutantsEnv is how many mutants of every hostile mail go through the desk.
const mutantsEnv = "FIRSTLINE_MUTANTS"

// TestHostileMutants damages every mail of a hostile corpus in many ways. Nothing is
// known of what becomes of them, but: they are stored and decided, nothing internal
// leaves, nobody but agents and participants gets anything an agent wrote, and the
// data stays sound.
func TestHostileMutants(t *testing.T) {
	dir := os.Getenv(hostileEnv)
	if dir == "" {
		t.Skipf("%s is not set: it names the folder of hostile mails", hostileEnv)
	}
	n := 5
	if s := os.Getenv(mutantsEnv); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var corpus struct{ Cases []hostileCase }
	if err := json.Unmarshal(b, &corpus); err != nil {
		t.Fatal(err)
	}
	for i, c := range corpus.Cases {
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			o, ids := world(t)
			rng := rand.New(rand.NewPCG(uint64(i), 7))
			for range n {
				raw, err := os.ReadFile(filepath.Join(dir, c.Files[0]))
				if err != nil {
					t.Fatal(err)
				}
				for key, id := range ids {
					raw = bytes.ReplaceAll(raw, []byte(key), []byte(id))
				}
				o.mutant(mutate(rng, raw))
			}
			o.sound()
		})
	}
}

// mutant sends one damaged mail through the desk.
func (o *office) mutant(raw []byte) {
	o.t.Helper()
	o.now = o.now.Add(time.Hour)
	before := o.snapshot()
	start := time.Now()
	mails := o.receiveRaw(raw)
	if d := time.Since(start); d > 5*time.Second {
		o.t.Errorf("took %v", d)
	}
	for _, in := range o.snapshot().inbox[len(before.inbox):] {
		if in.State != "done" {
			o.t.Errorf("%s: %s\n%.2000q", in.State, in.Reason, raw)
		}
	}
	for _, m := range mails {
		if _, agent := o.desk.Config().AgentByAddress(m.Recipient); agent {
			continue
		}
		if bytes.Contains(m.raw, []byte("CANARY")) || strings.Contains(m.m.Text, "CANARY") {
			o.t.Errorf("a canary left to %s\n%.2000q", m.Recipient, raw)
		}
		if m.Class == "human" && m.Recipient != "kunde@kunde.example" && m.Recipient != "einkauf@kunde2.example" {
			o.t.Errorf("an agent's text left to %s\n%.2000q", m.Recipient, raw)
		}
	}
}

// mutate damages a mail: bytes flipped, lines dropped, doubled or swapped, cut off, a
// piece repeated, line ends changed.
func mutate(rng *rand.Rand, raw []byte) []byte {
	raw = bytes.Clone(raw)
	if len(raw) > 256<<10 { // the big ones are there for their size
		raw = raw[:256<<10]
	}
	for range 1 + rng.IntN(3) {
		if len(raw) < 4 {
			return append(raw, fmt.Sprint(rng.Uint64())...)
		}
		lines := bytes.SplitAfter(raw, []byte("\n"))
		i, j := rng.IntN(min(len(lines), 40)), rng.IntN(len(lines))
		switch rng.IntN(8) {
		case 0:
			raw[rng.IntN(len(raw))] ^= 1 << rng.IntN(8)
		case 1:
			raw = bytes.Join(append(lines[:i:i], lines[i+1:]...), nil)
		case 2:
			lines[i], lines[j] = lines[j], lines[i]
			raw = bytes.Join(lines, nil)
		case 3:
			raw = raw[:1+rng.IntN(len(raw)-1)]
		case 4:
			raw = bytes.Join(append(append(lines[:i:i], lines[j]), lines[i:]...), nil)
		case 5:
			at, n := rng.IntN(len(raw)), 1+rng.IntN(min(len(raw), 200))
			raw = bytes.Join([][]byte{raw[:at], raw[:n], raw[at:]}, nil)
		case 6:
			raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		case 7:
			raw[rng.IntN(len(raw))] = "\x00\r\n<>@\";:=?"[rng.IntN(11)]
		}
	}
	return raw
}
