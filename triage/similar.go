package triage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"firstline/mailout"
	"firstline/rules"
	"firstline/store"
	"firstline/triage/state"
)

const (
	// similarShown is how many solved tickets a notice names.
	similarShown = 3
	// similarRare is how many of the rarest words of a mail lead to candidates, and
	// similarCompared how many of those are looked at word by word: with both the
	// cost of a mail does not grow with the number of solved tickets.
	similarRare     = 10
	similarCompared = 16
	// fixRunes is how much of a solution a notice shows.
	fixRunes = 160
)

// solvedTicket is a ticket that was solved and what solved it.
type solvedTicket struct {
	store.Ticket
	fix store.Message
}

// isSolved reports whether a state means that somebody solved the ticket. What the
// FAQ answered is not among them: the FAQ finds its like by itself.
func isSolved(s string) bool { return s == string(state.Resolved) || s == string(state.Closed) }

// learnTopic remembers what a ticket that was just solved is about.
func (t *turn) learnTopic(tk *store.Ticket) error {
	topic, err := t.topicOf(tk)
	if err != nil || topic.Empty() {
		return err
	}
	if err := t.tx.SaveTopic(t.ctx, tk.ID, topic.String(), topic.Keys()); err != nil {
		return fmt.Errorf("remember what was solved: %w", err)
	}
	return nil
}

// topicOf is what a ticket is about: its subject and the mail that opened it.
func (t *turn) topicOf(tk *store.Ticket) (rules.Topic, error) {
	messages, err := t.tx.Messages(t.ctx, tk.ID)
	if err != nil {
		return rules.Topic{}, fmt.Errorf("read messages of ticket %d: %w", tk.ID, err)
	}
	text := ""
	if len(messages) > 0 {
		text = messages[0].Text
	}
	return rules.TopicOf(tk.Subject, text), nil
}

// similar are the solved tickets a ticket looks like, the nearest first, at most
// three. They are for agents alone: nothing of them may reach a requester (P1).
func (t *turn) similar(tk *store.Ticket) ([]mailout.Similar, error) {
	if list, ok := t.alike[tk.ID]; ok {
		return list, nil
	}
	topic, err := t.topicOf(tk)
	if err != nil {
		return nil, err
	}
	solved, err := t.solvedLike(topic, tk.ID)
	if err != nil {
		return nil, err
	}
	var list []mailout.Similar
	for i := range solved {
		fix := &solved[i].fix
		list = append(list, mailout.Similar{Tag: t.tag(&solved[i].Ticket), Subject: solved[i].Subject, By: fix.Name, On: fix.At,
			Fix: mailout.InternalNote(oneLine(fix.Text, fixRunes))})
	}
	if t.alike == nil {
		t.alike = map[int64][]mailout.Similar{}
	}
	t.alike[tk.ID] = list
	return list, nil
}

// solvedLike finds the solved tickets nearest to a topic, besides one. A ticket
// nobody wrote a solution of helps nobody and is left out.
func (t *turn) solvedLike(topic rules.Topic, besides int64) ([]solvedTicket, error) {
	near, err := t.nearTopics(topic, besides)
	if err != nil {
		return nil, err
	}
	var list []solvedTicket
	for _, id := range near {
		tk, err := t.tx.Ticket(t.ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read similar ticket: %w", err)
		}
		if !isSolved(tk.State) {
			continue // reopened
		}
		fix, err := t.solution(tk.ID)
		if err != nil {
			return nil, err
		}
		if fix.Text == "" {
			continue
		}
		if list = append(list, solvedTicket{tk, fix}); len(list) == similarShown {
			break
		}
	}
	return list, nil
}

// nearTopics are the ids of the solved tickets that are similar to a topic, the
// nearest first and of equally near ones the newest.
func (t *turn) nearTopics(topic rules.Topic, besides int64) ([]int64, error) {
	words, topics, err := t.tx.TopicWords(t.ctx, topic.Keys())
	if err != nil || topics == 0 {
		return nil, err
	}
	counts := rules.TopicCounts{Topics: topics, With: make(map[int64]int, len(words))}
	for _, w := range words {
		counts.With[w.Key] = w.Tickets
	}
	candidates := candidatesOf(words, counts, besides)
	said, err := t.tx.Topics(t.ctx, candidates)
	if err != nil {
		return nil, err
	}
	type near struct {
		id    int64
		score float64
	}
	var found []near
	for _, id := range candidates {
		if l := topic.Compare(rules.ParseTopic(said[id]), counts); l.Similar() {
			found = append(found, near{id, l.Score})
		}
	}
	slices.SortFunc(found, func(a, b near) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.id, a.id)) })
	ids := make([]int64, len(found))
	for i, f := range found {
		ids[i] = f.id
	}
	return ids, nil
}

