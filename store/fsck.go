package store

import (
	"context"
	"fmt"
)

// Violation is a broken invariant, with the ids of the first rows that break it.
type Violation struct {
	Name string  // of the check
	Text string  // what is wrong, for people
	IDs  []int64 // at most 20
}

// Fsck checks the invariants of the database and returns the broken ones.
func (s *Store) Fsck(ctx context.Context) ([]Violation, error) {
	var list []Violation
	err := s.View(ctx, func(tx *Tx) (err error) {
		list, err = fsck(ctx, tx)
		return err
	})
	return list, err
}

func fsck(ctx context.Context, tx *Tx) ([]Violation, error) {
	var list []Violation
	found, err := all(ctx, tx, (*row).text, "PRAGMA integrity_check(20)")
	if err != nil {
		return nil, fmt.Errorf("integrity check: %w", err)
	}
	for _, text := range found {
		if text != "ok" {
			list = append(list, Violation{Name: "integrity", Text: text})
		}
	}
	return list, nil
}
