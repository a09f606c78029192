package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// pragmas of every connection in the order they are run, each with its reason.
var pragmas = []string{
	"busy_timeout = 5000",    // ms; a verb or a shell beside the daemon may hold the write lock for a moment
	pageSize,                 // must come before WAL
	"journal_mode = WAL",     // readers never block the writer, nor the writer them
	"synchronous = FULL",     // a COMMIT that returned survives power loss; NORMAL syncs nothing in WAL mode
	"foreign_keys = 1",       // off by default in SQLite
	"temp_store = MEMORY",    // sorting leaves no copies of mail in a temporary folder
	"trusted_schema = 0",     // no functions with side effects from a tampered schema
	"cache_size = -4096",     // KiB; the writer has more
	"mmap_size = 0",          // with memory-mapped files an I/O error is a SIGBUS, not an error
	"cell_size_check = 1",    // damaged pages are found when read
	"recursive_triggers = 1", // REPLACE fires the append-only triggers as well
}

// pageSize of a new file; see the package comment.
const pageSize = "page_size = 4096"

// walPages is how many pages the log may hold before the writer copies them into
// the file (checkpoint). The more, the more often a page that changes again and
// again is copied once; after a crash 64 MB are read in a few tenths of a second.
const walPages = 16384

// dsn names a database file for SQLite. The path is escaped: an unescaped #
// would silently cut it off.
func dsn(path string) string {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: "_dqs=0"}
	return u.String()
}

// conn is one SQLite connection with its prepared statements. It is used by one
// goroutine at a time. database/sql is left out on purpose: the store owns its
// two kinds of connections, and a statement costs a third less without it.
type conn struct {
	dc    driver.Conn
	stmts map[string]*stmt
}

type stmt struct {
	ds   driver.Stmt
	args []driver.NamedValue
	dest []driver.Value
	busy bool
}

// openConn opens a file with the pragmas and those given besides. The DSN could
// carry them, but the driver would sort them, and page_size must precede WAL.
func openConn(path string, more ...string) (*conn, error) {
	// fdatasync(2) instead of fsync(2): as durable, without writing file times.
	// Where the system has none, fsync stays.
	_, _ = sqlite.Fdatasync(true)
	dc, err := (&sqlite.Driver{}).Open(dsn(path))
	if err != nil {
		return nil, typed(err)
	}
	c := &conn{dc: dc, stmts: make(map[string]*stmt)}
	for _, p := range slices.Concat(pragmas, more) {
		if err := c.run(context.Background(), "PRAGMA "+p); err != nil {
			return nil, errors.Join(fmt.Errorf("set %s: %w", p, err), c.close())
		}
	}
	return c, nil
}

// close finalizes the statements and closes the connection.
func (c *conn) close() error {
	for _, s := range c.stmts {
		_ = s.ds.Close()
	}
	c.stmts = nil
	return typed(c.dc.Close())
}

// prepare returns the cached statement of sql. The texts are literals and
// filters put together from a few parts, so the cache is bounded.
func (c *conn) prepare(sql string) (*stmt, error) {
	s := c.stmts[sql]
	if s == nil {
		ds, err := c.dc.Prepare(sql)
		if err != nil {
			return nil, typed(err)
		}
		s = &stmt{ds: ds}
		c.stmts[sql] = s
	}
	if s.busy {
		return nil, errors.New("statement is in use")
	}
	return s, nil
}

