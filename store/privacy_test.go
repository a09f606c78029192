package store

import (
	"context"
	"strings"
	"testing"
)

// columns classifies every TEXT and BLOB column: how it is erased, or why it may stay.
// A new column must be added here, and where it can hold a person's words or name, to
// eraseTexts or anonymise as well.
var columns = map[string]string{
	"meta.*": "no person", "signing_key.*": "no person", "mailbox.*": "no person", "uid.*": "no person",
	"revoked.*": "identifiers of ours", "clock.*": "no person", "timer.*": "names of steps", "traffic.*": "counts", "clock_event.*": "no person",
	"inbox.digest": "hash", "inbox.canonical": "hash", "inbox.state": "closed set", "inbox.outcome": "closed set", "inbox.reason": "erased with the texts",

	"ticket.state": "closed set", "ticket.kind": "closed set", "ticket.priority": "closed set", "ticket.impact": "configuration", "ticket.urgency": "configuration",
	"ticket.category": "configuration", "ticket.category_auto": "configuration", "ticket.group_id": "configuration", "ticket.assignee": "agent",
	"ticket.requester": "alias", "ticket.requester_name": "alias", "ticket.subject": "erased with the texts", "ticket.language": "closed set",
	"ticket.channel": "closed set", "ticket.mailbox": "configuration", "ticket.auth": "closed set", "ticket.sla": "configuration", "ticket.policy": "configuration",
	"ticket.faq": "configuration", "ticket.tags": "configuration, and agents' words that rules and figures use", "ticket.incident": "configuration",
	"ticket.rating_comment": "erased with the texts", "ticket.thread_root": "anonymised", "ticket.thread_index": "anonymised", "ticket.thread_topic": "erased with the texts",

	"participant.address": "alias", "participant.name": "alias", "participant.role": "closed set",
	"message.visibility": "closed set", "message.kind": "closed set", "message.author": "alias", "message.name": "alias", "message.agent": "agent",
	"message.subject": "erased with the texts", "message.message_id": "anonymised", "message.refs": "anonymised", "message.root": "anonymised", "message.text": "erased with the texts",
	"attachment.*": "deleted with the texts",
	"event.actor":  "roles and agents", "event.kind": "closed set", "event.old": "erased for kinds with words", "event.new": "erased for kinds with words",
	"event.reason": "erased for kinds with words", "event.data": "figures",
	"trace.*":      "deleted with the texts",
	"outbox.cause": "ids", "outbox.class": "closed set", "outbox.purpose": "closed set", "outbox.recipient": "alias", "outbox.reverse_path": "our address",
	"outbox.message_id": "identifiers of ours", "outbox.final_id": "identifiers of our server", "outbox.state": "closed set", "outbox.last_error": "erased with the texts", "outbox.smtp_reply": "erased with the texts",
	"hold.agent": "agent", "hold.kind": "closed set", "hold.challenge": "identifiers of ours",
	"absence.agent": "agent", "absence.substitute": "agent",
	"faq_outcome.entry": "configuration", "faq_outcome.requester": "alias", "faq_outcome.outcome": "closed set", "faq_outcome.version": "hash",
	"faq_use.entry": "configuration", "faq_use.requester": "alias", "faq_use.agent": "agent",
	"faq_learned.*": "deleted with the texts",
	"topic.*":       "deleted with the texts", "topic_word.*": "numbers of words, counted down with the topic",
	"alarm.*": "of the machinery; Redact when somebody is forgotten",
	"alias.*": "dropped with the last row that names the person", "forgotten.*": "keyed hash",
}

// TestEveryColumnIsErasable: nobody adds a column that erasure does not know.
func TestEveryColumnIsErasable(t *testing.T) {
	t.Parallel()
	s := open(t)
	view(t, s, func(ctx context.Context, tx *Tx) error {
		return tx.each(ctx, `SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND c.type NOT IN ('INTEGER', 'REAL')`, func(r *row) error {
			table, column := r.text(), r.text()
			if columns[table+".*"] == "" && columns[table+"."+column] == "" {
				t.Errorf("column %s.%s: say in this test how it is erased, and erase it in EraseTicket, EraseFromTicket or RenameAgent", table, column)
			}
			return r.err
		})
	})
}

func TestReplaceFold(t *testing.T) {
	t.Parallel()
	for _, c := range [][4]string{
		{"Mail von A.Berger@Firma.example, a.berger@firma.example!", "a.berger@firma.example", "x", "Mail von x, x!"},
		{"Ärger mit ANNA Müller", "anna Müller", "p", "Ärger mit p"},
		{"nichts", "anna", "p", "nichts"},
		{"İİ anna", "anna", "p", "İİ p"},
		{"anna.berger@firma.example, ich+a.berger@firma.example, 'a.berger@firma.example'", "a.berger@firma.example", "x", "anna.berger@firma.example, ich+a.berger@firma.example, 'x'"},
		{"a@firma.example. a@firma.example.org <a@firma.example>; a@firma.example-Postfach", "a@firma.example", "x", "x. a@firma.example.org <x>; x-Postfach"},
		{`{"to":"Anna \u003ca@firma.example\u003e\na@firma.example\nGruß","b":"a=3Ca@firma.example"}`, "a@firma.example", "x", `{"to":"Anna \u003cx\u003e\nx\nGruß","b":"a=3Cx"}`},
		{"Karina Bergmann, Ina Bergs Gerät, MÜLLER, Ina Berg", "Ina Berg", "p", "Karina Bergmann, ps Gerät, MÜLLER, p"},
		{"von MÜLLER, Anna und Anna\nMüller", "müller, anna", "p", "von p und Anna\nMüller"},
		{"von Anna\nMüller, Frau Müllerin", "Anna Müller", "p", "von p, Frau Müllerin"},
		{"\xff\xfeAnna Müller\xff", "anna müller", "p", "\xff\xfep\xff"},
	} {
		if got := replaceFold(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("replaceFold(%q, %q) = %q, want %q", c[0], c[1], got, c[3])
		}
	}
	if got := replaceFold(strings.Repeat("a b ", 1000), "b", "bb"); len(got) != 5000 {
		t.Errorf("length %d", len(got))
	}
}
