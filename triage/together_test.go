package triage_test

import (
	"strings"
	"testing"
)

// twoOf opens two tickets and returns the notices about them.
func twoOf(o *office) (first, second mail) {
	first = o.only(o.receive(printer), lenaAt)
	other := printer
	other.id, other.subject = "second@kunde.example", "Noch etwas anderes"
	return first, o.only(o.receive(other), lenaAt)
}

// TestOneTicketTwice: a mail that names a ticket and what was merged into it carries
// out everything on the one that lives.
func TestOneTicketTwice(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	_, second := twoOf(o)
	o.answer(&second, lena, "#zusammen IT-10001")
	list := o.only(o.receive(eml{from: lena, subject: "Liste", text: "#liste"}), lenaAt)
	o.answer(&list, lena, "#ich IT-10001\n#prio P1 IT-10002")
	if tk := o.ticket(10001); tk.Assignee != "lena" || tk.Priority != "P1" {
		t.Errorf("assignee %q, priority %q", tk.Assignee, tk.Priority)
	}
	o.sound()
}

// TestSolvedTogether: what a command did to the tickets under its own is seen by the
// commands on those.
func TestSolvedTogether(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	_, second := twoOf(o)
	o.answer(&second, lena, "#haupt IT-10001")
	list := o.only(o.receive(eml{from: lena, subject: "Liste", text: "#liste"}), lenaAt)
	o.answer(&list, lena, "#gelöst IT-10001\n#tag +strom IT-10002")
	if tk := o.ticket(10002); tk.State != "resolved" || len(tk.Tags) != 1 {
		t.Errorf("state %s, tags %v", tk.State, tk.Tags)
	}
	o.sound()
}

// TestMergeInACircle: two tickets merged into each other by one mail would both be
// gone, so nothing of it is carried out.
func TestMergeInACircle(t *testing.T) {
	t.Parallel()
	o := bureau(t)
	twoOf(o)
	list := o.only(o.receive(eml{from: lena, subject: "Liste", text: "#liste"}), lenaAt)
	mails := o.answer(&list, lena, "#zusammen IT-10001 IT-10002\n#zusammen IT-10002 IT-10001")
	if got := o.only(mails, lenaAt); !strings.Contains(got.m.Text, "nacheinander") {
		t.Errorf("refusal: %s", got.m.Text)
	}
	for _, n := range []int64{10001, 10002} {
		if tk := o.ticket(n); tk.State == "merged" {
			t.Errorf("%d is merged into %d", n, tk.MergedInto)
		}
	}
	o.sound()
}

// TestOutsideReason: the reason of a hand-over goes outside however long it is; words of
// an earlier note do not, and then nothing is handed over.
func TestOutsideReason(t *testing.T) {
	t.Parallel()
	const reason = "Der neue Treiber passt nicht zu der Firmware des Druckers im zweiten Stock"
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	mails := o.answer(&notice, lena, "#l2 systemhaus: "+reason)
	if got := o.only(mails, systemhausAt); !strings.Contains(got.m.Text, reason) {
		t.Errorf("hand-over: %s", got.m.Text)
	}
	o.sound()

	o = bureau(t)
	notice = o.only(o.receive(printer), lenaAt)
	o.answer(&notice, lena, "#notiz\n"+reason)
	mails = o.answer(&notice, lena, "#l2 systemhaus: "+reason)
	quietTo(o, mails, systemhausAt)
	if tk := o.ticket(10001); tk.Level != 1 {
		t.Errorf("handed over at level %d", tk.Level)
	}
	mustRead(o, mails, lenaAt, "intern")
	o.sound()
}
