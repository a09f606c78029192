package mailout

import (
	"hash/maphash"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// leakRun is how many consecutive words of an internal text count as a leak.
const leakRun = 8

// Secrets are what the leak guard knows of a ticket.
type Secrets struct {
	Prefix string // of ticket numbers, "IT"
	// Internal are the texts that no requester may read; Public those that the
	// participants wrote or got: their words are no secret, wherever they stand too.
	Internal, Public []string
	marker           *regexp.Regexp // of Prefix; nil = not compiled yet
}

// SecretsOf is what is known before anything of the ticket is: the prefix of ticket
// numbers. It takes a while; copies of what it returns share the work.
func SecretsOf(prefix string) Secrets {
	return Secrets{Prefix: prefix, marker: markerPattern(prefix)}
}

// LeakCheck is the guard before what an agent wrote leaves to somebody who is no
// agent: LeakScan, and no line may start with a command.
func LeakCheck(text string, s Secrets) (reason string, ok bool) {
	for _, line := range strings.Split(visible(text), "\n") {
		if verb := commandVerb(strings.TrimSpace(line)); verb != "" {
			return "command line #" + verb, false
		}
	}
	return LeakScan(text, s)
}

// LeakScan is the last guard before any mail to somebody who is no agent. It refuses
// text with our separator line, the first line, the marker, the canary or the
// Message-ID of an internal mail, or eight consecutive words of an internal text of
// the ticket that are not in a public one as well. reason is for agents, in the
// words of the offending place.
func LeakScan(text string, s Secrets) (reason string, ok bool) {
	text = visible(text)
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if isSeparator(line) {
			return "separator line of a notification", false
		}
		if isPromise(line) {
			return "first line of a notification", false
		}
	}
	marker := s.marker
	if marker == nil {
		marker = markerPattern(s.Prefix)
	}
	for line := range strings.SplitSeq(text, "\n") { // short texts are matched much faster
		if m := marker.FindString(line); m != "" {
			return "marker of a notification: " + OneLine(m), false
		}
	}
	if run := sharedRun(text, s.Internal, s.Public); run != "" {
		return "words of an internal note: " + run, false
	}
	if note := shortNote(text, s.Internal, s.Public); note != "" {
		return "a whole internal note: " + note, false
	}
	return "", true
}

// isSeparator: one of our two sentences; word processors make other things of the
// dashes around it.
func isSeparator(line string) bool {
	l := strings.ToLower(strings.Trim(line, "> \t-–—_=*|"))
	return l == "bitte oberhalb dieser zeile antworten" || l == "please reply above this line" ||
		strings.Contains(line, "--") && (strings.Contains(l, "oberhalb dieser zeile antworten") || strings.Contains(l, "reply above this line"))
}

// isPromise: the line that says where a reply goes, which only agents' mails have.
func isPromise(line string) bool {
	l := strings.ToLower(strings.TrimLeft(line, "> \t!*"))
	for _, p := range []string{"antworten geht an:", "antworten bleibt intern", "antwort auf diese mail = interne notiz",
		"achtung: der absender ist nicht bestätigt", "a reply goes to:", "a reply stays internal",
		"a reply to this mail is an internal note", "caution: the sender is not verified"} {
		if strings.HasPrefix(l, p) {
			return true
		}
	}
	return false
}

// markerPattern matches IT-10423/n/Zq81mm and H-7/x/Zq81mm (only markers of internal
// mail have a letter), IT-10423.n.01JNB3R9A7.x@... and IT.l.01JNB3R9A7.x@... for the
// purposes of internal mail, the root of agents' threads, and the canary that stands
// beside internal text. No match holds a line end.
func markerPattern(prefix string) *regexp.Regexp {
	p := regexp.QuoteMeta(prefix)
	return regexp.MustCompile(`(?i)(\b(` + p + `|H)-\d+/[a-z]/[0-9a-z_-]{4,}|\b(` + p + `|H)-\d+\.([niexlrv]\.[0-9a-z]{6,}|root@)` +
		`|\b` + p + `\.[niexlr]\.[0-9a-z]{10,}\.|\b(Kennung|Ref) [a-z]/[0-9a-z]{10}\b|\bintern(al)?\x{b7}[0-9a-z]{10}\b)`)
}

// listMark is what word processors put in front of a line: bullets, numbers, quotes.
var listMark = regexp.MustCompile("^(?:[>\\s\u00a0*•·▪‣◦–—+\"'„“”‚‘’«»-]|\\d{1,2}[.)]\\s)+")

