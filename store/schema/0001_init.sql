-- The rows of the desk. Instants are INTEGER unix milliseconds UTC. Every closed
-- set of words has its CHECK, every cause of an effect its UNIQUE key.
-- AUTOINCREMENT stands where an id is named outside this file (Message-IDs,
-- causes): such an id is not given out again, not even after an erasure.

-- Small facts about this store: instance id, next ticket number, epochs.
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Secrets that sign tokens. The newest signs, all verify (rotation with overlap).
CREATE TABLE signing_key (
	id         INTEGER PRIMARY KEY,
	secret     BLOB NOT NULL CHECK (length(secret) >= 32),
	created_at INTEGER NOT NULL
) STRICT;

-- An IMAP mailbox we read, in its present UIDVALIDITY epoch.
CREATE TABLE mailbox (
	id               INTEGER PRIMARY KEY,
	name             TEXT NOT NULL UNIQUE,          -- id in the configuration
	uid_validity     INTEGER NOT NULL DEFAULT 0,
	last_uid         INTEGER NOT NULL DEFAULT 0,    -- every UID up to here is in the ledger or was skipped by since: start
	last_contact_at  INTEGER,
	last_error       TEXT NOT NULL DEFAULT ''
) STRICT;

-- An accepted mail; the row is triaged once. Its raw bytes are in the mail file,
-- written once, never rewritten; NULL when they were erased.
CREATE TABLE inbox (
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	mailbox_id  INTEGER NOT NULL REFERENCES mailbox (id),
	digest      BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),  -- SHA-256 of the raw bytes
	canonical   BLOB,                                              -- digest without trace fields, set by triage
	size        INTEGER NOT NULL,                                  -- octets on the server
	mail_at     INTEGER,                                           -- offset in the mail file
	mail_length INTEGER NOT NULL,
	received_at INTEGER NOT NULL,                                  -- INTERNALDATE
	accepted_at INTEGER NOT NULL,
	state       TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'aside')),
	attempts    INTEGER NOT NULL DEFAULT 0,
	outcome     TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'opened', 'followed', 'answered', 'commanded', 'held', 'pending',
	            'ignored', 'duplicate', 'reported', 'loop', 'rejected', 'set_aside', 'removed')),
	reason      TEXT NOT NULL DEFAULT '',
	ticket_id   INTEGER REFERENCES ticket (id),
	done_at     INTEGER,
	truncated   INTEGER NOT NULL DEFAULT 0,                        -- above the size limit: only the header was fetched
	CHECK ((state = 'new') = (outcome = ''))
) STRICT;
CREATE INDEX inbox_new ON inbox (id) WHERE state = 'new';
CREATE INDEX inbox_aside ON inbox (id) WHERE state = 'aside';
CREATE INDEX inbox_canonical ON inbox (canonical) WHERE canonical IS NOT NULL;
CREATE INDEX inbox_ticket ON inbox (ticket_id) WHERE ticket_id IS NOT NULL;

CREATE TRIGGER inbox_no_rewrite BEFORE UPDATE OF digest, mail_at, mail_length ON inbox
WHEN (SELECT value FROM meta WHERE key = 'erasing') IS NULL
BEGIN SELECT RAISE (ABORT, 'raw mail is never rewritten'); END;
CREATE TRIGGER inbox_no_delete BEFORE DELETE ON inbox
WHEN (SELECT value FROM meta WHERE key = 'erasing') IS NULL
BEGIN SELECT RAISE (ABORT, 'raw mail is never deleted'); END;

-- The UID ledger: which UID of which epoch is which mail, and whether the server
-- has been told (moved or flagged) that it is done.
CREATE TABLE uid (
	mailbox_id   INTEGER NOT NULL REFERENCES mailbox (id),
	uid_validity INTEGER NOT NULL,
	uid          INTEGER NOT NULL,
	inbox_id     INTEGER REFERENCES inbox (id),
	state        TEXT NOT NULL CHECK (state IN ('stored', 'acked', 'skipped', 'unfetchable')),
	attempts     INTEGER NOT NULL DEFAULT 0,
	at           INTEGER NOT NULL,
	PRIMARY KEY (mailbox_id, uid_validity, uid)
) STRICT, WITHOUT ROWID;
CREATE INDEX uid_to_ack ON uid (mailbox_id, uid_validity, inbox_id) WHERE state = 'stored';
CREATE INDEX uid_inbox ON uid (inbox_id);

