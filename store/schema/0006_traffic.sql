-- What the machinery did, in quarters of an hour: mails in by outcome, mails out,
-- bounced, alarms, and the longest waits. Only the present quarter is written, so
-- that what a past week says does not change. Every time zone in use begins its
-- days at a quarter.
CREATE TABLE traffic (
	at   INTEGER NOT NULL,                          -- begin of the quarter
	name TEXT NOT NULL,                             -- in:<outcome>, out, refused, bounced, alarm, peak:poll_gap, peak:outbox_wait
	n    INTEGER NOT NULL,                          -- a sum; of a peak the greatest, milliseconds
	PRIMARY KEY (at, name)
) STRICT, WITHOUT ROWID;

-- Which tickets were at work at an instant: the oldest change of state after it
-- says so. Covering, so that no row of the history is read for it.
CREATE INDEX event_state ON event (at, ticket_id, old) WHERE kind = 'state';
