-- What happened to a ticket as far as its clocks care, in order: enough to show
-- its clocks as a timeline and to try another policy on it. Holds nothing personal.
CREATE TABLE clock_event (
	ticket_id INTEGER NOT NULL REFERENCES ticket (id),
	n         INTEGER NOT NULL,                     -- from 1
	at        INTEGER NOT NULL,
	event     TEXT NOT NULL,                        -- opened, reply, wait, ...: package sla
	state     TEXT NOT NULL,                        -- of the ticket afterwards
	public    INTEGER NOT NULL DEFAULT 0,           -- text went out to the requester
	work      INTEGER NOT NULL DEFAULT 0,           -- idling begins anew
	timer     INTEGER NOT NULL DEFAULT 0,           -- the escalation ladder did it, nobody else
	level     INTEGER NOT NULL,
	priority  TEXT NOT NULL,
	sla       TEXT NOT NULL DEFAULT '',
	PRIMARY KEY (ticket_id, n)
) STRICT, WITHOUT ROWID;
