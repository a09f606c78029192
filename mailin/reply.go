package mailin

import (
	"strings"
	"unicode"
)

// maxReplyLines bounds the lines that are searched for quotes; beyond them
// everything counts as quoted.
const maxReplyLines = 20000

// replyContext is what the header says about a text that is to be split.
type replyContext struct {
	subject string
	prefix  string // our ticket prefix, for the marker line of our mails
	isReply bool   // In-Reply-To, References or an answer's subject prefix
}

// replySplit is a text cut into what its author newly wrote and the rest.
type replySplit struct {
	reply, quoted, signature string
	forward                  string // the forwarded mail
	forwarded                bool
}

// The kinds of a line.
const (
	lineOwn = iota
	lineQuoted
	lineForward
)

// splitReply cuts quotes, announcements of quotes and signatures off. Where it is
// not sure it keeps: a line counts as the author's unless a sign says otherwise.
func splitReply(text string, c replyContext) replySplit {
	lines := strings.Split(text, "\n")
	q := quoteFinder{lines: lines, kind: make([]byte, len(lines)), c: c, marks: strings.Contains(text, quoteMark)}
	q.find()
	own := q.pick(lineOwn)
	if allBlank(own) && q.top && !q.forward {
		// An announcement above text without marks: the text is the author's.
		q.keepTop = true
		clear(q.kind)
		q.find()
		own = q.pick(lineOwn)
	}
	s := replySplit{forwarded: q.forward, forward: joinLines(q.pick(lineForward)), quoted: joinLines(q.pick(lineQuoted))}
	if allBlank(own) && s.forward != "" {
		// A mail forwarded without a word of its own: it is the content.
		s.reply, s.forward = s.forward, ""
		return s
	}
	if allBlank(own) && !c.isReply && !allBlank(lines) && !q.ours {
		// Nothing but a quote, and no answer to anything: the quote is the content.
		return replySplit{reply: joinLines(lines), forwarded: true}
	}
	reply, sig := splitSignature(own)
	s.reply, s.signature = joinLines(reply), joinLines(sig)
	return s
}

func joinLines(lines []string) string {
	return dropMarks(strings.Join(trimBlank(lines), "\n"))
}

// quoteFinder says of each line of a text whose it is.
type quoteFinder struct {
	lines   []string
	kind    []byte
	c       replyContext
	forward bool // a forwarded mail is in it
	ours    bool // our own separator was there
	marks   bool // the text has quote marks
	top     bool // an announcement without marks below was cut at
	keepTop bool // such an announcement does not cut
}

func (q *quoteFinder) find() {
	for i := 0; i < len(q.lines); i++ {
		line := q.lines[i]
		if i > maxReplyLines {
			q.cutFrom(i, lineQuoted)
			return
		}
		if strings.TrimSpace(line) == "" {
			continue
		}
		n, done := q.line(i, line)
		if done {
			return
		}
		i += n
	}
}

// line judges one line. n is how many further lines it took; done says that the
// rest of the text is settled.
func (q *quoteFinder) line(i int, line string) (n int, done bool) {
	switch {
	case groupWise(line):
		return 0, q.hard(i)
	case quotedLine(line):
		q.kind[i] = lineQuoted
		return 0, false
	case q.wrapped(i):
		q.kind[i] = lineQuoted
		return 0, false
	case q.marks && strings.Contains(line, quoteMark):
		return 0, q.hard(i)
	case markerLine(line, q.c.prefix):
		q.kind[i] = lineQuoted
		if i > 0 && strings.Trim(q.lines[i-1], "- ") == "" {
			q.kind[i-1] = lineQuoted
		}
		return 0, false
	}
	switch separator(line) {
	case separatorOurs:
		q.ours = true
		q.cutFrom(i, lineQuoted)
		return 0, true
	case separatorForward:
		return 0, q.forwarded(i)
	case separatorOriginal:
		return 0, q.hard(i)
	}
	if n := attribution(q.lines, i); n > 0 {
		return n - 1, q.announced(i, n)
	}
	if headerBlock(q.lines, i) > 0 || bareNotes(q.lines, i) {
		return 0, q.hard(i)
	}
	return 0, false
}

// announced handles an announcement of n lines: marked lines below are judged one
// by one, unmarked text below is the quote up to the end.
func (q *quoteFinder) announced(i, n int) (done bool) {
	for k := i; k < i+n; k++ {
		q.kind[k] = lineQuoted
	}
	if quotedLine(nextLine(q.lines, i+n)) {
		return false
	}
	if q.keepTop && q.blankBefore(i) {
		return false
	}
	q.top = true
	q.cutFrom(i, lineQuoted)
	return true
}

