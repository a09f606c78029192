package mailin

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxAttachments is how many attachments of a mail are listed.
const maxAttachments = maxParts

// leafPart sorts a part without children: readable text or attachment.
func (t *tree) leafPart(p part, major, minor string) {
	name := p.filename()
	switch {
	case major == "text" && (minor == "plain" || minor == "html" || minor == "enriched" || minor == "richtext"):
		if p.disp.value != "attachment" && name == "" {
			t.addText(p, minor)
			return
		}
		if p.disp.value != "attachment" {
			// A named text shown inline: a file, and the body where there is none.
			t.named = append(t.named, newText(p, minor))
		}
	case major == "text" && minor == "calendar":
		t.noteCalendar(p)
		if p.disp.value != "attachment" && name == "" {
			name = "invite.ics"
		}
	case major == "text" && minor == "rfc822-headers":
		t.returned = append(t.returned, p)
		if name == "" {
			name = "headers.txt"
		}
	case p.ctype.value == "application/pkcs7-mime" || p.ctype.value == "application/x-pkcs7-mime":
		if st := strings.ToLower(p.ctype.get("smime-type")); st == "signed-data" || strings.HasSuffix(strings.ToLower(name), ".p7s") {
			t.signed = true
		} else if st != "certs-only" {
			t.encrypted = true
		}
	case p.ctype.value == "application/ms-tnef" || strings.EqualFold(name, "winmail.dat"):
		if t.openTNEF(p) {
			return
		}
	}
	t.addLeaf(p, name)
}

// newText makes a text part of a leaf.
func newText(p part, minor string) textPart {
	tp := textPart{html: minor == "html", enriched: minor == "enriched" || minor == "richtext",
		charset: p.ctype.get("charset"), cte: p.cte, body: p.body}
	if strings.EqualFold(p.ctype.get("format"), "flowed") {
		tp.flowed = true
		tp.delsp = strings.EqualFold(p.ctype.get("delsp"), "yes")
	}
	return tp
}

func (t *tree) addText(p part, minor string) {
	tp := newText(p, minor)
	if !tp.html {
		t.cutFiles(&tp)
	}
	t.texts = append(t.texts, tp)
}

// cutFiles takes uuencoded files out of a plain text part.
func (t *tree) cutFiles(tp *textPart) {
	if tp.cte == "uuencode" {
		name, data, _, ok := cutUU(tp.body)
		if ok && !looksText(name, data) {
			t.leaves = append(t.leaves, leaf{name: name, ctype: "application/octet-stream", body: data})
			tp.body = nil
		}
		return
	}
	if !bytes.Contains(tp.body, []byte("begin ")) {
		return
	}
	body := tp.body
	if tp.cte == "base64" || tp.cte == "quoted-printable" {
		body = decodeTransfer(body, tp.cte)
	}
	var kept []byte
	for n := 0; n < 100; n++ {
		name, data, span, ok := cutUU(body)
		if !ok {
			break
		}
		t.leaves = append(t.leaves, leaf{name: name, ctype: "application/octet-stream", body: data})
		kept = append(kept, body[:span[0]]...)
		body = body[span[1]:]
		tp.cte = ""
		tp.body = body
	}
	if kept != nil {
		tp.body = append(kept, body...)
	}
}

// looksText tells decoded bytes that are text rather than a file.
func looksText(name string, data []byte) bool {
	if bytes.IndexByte(data, 0) >= 0 {
		return false
	}
	ext := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	return ext == "txt" || !strings.Contains(name, ".") || strings.ContainsAny(ext, "/\\")
}

func (t *tree) noteCalendar(p part) {
	m := strings.ToUpper(p.ctype.get("method"))
	if m == "" {
		body := decodeTransfer(p.body[:min(len(p.body), 64<<10)], p.cte)
		if i := bytes.Index(bytes.ToUpper(body), []byte("\nMETHOD:")); i >= 0 {
			line, _ := cutLine(body[i+8:])
			m = strings.ToUpper(strings.TrimSpace(string(line)))
		}
	}
	if m != "" && len(m) < 20 || t.calendar == "" {
		t.calendar = m
	}
}

func (t *tree) addLeaf(p part, name string) {
	if len(t.leaves) >= maxAttachments {
		t.cut = true
		t.defect(DefectParts)
		return
	}
	t.leaves = append(t.leaves, leaf{name: name, ctype: p.ctype.value, cid: p.cid,
		inline: p.disp.value == "inline" || p.disp.value == "" && p.related, related: p.related,
		body: p.body, cte: p.cte})
}

// fileNumber counts the leaves before number i that have no name and the same
// content type.
func (t *tree) fileNumber(i int) int {
	if t.leaves[i].name != "" {
		return 0
	}
	if t.unnamed == nil {
		t.unnamed = make(map[string]int)
	}
	t.unnamed[t.leaves[i].ctype]++
	return t.unnamed[t.leaves[i].ctype] - 1
}

// attachment turns a leaf into what Message lists: decoded once in passing for
// size and digest, never kept.
func (l *leaf) attachment(n int) Attachment {
	a := Attachment{Filename: SafeFilename(l.name, l.ctype, n), ContentType: l.ctype, Inline: l.inline, ContentID: l.cid}
	h := sha256.New()
	l.each(func(p []byte) {
		a.Size += int64(len(p))
		h.Write(p)
	})
	var sum [sha256.Size]byte
	a.SHA256 = hex.EncodeToString(h.Sum(sum[:0]))
	return a
}

// each hands over the decoded bytes of a leaf in chunks.
func (l *leaf) each(emit func([]byte)) {
	if l.cte == "base64" {
		decodeBase64(l.body, emit)
		return
	}
	emit(decodeTransfer(l.body, l.cte))
}

// ErrNoAttachment is returned by Content for a number that the mail has not.
var ErrNoAttachment = errors.New("no such attachment")

// Content returns the decoded bytes of Parse(raw).Attachments[n]. It reads the
// raw mail again; the result is in memory as a whole.
func Content(raw []byte, n int) ([]byte, error) {
	t := readTree(normalise(raw))
	if n < 0 || n >= len(t.leaves) {
		return nil, fmt.Errorf("read attachment %s of %d: %w", strconv.Itoa(n), len(t.leaves), ErrNoAttachment)
	}
	var out []byte
	t.leaves[n].each(func(p []byte) { out = append(out, p...) })
	return out, nil
}
