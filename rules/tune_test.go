package rules

import (
	"os"
	"strings"
	"testing"
	"time"

	"firstline/mailin"
)

func TestTune(t *testing.T) {
	t.Parallel()
	var outcomes []Outcome
	for i := range 40 {
		score := 0.40 + float64(i)/100
		outcomes = append(outcomes, Outcome{score, 0.2, score > 0.55}, Outcome{score, 0.05, score > 0.70})
	}
	p := Tune(outcomes, 0.95)
	if !p.OK || p.Right < 20 || float64(p.Right) < 0.95*float64(p.Sent) || p.MinScore < 0.5 {
		t.Errorf("%+v", p)
	}
	if p := Tune(outcomes[:4], 0.95); p.OK || p.MinScore != DefaultMinScore {
		t.Errorf("proposal from four outcomes: %+v", p)
	}
	if p := Tune(nil, 0.95); p.OK {
		t.Errorf("proposal from nothing: %+v", p)
	}
}

// Learned phrasings find what the questions do not; mails of the background
// keep their like from being answered.
func TestWith(t *testing.T) {
	t.Parallel()
	s := compileText(t, `
faq:
  - {id: kantine, questions: {de: [Was gibt es heute in der Kantine]}, answer: Schnitzel}
  - {id: parken, questions: {de: [Wo darf ich mein Auto parken, Parkplatz für Mitarbeiter]}, answer: Hof}
`, testRefs())
	in := mail("Speiseplan", "Wo finde ich den Speiseplan für diese Woche?")
	if d := s.Decide(in); d.FAQ.Sent {
		t.Fatalf("sent before it was learned: %+v", d.FAQ)
	}
	learned := s.With(WithLearned(map[string][]Phrase{"kantine": {{"Wo steht der Speiseplan für die Woche", "IT-10001"}, {"Speiseplan dieser Woche", "IT-10002"}}}))
	if d := learned.Decide(in); !d.FAQ.Sent || d.FAQ.ID != "kantine" {
		t.Errorf("not sent after it was learned: %+v", d.FAQ)
	}
	near := mail("Parkplatz für Besucher", "Wo dürfen unsere Besucher am Parkplatz parken, die mit dem Reisebus kommen?")
	before := s.Decide(near).FAQ
	after := s.With(WithBackground([]Phrase{{"Parkplatz Besucher | Die Besucher kommen mit einem Reisebus, wo dürfen sie am Parkplatz stehen?", "IT-10003"}})).Decide(near).FAQ
	if after.Sent || after.Margin >= before.Margin {
		t.Errorf("background does not count: %+v, then %+v", before, after)
	}
}

