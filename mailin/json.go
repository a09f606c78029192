package mailin

import "time"

// messageJSON is Message as explain prints it.
type messageJSON struct {
	Subject     string       `json:"subject"`
	From        Address      `json:"from"`
	To          []Address    `json:"to"`
	Cc          []Address    `json:"cc"`
	ReplyTo     []Address    `json:"reply_to"`
	Date        string       `json:"date"`
	MessageID   string       `json:"message_id"`
	InReplyTo   []string     `json:"in_reply_to"`
	References  []string     `json:"references"`
	Language    string       `json:"language"`
	Text        string       `json:"text"`
	Reply       string       `json:"reply"`
	Quoted      string       `json:"quoted"`
	Signature   string       `json:"signature"`
	Forwarded   bool         `json:"forwarded"`
	Attachments []Attachment `json:"attachments"`
	Automatic   Automatic    `json:"automatic"`
	DSN         *DSN         `json:"dsn"`
	Auth        Auth         `json:"auth"`
	Defects     []Defect     `json:"defects"`
}

// JSON returns the message as explain prints it: every list present, the date as
// RFC 3339 or empty.
func (m *Message) JSON() any {
	j := messageJSON{
		Subject: m.Subject, From: m.From, To: full(m.To), Cc: full(m.Cc), ReplyTo: full(m.ReplyTo),
		MessageID: m.MessageID, InReplyTo: full(m.InReplyTo), References: full(m.References),
		Language: m.Language, Text: m.Text, Reply: m.Reply, Quoted: m.Quoted, Signature: m.Signature, Forwarded: m.Forwarded,
		Attachments: full(m.Attachments), Automatic: m.Automatic, Auth: m.Auth, Defects: full(m.Defects),
	}
	j.Automatic.Reasons = full(j.Automatic.Reasons)
	if !m.Date.IsZero() {
		j.Date = m.Date.Format(time.RFC3339)
	}
	if m.DSN != nil {
		d := *m.DSN
		d.Recipients = full(d.Recipients)
		j.DSN = &d
	}
	return j
}

func full[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
