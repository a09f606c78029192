-- The ticket a message was said in before a merge made it part of another; NULL = the
-- one it is in. A merge is undone by it.
ALTER TABLE message ADD COLUMN origin_id INTEGER REFERENCES ticket (id);

-- One mail may be a note of the same kind in several tickets, and a merge brings them
-- together: what it said where stays one cause each.
DROP INDEX message_inbox;
CREATE UNIQUE INDEX message_inbox ON message (inbox_id, kind, coalesce(origin_id, ticket_id)) WHERE inbox_id IS NOT NULL;

CREATE INDEX ticket_merged ON ticket (merged_into) WHERE merged_into IS NOT NULL;
