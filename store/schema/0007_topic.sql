-- What solved tickets are about, to find similar ones. topic has one row per ticket,
-- its words reduced to stems; topic_word leads from a word back to the tickets: how
-- many have it, and the newest of them. Word 0 counts all topics. The word itself
-- does not stand in topic_word, only its number.
CREATE TABLE topic (
	ticket_id INTEGER PRIMARY KEY REFERENCES ticket (id),
	words     TEXT NOT NULL,
	keys      BLOB NOT NULL                         -- the numbers of its words, 8 octets each
) STRICT;

CREATE TABLE topic_word (
	word    INTEGER PRIMARY KEY,
	tickets INTEGER NOT NULL CHECK (tickets >= 0),
	recent  BLOB NOT NULL                           -- ticket ids, 4 octets each, the newest last
) STRICT;
