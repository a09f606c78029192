package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// Keys of Meta that the store itself keeps.
const (
	MetaInstance     = "instance"      // random id of this installation
	MetaNextNumber   = "next_number"   // next ticket number
	MetaRestoreEpoch = "restore_epoch" // unix ms of the last Restore; automatic mail for older causes is suppressed
	// MetaClockDoubt is present while the wall clock is not trusted: mail that no
	// person wrote is not claimed.
	MetaClockDoubt = "clock_doubt"
	metaErasing    = "erasing" // present inside Erase alone: lifts the append-only triggers
)

// Meta returns a small fact about this store; ErrNotFound when it is not set.
func (tx *Tx) Meta(ctx context.Context, key string) (string, error) {
	return single(ctx, tx, (*row).text, "SELECT value FROM meta WHERE key = ?", key)
}

// SetMeta writes a small fact about this store.
func (tx *Tx) SetMeta(ctx context.Context, key, value string) error {
	if key == metaErasing {
		return fmt.Errorf("set meta %q: only Erase may", key)
	}
	_, err := tx.exec(ctx, "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	return err
}

// DropMeta removes a small fact; one that is not there is no error.
func (tx *Tx) DropMeta(ctx context.Context, key string) error {
	_, err := tx.exec(ctx, "DELETE FROM meta WHERE key = ?", key)
	return err
}

// RestoreEpoch returns when this store was last restored from a backup, zero
// when never.
func (tx *Tx) RestoreEpoch(ctx context.Context) (time.Time, error) {
	n, err := tx.number(ctx, "SELECT CAST(value AS INTEGER) FROM meta WHERE key = ?", MetaRestoreEpoch)
	if err != nil || n == 0 {
		return time.Time{}, err
	}
	return time.UnixMilli(n).UTC(), nil
}

// SigningKey is a secret that signs tokens.
type SigningKey struct {
	ID        int64
	Secret    []byte
	CreatedAt time.Time
}

// SigningKeys returns the keys, newest first: the newest signs, all verify.
func (tx *Tx) SigningKeys(ctx context.Context) ([]SigningKey, error) {
	return all(ctx, tx, func(r *row) SigningKey {
		return SigningKey{ID: r.int64(), Secret: r.blob(), CreatedAt: r.time()}
	}, "SELECT id, secret, created_at FROM signing_key ORDER BY id DESC")
}

// RetireKey deletes a signing key: what it signed proves nothing any more. The newest
// stays; ErrNotFound for it and for one that is not there.
func (tx *Tx) RetireKey(ctx context.Context, id int64) error {
	return tx.one(ctx, "DELETE FROM signing_key WHERE id = ? AND id < (SELECT max(id) FROM signing_key)", id)
}

// RotateKey adds a new signing key; the older ones go on verifying.
func (tx *Tx) RotateKey(ctx context.Context) error {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	_, err := tx.exec(ctx, "INSERT INTO signing_key (secret, created_at) VALUES (?, ?)", secret, tx.Now)
	return err
}
