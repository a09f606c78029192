package store

import (
	"context"
	"errors"
)

// exec runs a writing statement and returns the number of rows it changed.
func (tx *Tx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n, _, err := tx.c.exec(context.WithoutCancel(ctx), sql, args...)
	return n, err
}

// insert runs an INSERT and returns the new row's id.
func (tx *Tx) insert(ctx context.Context, sql string, args ...any) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	_, id, err := tx.c.exec(context.WithoutCancel(ctx), sql, args...)
	return id, err
}

// one is exec for a row that must exist.
func (tx *Tx) one(ctx context.Context, sql string, args ...any) error {
	n, err := tx.exec(ctx, sql, args...)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// each calls f for every row of a query.
func (tx *Tx) each(ctx context.Context, sql string, f func(r *row) error, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !tx.readOnly {
		ctx = context.WithoutCancel(ctx)
	}
	return tx.c.query(ctx, sql, args, f)
}

// all collects the rows of a query.
func all[T any](ctx context.Context, tx *Tx, scan func(r *row) T, sql string, args ...any) ([]T, error) {
	var list []T
	err := tx.each(ctx, sql, func(r *row) error {
		list = append(list, scan(r))
		return r.err
	}, args...)
	return list, err
}

// single reads the one row of a query, or ErrNotFound.
func single[T any](ctx context.Context, tx *Tx, scan func(r *row) T, sql string, args ...any) (T, error) {
	// A look-up by key takes microseconds: not worth a watcher of ctx.
	if err := ctx.Err(); err != nil {
		var none T
		return none, err
	}
	ctx = context.WithoutCancel(ctx)
	var v T
	err := ErrNotFound
	qerr := tx.each(ctx, sql, func(r *row) error {
		if errors.Is(err, ErrNotFound) {
			v, err = scan(r), nil
		}
		return r.err
	}, args...)
	if qerr != nil {
		err = qerr
	}
	return v, err
}

// number reads the one integer of a query; no row is 0.
func (tx *Tx) number(ctx context.Context, sql string, args ...any) (int64, error) {
	n, err := single(ctx, tx, (*row).int64, sql, args...)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return n, err
}
