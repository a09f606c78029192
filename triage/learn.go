package triage

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/token"
)

// backgroundFor is how long the background of the FAQ is used before it is read
// again: a day more or less of tickets changes little among thousands.
const backgroundFor = day

// lessons are what the FAQ has learned from the desk: phrasings that entries
// answered, and requests that none did.
type lessons struct {
	count      int64     // store.LessonCount as of the reading
	readAt     time.Time // zero = never
	learned    map[string][]rules.Phrase
	background []rules.Phrase
}

func (l *lessons) empty() bool { return len(l.learned)+len(l.background) == 0 }

// readLessons reads what the FAQ has learned.
func readLessons(ctx context.Context, tx *store.Tx, prefix string) (l lessons, err error) {
	if l.count, err = tx.LessonCount(ctx); err != nil {
		return l, fmt.Errorf("count lessons: %w", err)
	}
	rows, err := tx.Lessons(ctx)
	if err != nil {
		return l, fmt.Errorf("read lessons: %w", err)
	}
	tag := func(number int64) string { return token.Ticket{Prefix: prefix, Number: number}.String() }
	l.readAt, l.learned = tx.Now, map[string][]rules.Phrase{}
	for _, r := range rows {
		l.learned[r.Entry] = append(l.learned[r.Entry], rules.Phrase{Text: r.Text, Ticket: tag(r.Number)})
	}
	requests, err := tx.RequestsWithoutFAQ(ctx, rules.MaxBackground)
	if err != nil {
		return l, fmt.Errorf("read requests: %w", err)
	}
	for _, r := range requests {
		l.background = append(l.background, rules.Phrase{Text: rules.Phrasing(r.Subject, r.Text), Ticket: tag(r.Number)})
	}
	return l, nil
}

// taught is a configuration whose FAQ knows the lessons.
func (l *lessons) taught(c *Config) *Config {
	if c.Rules == nil || l.empty() || len(c.Rules.FAQEntries()) == 0 {
		return c
	}
	knowing := *c
	knowing.Rules = c.Rules.With(rules.WithLearned(l.learned), rules.WithBackground(l.background))
	return &knowing
}

// Taught returns a configuration whose FAQ knows what the desk has learned, as
// the running desk decides with it.
func Taught(ctx context.Context, st *store.Store, c *Config) (*Config, error) {
	err := st.View(ctx, func(tx *store.Tx) error {
		l, err := readLessons(ctx, tx, c.Ticket.Prefix)
		c = l.taught(c)
		return err
	})
	return c, err
}

// relearn reads the lessons again when there are new ones, or the background is
// a day old. Decisions that are being made keep the rules they began with.
func (d *Desk) relearn(ctx context.Context) error {
	d.learning.Lock()
	defer d.learning.Unlock()
	var next lessons
	var stale bool
	err := d.Store.View(ctx, func(tx *store.Tx) error {
		count, err := tx.LessonCount(ctx)
		if err != nil {
			return fmt.Errorf("count lessons: %w", err)
		}
		age := tx.Now.Sub(d.lessons.readAt)
		stale = d.lessons.readAt.IsZero() || count != d.lessons.count || age >= backgroundFor || age < 0
		if stale {
			next, err = readLessons(ctx, tx, d.untaught.Ticket.Prefix)
		}
		return err
	})
	if err != nil || !stale {
		return err
	}
	d.lessons = next
	d.config.Store(d.lessons.taught(d.untaught))
	return nil
}

// learn keeps the words a ticket began with as a phrasing of the entry that
// answered it.
func (t *turn) learn(tk *store.Ticket, entry, source string) error {
	if t.c.Rules == nil {
		return nil
	}
	if _, ok := t.c.Rules.FAQEntry(entry); !ok {
		return nil
	}
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	i := slices.IndexFunc(messages, func(m store.Message) bool { return m.Kind == "request" && m.Agent == "" })
	if i < 0 {
		return nil // an agent's words for a call
	}
	text := rules.Phrasing(mailin.BaseSubject(messages[i].Subject), messages[i].Text)
	if strings.Trim(text, "| ") == "" {
		return nil
	}
	return t.tx.Learn(t.ctx, store.Lesson{TicketID: tk.ID, Entry: entry, Source: source, Text: text}, rules.MaxLearned)
}

// unlearn drops what a ticket taught: the answer did not help after all.
func (t *turn) unlearn(tk *store.Ticket) error {
	if err := t.tx.Unlearn(t.ctx, tk.ID); err != nil {
		return fmt.Errorf("forget the lesson of ticket %d: %w", tk.ID, err)
	}
	return nil
}

// entries are the FAQ entries that the mail inserts, each once.
func (j *job) entries() (list []string) {
	for _, p := range j.parsed.Parts {
		if p.Entry != "" && !slices.Contains(list, p.Entry) {
			list = append(list, p.Entry)
		}
	}
	return list
}

// entryFiles are the files that belong to the answers the mail inserts.
func (j *job) entryFiles() (files []mailout.Attachment) {
	for _, entry := range j.entries() {
		files = append(files, j.c.FAQ.Files[entry]...)
	}
	return files
}

// usedFAQ records the entries an agent has answered with. When it is one, the
// ticket teaches it.
func (j *job) usedFAQ() error {
	if !j.worded {
		return nil
	}
	entries := j.entries()
	for _, entry := range entries {
		err := j.tx.SaveFAQUse(j.ctx, store.FAQUse{TicketID: j.tk.ID, Entry: entry, Requester: j.tk.Requester, Agent: j.ac.agent.ID})
		if err != nil {
			return fmt.Errorf("record the use of FAQ %s in ticket %d: %w", entry, j.tk.ID, err)
		}
		if err := j.event(j.tk, j.actor(), eventFAQUsed, "", entry, "answered with the FAQ entry"); err != nil {
			return err
		}
	}
	if len(entries) != 1 {
		return nil
	}
	return j.learn(j.tk, entries[0], store.LessonAgent)
}
