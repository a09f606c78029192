package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"time"

	"firstline/cmd/firstline/config"
	"firstline/mailin"
	"firstline/store"
	"firstline/triage"
)

// runExport writes everything about one person into a zip file (GDPR articles 15 and
// 20), or the mails of one ticket as mbox.
func runExport(ctx context.Context, c *cli, args []string) error {
	fs := c.flags("export", "export ADDRESS [-o FILE.zip] | export IT-10423 [-o FILE.mbox]")
	out := fs.String("o", "", "the `file` to write; default: firstline-export-DATE.zip, or the terminal for a ticket")
	rest, err := c.parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return usageError("export wants one mail address or one ticket")
	}
	if !strings.Contains(rest[0], "@") {
		return c.exportTicket(ctx, rest[0], *out)
	}
	cfg, err := c.load(config.Check)
	if err != nil {
		return err
	}
	st, err := c.open(ctx, store.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	defer st.Close()
	e := exporting{address: mailin.FoldAddress(rest[0]), prefix: c.prefix(), privacy: cfg.Desk.Privacy, say: c.say}
	path := *out
	if path == "" {
		path = "firstline-export-" + st.Now().Format(time.DateOnly) + ".zip"
	}
	if err := e.writeFile(ctx, st, path); err != nil {
		return fmt.Errorf("export %s to %s: %w", e.address, path, err)
	}
	if c.json {
		return c.printJSON(map[string]any{"file": path, "tickets": len(e.data.Tickets), "mails": e.mails})
	}
	fmt.Fprintf(c.out, c.say("%s: %d Tickets, %d Mails\n", "%s: %d tickets, %d mails\n"), path, len(e.data.Tickets), e.mails)
	return nil
}

// exported is data.json: all that is stored about one person.
type exported struct {
	Address    string          `json:"address"`
	ExportedAt time.Time       `json:"exported_at"`
	Names      []string        `json:"names"`
	Tickets    []any           `json:"tickets"` // of the person, whole
	Elsewhere  []messageView   `json:"messages_in_other_tickets"`
	Received   []outgoingView  `json:"mails_to_the_person"`
	Retention  []retentionView `json:"retention"`
}

type retentionView struct {
	Class string `json:"class"`
	Data  string `json:"data"`
	Keep  string `json:"kept_after_closing"`
}

// exporting writes one export.
type exporting struct {
	address, prefix string
	privacy         triage.Privacy
	say             func(de, en string) string
	data            exported
	mails           int
	zip             *zip.Writer
}

// writeFile writes the zip file; one that cannot be finished is removed.
func (e *exporting) writeFile(ctx context.Context, st *store.Store, path string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return errors.New("the file exists; choose another name with -o")
	}
	if err != nil {
		return err
	}
	e.zip = zip.NewWriter(f)
	err = st.View(ctx, func(tx *store.Tx) error { return e.collect(ctx, tx) })
	err = errors.Join(err, e.zip.Close(), f.Sync(), f.Close())
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}

// collect reads everything in one snapshot.
func (e *exporting) collect(ctx context.Context, tx *store.Tx) error {
	own, others, err := tx.TicketsAbout(ctx, e.address)
	if err != nil {
		return err
	}
	loose, err := e.loose(ctx, tx)
	if err != nil {
		return err
	}
	if len(own)+len(others)+len(loose) == 0 {
		return exit(exitData, errors.New(e.say("über diese Adresse ist nichts gespeichert", "nothing is stored about this address")))
	}
	e.data = exported{Address: e.address, ExportedAt: tx.Now, Tickets: []any{}, Elsewhere: []messageView{}, Received: []outgoingView{}}
	if e.data.Names, err = tx.NamesOf(ctx, e.address); err != nil {
		return err
	}
	for _, id := range own {
		if err := e.ticket(ctx, tx, id, true); err != nil {
			return err
		}
	}
	for _, id := range others {
		if err := e.ticket(ctx, tx, id, false); err != nil {
			return err
		}
	}
	for _, id := range loose {
		in, err := tx.Inbound(ctx, id)
		if err != nil {
			return err
		}
		if err := e.mail(ctx, fmt.Sprintf("mails/from/%d.eml", id), in.ReceivedAt, func() ([]byte, error) { return tx.Raw(ctx, id) }); err != nil {
			return err
		}
	}
	for _, r := range e.privacy.Table() {
		e.data.Retention = append(e.data.Retention, retentionView{r.Class, []string{"", "attachments", "texts and mails", "names and addresses"}[r.Stage], r.Keep})
	}
	if err := e.readme(); err != nil {
		return err
	}
	w, err := e.zip.Create("data.json")
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(e.data)
}