// commandVerb returns the verb of a line that starts with a known command, also as an
// item of a list.
func commandVerb(line string) string {
	line = listMark.ReplaceAllString(line, "")
	rest, ok := strings.CutPrefix(line, "#")
	if !ok {
		rest, ok = strings.CutPrefix(line, "＃")
	}
	if !ok {
		return ""
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' })
	if end < 0 {
		end = len(rest)
	}
	verb := foldVerb(rest[:end])
	if verb == "" || !strings.Contains(verbs, " "+verb+" ") {
		return ""
	}
	return verb
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")

func foldVerb(s string) string {
	if len(s) > 40 {
		return ""
	}
	return umlauts.Replace(strings.ToLower(s))
}

// verbs are the commands of agents' mails in both languages, folded.
const verbs = " " +
	"forward prioritaet wait zurueck geloest erledigt solved done warten waiting pending dritte vendor wiedervorlage wv snooze oeffnen reopen " +
	"schliessen close spam notiz intern note internal antwort reply public still quiet ich uebernehme mine take " +
	"zuweisen assign frei unassign gruppe group queue l2 eskalieren escalate l1 return chef manager kategorie kat " +
	"category cat prio priority auswirkung dringlichkeit impact urgency tag betreff subject fuer for requester cc " +
	"anruf call telefon phone weiter fwd zeit time faq vorlage template faqneu faqdraft analyse ursache workaround " +
	"loesung analysis cause fix test fernwartung remote zusammen merge siehe link haupt parent problem teilen split " +
	"trotzdem anyway meine my liste list zeige show suche search status hilfe help urlaub away anwesend here " +
	"annehmen accept ablehnen reject warum why "

// sharedRun returns eight consecutive words that stand in text and in one of the
// internal texts and in none of the public ones, "" for none. Linear in the length
// of all texts.
func sharedRun(text string, internal, public []string) string {
	if len(internal) == 0 {
		return ""
	}
	own := words(text)
	if len(own) < leakRun {
		return ""
	}
	seed := maphash.MakeSeed()
	at := make(map[uint64]int, len(own))
	for i := 0; i+leakRun <= len(own); i++ {
		at[runHash(seed, own[i:i+leakRun])] = i
	}
	for _, t := range public {
		ws := words(visible(t))
		for i := 0; i+leakRun <= len(ws); i++ {
			h := runHash(seed, ws[i:i+leakRun])
			if j, ok := at[h]; ok && slices.Equal(own[j:j+leakRun], ws[i:i+leakRun]) {
				delete(at, h)
			}
		}
	}
	for _, t := range internal {
		ws := words(visible(t))
		for i := 0; i+leakRun <= len(ws); i++ {
			j, ok := at[runHash(seed, ws[i:i+leakRun])]
			if ok && slices.Equal(own[j:j+leakRun], ws[i:i+leakRun]) {
				return strings.Join(ws[i:i+leakRun], " ")
			}
		}
	}
	return ""
}

// shortNote returns an internal text of fewer than eight words that stands in text as
// a whole and in no public one: one with a word of letters and digits, as passwords
// and numbers of devices have it. Other short notes say what anybody would say.
func shortNote(text string, internal, public []string) string {
	own := ""
	for _, t := range internal {
		ws := words(visible(t))
		if len(ws) < 2 || len(ws) >= leakRun || !slices.ContainsFunc(ws, isMixed) {
			continue
		}
		if own == "" {
			own = " " + strings.Join(words(text), " ") + " "
		}
		note := " " + strings.Join(ws, " ") + " "
		if !strings.Contains(own, note) || slices.ContainsFunc(public, func(p string) bool {
			return strings.Contains(" "+strings.Join(words(visible(p)), " ")+" ", note)
		}) {
			continue
		}
		return strings.TrimSpace(note)
	}
	return ""
}

// isMixed: a word of at least four letters and digits, with both.
func isMixed(w string) bool {
	return len(w) >= 4 && strings.ContainsFunc(w, unicode.IsLetter) && strings.ContainsFunc(w, unicode.IsDigit)
}

func runHash(seed maphash.Seed, ws []string) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, w := range ws {
		h.WriteString(w)
		h.WriteByte(0)
	}
	return h.Sum64()
}

// words are runs of letters and digits, folded, umlauts in both spellings alike.
func words(s string) []string {
	ws := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	for i, w := range ws {
		ws[i] = strings.ToLower(w)
		if !isASCII(w) {
			ws[i] = umlauts.Replace(ws[i])
		}
	}
	return ws
}
