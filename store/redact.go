package store

import (
	"context"
	"fmt"
	"strings"
)

// Redact replaces texts wherever they stand in a column of the database, ASCII case
// ignored, in Erase alone. It reads every row.
func (tx *Tx) Redact(ctx context.Context, texts []string, with string) error {
	tables, err := all(ctx, tx, (*row).text, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND sql NOT LIKE 'CREATE VIRTUAL%'")
	if err != nil {
		return fmt.Errorf("redact: %w", err)
	}
	for _, table := range tables {
		columns, err := all(ctx, tx, (*row).text, "SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT'", table)
		if err != nil {
			return fmt.Errorf("redact %s: %w", table, err)
		}
		for _, column := range columns {
			if err := tx.redactColumn(ctx, table, column, texts, with); err != nil {
				return fmt.Errorf("redact %s.%s: %w", table, column, err)
			}
		}
	}
	return nil
}

func (tx *Tx) redactColumn(ctx context.Context, table, column string, texts []string, with string) error {
	name := `"` + column + `"`
	for _, text := range texts {
		if text == "" {
			continue
		}
		values, err := all(ctx, tx, (*row).text, `SELECT DISTINCT `+name+` FROM "`+table+`" WHERE `+name+` LIKE ? ESCAPE '\'`, "%"+escapeLike(text)+"%")
		if err != nil {
			return err
		}
		for _, v := range values {
			if _, err := tx.exec(ctx, `UPDATE OR REPLACE "`+table+`" SET `+name+` = ? WHERE `+name+` = ?`, replaceFold(v, text, with), v); err != nil {
				return err
			}
		}
	}
	return nil
}

// replaceFold is strings.ReplaceAll with ASCII case ignored, as LIKE does.
func replaceFold(s, old, with string) string {
	fold := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r + 'a' - 'A'
			}
			return r
		}, s)
	}
	low, want := fold(s), fold(old)
	var b strings.Builder
	for {
		i := strings.Index(low, want)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		b.WriteString(with)
		s, low = s[i+len(old):], low[i+len(want):]
	}
}
