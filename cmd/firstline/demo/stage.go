package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/store"
)

// stage is where the story is told: it lets people write mails and shows what
// reaches their mailboxes.
type stage struct {
	out   io.Writer
	color bool
	world *world
	store *store.Store
	shown int    // parcels that were printed
	said  string // the mail that was printed last
	mark  int    // parcels before the scene

	vpn, printer letter
	receipt      *mailin.Message
	agent        told
}

// told is an agent with a mail he got.
type told struct {
	who person
	m   *mailin.Message
}

func (s *stage) paint(code, text string) string {
	if !s.color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func (s *stage) say(text string) { fmt.Fprintf(s.out, "   %s\n", text) }

func (s *stage) title(n int, text string) {
	fmt.Fprintf(s.out, "\n%s\n", s.paint("1", fmt.Sprintf("%2d  %s", n, text)))
}

// write lets a person write to the support address.
func (s *stage) write(l letter) (letter, error) {
	s.mark = s.world.after()
	s.shown = s.mark
	sent, err := s.world.send(l, false)
	if err != nil {
		return sent, err
	}
	s.show("→", l.from.name, support, l.subject, newText(l.text))
	return sent, nil
}

// newText is what a letter says above its quotes.
func newText(text string) string {
	if i := strings.Index(text, "\n\nAm "); i > 0 {
		return text[:i]
	}
	return text
}

// answer lets a person answer a mail, with the quote his client makes.
func (s *stage) answer(p person, m *mailin.Message, text string) (letter, error) {
	if m == nil {
		return letter{}, fmt.Errorf("%s has no mail to answer", p.name)
	}
	return s.write(letter{from: p, subject: replySubject(m.Subject), text: reply(m, text), answers: m})
}

// forge answers in somebody else's name from outside.
func (s *stage) forge(p person, m *mailin.Message, text string) error {
	s.mark = s.world.after()
	s.shown = s.mark
	l := letter{from: p, subject: replySubject(m.Subject), text: reply(m, text), answers: m}
	_, err := s.world.send(l, true)
	s.show("→", "„"+p.name+"“ (gefälscht)", support, l.subject, text)
	return err
}

// again delivers a letter a second time, to an alias and with other trace fields.
func (s *stage) again(l letter) error {
	s.mark = s.world.after()
	s.shown = s.mark
	raw := append([]byte("X-Forwarded-By: alias\r\n"), l.bytes()...)
	s.show("→", l.from.name, "it@"+domain, l.subject, "(dieselbe Mail noch einmal)")
	return s.world.submit(l.from.user, l.from.address(), "it@"+domain, raw)
}

// want is a mail that must come.
type want struct {
	who  []person
	fits func(*mailin.Message) bool
}

func (s *stage) to(p person, fits func(*mailin.Message) bool) want { return want{[]person{p}, fits} }

// toAgents wants a notice for whichever first-level agent gets it.
func (s *stage) toAgents(fits func(*mailin.Message) bool) want {
	return want{[]person{lena, tobias}, fits}
}

// expect waits for mails and prints everything that came meanwhile.
func (s *stage) expect(ctx context.Context, wants ...want) error {
	for _, w := range wants {
		if err := s.one(ctx, w); err != nil {
			return err
		}
	}
	time.Sleep(breath)
	s.news()
	return nil
}

func (s *stage) one(ctx context.Context, w want) error {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	for {
		for _, p := range w.who {
			for _, got := range s.world.since(s.mark) {
				if got.to == p.user && w.fits(got.m) {
					return nil
				}
			}
		}
		s.news()
		select {
		case <-ctx.Done():
			return fmt.Errorf("the mail for %s did not come: %w", w.who[0].name, ctx.Err())
		case <-s.world.news:
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// silence waits until the desk has decided about everything and says why no mail
// came.
func (s *stage) silence(ctx context.Context, why string) error {
	if err := s.settled(ctx); err != nil {
		return err
	}
	time.Sleep(breath)
	s.news()
	s.say(s.paint("2", why))
	return nil
}

// settled waits until no mail waits for triage.
func (s *stage) settled(ctx context.Context) error {
	deadline := time.Now().Add(20 * time.Second)
	inbox := len(s.world.imap.Messages(desk.user, "INBOX"))
	for time.Now().Before(deadline) {
		waiting := -1
		err := s.store.View(ctx, func(tx *store.Tx) error {
			rows, err := tx.NextInbound(ctx, 10)
			waiting = len(rows)
			return err
		})
		if err != nil {
			return err
		}
		inbox = len(s.world.imap.Messages(desk.user, "INBOX"))
		if waiting == 0 && inbox == 0 {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("%d mails still wait in the support mailbox", inbox)
}

// ticketIs waits until a ticket has a state.
func (s *stage) ticketIs(ctx context.Context, subject, state string) error {
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		var found []store.Ticket
		err := s.store.View(ctx, func(tx *store.Tx) error {
			var err error
			found, err = tx.ListTickets(ctx, store.TicketFilter{Text: subject, States: []string{state}, Limit: 5})
			return err
		})
		if err != nil {
			return err
		}
		if len(found) > 0 {
			s.news()
			s.say(s.paint("2", fmt.Sprintf("IT-%d ist jetzt: %s", found[0].Number, mailout.StateLabel(state, "de"))))
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.New("the ticket did not get the state " + state)
}

// news prints the mails that reached people since the last look.
func (s *stage) news() {
	for _, p := range s.world.since(s.shown) {
		s.shown++
		if p.to == desk.user {
			continue
		}
		said := body(p.m)
		if said == s.said { // the same notice to the next member of a group
			fmt.Fprintf(s.out, "   %s\n", s.paint("36", "✉ ebenso an "+p.to+"@"+domain))
			continue
		}
		s.said = said
		s.show("✉", p.m.From.Name, p.to+"@"+domain, p.m.Subject, p.m.Text)
		for _, a := range p.m.Attachments {
			fmt.Fprintf(s.out, "      [%s, %d Bytes]\n", a.Filename, a.Size)
		}
	}
}

// body is a mail without its last lines, where the token of its recipient stands.
func body(m *mailin.Message) string {
	text, _, _ := strings.Cut(m.Text, "\n--\n")
	return m.Subject + "\n" + text
}

// show prints one mail.
func (s *stage) show(sign, from, to, subject, text string) {
	code := "36"
	if sign == "→" {
		code = "33"
	}
	fmt.Fprintf(s.out, "\n   %s\n", s.paint(code, fmt.Sprintf("%s %s an %s: %s", sign, from, to, subject)))
	for line := range strings.Lines(strings.TrimSpace(text)) {
		fmt.Fprintf(s.out, "      │ %s\n", strings.TrimRight(line, "\r\n"))
	}
}

// last is the newest mail a person got from the desk.
func (s *stage) last(p person) *mailin.Message {
	var m *mailin.Message
	for _, got := range s.world.since(0) {
		if got.to == p.user {
			m = got.m
		}
	}
	return m
}

// lastOfAgents is the newest notice a first-level agent got about something.
func (s *stage) lastOfAgents(subject string) told {
	t := told{who: lena}
	for _, got := range s.world.since(0) {
		for _, a := range []person{lena, tobias} {
			if got.to == a.user && strings.Contains(got.m.Subject, subject) {
				t = told{a, got.m}
			}
		}
	}
	return t
}