// candidatesOf are the tickets that share the most telling words.
func candidatesOf(words []store.TopicWord, counts rules.TopicCounts, besides int64) []int64 {
	slices.SortFunc(words, func(a, b store.TopicWord) int {
		return cmp.Or(cmp.Compare(a.Tickets, b.Tickets), cmp.Compare(a.Key, b.Key))
	})
	shared := map[int64]float64{}
	for _, w := range words[:min(len(words), similarRare)] {
		for _, id := range w.Recent {
			shared[id] += counts.Rarity(w.Key)
		}
	}
	delete(shared, besides)
	ids := make([]int64, 0, len(shared))
	for id := range shared {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(shared[b], shared[a]), cmp.Compare(b, a)) })
	return ids[:min(len(ids), similarCompared)]
}

// solution is what solved a ticket: the newest note about the fix, else what the
// second level left as knowledge, else a workaround, else the last public word of
// an agent. Without any it is empty.
func (t *turn) solution(ticketID int64) (store.Message, error) {
	messages, err := t.tx.Messages(t.ctx, ticketID)
	if err != nil {
		return store.Message{}, fmt.Errorf("read messages of ticket %d: %w", ticketID, err)
	}
	return solutionOf(messages), nil
}

func solutionOf(messages []store.Message) store.Message {
	for _, kind := range []string{"fix", "knowledge", "workaround", "reply"} {
		for _, m := range slices.Backward(messages) {
			if m.Kind == kind && m.Agent != "" && (kind != "reply" || saysHow(m.Text)) && strings.TrimSpace(m.Text) != "" {
				return m
			}
		}
	}
	return store.Message{}
}

// saysHow reports whether a reply says more than that it is done.
func saysHow(text string) bool { return len(rules.TopicOf("", text).Keys()) > 1 }

// oneLine is the gist of a text on one line: without greeting and closing, ended
// with a sentence where one ends in time.
func oneLine(text string, most int) string {
	line := []rune(mailout.OneLine(rules.WithoutCourtesy(text)))
	if len(line) <= most {
		return string(line)
	}
	cut := string(line[:most-1])
	if end := strings.LastIndexAny(cut, ".!?"); end > len(cut)/2 {
		return cut[:end+1]
	}
	if end := strings.LastIndexByte(cut, ' '); end > 0 {
		cut = cut[:end]
	}
	return cut + " …"
}

// SimilarSolved are the ids of the solved tickets similar to a request, the nearest
// first.
func SimilarSolved(ctx context.Context, tx *store.Tx, subject, text string) ([]int64, error) {
	t := &turn{ctx: ctx, tx: tx}
	return t.nearTopics(rules.TopicOf(subject, text), 0)
}

// solvedWith are the solved tickets that have all words of a topic in what was asked,
// in whatever form, the newest first.
func (t *turn) solvedWith(topic rules.Topic) ([]store.Ticket, error) {
	keys := topic.Keys()
	if len(keys) == 0 {
		return nil, nil
	}
	words, _, err := t.tx.TopicWords(t.ctx, keys)
	if err != nil || len(words) < len(keys) {
		return nil, err
	}
	ids := words[0].Recent
	for _, w := range words[1:] {
		ids = slices.DeleteFunc(ids, func(id int64) bool { return !slices.Contains(w.Recent, id) })
	}
	var list []store.Ticket
	for _, id := range slices.Backward(ids) {
		tk, err := t.tx.Ticket(t.ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read found ticket: %w", err)
		}
		list = append(list, tk)
	}
	return list, nil
}

// indexed is the key under which the store keeps how far the solved tickets of
// earlier versions are indexed: the version of the words, and the last ticket.
const indexed = "topics"

// indexBatch is how many tickets are indexed in one transaction.
const indexBatch = 200

// sweepTopics indexes the tickets that were solved before there was an index, or
// before its words were made otherwise, a batch at a time.
func (d *Desk) sweepTopics(ctx context.Context) error {
	if d.topics.Load() {
		return nil
	}
	return d.Store.Update(ctx, func(tx *store.Tx) error {
		state, err := tx.Meta(ctx, indexed)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("read how far tickets are indexed: %w", err)
		}
		version, last := 0, int64(0)
		if _, err := fmt.Sscan(state, &version, &last); err != nil || version != rules.TopicVersion {
			last = 0 // never, or with other words
		}
		if last < 0 {
			d.topics.Store(true)
			return nil
		}
		ids, err := tx.SolvedTicketIDs(ctx, last, indexBatch)
		if err != nil {
			return fmt.Errorf("find solved tickets: %w", err)
		}
		t := d.turn(ctx, tx, d.Config(), &shared{})
		for _, id := range ids {
			tk, err := tx.Ticket(ctx, id)
			if err != nil {
				return fmt.Errorf("read solved ticket: %w", err)
			}
			if err := t.learnTopic(&tk); err != nil {
				return err
			}
			last = id
		}
		if len(ids) < indexBatch {
			last = -1
		}
		return tx.SetMeta(ctx, indexed, fmt.Sprintf("%d %d", rules.TopicVersion, last))
	})
}
