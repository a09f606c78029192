package mailin

import "strings"

// maxReplyLines bounds the lines that are searched for quotes; beyond them
// everything counts as quoted.
const maxReplyLines = 20000

// replyContext is what the header says about a text that is to be split.
type replyContext struct {
	subject string
	prefix  string // our ticket prefix, for the marker line of our mails
	isReply bool   // In-Reply-To, References or an answer's subject prefix
}

// split4 is a text cut into what its author newly wrote and the rest.
type replySplit struct {
	reply, quoted, signature string
	forwarded                bool
}

// splitReply cuts quotes, announcements of quotes and signatures off. Where it is
// not sure it keeps: a line counts as the author's unless a sign says otherwise.
func splitReply(text string, c replyContext) replySplit {
	lines := strings.Split(text, "\n")
	q := quoteFinder{lines: lines, quoted: make([]bool, len(lines)), c: c}
	q.find()
	if q.forward >= 0 && !q.empty(0, q.forward) || q.forward >= 0 && !c.isReply {
		// The forwarded mail is content; only what quotes it in turn is cut.
		s := q.pick(false)
		return replySplit{reply: dropMarks(strings.Join(trimBlank(s), "\n")), quoted: dropMarks(strings.Join(trimBlank(q.pick(true)), "\n")), forwarded: true}
	}
	own := q.pick(false)
	if allBlank(own) && !c.isReply && !allBlank(lines) && !q.ours {
		// Nothing but a quote, and no answer to anything: the quote is the content.
		return replySplit{reply: dropMarks(strings.Join(trimBlank(lines), "\n")), forwarded: true}
	}
	reply, sig := splitSignature(own)
	return replySplit{
		reply:     dropMarks(strings.Join(trimBlank(reply), "\n")),
		signature: dropMarks(strings.Join(trimBlank(sig), "\n")),
		quoted:    dropMarks(strings.Join(trimBlank(q.pick(true)), "\n")),
	}
}

// quoteFinder marks the lines of a text that are quoted.
type quoteFinder struct {
	lines   []string
	quoted  []bool
	c       replyContext
	forward int // line where a forwarded mail begins, -1 for none
	ours    bool
}

func (q *quoteFinder) find() {
	q.forward = -1
	for i := 0; i < len(q.lines); i++ {
		line := q.lines[i]
		if i > maxReplyLines {
			q.cutFrom(i)
			return
		}
		switch {
		case strings.TrimSpace(line) == "":
			continue
		case quotedLine(line):
			q.quoted[i] = true
			continue
		case strings.Contains(line, quoteMark):
			if q.hard(i) {
				return
			}
			continue
		case markerLine(line, q.c.prefix):
			q.quoted[i] = true
			if i > 0 && strings.Trim(q.lines[i-1], "- ") == "" {
				q.quoted[i-1] = true
			}
			continue
		}
		switch separator(line) {
		case separatorOurs:
			q.ours = true
			q.cutFrom(i)
			return
		case separatorForward:
			if q.forwarded(i) {
				return
			}
			continue
		case separatorOriginal:
			if q.hard(i) {
				return
			}
			continue
		}
		if n := attribution(q.lines, i); n > 0 {
			for k := i; k < i+n; k++ {
				q.quoted[k] = true
			}
			if !quotedLine(nextLine(q.lines, i+n)) {
				q.cutFrom(i)
				return
			}
			i += n - 1
			continue
		}
		if headerBlock(q.lines, i) > 0 && q.hard(i) {
			return
		}
	}
}

// hard ends the author's text at line i, together with a rule and an introduction
// right above. It reports that the search is over: a block with marked lines
// below may hold answers between them and is searched on.
func (q *quoteFinder) hard(i int) bool {
	if q.forward < 0 && forwardSubject(q.c.subject) {
		return q.forwarded(i)
	}
	if q.inline(i) {
		n := max(headerBlock(q.lines, i), 1)
		for k := i; k < min(i+n, len(q.lines)); k++ {
			q.quoted[k] = true
		}
		return false
	}
	for i > 0 {
		s := strings.TrimSpace(q.lines[i-1])
		if s != "" && !ruleLine(s) && !ourPromise(s) && !strings.Contains(s, quoteMark) {
			break
		}
		i--
	}
	q.cutFrom(i)
	return true
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

// forwarded notes that a forwarded mail begins at line i. What stands in it is
// content, so nothing more is cut.
func (q *quoteFinder) forwarded(i int) bool {
	q.forward = i
	for k := i; k < len(q.lines); k++ {
		q.quoted[k] = false
	}
	return true
}

func (q *quoteFinder) cutFrom(i int) {
	for k := i; k < len(q.lines); k++ {
		q.quoted[k] = true
	}
	// The line above our separator belongs to our mail, too.
	for k := i - 1; k >= 0 && k >= i-3; k-- {
		if ourPromise(q.lines[k]) {
			q.quoted[k] = true
		}
	}
}

// pick returns the lines that are quoted or the author's, in order.
func (q *quoteFinder) pick(quoted bool) []string {
	out := make([]string, 0, len(q.lines))
	for i, l := range q.lines {
		if q.quoted[i] == quoted {
			out = append(out, l)
		}
	}
	return out
}

func (q *quoteFinder) empty(a, b int) bool {
	for i := a; i < b; i++ {
		if !q.quoted[i] && strings.TrimSpace(q.lines[i]) != "" {
			return false
		}
	}
	return true
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
