-- How far the retention of a ticket has come: its files are gone (1), its texts
-- too (2), and nobody can be recognised any more (3).
CREATE TABLE retention (
	ticket_id INTEGER PRIMARY KEY REFERENCES ticket (id),
	stage     INTEGER NOT NULL CHECK (stage BETWEEN 1 AND 3),
	at        INTEGER NOT NULL
) STRICT;

-- Which alias stands for a person in tickets that are anonymous already, while
-- other rows still name the person: figures per person stay the same. The row
-- goes with the last of those, and the alias means nobody from then on.
CREATE TABLE alias (
	address TEXT PRIMARY KEY,
	alias   TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- Whom we were asked to forget, as keyed hashes of the addresses.
CREATE TABLE forgotten (
	hash BLOB PRIMARY KEY CHECK (length(hash) = 32),
	at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
