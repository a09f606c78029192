-- What the FAQ learns from the desk.

-- The wording of the entry as it was sent: outcomes of an older wording say
-- nothing about the present one.
ALTER TABLE faq_outcome ADD COLUMN version TEXT NOT NULL DEFAULT '';

-- Number of the ticket whose words were nearest, 0 = a question of the
-- configuration was: an answer that did not help takes the lesson back.
ALTER TABLE faq_outcome ADD COLUMN taught_by INTEGER NOT NULL DEFAULT 0;

-- Agents' use of an entry with #faq: the entry was right for the ticket.
CREATE TABLE faq_use (
	ticket_id INTEGER NOT NULL REFERENCES ticket (id),
	entry     TEXT NOT NULL,
	requester TEXT NOT NULL,
	agent     TEXT NOT NULL,
	at        INTEGER NOT NULL,
	PRIMARY KEY (ticket_id, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX faq_use_requester ON faq_use (requester, at);

-- Words of requesters whose question an entry answered, as further phrasings of
-- it: one per ticket, so that the erasure of a ticket finds them.
CREATE TABLE faq_learned (
	ticket_id INTEGER PRIMARY KEY REFERENCES ticket (id),
	entry     TEXT NOT NULL,
	source    TEXT NOT NULL CHECK (source IN ('confirmed', 'agent')),
	text      TEXT NOT NULL,
	at        INTEGER NOT NULL
) STRICT;
CREATE INDEX faq_learned_entry ON faq_learned (entry, at, ticket_id);

-- faq_lessons counts the changes, so that who has read them knows when to read
-- again, whoever made them.
CREATE TRIGGER faq_learned_more AFTER INSERT ON faq_learned BEGIN
	INSERT INTO meta (key, value) VALUES ('faq_lessons', '1')
		ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT);
END;
CREATE TRIGGER faq_learned_other AFTER UPDATE ON faq_learned BEGIN
	UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'faq_lessons';
END;
CREATE TRIGGER faq_learned_less AFTER DELETE ON faq_learned BEGIN
	UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'faq_lessons';
END;