// bind converts args to what the driver takes.
func (s *stmt) bind(args []any) error {
	if cap(s.args) < len(args) {
		s.args = make([]driver.NamedValue, len(args))
	}
	s.args = s.args[:len(args)]
	for i, a := range args {
		v, err := value(a)
		if err != nil {
			return fmt.Errorf("argument %d: %w", i+1, err)
		}
		s.args[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return nil
}

// release drops the references to the bound values, which may be large mails.
func (s *stmt) release() {
	clear(s.args)
	clear(s.dest)
	s.busy = false
}

// exec runs a statement to its end and returns the rows it changed and the
// rowid it inserted last.
func (c *conn) exec(ctx context.Context, sql string, args ...any) (changed, id int64, err error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, 0, err
	}
	if err := s.bind(args); err != nil {
		return 0, 0, err
	}
	s.busy = true
	defer s.release()
	res, err := s.ds.(driver.StmtExecContext).ExecContext(ctx, s.args)
	if err != nil {
		return 0, 0, typed(err)
	}
	changed, _ = res.RowsAffected() // both values are stored in res: no error is possible
	id, _ = res.LastInsertId()
	return changed, id, nil
}

// query calls each for every row. each must not use the same statement again.
func (c *conn) query(ctx context.Context, sql string, args []any, each func(r *row) error) (err error) {
	s, err := c.prepare(sql)
	if err != nil {
		return err
	}
	if err := s.bind(args); err != nil {
		return err
	}
	s.busy = true
	defer s.release()
	rows, err := s.ds.(driver.StmtQueryContext).QueryContext(ctx, s.args)
	if err != nil {
		return typed(err)
	}
	defer func() {
		if e := rows.Close(); err == nil && e != nil {
			err = typed(e)
		}
	}()
	if s.dest == nil {
		s.dest = make([]driver.Value, len(rows.Columns()))
	}
	for {
		switch err := rows.Next(s.dest); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return typed(err)
		}
		r := row{v: s.dest}
		if err := each(&r); err != nil {
			return err
		}
		if r.err != nil {
			return r.err
		}
	}
}

// run executes statements without arguments, outside the cache.
func (c *conn) run(ctx context.Context, sql string) error {
	ds, err := c.dc.Prepare(sql)
	if err != nil {
		return typed(err)
	}
	defer ds.Close()
	_, err = ds.(driver.StmtExecContext).ExecContext(ctx, nil)
	return typed(err)
}

// value converts an argument. Instants become unix milliseconds and the zero
// time NULL; lengths become milliseconds.
func value(a any) (driver.Value, error) {
	switch x := a.(type) {
	case nil, int64, string, []byte:
		return x, nil
	case int:
		return int64(x), nil
	case uint32:
		return int64(x), nil
	case bool:
		if x {
			return int64(1), nil
		}
		return int64(0), nil
	case time.Time:
		if x.IsZero() {
			return nil, nil
		}
		return x.UnixMilli(), nil
	case time.Duration:
		return x.Milliseconds(), nil
	case ref:
		if x == 0 {
			return nil, nil
		}
		return int64(x), nil
	}
	return nil, fmt.Errorf("cannot store a %T", a)
}

// ref is the id of another row; 0 is stored as NULL.
type ref int64

// row reads the columns of a result in order; the first column that is not of
// the expected kind is kept in err.
type row struct {
	v   []driver.Value
	i   int
	err error
}

func (r *row) next() driver.Value {
	if r.i >= len(r.v) {
		r.fail("nothing")
		return nil
	}
	v := r.v[r.i]
	r.i++
	return v
}

func (r *row) fail(want string) {
	if r.err == nil {
		r.err = fmt.Errorf("column %d of the result is not %s", r.i, want)
	}
}

// int64 reads an integer; NULL is 0.
func (r *row) int64() int64 {
	switch x := r.next().(type) {
	case int64:
		return x
	case nil:
		return 0
	}
	r.fail("an integer")
	return 0
}

func (r *row) int() int { return int(r.int64()) }

func (r *row) uint32() uint32 { return uint32(r.int64()) }

func (r *row) bool() bool { return r.int64() != 0 }

func (r *row) duration() time.Duration { return time.Duration(r.int64()) * time.Millisecond }

// text reads a string; NULL is "".
func (r *row) text() string {
	switch x := r.next().(type) {
	case string:
		return x
	case nil:
		return ""
	}
	r.fail("a text")
	return ""
}

// words reads a space separated list; "" is nil.
func (r *row) words() []string {
	if s := r.text(); s != "" {
		return strings.Fields(s)
	}
	return nil
}

func (r *row) blob() []byte {
	switch x := r.next().(type) {
	case []byte:
		return x
	case nil:
		return nil
	}
	r.fail("a blob")
	return nil
}

// digest reads a SHA-256; NULL is the zero digest.
func (r *row) digest() (d [32]byte) {
	if b := r.blob(); len(b) != 0 && copy(d[:], b) != len(d) {
		r.fail("a digest")
	}
	return d
}

// time reads an instant; NULL is the zero time.
func (r *row) time() time.Time {
	switch x := r.next().(type) {
	case int64:
		return time.UnixMilli(x).UTC()
	case nil:
		return time.Time{}
	}
	r.fail("an instant")
	return time.Time{}
}
