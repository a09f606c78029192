package mailin

import (
	"strings"
	"unicode"
)

// originalWords stand between dashes above a quoted mail; forwardWords above a
// forwarded one. Lower case.
var (
	originalWords = []string{
		"original message", "original mail", "original email", "original e-mail", "original appointment", "ursprüngliche nachricht", "urspruengliche nachricht", "originalnachricht", "original-nachricht", "original nachricht", "ursprünglicher termin", "urspr. nachricht", "ursprüngliche mail", "ursprüngliche e-mail", "originale nachricht", "originalmeldung", "nachricht von",
		"message d'origine", "message original", "message d’origine", "mensaje original", "mensagem original", "messaggio originale", "messaggio originario", "oorspronkelijk bericht", "oorspronkelijke bericht", "originele bericht", "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość pierwotna", "ursprungligt meddelande", "ursprungligt mail", "originalmeddelande", "oprindelig meddelelse", "opprinnelig melding", "original besked", "alkuperäinen viesti", "původní zpráva", "původní e-mail", "pôvodná správa", "eredeti üzenet", "исходное сообщение", "пересылаемое сообщение", "orijinal mesaj", "özgün ileti", "原始邮件", "原始郵件", "邮件原件", "original", "antwort", "reply message", "reply separator", "izvorna poruka", "originalna poruka", "mesaj original", "αρχικό μήνυμα", "вихідне повідомлення", "originální zpráva", "replied message", "元のメッセージ", "원본 메일", "원본 메시지",
	}
	forwardWords = []string{
		"forwarded message", "forwarded by", "forwarded mail", "forwarded email", "forwarded header", "begin forwarded message", "weitergeleitete nachricht", "weitergeleitete mail", "weitergeleitete e-mail", "weitergeleitet von", "weitergeleitet durch", "anfang der weitergeleiteten", "beginn der weitergeleiteten", "weitergeleitete original", "message transféré", "message transfere", "message transmis", "début du message", "message réexpédié", "mensaje reenviado", "mensagem encaminhada", "messaggio inoltrato", "inizio messaggio inoltrato", "inoltrato da", "doorgestuurd bericht", "begin doorgestuurd bericht", "przekazana wiadomość", "wiadomość przekazana", "vidarebefordrat meddelande", "videresendt", "přeposlaná zpráva", "preposlaná správa", "továbbított üzenet", "пересланное сообщение", "пересылаемое сообщение", "iletilen mesaj", "转发邮件", "轉寄郵件", "转发的邮件", "välitetty viesti", "edasi saadetud", "forwarded conversation", "original message forwarded", "přeposlal", "proslijeđena poruka", "redirected message",
	}
)

// separatorKind says what a separator line announces.
type separatorKind int

const (
	separatorNone separatorKind = iota
	separatorOriginal
	separatorForward
	separatorOurs
)

// separator recognises the lines that mail programs put above quoted or forwarded
// mail, and those of our own notifications.
func separator(line string) separatorKind {
	if !maySeparate(line) {
		return separatorNone
	}
	s := strings.Trim(line, " \t>*|\u00a0")
	if len(s) < 6 || len(s) > 250 {
		return separatorNone
	}
	bare := strings.Trim(s, "-‐–—_=*~ \t>:")
	dashes := strings.HasPrefix(s, "--") || strings.HasPrefix(s, "__") || strings.HasPrefix(s, "==") || strings.HasPrefix(s, "––") || strings.HasPrefix(s, "‐‐") || strings.HasPrefix(s, "——") || strings.HasPrefix(s, "- -")
	if !dashes && !strings.HasSuffix(s, ":") && !strings.HasSuffix(s, "---") && !ourWords(strings.ToLower(bare)) {
		return separatorNone
	}
	low := strings.ToLower(bare)
	if ourWords(low) {
		return separatorOurs
	}
	for _, w := range forwardWords {
		if strings.HasPrefix(low, w) && (dashes || low == w || strings.HasPrefix(w, "begin") || strings.HasPrefix(w, "anfang") || strings.HasPrefix(w, "inizio") || strings.HasPrefix(w, "début")) {
			return separatorForward
		}
	}
	if !dashes {
		return separatorNone
	}
	for _, w := range originalWords {
		if low == w || strings.HasPrefix(low, w) && (len(w) > 10 && len(low)-len(w) < 80) {
			return separatorOriginal
		}
	}
	return separatorNone
}

// maySeparate is a cheap test that most lines of prose fail.
func maySeparate(line string) bool {
	line = strings.TrimLeft(line, " \t>*|")
	if len(line) < 6 || len(line) > 600 {
		return false
	}
	switch c := line[0]; {
	case c == '-' || c == '_' || c == '=' || c == '#' || c >= 0x80:
		return true
	}
	return strings.HasSuffix(strings.TrimRight(line, " \t*"), ":") || strings.HasSuffix(line, "---") || strings.Contains(line, "bove this line") || strings.Contains(line, "berhalb dieser")
}

// ourWords recognises the separator of our own notifications.
func ourWords(low string) bool {
	return strings.Contains(low, "bitte oberhalb dieser zeile antworten") || strings.Contains(low, "please reply above this line") ||
		strings.HasPrefix(low, "reply above this line") || strings.HasPrefix(low, "please type your reply above this line") || strings.HasPrefix(low, "bitte antworten sie oberhalb dieser zeile") || strings.HasPrefix(low, "## please do not write below") || strings.HasPrefix(low, "antworten sie oberhalb dieser")
}

// ourPromise recognises the line above our separator, which says what a reply
// will do.
func ourPromise(line string) bool {
	s := strings.TrimLeft(line, " \t>")
	return strings.HasPrefix(s, "Antworten geht an:") || strings.HasPrefix(s, "A reply goes to:") || strings.HasPrefix(s, "Antwort bleibt intern") || strings.HasPrefix(s, "A reply stays internal")
}

// markerLine recognises the last line of our mails: "Kennung IT-10423/..." and
// "Ref IT-10424/...". An empty prefix admits any.
func markerLine(line, prefix string) bool {
	s := strings.TrimLeft(line, " \t>-")
	rest, ok := strings.CutPrefix(s, "Kennung ")
	if !ok {
		if rest, ok = strings.CutPrefix(s, "Ref "); !ok {
			return false
		}
	}
	i := strings.IndexByte(rest, '-')
	if i <= 0 || i > 16 || prefix != "" && !strings.EqualFold(rest[:i], prefix) {
		return false
	}
	rest = rest[i+1:]
	n := 0
	for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	return n > 0 && n < len(rest) && rest[n] == '/'
}

// rule tells a line of nothing but underscores, dashes, stars or equal signs.
func ruleLine(s string) bool {
	s = strings.TrimSpace(s)
	if len(s) < 5 {
		return false
	}
	return strings.Trim(s, string(s[0])) == "" && strings.IndexByte("_-=*", s[0]) >= 0
}

// quotedLine tells a line that carries a quote mark.
func quotedLine(s string) bool {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	return strings.HasPrefix(s, ">")
}