// wrapped tells the rest of a long quoted line that a program broke without a
// mark: right below it, beginning small, with marked lines following.
func (q *quoteFinder) wrapped(i int) bool {
	if i == 0 || i+1 >= len(q.lines) || !quotedLine(q.lines[i-1]) || !quotedLine(q.lines[i+1]) {
		return false
	}
	s, above := strings.TrimSpace(q.lines[i]), strings.TrimSpace(q.lines[i-1])
	if strings.HasPrefix(s, "(http") || strings.HasPrefix(s, "<http") || strings.HasPrefix(s, "http") {
		return true
	}
	if len(above) < 60 || len(s) > 60 || commandLine(s) {
		return false
	}
	last := above[len(above)-1]
	return unicode.IsLower(firstRune(s)) && strings.IndexByte(".?!:", last) < 0 || firstRune(s) == '_'
}

// hard ends the author's text at line i, together with a rule and an introduction
// right above. It reports that the search is over: a block with marked lines
// below may hold answers between them and is searched on.
func (q *quoteFinder) hard(i int) (done bool) {
	if forwardSubject(q.c.subject) {
		return q.forwarded(i)
	}
	if q.inline(i) {
		n := max(headerBlock(q.lines, i), 1)
		for k := i; k < min(i+n, len(q.lines)); k++ {
			q.kind[k] = lineQuoted
		}
		return false
	}
	q.cutFrom(q.above(i), lineQuoted)
	return true
}

// above moves a cut over what belongs to the block below it: rules, empty lines,
// the line above our separator, the name and date of Lotus Notes.
func (q *quoteFinder) above(i int) int {
	i = notesAbove(q.lines, i)
	for i > 0 {
		s := strings.TrimSpace(q.lines[i-1])
		if s != "" && !ruleLine(s) && !ourPromise(s) && !strings.Contains(s, quoteMark) {
			break
		}
		i--
	}
	return i
}

// inline tells whether most of what follows line i carries quote marks, so that
// unmarked lines there are the author's.
func (q *quoteFinder) inline(i int) bool {
	marked, bare := 0, 0
	start := i + max(headerBlock(q.lines, i), 1)
	for k := start; k < len(q.lines) && k < start+400; k++ {
		switch {
		case strings.TrimSpace(q.lines[k]) == "":
		case quotedLine(q.lines[k]):
			marked++
		default:
			bare++
		}
	}
	return marked > 2 && marked > bare
}

// forwarded notes that a forwarded mail begins at line i. Marked lines below are
// the mail, and what stands below them is the author's again; without marks all
// of the rest is the mail.
func (q *quoteFinder) forwarded(i int) (done bool) {
	q.forward = true
	q.kind[i] = lineForward
	if !quotedLine(nextLine(q.lines, i+1)) {
		q.cutFrom(q.above(i), lineForward)
		return true
	}
	k := i + 1
	for last := k; last < len(q.lines); last++ {
		if quotedLine(q.lines[last]) {
			for ; k <= last; k++ {
				q.kind[k] = lineForward
			}
		} else if strings.TrimSpace(q.lines[last]) != "" {
			break
		}
	}
	// What follows is searched for nothing more: it is the author's.
	return true
}

func (q *quoteFinder) cutFrom(i int, kind byte) {
	for k := i; k < len(q.lines); k++ {
		q.kind[k] = kind
	}
	// The line above our separator belongs to our mail, too.
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if ourPromise(q.lines[k]) {
			q.kind[k] = kind
		}
	}
}

func (q *quoteFinder) blankBefore(i int) bool {
	for k := 0; k < i; k++ {
		if q.kind[k] == lineOwn && strings.TrimSpace(q.lines[k]) != "" {
			return false
		}
	}
	return true
}

// pick returns the lines of one kind, in order.
func (q *quoteFinder) pick(kind byte) []string {
	out := make([]string, 0, len(q.lines))
	skipped := false
	for i, l := range q.lines {
		if q.kind[i] != kind {
			skipped = true
			continue
		}
		// One empty line remains where something was cut out.
		if skipped && strings.TrimSpace(l) == "" && len(out) > 0 && strings.TrimSpace(out[len(out)-1]) == "" {
			continue
		}
		skipped = false
		out = append(out, l)
	}
	return out
}

func allBlank(lines []string) bool {
	for _, l := range lines {
		if strings.TrimSpace(l) != "" && strings.TrimSpace(l) != quoteMark {
			return false
		}
	}
	return true
}

func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}
