package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path/filepath"
	"sort"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// migration is one step of the schema; its version is its place in the list.
type migration struct{ name, sql string }

// migrations returns the steps in order.
func migrations() ([]migration, error) {
	entries, err := fs.ReadDir(schemaFiles, "schema")
	if err != nil {
		return nil, err
	}
	sort.Slice(entries, func(i, j int) bool { return entries[i].Name() < entries[j].Name() })
	var list []migration
	for _, e := range entries {
		b, err := schemaFiles.ReadFile("schema/" + e.Name())
		if err != nil {
			return nil, err
		}
		list = append(list, migration{e.Name(), string(b)})
	}
	return list, nil
}

func userVersion(ctx context.Context, c *conn) (int, error) {
	v, err := (&Tx{c: c}).number(ctx, "PRAGMA user_version")
	return int(v), err
}

func refuseNewer(have, want int) error {
	if have > want {
		return fmt.Errorf("%w: its schema is %d, this program knows %d; install the newer program or restore the backup made before the upgrade", ErrNewerSchema, have, want)
	}
	return nil
}

// migrate brings the file to the newest schema, each step in a transaction. A
// file that already holds something is copied first.
func migrate(ctx context.Context, c *conn, path string, steps []migration) error {
	have, err := userVersion(ctx, c)
	if err != nil {
		return err
	}
	if err := refuseNewer(have, len(steps)); err != nil {
		return err
	}
	if have > 0 && have < len(steps) {
		if err := copyBefore(ctx, c, fmt.Sprintf("%s.v%d", path, have)); err != nil {
			return fmt.Errorf("copy before upgrade: %w", err)
		}
	}
	for v := have; v < len(steps); v++ {
		tx := &Tx{c: c}
		_, err := transact(ctx, c, "BEGIN IMMEDIATE", tx, func(tx *Tx) error {
			if err := c.run(ctx, steps[v].sql); err != nil {
				return err
			}
			return c.run(ctx, fmt.Sprintf("PRAGMA user_version = %d", v+1))
		})
		if err != nil {
			return fmt.Errorf("upgrade schema by %s: %w", steps[v].name, err)
		}
	}
	return nil
}

// copyBefore writes a consistent copy of the database, for the way back.
func copyBefore(ctx context.Context, c *conn, path string) error {
	if err := remove(path); err != nil {
		return err
	}
	if err := vacuumInto(ctx, c, path); err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}