func TestFAQGate(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/isarwerk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s := compileText(t, string(data), isarwerk(t))
	good := func() Input {
		in := mail("Postfach voll", "Mein Postfach ist voll")
		in.Message.From.Address = "a.berger@isarwerk.example"
		return in
	}
	for _, c := range []struct {
		name   string
		change func(in *Input)
		why    string // part of the reason, "" = sent
	}{
		{"as it is", func(in *Input) {}, ""},
		{"follow-up", func(in *Input) { in.Reply = true }, "-"},
		{"external", func(in *Input) { in.Internal = false }, "never_if"},
		{"answered before", func(in *Input) { in.AnsweredAt = map[string]time.Time{"postfach-voll": in.Now.Add(-24 * time.Hour)} }, "dieselbe Antwort"},
		{"answered long before", func(in *Input) {
			in.AnsweredAt = map[string]time.Time{"postfach-voll": in.Now.Add(-31 * 24 * time.Hour)}
		}, ""},
		{"does not help", func(in *Input) {
			in.FAQOutcomes = map[string][]bool{"postfach-voll": {true, false, false, false, true, false}}
		}, "half nur in 2 von 6"},
		{"helps again", func(in *Input) {
			in.FAQOutcomes = map[string][]bool{"postfach-voll": append(make([]bool, 30), true, true, true, true, true, true, true, true, true, true, true, true, true, true)}
		}, ""},
		{"machine", func(in *Input) { in.Message.Automatic.Class = "auto_reply" }, "keine automatische Antwort"},
		{"long", func(in *Input) { in.Message.Reply += strings.Repeat(" und noch etwas", 50) }, "mehr als 120 Wörter"},
		{"tried already", func(in *Input) { in.Message.Reply += ". Das habe ich schon versucht." }, "never_if"},
		{"enumeration", func(in *Input) { in.Message.Reply += "\n1. Wie geht das?\n2. Und das?" }, "mehrere Anliegen"},
		{"courtesy", func(in *Input) {
			in.Message.Reply = "Guten Tag, wie geht es Ihnen? Mein Postfach ist voll. Was kann ich tun? Haben Sie einen Rat?"
		}, ""},
		{"two questions", func(in *Input) { in.Message.Reply += ". Wo ist der neue Scanner? Wann kommt der neue Monitor?" }, "mehrere Anliegen"},
		{"another request", func(in *Input) { in.Message.Reply += ". Außerdem brauche ich einen zweiten Monitor." }, "mehrere Anliegen"},
		{"for somebody", func(in *Input) { in.Message.Reply = "Hallo Frau Huber, das Postfach von Herrn Kurz ist voll." }, "nennt eine andere Person"},
		{"greeting with a name", func(in *Input) {
			in.Message.Reply = "Sehr geehrte Frau Huber,\nmein Postfach ist voll.\nMit freundlichen Grüßen\nHerr Kurz"
		}, ""},
		{"colleague", func(in *Input) { in.Message.Reply = "Das Postfach meiner Kollegin ist voll." }, "fremdes Konto"},
		{"again", func(in *Input) { in.Message.Reply = "Mein Postfach ist schon wieder voll" }, "never_if"},
		{"fraud", func(in *Input) { in.Message.Reply += ". Das sieht nach Betrug aus." }, "Sicherheit"},
		{"screenshot", func(in *Input) {
			in.Message.Attachments = []mailin.Attachment{{Inline: true, ContentType: "image/png", Size: 200 << 10}}
		}, "Anhang"},
		{"logo", func(in *Input) {
			in.Message.Attachments = []mailin.Attachment{{Inline: true, ContentType: "image/png", Size: 9 << 10}}
		}, ""},
		{"complaint", func(in *Input) { in.Message.Reply += ". Eine Beschwerde folgt." }, "Beschwerde"},
		{"important person", func(in *Input) { in.VIP = true }, "wichtige Person"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			in := good()
			c.change(&in)
			d := s.Decide(in)
			switch {
			case c.why == "-" && d.FAQ.ID != "":
				t.Errorf("%+v", d.FAQ)
			case c.why == "" && (!d.FAQ.Sent || d.FAQ.Answer == ""), c.why != "" && d.FAQ.Sent, c.why != "-" && !strings.Contains(d.FAQ.Why, c.why):
				t.Errorf("sent %v, why %q, want %q", d.FAQ.Sent, d.FAQ.Why, c.why)
			}
		})
	}
}

// A compound also says its parts, however long it is.
func TestCompoundParts(t *testing.T) {
	t.Parallel()
	s := compileText(t, "faq:\n  - {id: drucker, questions: {de: [Drucker]}, answer: A}\n  - {id: konto, questions: {de: [Konto]}, answer: B}\n", testRefs())
	for mail, want := range map[string]string{"Netzwerkdruckertreiberverwaltung": "drucker", "Benutzerkontosteuerungsfenster": "konto", "Kaffeemaschinenentkalkung": ""} {
		got := ""
		if found := s.faq.sim.find(newQuestion(mail, ""), "", 1); len(found) > 0 {
			got = s.faq.entries[found[0].entry].ID
		}
		if got != want {
			t.Errorf("%s finds %q, want %q", mail, got, want)
		}
	}
}
