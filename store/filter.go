package store

import (
	"strconv"
	"strings"
)

// where puts the conditions of a filter together.
type where struct {
	conds []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	w.conds = append(w.conds, cond)
	w.args = append(w.args, args...)
}

func (w *where) sql() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

// with returns the arguments followed by more.
func (w *where) with(more ...any) []any { return append(w.args, more...) }

// limit is the number of rows of a list; 0 = 100.
func limit(n int) int {
	if n <= 0 {
		return 100
	}
	return n
}

// escapeLike makes s stand for itself in LIKE with \ as the escape character.
func escapeLike(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// jsonIDs is a JSON array for json_each: one statement text for any number of ids.
func jsonIDs(ids []int64) string {
	b := make([]byte, 0, 2+8*len(ids))
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ']'))
}

// marks returns "?, ?, ..." for at least n values, in a few sizes only so that
// the statements can be cached, and the values padded with their last one.
func marks(values []string) (string, []any) {
	size := 1
	for size < len(values) {
		size *= 2
	}
	args := make([]any, size)
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return "?" + strings.Repeat(", ?", size-1), args
}

// rowBatch is how many rows one INSERT writes at most: few enough for one
// cached statement per number of rows.
const rowBatch = 8

// tuples returns "(?, ?), (?, ?)" for n rows of k columns.
func tuples(k, n int) string {
	one := "(?" + strings.Repeat(", ?", k-1) + ")"
	return one + strings.Repeat(", "+one, n-1)
}
