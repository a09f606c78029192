-- More ways to know a mail again, and who answers like a machine.

-- The Message-ID a submission server gave a leaving mail instead of ours.
ALTER TABLE outbox ADD COLUMN final_id TEXT NOT NULL DEFAULT '';
CREATE INDEX outbox_final_id ON outbox (final_id) WHERE final_id <> '';

-- The oldest mail a message belongs to: two answers to a mail that never reached us
-- have it in common.
ALTER TABLE message ADD COLUMN root TEXT NOT NULL DEFAULT '';
CREATE INDEX message_root ON message (root) WHERE root <> '';
CREATE INDEX message_author ON message (author, at) WHERE author <> '';

-- The root of the conversation in Outlook's Thread-Index, base64.
ALTER TABLE ticket ADD COLUMN thread_index TEXT NOT NULL DEFAULT '';
