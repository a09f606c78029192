package config

import (
	"mime"
	"path/filepath"

	"firstline/mailout"
	"firstline/rules/source"
)

const (
	maxAnswerFile  = 5 << 20  // bytes of a file that travels with an FAQ answer
	maxAnswerFiles = 10 << 20 // bytes of all files of one answer
)

// faqFiles reads the attachments of the FAQ entries. They are kept in memory: an
// answer must not depend on a file that somebody moves meanwhile.
func (d *decoder) faqFiles() {
	quiet := source.NewReport(d.o.Lang) // package rules reports mistakes in the entries
	for _, n := range quiet.List(d.root.Get("faq")) {
		m := quiet.Map(n)
		size := 0
		for _, t := range m.OneOrMany("attachments") {
			b, ok := d.faqFile(t)
			if size += len(b); ok && size > maxAnswerFiles {
				d.r.Add(t.Node, tooLarge, t.Value, maxAnswerFiles>>20)
				ok = false
			}
			if !ok {
				continue
			}
			if d.c.Desk.FAQ.Files == nil {
				d.c.Desk.FAQ.Files = map[string][]mailout.Attachment{}
			}
			id, name := m.String("id", ""), filepath.Base(t.Value)
			d.c.Desk.FAQ.Files[id] = append(d.c.Desk.FAQ.Files[id],
				mailout.Attachment{Filename: name, ContentType: mime.TypeByExtension(filepath.Ext(name)), Bytes: b})
		}
	}
}

// faqFile reads one attachment, inside the folder of the configuration.
func (d *decoder) faqFile(t source.Text) ([]byte, bool) {
	b, err := d.readMail(t.Value)
	switch {
	case err != nil:
		d.r.Add(t.Node, cannotRead, t.Value, reason(err))
	case len(b) > maxAnswerFile:
		d.r.Add(t.Node, tooLarge, t.Value, maxAnswerFile>>20)
	default:
		d.c.Files = appendNew(d.c.Files, d.path(t.Value))
		return b, true
	}
	return nil, false
}
