package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// TopicWord is a word of solved tickets, by its number.
type TopicWord struct {
	Key     int64
	Tickets int     // how many have it
	Recent  []int64 // ids of the newest of them, newest last, at most 128
}

// topicRecent is how many tickets a word leads to. A ticket is found by any of its
// words, and what everybody writes leads to the newest ones only.
const topicRecent = 128

// allTopics is the word that every topic has.
const allTopics = 0

func scanTopicWord(r *row) TopicWord {
	w := TopicWord{Key: r.int64(), Tickets: r.int()}
	for b := r.blob(); len(b) >= 4; b = b[4:] {
		w.Recent = append(w.Recent, int64(binary.BigEndian.Uint32(b)))
	}
	return w
}

// SaveTopic records what a ticket is about, in place of what was known: its words as
// a text and the number of each word, greater than 0.
func (tx *Tx) SaveTopic(ctx context.Context, ticketID int64, words string, keys []int64) error {
	if err := tx.DropTopic(ctx, ticketID); err != nil {
		return err
	}
	blob := make([]byte, 0, 8*len(keys))
	for _, k := range keys {
		blob = binary.BigEndian.AppendUint64(blob, uint64(k))
	}
	if _, err := tx.exec(ctx, "INSERT INTO topic (ticket_id, words, keys) VALUES (?, ?, ?)", ticketID, words, blob); err != nil {
		return fmt.Errorf("save topic of ticket %d: %w", ticketID, err)
	}
	return tx.countTopic(ctx, ticketID, append(slices.Clone(keys), allTopics), 1)
}

// DropTopic forgets what a ticket is about, for an erasure too.
func (tx *Tx) DropTopic(ctx context.Context, ticketID int64) error {
	blob, err := single(ctx, tx, (*row).blob, "SELECT keys FROM topic WHERE ticket_id = ?", ticketID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("drop topic of ticket %d: %w", ticketID, err)
	}
	keys := []int64{allTopics}
	for ; len(blob) >= 8; blob = blob[8:] {
		keys = append(keys, int64(binary.BigEndian.Uint64(blob)))
	}
	if err := tx.one(ctx, "DELETE FROM topic WHERE ticket_id = ?", ticketID); err != nil {
		return fmt.Errorf("drop topic of ticket %d: %w", ticketID, err)
	}
	return tx.countTopic(ctx, ticketID, keys, -1)
}

// countTopic adds a ticket to words, or takes it away; a word no ticket has is gone.
func (tx *Tx) countTopic(ctx context.Context, ticketID int64, keys []int64, by int) error {
	known, err := tx.topicWords(ctx, keys)
	if err != nil {
		return err
	}
	for _, k := range keys {
		w := known[k]
		w.Recent = slices.DeleteFunc(w.Recent, func(id int64) bool { return id == ticketID })
		if w.Tickets += by; by > 0 && k != allTopics {
			w.Recent = append(w.Recent, ticketID)
			w.Recent = w.Recent[max(0, len(w.Recent)-topicRecent):]
		}
		if w.Tickets <= 0 {
			if _, err := tx.exec(ctx, "DELETE FROM topic_word WHERE word = ?", k); err != nil {
				return fmt.Errorf("count topic word: %w", err)
			}
			continue
		}
		blob := make([]byte, 0, 4*len(w.Recent))
		for _, id := range w.Recent {
			blob = binary.BigEndian.AppendUint32(blob, uint32(id))
		}
		_, err := tx.exec(ctx, `INSERT INTO topic_word (word, tickets, recent) VALUES (?, ?, ?)
			ON CONFLICT (word) DO UPDATE SET
				tickets = excluded.tickets,
				recent = excluded.recent`, k, w.Tickets, blob)
		if err != nil {
			return fmt.Errorf("count topic word: %w", err)
		}
	}
	return nil
}

// TopicWords returns the words of these numbers that any topic has, and how many
// topics there are.
func (tx *Tx) TopicWords(ctx context.Context, keys []int64) (words []TopicWord, topics int, err error) {
	known, err := tx.topicWords(ctx, append(slices.Clone(keys), allTopics))
	if err != nil {
		return nil, 0, err
	}
	for _, k := range keys {
		if w, ok := known[k]; ok {
			words = append(words, w)
		}
	}
	return words, known[allTopics].Tickets, nil
}

func (tx *Tx) topicWords(ctx context.Context, keys []int64) (map[int64]TopicWord, error) {
	known := make(map[int64]TopicWord, len(keys))
	err := tx.each(ctx, "SELECT word, tickets, recent FROM topic_word WHERE word IN (SELECT value FROM json_each(?))", func(r *row) error {
		w := scanTopicWord(r)
		known[w.Key] = w
		return r.err
	}, jsonIDs(keys))
	if err != nil {
		return nil, fmt.Errorf("read topic words: %w", err)
	}
	return known, nil
}

// SolvedTicketIDs returns tickets that are resolved or closed, from the one after an
// id, in order.
func (tx *Tx) SolvedTicketIDs(ctx context.Context, after int64, atMost int) ([]int64, error) {
	return all(ctx, tx, (*row).int64, "SELECT id FROM ticket WHERE id > ? AND state IN ('resolved', 'closed') ORDER BY id LIMIT ?", after, limit(atMost))
}

// Topics returns the words of tickets as SaveTopic got them, by ticket id.
func (tx *Tx) Topics(ctx context.Context, ids []int64) (map[int64]string, error) {
	found := make(map[int64]string, len(ids))
	err := tx.each(ctx, "SELECT ticket_id, words FROM topic WHERE ticket_id IN (SELECT value FROM json_each(?))", func(r *row) error {
		found[r.int64()] = r.text()
		return r.err
	}, jsonIDs(ids))
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	return found, nil
}
