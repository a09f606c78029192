package smtptest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/mail"
	"os"
	"strings"
	"sync"
)

// Entry is one accepted mail in a journal.
type Entry struct {
	From      string   `json:"from"`
	To        []string `json:"to"`
	MessageID string   `json:"message_id"` // without angle brackets
	SHA256    string   `json:"sha256"`
	Raw       []byte   `json:"raw"`
}

// Journal is an append-only file of accepted mails, one JSON object per line,
// synced before the server says 250: it outlives a killed process and says
// afterwards what the world has received.
type Journal struct {
	mu sync.Mutex
	f  *os.File
}

// OpenJournal opens or creates a journal.
func OpenJournal(path string) (*Journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &Journal{f: f}, nil
}

// Append records a mail durably.
func (j *Journal) Append(m Mail) error {
	sum := sha256.Sum256(m.Raw)
	e := Entry{From: m.From, To: m.To, MessageID: messageID(m.Raw), SHA256: hex.EncodeToString(sum[:]), Raw: m.Raw}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.f.Write(append(line, '\n')); err != nil {
		return err
	}
	return j.f.Sync()
}

// Close closes the file.
func (j *Journal) Close() error { return j.f.Close() }

// ReadJournal returns the entries of a journal; a last line that was cut off by
// a crash was never acknowledged and is left out.
func ReadJournal(path string) ([]Entry, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Entry
	sc := bufio.NewScanner(bytes.NewReader(b))
	sc.Buffer(nil, len(b)+1)
	for sc.Scan() {
		var e Entry
		if json.Unmarshal(sc.Bytes(), &e) == nil {
			out = append(out, e)
		}
	}
	return out, sc.Err()
}

func messageID(raw []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return strings.Trim(m.Header.Get("Message-Id"), "<> ")
}
