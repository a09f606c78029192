package triage_test

import (
	"strings"
	"testing"
)

// TestCommandInAList: a command that a mail program made an item of a list, or that
// stands in quotation marks, is no command and no word for the requester.
func TestCommandInAList(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"- #gelöst", "* #gelöst", "• #gelöst", "1. #gelöst", "„#gelöst“", "**#gelöst**", "– #notiz"} {
		o := bureau(t)
		notice := o.only(o.receive(printer), lenaAt)
		mails := o.answer(&notice, lena, line+"\nErledigt.")
		quietTo(o, mails, annaAt)
		if in := o.outcome(); in.Outcome != "held" || !strings.Contains(in.Reason, "leak: command line") {
			t.Errorf("%q: %s %s", line, in.Outcome, in.Reason)
		}
	}
	o := bureau(t)
	notice := o.only(o.receive(printer), lenaAt)
	mustRead(o, o.answer(&notice, lena, "Bitte so:\n- Drucker aus\n- Lied in C# spielen\n1. #1 drücken"), annaAt, "Drucker aus")
}
