package triage

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"firstline/store"
)

// metaOutage keeps the last outage: two instants in unix milliseconds.
const metaOutage = "outage"

// outage is a time in which nothing fell due because nobody looked: the daemon was
// down, or the machine slept. It is kept, so that what was missed can be told even
// when the daemon ends again before it has.
type outage struct{ from, to time.Time }

func (o outage) zero() bool { return o.to.IsZero() }

// covers reports whether an instant fell into the outage.
func (o outage) covers(at time.Time) bool { return at.After(o.from) && !at.After(o.to) }

// reason says in the history why something happens late.
func (o outage) reason() string {
	if o.zero() {
		return ""
	}
	return "missed in the outage from " + o.from.UTC().Format(time.RFC3339) + " to " + o.to.UTC().Format(time.RFC3339)
}

// lastOutage reads the last outage; the zero outage when there was none.
func lastOutage(ctx context.Context, tx *store.Tx) (o outage, err error) {
	text, err := tx.Meta(ctx, metaOutage)
	if errors.Is(err, store.ErrNotFound) {
		return o, nil
	}
	if err != nil {
		return o, fmt.Errorf("read the last outage: %w", err)
	}
	from, to, _ := strings.Cut(text, " ")
	a, errA := strconv.ParseInt(from, 10, 64)
	b, errB := strconv.ParseInt(to, 10, 64)
	if errA != nil || errB != nil {
		return o, nil
	}
	return outage{time.UnixMilli(a).UTC(), time.UnixMilli(b).UTC()}, nil
}

// saveOutage keeps the last outage.
func saveOutage(ctx context.Context, tx *store.Tx, o outage) error {
	err := tx.SetMeta(ctx, metaOutage, fmt.Sprintf("%d %d", o.from.UnixMilli(), o.to.UnixMilli()))
	if err != nil {
		return fmt.Errorf("keep the outage: %w", err)
	}
	return nil
}
