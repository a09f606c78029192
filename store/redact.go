package store

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Redact replaces names and addresses wherever they stand for themselves in a column of
// the database, case ignored, in Erase alone. It reads every row.
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
		values, err := all(ctx, tx, (*row).text, `SELECT DISTINCT `+name+` FROM "`+table+`" WHERE `+name+` LIKE ? ESCAPE '\'`, "%"+likeFold(text)+"%")
		if err != nil {
			return err
		}
		for _, v := range values {
			clean := replaceFold(v, text, with)
			if clean == v {
				continue
			}
			if _, err := tx.exec(ctx, `UPDATE OR REPLACE "`+table+`" SET `+name+` = ? WHERE `+name+` = ?`, clean, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// likeFold is a pattern that finds whatever fold makes equal to a text: LIKE folds ASCII
// alone.
func likeFold(text string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || unicode.IsSpace(r) {
			return '_'
		}
		return r
	}, escapeLike(text))
}

// replaceFold replaces a text where it stands for itself, see standsAlone, whatever
// its case and whichever white space is between its words.
func replaceFold(s, old, with string) string {
	low, want := fold(s), fold(old)
	var b strings.Builder
	done := 0
	for at := 0; ; {
		i := strings.Index(low[at:], want)
		if i < 0 {
			b.WriteString(s[done:])
			return b.String()
		}
		from, to := at+i, at+i+len(want)
		if !standsAlone(low, from, to) {
			at = from + 1
			continue
		}
		b.WriteString(s[done:from])
		b.WriteString(with)
		at, done = to, to
	}
}

// Mentions reports whether a text holds an address or a name, by the same measure as
// Redact: a.berger@firma.example is not mentioned in anna.berger@firma.example.
func Mentions(text, who string) bool {
	low, want := fold(text), fold(who)
	for at := 0; want != ""; {
		i := strings.Index(low[at:], want)
		if i < 0 {
			return false
		}
		if standsAlone(low, at+i, at+i+len(want)) {
			return true
		}
		at += i + 1
	}
	return false
}

// fold makes texts that differ in case or kind of white space alone equal, octet by
// octet: where the other case has another length it stays.
func fold(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch low := unicode.ToLower(r); {
		case r == '\n' || r == '\r' || r == '\t':
			b = append(b, ' ')
		case (r != utf8.RuneError || n > 1) && utf8.RuneLen(low) == n:
			b = utf8.AppendRune(b, low)
		default:
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

// escapes end with a letter or digit that belongs to no word: those of JSON,
// quoted-printable and URLs.
var escapes = regexp.MustCompile(`(\\[nrtbf]|\\u[0-9a-f]{4}|[=%][0-9a-f]{2})$`)

// standsAlone reports whether s[from:to], a name or an address in folded text, is no
// part of a longer one. A name may be in the genitive.
func standsAlone(s string, from, to int) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	first, n := utf8.DecodeLastRuneInString(s[:from])
	second, _ := utf8.DecodeLastRuneInString(s[:from-n])
	next, m := utf8.DecodeRuneInString(s[to:])
	after, _ := utf8.DecodeRuneInString(s[to+m:])
	address := strings.Contains(s[from:to], "@")
	glued := word(first) || address && strings.ContainsRune(".-_+", first) && word(second)
	if glued && !escapes.MatchString(s[max(0, from-6):from]) {
		return false
	}
	if address {
		return !word(next) && (next != '.' || !word(after))
	}
	return !word(next) || next == 's' && !word(after)
}
