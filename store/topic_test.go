package store

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// Topics come back as they were saved; a word leads to the newest tickets that have
// it, and to none that was forgotten.
func TestTopics(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b := ticketOf(t, s, deliver(t, s, 1, "a")), ticketOf(t, s, deliver(t, s, 2, "b"))
	update(t, s, func(ctx context.Context, tx *Tx) error {
		if err := tx.SaveTopic(ctx, a.ID, "vpn* zertifikat", []int64{7, 1 << 52}); err != nil {
			return err
		}
		if err := tx.SaveTopic(ctx, b.ID, "vpn", []int64{7}); err != nil {
			return err
		}
		return tx.SaveTopic(ctx, a.ID, "vpn* zertifikat", []int64{7, 1 << 52}) // solved once more
	})
	look := func(keys ...int64) (words []TopicWord, topics int) {
		view(t, s, func(ctx context.Context, tx *Tx) (err error) {
			words, topics, err = tx.TopicWords(ctx, keys)
			return err
		})
		return words, topics
	}
	words, topics := look(1<<52, 7, 9)
	want := []TopicWord{{1 << 52, 1, []int64{a.ID}}, {7, 2, []int64{b.ID, a.ID}}}
	if topics != 2 || !reflect.DeepEqual(words, want) {
		t.Errorf("%d topics, %+v, want %+v", topics, words, want)
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		got, err := tx.Topics(ctx, []int64{a.ID, b.ID, 99})
		if want := map[int64]string{a.ID: "vpn* zertifikat", b.ID: "vpn"}; !reflect.DeepEqual(got, want) {
			t.Errorf("topics %v, want %v", got, want)
		}
		return err
	})
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.DropTopic(ctx, a.ID) })
	if words, topics := look(1<<52, 7); topics != 1 || !reflect.DeepEqual(words, []TopicWord{{7, 1, []int64{b.ID}}}) {
		t.Errorf("after a was forgotten: %d topics, %+v", topics, words)
	}
	update(t, s, func(ctx context.Context, tx *Tx) error { return tx.DropTopic(ctx, b.ID) })
	view(t, s, func(ctx context.Context, tx *Tx) error {
		n, err := tx.number(ctx, "SELECT count(*) FROM topic_word")
		if n != 0 {
			t.Errorf("%d words are left of no topic", n)
		}
		return err
	})
	sound(t, s)
}

// What everybody writes about leads to the newest tickets only, and is counted in full.
func TestTopicOfEverybody(t *testing.T) {
	t.Parallel()
	s := open(t)
	const n = topicRecent + 3
	var last int64
	for i := range n {
		last = ticketOf(t, s, deliver(t, s, uint32(i+1), fmt.Sprint(i))).ID
		update(t, s, func(ctx context.Context, tx *Tx) error { return tx.SaveTopic(ctx, last, "drucker", []int64{5}) })
	}
	view(t, s, func(ctx context.Context, tx *Tx) error {
		words, topics, err := tx.TopicWords(ctx, []int64{5})
		if err != nil {
			return err
		}
		if topics != n || words[0].Tickets != n || len(words[0].Recent) != topicRecent || slices.Max(words[0].Recent) != last {
			t.Errorf("%d topics, word of %d tickets leads to %d, newest %d of %d", topics, words[0].Tickets, len(words[0].Recent), slices.Max(words[0].Recent), last)
		}
		return nil
	})
}
