package triage

import (
	"context"
	"fmt"
	"slices"
	"time"

	"firstline/store"
	"firstline/triage/token"
)

const (
	// keyLife is how long a key signs; older ones go on verifying.
	keyLife = 180 * day
	// keyKept is how long an answer to an old mail is still known by its token.
	keyKept = 4 * 365 * day
)

// LoadKeys reads the signing keys; call it again after a rotation.
func (d *Desk) LoadKeys(ctx context.Context) error {
	return d.Store.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.SigningKeys(ctx)
		if err != nil {
			return fmt.Errorf("read signing keys: %w", err)
		}
		list := make([]token.Key, len(rows))
		for i, r := range rows {
			list[i] = token.Key{ID: r.ID, Secret: r.Secret}
		}
		keys, err := token.NewKeys(list...)
		if err != nil {
			return err
		}
		d.keys.Store(&keys)
		return nil
	})
}

// tendKeys adds a key when the newest is old, drops what is too old to be needed, and
// takes over what was changed beside the daemon.
func (d *Desk) tendKeys(ctx context.Context) error {
	var rows []store.SigningKey
	var now time.Time
	read := func(tx *store.Tx) (err error) {
		rows, err = tx.SigningKeys(ctx)
		now = tx.Now
		return err
	}
	if err := d.Store.View(ctx, read); err != nil {
		return fmt.Errorf("read signing keys: %w", err)
	}
	old := func(k store.SigningKey, life time.Duration) bool { return now.Sub(k.CreatedAt) > life }
	if len(rows) > 0 && (old(rows[0], keyLife) || slices.ContainsFunc(rows[1:], func(k store.SigningKey) bool { return old(k, keyKept) })) {
		err := d.Store.Update(ctx, func(tx *store.Tx) error {
			if old(rows[0], keyLife) {
				if err := tx.RotateKey(ctx); err != nil {
					return err
				}
			}
			for _, k := range rows {
				if !old(k, keyKept) {
					continue
				}
				if err := tx.RetireKey(ctx, k.ID); err != nil {
					return err
				}
			}
			return read(tx)
		})
		if err != nil {
			return fmt.Errorf("rotate signing keys: %w", err)
		}
		d.Log.Info("signing keys rotated", "keys", len(rows))
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	if slices.Equal(ids, d.keys.Load().IDs()) {
		return nil
	}
	return d.LoadKeys(ctx)
}
