package triage

import (
	"slices"
	"strings"

	"firstline/mailin"
	"firstline/mailout"
)

// attachLimit is how many bytes of attachments travel with a notice; the rest is
// listed.
const attachLimit = 10 << 20

// dangerous are file types that are stored and listed but not passed on by mail
// (P7); the name is the sanitised one.
var dangerous = []string{".exe", ".com", ".scr", ".bat", ".cmd", ".js", ".jse", ".vbs", ".vbe", ".wsf", ".ps1", ".msi", ".iso", ".img",
	".lnk", ".hta", ".jar", ".docm", ".xlsm", ".pptm", ".html", ".htm", ".svg", ".chm", ".cpl", ".pif", ".reg"}

// decorationSize is below what a screenshot has; logos of signatures are smaller.
const decorationSize = 40 << 10

// decoration reports whether a file is a picture of a signature. A picture that
// was pasted into the text is what the mail is about, and so is a photo from a
// phone, whose mail program calls every attachment inline.
func decoration(inline bool, contentID, contentType string, size int64) bool {
	return inline && contentID != "" && strings.HasPrefix(contentType, "image/") && size <= decorationSize
}

// listed is one attachment in a list, with the reason why it does not travel along.
func listed(name string, size int64, p passage, lang string) mailout.File {
	f := mailout.File{Name: name, Size: size, Attached: p == passes}
	switch {
	case p == passes:
	case p == disguised || isDangerous(name):
		f.Why = inLang([2]string{"gefährlicher Dateityp, bleibt am Ticket", "dangerous type of file, stays with the ticket"}, lang)
	default:
		f.Why = inLang([2]string{"zu groß, bleibt am Ticket", "too big, stays with the ticket"}, lang)
	}
	return f
}

func isDangerous(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc(dangerous, func(ext string) bool { return strings.HasSuffix(name, ext) })
}

// passage says whether an attachment travels with our mails.
type passage uint8

const (
	stays     passage = iota // too big, of a dangerous type, or a decoration
	disguised                // its bytes are a program's, whatever its name says
	passes
)

// programs are the first bytes of files that run: Windows, Linux and Apple programs,
// scripts, shortcuts, and pages with scripts (P7).
var programs = []string{"MZ", "\x7fELF", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xca\xfe\xba\xbe", "#!", "L\x00\x00\x00\x01\x14\x02\x00", "<hta:", "<script", "<html", "<!doctype html", "<svg", "<?xml-stylesheet"}

// isProgram looks at the first bytes of a file.
func isProgram(b []byte) bool {
	head := strings.ToLower(strings.TrimLeft(string(b[:min(len(b), 256)]), "\ufeff \t\r\n"))
	if strings.HasPrefix(head, "mz") && !strings.Contains(head, "\x00") {
		return false // a text that begins with these letters
	}
	return slices.ContainsFunc(programs, func(magic string) bool { return strings.HasPrefix(head, strings.ToLower(magic)) })
}

// readFiles reads the attachments that travel along, again from the raw bytes of the
// mail; once per mail, however many people get them.
func (t *turn) readFiles() {
	if t.passed != nil || t.m == nil {
		return
	}
	t.passed = make([]passage, len(t.m.Attachments))
	size := int64(0)
	for i, a := range t.m.Attachments {
		if decoration(a.Inline, a.ContentID, a.ContentType, a.Size) || isDangerous(a.Filename) || size+a.Size > attachLimit {
			continue
		}
		b, err := mailin.Content(t.raw, i)
		switch {
		case err != nil:
			t.desk.Log.Warn("attachment not read", "inbox", t.in.ID, "err", err)
		case isProgram(b):
			t.passed[i] = disguised
		default:
			size += a.Size
			t.passed[i] = passes
			t.files = append(t.files, mailout.Attachment{Filename: a.Filename, ContentType: a.ContentType, Bytes: b})
		}
	}
}

// filesOf are the attachments of the mail that travel with our mails.
func (t *turn) filesOf() []mailout.Attachment {
	t.readFiles()
	return t.files
}

// fileList names the attachments for people.
func (t *turn) fileList(lang string) []mailout.File {
	var list []mailout.File
	t.readFiles()
	for i, a := range t.m.Attachments {
		if decoration(a.Inline, a.ContentID, a.ContentType, a.Size) {
			continue
		}
		list = append(list, listed(a.Filename, a.Size, t.passed[i], lang))
	}
	return list
}