// loose are the mails of the person that belong to no ticket: refused, automatic, or not
// triaged yet.
func (e *exporting) loose(ctx context.Context, tx *store.Tx) (ids []int64, err error) {
	var named []int64
	err = tx.EachMail(ctx, 0, math.MaxInt64, func(_ bool, id int64, raw []byte) error {
		if bytes.Contains(bytes.ToLower(raw), []byte(e.address)) && slices.ContainsFunc(mailin.Parse(raw, mailin.Options{}).FromAll, func(a mailin.Address) bool {
			return mailin.FoldAddress(a.Address) == e.address
		}) {
			named = append(named, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, id := range named {
		in, err := tx.Inbound(ctx, id)
		if err != nil {
			return nil, err
		}
		if in.TicketID == 0 {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// ticket takes the person's own ticket whole, and of another one only what the
// person wrote and got: the rest is about somebody else.
func (e *exporting) ticket(ctx context.Context, tx *store.Tx, id int64, own bool) error {
	s, err := readShown(ctx, tx, id, e.prefix)
	if err != nil {
		return err
	}
	if own {
		e.data.Tickets = append(e.data.Tickets, s.json())
	}
	for _, m := range s.Messages {
		if m.Author != e.address && !own {
			continue
		}
		if !own {
			e.data.Elsewhere = append(e.data.Elsewhere, viewMessage(m))
		}
		if m.InboxID != 0 && m.Author == e.address {
			if err := e.mail(ctx, fmt.Sprintf("mails/from/%s-%d.eml", s.Ticket, m.InboxID), m.At, func() ([]byte, error) { return tx.Raw(ctx, m.InboxID) }); err != nil {
				return err
			}
		}
	}
	for _, o := range s.Mails {
		if o.Recipient != e.address {
			continue
		}
		e.data.Received = append(e.data.Received, viewOutgoing(o))
		if err := e.mail(ctx, fmt.Sprintf("mails/to/%s-%d.eml", s.Ticket, o.ID), o.CreatedAt, func() ([]byte, error) { return tx.OutboxBytes(ctx, o.ID) }); err != nil {
			return err
		}
	}
	return nil
}

// mail adds the bytes of a mail; erased ones are left out.
func (e *exporting) mail(ctx context.Context, name string, at time.Time, read func() ([]byte, error)) error {
	b, err := read()
	if errors.Is(err, store.ErrNotFound) {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	w, err := e.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return err
	}
	e.mails++
	_, err = w.Write(b)
	return err
}

// readme says in both languages what the files are.
func (e *exporting) readme() error {
	w, err := e.zip.Create("README.txt")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, `Auskunft über gespeicherte Daten (Art. 15 und 20 DSGVO): %[1]s, Stand %[2]s

data.json    alle Tickets der Person mit Nachrichten, Verlauf und Fristen; Beiträge in anderen Tickets;
             Mails an die Person; Löschfristen
mails/from   Mails der Person, wie sie eingingen
mails/to     Mails an die Person, wie sie verschickt wurden
Interne Notizen zu Tickets der Person sind enthalten. Bitte vor der Weitergabe prüfen, ob sie
Angaben über andere Personen enthalten.

Information about stored data (articles 15 and 20 GDPR): %[1]s, as of %[2]s

data.json    all tickets of the person with messages, history and clocks; contributions to other
             tickets; mails to the person; retention periods
mails/from   mails of the person as they came in
mails/to     mails to the person as they were sent
Internal notes about the person's tickets are included. Please check before passing them on whether
they tell something about other people.
`, e.address, e.data.ExportedAt.Format("2006-01-02 15:04 MST"))
	return err
}

// exportTicket writes the mails of a ticket, incoming and leaving, as mbox in the
// order of time (RFC 4155, with the quoting of mboxrd).
func (c *cli) exportTicket(ctx context.Context, name, path string) (err error) {
	w := c.out
	if path != "" {
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	prefix := c.prefix()
	return c.look(ctx, func(tx *store.Tx) error {
		tk, err := findTicket(ctx, tx, name, prefix)
		if err != nil {
			return err
		}
		s, err := readShown(ctx, tx, tk.ID, prefix)
		if err != nil {
			return err
		}
		return writeMbox(ctx, tx, w, s)
	})
}

// mboxMail is one mail of an mbox file.
type mboxMail struct {
	at   time.Time
	from string
	read func() ([]byte, error)
}

func writeMbox(ctx context.Context, tx *store.Tx, w io.Writer, s shown) error {
	var list []mboxMail
	for _, m := range s.Messages {
		if m.InboxID != 0 {
			list = append(list, mboxMail{m.At, m.Author, func() ([]byte, error) { return tx.Raw(ctx, m.InboxID) }})
		}
	}
	for _, o := range s.Mails {
		list = append(list, mboxMail{o.CreatedAt, o.ReversePath, func() ([]byte, error) { return tx.OutboxBytes(ctx, o.ID) }})
	}
	slices.SortStableFunc(list, func(a, b mboxMail) int { return a.at.Compare(b.at) })
	for _, m := range list {
		b, err := m.read()
		if errors.Is(err, store.ErrNotFound) {
			continue // erased
		}
		if err != nil {
			return err
		}
		from := m.from
		if from == "" {
			from = "MAILER-DAEMON"
		}
		if _, err := fmt.Fprintf(w, "From %s %s\n%s\n", from, m.at.UTC().Format(time.ANSIC), mboxQuoted(b)); err != nil {
			return err
		}
	}
	return nil
}

// mboxQuoted is a mail with the line ends of mbox, its lines that look like the
// beginning of another quoted once more.
func mboxQuoted(b []byte) string {
	var out strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(string(b), "\r\n", "\n")) {
		if strings.HasPrefix(strings.TrimLeft(line, ">"), "From ") {
			out.WriteByte('>')
		}
		out.WriteString(line)
	}
	if s := out.String(); strings.HasSuffix(s, "\n") {
		return s
	}
	return out.String() + "\n"
}
