package mailin

import (
	"encoding/json"
	"strings"
)

// sesNotice is the bounce that Amazon SES reports as JSON in a mail.
type sesNotice struct {
	Type      string `json:"notificationType"`
	EventType string `json:"eventType"`
	Bounce    struct {
		Type       string `json:"bounceType"`
		Recipients []struct {
			Address    string `json:"emailAddress"`
			Action     string `json:"action"`
			Status     string `json:"status"`
			Diagnostic string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
	} `json:"bounce"`
	Mail struct {
		Headers struct {
			MessageID string `json:"messageId"`
		} `json:"commonHeaders"`
	} `json:"mail"`
}

// sesBounce reads the JSON form of a bounce, plain or wrapped by SNS; nil for
// everything else. Lines that a server broke are joined.
func sesBounce(m *Message) *sesNotice {
	text := strings.TrimSpace(m.Text)
	if !strings.HasPrefix(text, "{") || !strings.Contains(text, "bouncedRecipients") || len(text) > 256<<10 {
		return nil
	}
	raw := []byte(strings.ReplaceAll(text, "\n ", ""))
	var outer struct{ Message string }
	dec := json.NewDecoder(strings.NewReader(string(raw)))
	if dec.Decode(&outer) == nil && outer.Message != "" {
		raw = []byte(outer.Message)
	}
	var n sesNotice
	if json.NewDecoder(strings.NewReader(string(raw))).Decode(&n) != nil || n.Type != "Bounce" && n.EventType != "Bounce" {
		return nil
	}
	return &n
}

func (d *DSN) addSES(n *sesNotice) {
	for _, r := range n.Bounce.Recipients {
		d.addRecipient(r.Address)
		if d.Status == "" {
			d.Status, d.Diagnostic = statusCode(r.Status), limit(cleanLine(typed(r.Diagnostic)), 1000)
		}
		if a := strings.ToLower(r.Action); worse(a, d.Action) {
			d.Action = a
		}
	}
	if d.Action == "" {
		d.Action = "failed"
	}
	d.OriginalMessageID = messageID(n.Mail.Headers.MessageID)
}
