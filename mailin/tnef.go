package mailin

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// TNEF (MS-OXTNEF): Outlook's winmail.dat. Read are the attachments with their
// long names and, where the mail has no other text, the body.
const (
	tnefSignature     = 0x223e9f78
	tnefBody          = 0x0002800c
	tnefAttachRend    = 0x00069002
	tnefAttachTitle   = 0x00018010
	tnefAttachData    = 0x0006800f
	tnefAttachProps   = 0x00069005
	tnefMessageProps  = 0x00069003
	mapiLongFilename  = 0x3707
	mapiAttachMime    = 0x370e
	mapiAttachID      = 0x3712
	mapiAttachData    = 0x3701
	mapiBody          = 0x1000
	mapiBodyHTML      = 0x1013
	maxTNEFAttributes = 10000
)

type tnefFile struct {
	title, name, mime, cid string
	data                   []byte
}

// openTNEF replaces winmail.dat by what is in it. It reports false for bytes that
// are no TNEF; then the file itself is the attachment.
func (t *tree) openTNEF(p part) bool {
	b := decodeTransfer(p.body, p.cte)
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != tnefSignature {
		return false
	}
	var files []tnefFile
	var text, html []byte
	b = b[6:]
	for n := 0; n < maxTNEFAttributes && len(b) >= 9; n++ {
		id := binary.LittleEndian.Uint32(b[1:])
		size := int64(binary.LittleEndian.Uint32(b[5:]))
		b = b[9:]
		if size > int64(len(b)) {
			t.defect(DefectTNEF)
			size = int64(len(b))
		}
		data := b[:size]
		b = b[min(int64(len(b)), size+2):] // a checksum follows
		switch {
		case id == tnefAttachRend:
			files = append(files, tnefFile{})
		case id == tnefBody:
			text = bytes.TrimRight(data, "\x00")
		case id == tnefMessageProps:
			mapiProps(data, func(tag uint16, v []byte) {
				switch tag {
				case mapiBody:
					if text == nil {
						text = v
					}
				case mapiBodyHTML:
					html = v
				}
			})
		case len(files) == 0:
		case id == tnefAttachTitle:
			files[len(files)-1].title = tnefString(data)
		case id == tnefAttachData:
			files[len(files)-1].data = data
		case id == tnefAttachProps:
			files[len(files)-1].props(data)
		}
	}
	t.addTNEF(files, text, html)
	return true
}

func (t *tree) addTNEF(files []tnefFile, text, html []byte) {
	for _, f := range files {
		if len(t.leaves) >= maxAttachments {
			break
		}
		name, mime := f.name, strings.ToLower(f.mime)
		if name == "" {
			name = f.title
		}
		if mime == "" || strings.ContainsAny(mime, " \r\n\t") {
			mime = "application/octet-stream"
		}
		t.leaves = append(t.leaves, leaf{name: name, ctype: mime, cid: f.cid, inline: f.cid != "", body: f.data})
	}
	for _, have := range t.texts {
		if len(bytes.TrimSpace(have.body)) > 0 {
			return
		}
	}
	switch {
	case len(bytes.TrimSpace(text)) > 0:
		t.texts = append(t.texts, textPart{body: text})
	case len(html) > 0:
		t.texts = append(t.texts, textPart{body: html, html: true})
	}
}

func (f *tnefFile) props(data []byte) {
	mapiProps(data, func(tag uint16, v []byte) {
		switch tag {
		case mapiLongFilename:
			f.name = string(v)
		case mapiAttachMime:
			f.mime = string(v)
		case mapiAttachID:
			f.cid = strings.Trim(string(v), "<>")
		case mapiAttachData:
			if f.data == nil {
				f.data = v
			}
		}
	})
}

func tnefString(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	s, _ := sniff(b)
	return s
}

// mapiProps walks a MAPI property list and hands over strings (as UTF-8) and
// binary values. It stops at the first thing it cannot measure.
func mapiProps(b []byte, emit func(tag uint16, v []byte)) {
	if len(b) < 4 {
		return
	}
	count := int(binary.LittleEndian.Uint32(b))
	b = b[4:]
	for n := 0; n < count && n < maxTNEFAttributes && len(b) >= 4; n++ {
		kind, tag := binary.LittleEndian.Uint16(b), binary.LittleEndian.Uint16(b[2:])
		b = b[4:]
		if tag >= 0x8000 {
			var ok bool
			if b, ok = skipNamed(b); !ok {
				return
			}
		}
		values := 1
		if kind&0x1000 != 0 || variableProp(kind) {
			if len(b) < 4 {
				return
			}
			values = int(binary.LittleEndian.Uint32(b))
			b = b[4:]
		}
		for ; values > 0; values-- {
			v, rest, ok := mapiValue(kind&^0x1000, b)
			if !ok {
				return
			}
			if variableProp(kind &^ 0x1000) {
				emit(tag, v)
			}
			b = rest
		}
	}
}

func variableProp(kind uint16) bool {
	return kind == 0x001e || kind == 0x001f || kind == 0x0102 || kind == 0x000d
}

// skipNamed skips the name of a named property.
func skipNamed(b []byte) ([]byte, bool) {
	if len(b) < 24 {
		return nil, false
	}
	form := binary.LittleEndian.Uint32(b[16:])
	n := binary.LittleEndian.Uint32(b[20:])
	b = b[24:]
	if form == 0 {
		return b, true
	}
	size := (int64(n) + 3) &^ 3
	if size > int64(len(b)) {
		return nil, false
	}
	return b[size:], true
}

func mapiValue(kind uint16, b []byte) (v, rest []byte, ok bool) {
	size := int64(4)
	switch kind {
	case 0x0005, 0x0006, 0x0007, 0x0014, 0x0040:
		size = 8
	case 0x0048:
		size = 16
	}
	if !variableProp(kind) {
		if size > int64(len(b)) {
			return nil, nil, false
		}
		return b[:size], b[size:], true
	}
	if len(b) < 4 {
		return nil, nil, false
	}
	n := int64(binary.LittleEndian.Uint32(b))
	b = b[4:]
	pad := (n + 3) &^ 3
	if n > int64(len(b)) {
		return nil, nil, false
	}
	v = b[:n]
	b = b[min(pad, int64(len(b))):]
	switch kind {
	case 0x001f:
		u := make([]uint16, 0, n/2)
		for i := 0; i+1 < len(v); i += 2 {
			u = append(u, binary.LittleEndian.Uint16(v[i:]))
		}
		v = bytes.TrimRight([]byte(string(utf16.Decode(u))), "\x00")
	case 0x001e:
		v = []byte(tnefString(v))
	}
	return v, b, true
}