CREATE TABLE ticket (
	id                INTEGER PRIMARY KEY AUTOINCREMENT,
	number            INTEGER UNIQUE CHECK (number > 0), -- NULL while held
	state             TEXT NOT NULL CHECK (state IN ('held', 'new', 'open', 'faq_answered', 'waiting_requester', 'waiting_vendor',
	                  'scheduled', 'resolved', 'closed', 'closed_deflected', 'merged', 'discarded')),
	kind              TEXT NOT NULL DEFAULT 'incident' CHECK (kind IN ('incident', 'request')),
	level             INTEGER NOT NULL DEFAULT 1 CHECK (level IN (1, 2)),
	priority          TEXT NOT NULL CHECK (priority IN ('P1', 'P2', 'P3', 'P4')),
	impact            TEXT NOT NULL DEFAULT '',
	urgency           TEXT NOT NULL DEFAULT '',
	category          TEXT NOT NULL DEFAULT '',
	category_auto     TEXT NOT NULL DEFAULT '',     -- as sorted by the rules, for corrections
	group_id          TEXT NOT NULL DEFAULT '',
	assignee          TEXT NOT NULL DEFAULT '',     -- agent id
	requester         TEXT NOT NULL,                -- folded address
	requester_name    TEXT NOT NULL DEFAULT '',
	subject           TEXT NOT NULL DEFAULT '',
	language          TEXT NOT NULL DEFAULT 'de',
	channel           TEXT NOT NULL DEFAULT 'mail' CHECK (channel IN ('mail', 'phone')),
	mailbox           TEXT NOT NULL DEFAULT '',
	auth              TEXT NOT NULL DEFAULT 'none' CHECK (auth IN ('pass', 'fail', 'none')),
	sla               TEXT NOT NULL DEFAULT '',
	policy            TEXT NOT NULL DEFAULT '',     -- JSON snapshot of the targets
	faq               TEXT NOT NULL DEFAULT '',     -- entry that was sent
	tags              TEXT NOT NULL DEFAULT '',     -- space separated, folded
	incident          TEXT NOT NULL DEFAULT '',
	reopens           INTEGER NOT NULL DEFAULT 0,
	public_seq        INTEGER NOT NULL DEFAULT 0,   -- public messages so far, for the collision guard
	parent_id         INTEGER REFERENCES ticket (id),
	merged_into       INTEGER REFERENCES ticket (id),
	rating            INTEGER CHECK (rating BETWEEN 1 AND 5),
	rating_comment    TEXT NOT NULL DEFAULT '',
	thread_root       TEXT NOT NULL DEFAULT '',     -- Message-ID of the requester's first mail
	thread_topic      TEXT NOT NULL DEFAULT '',
	created_at        INTEGER NOT NULL,
	updated_at        INTEGER NOT NULL,
	first_response_at INTEGER,
	resolved_at       INTEGER,
	closed_at         INTEGER
) STRICT;
CREATE INDEX ticket_active ON ticket (state) WHERE state NOT IN ('closed', 'closed_deflected', 'merged', 'discarded');
CREATE INDEX ticket_requester ON ticket (requester);
CREATE INDEX ticket_assignee ON ticket (assignee) WHERE assignee <> '' AND state NOT IN ('resolved', 'closed', 'closed_deflected', 'merged', 'discarded');
CREATE INDEX ticket_created ON ticket (created_at);
CREATE INDEX ticket_parent ON ticket (parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE participant (
	ticket_id INTEGER NOT NULL REFERENCES ticket (id),
	address   TEXT NOT NULL,
	name      TEXT NOT NULL DEFAULT '',
	role      TEXT NOT NULL CHECK (role IN ('requester', 'watcher', 'vendor')),
	PRIMARY KEY (ticket_id, address)
) STRICT, WITHOUT ROWID;

-- What was said in a ticket, by mail or otherwise.
CREATE TABLE message (
	id         INTEGER PRIMARY KEY,
	ticket_id  INTEGER NOT NULL REFERENCES ticket (id),
	inbox_id   INTEGER REFERENCES inbox (id),       -- NULL for what we wrote
	visibility TEXT NOT NULL CHECK (visibility IN ('public', 'internal')),
	kind       TEXT NOT NULL CHECK (kind IN ('request', 'reply', 'note', 'answer', 'acknowledgement', 'call', 'automatic', 'analysis',
	           'cause', 'workaround', 'fix', 'knowledge', 'vendor', 'pending')),
	author     TEXT NOT NULL DEFAULT '',            -- folded address, '' = firstline
	name       TEXT NOT NULL DEFAULT '',
	agent      TEXT NOT NULL DEFAULT '',            -- agent id when an agent wrote it
	subject    TEXT NOT NULL DEFAULT '',
	message_id TEXT NOT NULL DEFAULT '',            -- RFC 5322, without angle brackets
	refs       TEXT NOT NULL DEFAULT '',            -- its References, space separated
	text       TEXT NOT NULL DEFAULT '',
	at         INTEGER NOT NULL
) STRICT;
CREATE INDEX message_ticket ON message (ticket_id);
CREATE INDEX message_rfc_id ON message (message_id) WHERE message_id <> '';
CREATE UNIQUE INDEX message_inbox ON message (inbox_id, kind) WHERE inbox_id IS NOT NULL;

-- Attachments; the bytes are read from the raw mail.
CREATE TABLE attachment (
	message_id   INTEGER NOT NULL REFERENCES message (id),
	n            INTEGER NOT NULL,                  -- index in the parsed mail
	sha256       BLOB NOT NULL,
	filename     TEXT NOT NULL,
	content_type TEXT NOT NULL,
	size         INTEGER NOT NULL,
	inline       INTEGER NOT NULL DEFAULT 0,
	content_id   TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (message_id, n)
) STRICT, WITHOUT ROWID;

-- The history: who did what, why. Append-only.
CREATE TABLE event (
	id        INTEGER PRIMARY KEY,
	ticket_id INTEGER REFERENCES ticket (id),
	inbox_id  INTEGER REFERENCES inbox (id),
	at        INTEGER NOT NULL,
	actor     TEXT NOT NULL,                        -- requester, agent:lena, rule:Toner, timer, system, admin
	kind      TEXT NOT NULL,                        -- opened, state, category, priority, group, assigned, level, ...
	old       TEXT NOT NULL DEFAULT '',
	new       TEXT NOT NULL DEFAULT '',
	reason    TEXT NOT NULL DEFAULT '',
	data      TEXT NOT NULL DEFAULT ''              -- JSON
) STRICT;
CREATE INDEX event_ticket ON event (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX event_at ON event (at, kind);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event
WHEN (SELECT value FROM meta WHERE key = 'erasing') IS NULL
BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event
WHEN (SELECT value FROM meta WHERE key = 'erasing') IS NULL
BEGIN SELECT RAISE (ABORT, 'events are append-only'); END;

-- Why a mail was decided as it was, at decision time.
CREATE TABLE trace (
	inbox_id  INTEGER PRIMARY KEY REFERENCES inbox (id),
	ticket_id INTEGER REFERENCES ticket (id),
	rules     TEXT NOT NULL,                        -- hash of the rule set
	generation INTEGER NOT NULL,
	json      TEXT NOT NULL
) STRICT;
CREATE INDEX trace_ticket ON trace (ticket_id) WHERE ticket_id IS NOT NULL;

-- Leaving mail. One row per recipient; cause says why it exists and is unique.
-- Its bytes are rendered once, with the decision, into the mail file.
CREATE TABLE outbox (
	id              INTEGER PRIMARY KEY AUTOINCREMENT,
	cause           TEXT NOT NULL UNIQUE,
	ticket_id       INTEGER REFERENCES ticket (id),
	inbox_id        INTEGER REFERENCES inbox (id),
	class           TEXT NOT NULL CHECK (class IN ('human', 'notice', 'automatic', 'report')),
	purpose         TEXT NOT NULL,                  -- letter of the signed Message-ID: q f p s n i e x
	recipient       TEXT NOT NULL,                  -- folded address
	reverse_path    TEXT NOT NULL,                  -- '' = null sender
	message_id      TEXT NOT NULL UNIQUE,
	state           TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'cancelled', 'held')),
	attempts        INTEGER NOT NULL DEFAULT 0,
	unknown         INTEGER NOT NULL DEFAULT 0,     -- attempts whose outcome is unknown
	next_attempt_at INTEGER NOT NULL,
	created_at      INTEGER NOT NULL,
	closed_at       INTEGER,
	last_error      TEXT NOT NULL DEFAULT '',
	smtp_reply      TEXT NOT NULL DEFAULT '',
	mail_at         INTEGER,                        -- offset in the mail file; NULL when erased
	mail_length     INTEGER NOT NULL
) STRICT;
CREATE TRIGGER outbox_no_rewrite BEFORE UPDATE OF cause, message_id, mail_at, mail_length ON outbox
WHEN (SELECT value FROM meta WHERE key = 'erasing') IS NULL
BEGIN SELECT RAISE (ABORT, 'leaving mail is never rewritten'); END;
CREATE INDEX outbox_due ON outbox (class, next_attempt_at) WHERE state = 'queued';
CREATE INDEX outbox_recipient ON outbox (recipient, created_at) WHERE class = 'automatic';
CREATE INDEX outbox_created ON outbox (created_at) WHERE class = 'automatic';
CREATE INDEX outbox_ticket ON outbox (ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX outbox_failed ON outbox (id) WHERE state IN ('failed', 'held');

-- Tokens that leaked: the mail they belong to can no longer command.
CREATE TABLE revoked (
	message_id TEXT PRIMARY KEY,
	at         INTEGER NOT NULL,
	reason     TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- SLA clocks of a ticket. cycle counts next-response and take-over clocks.
CREATE TABLE clock (
	ticket_id   INTEGER NOT NULL REFERENCES ticket (id),
	kind        TEXT NOT NULL CHECK (kind IN ('first_response', 'next_response', 'resolution', 'take_over')),
	cycle       INTEGER NOT NULL DEFAULT 1,
	state       TEXT NOT NULL CHECK (state IN ('running', 'paused', 'met', 'breached', 'not_applicable')),
	target      INTEGER NOT NULL,                   -- open milliseconds
	consumed    INTEGER NOT NULL DEFAULT 0,         -- open milliseconds up to since_at
	since_at    INTEGER,                            -- running since; NULL = paused or stopped
	due_at      INTEGER,
	warn_at     INTEGER,
	breached_at INTEGER,                            -- sticky
	stopped_at  INTEGER,
	PRIMARY KEY (ticket_id, kind, cycle)
) STRICT, WITHOUT ROWID;

-- Everything that happens by itself at an instant: warnings, breaches, steps of
-- the escalation ladder, reminders, automatic closing, snoozes. The sweep asks
-- for what is due and not fired; a step fires once per cycle.
CREATE TABLE timer (
	id        INTEGER PRIMARY KEY,
	ticket_id INTEGER NOT NULL REFERENCES ticket (id),
	name      TEXT NOT NULL,                        -- step:<name>, breach:<clock>, warn:<clock>, remind, resolve, close, ask, deflect, wake
	cycle     INTEGER NOT NULL DEFAULT 1,
	due_at    INTEGER NOT NULL,
	fired_at  INTEGER,
	UNIQUE (ticket_id, name, cycle)
) STRICT;
CREATE INDEX timer_due ON timer (due_at) WHERE fired_at IS NULL;

-- Agents' mails that lack a proof, or whose commands need an ok.
CREATE TABLE hold (
	inbox_id   INTEGER PRIMARY KEY REFERENCES inbox (id),
	ticket_id  INTEGER REFERENCES ticket (id),
	agent      TEXT NOT NULL,
	kind       TEXT NOT NULL CHECK (kind IN ('proof', 'syntax', 'collision', 'suspicious', 'leak')),
	challenge  TEXT NOT NULL UNIQUE,                -- Message-ID of the mail that asks
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	released_at INTEGER
) STRICT;

-- Planned absences made by mail; those of the configuration are not stored.
CREATE TABLE absence (
	id         INTEGER PRIMARY KEY,
	agent      TEXT NOT NULL,
	from_at    INTEGER NOT NULL,
	to_at      INTEGER NOT NULL,
	substitute TEXT NOT NULL DEFAULT ''
) STRICT;

-- Outcomes of FAQ answers: entries that do not help demote themselves.
CREATE TABLE faq_outcome (
	ticket_id INTEGER PRIMARY KEY REFERENCES ticket (id),
	entry     TEXT NOT NULL,
	requester TEXT NOT NULL,
	sent_at   INTEGER NOT NULL,
	outcome   TEXT NOT NULL DEFAULT '' CHECK (outcome IN ('', 'helped', 'rejected', 'silent'))
) STRICT;
CREATE INDEX faq_outcome_entry ON faq_outcome (entry, sent_at);
CREATE INDEX faq_outcome_requester ON faq_outcome (requester, entry, sent_at);

-- Once per state change, not once per poll: alarms that are up.
CREATE TABLE alarm (
	name   TEXT PRIMARY KEY,
	since_at INTEGER NOT NULL,
	text   TEXT NOT NULL,
	mailed INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
