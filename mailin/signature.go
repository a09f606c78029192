package mailin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSignatureLines is how long a signature may be behind "-- ".
const maxSignatureLines = 40

// deviceFooters are the first words of the line that programs and devices add.
// Lower case.
var deviceFooters = []string{
	"sent from my ", "sent from mail for", "sent from outlook", "sent from yahoo", "sent from samsung", "sent from windows mail", "sent from proton", "sent with proton", "sent with aqua mail", "sent by ", "sent via ", "sent using ", "sent wirelessly", "sent from a ", "sent from nine", "sent from gmx", "sent from the ", "sent with ", "sent on the go", "sent with k-9",
	"get outlook for", "holen sie sich outlook", "download outlook", "outlook für ios", "outlook for ios", "outlook für android", "outlook for android", "laden sie outlook",
	"von meinem ", "gesendet von ", "gesendet mit ", "gesendet aus ", "gesendet über ", "gesendet per ", "gesendet vom ", "gesendet via ", "mobil gesendet", "von unterwegs gesendet", "diese nachricht wurde von meinem", "diese nachricht wurde mit", "diese e-mail wurde von meinem", "diese mail wurde mobil", "von iphone gesendet", "vom iphone gesendet", "versendet mit ", "von samsung mobile gesendet", "von outlook",
	"envoyé de mon ", "envoyé depuis", "envoyé à partir de", "enviado desde mi", "enviado desde", "enviado do meu", "inviato da ", "inviato dal mio", "verzonden vanaf mijn", "verstuurd vanaf mijn", "wysłane z ", "wysłano z ", "skickat från min", "sendt fra min", "lähetetty ", "odesláno z ", "отправлено с ", "iphone'umdan gönderildi", "从我的 iphone 发送", "发自我的", "iphoneから送信", "nyt fra min", "sendt via",
	"please excuse brevity", "please excuse my brevity", "excuse my brevity", "bitte entschuldigen sie die kürze", "entschuldigen sie die kürze", "apologies for typos",
	"yahoo! mail", "yahoo mail für", "yahoo mail for", "-- sent from", "~sent from",
}

// disclaimers are the first words of legal and environmental footers. Lower case.
var disclaimers = []string{
	"confidentiality notice", "confidentiality note", "disclaimer", "this e-mail and any", "this email and any", "this e-mail is confidential", "this email is confidential", "this message is confidential", "this e-mail, including", "this email, including", "the information contained in this", "the information in this e", "the contents of this e", "this message and any attach", "this message contains confidential", "this e-mail may contain", "this email may contain", "this e-mail contains", "this email contains", "this communication is ", "this transmission is", "if you are not the intended recipient", "if you have received this", "important notice:", "privileged/confidential", "privileged and confidential", "please consider the environment", "please think before you print", "think before you print", "save paper", "consider the environment", "registered office:", "this email has been scanned", "this e-mail has been scanned", "no virus found in this", "virus-free.", "this email was sent to you by", "the sender of this email", "the sender of this e",
	"diese e-mail enthält", "diese e-mail kann vertraul", "diese e-mail ist", "diese e-mail und", "diese mail enthält", "diese nachricht enthält vertraul", "diese nachricht ist ausschließlich", "diese nachricht ist vertraulich", "diese information ist ausschließlich", "dieses dokument ist ausschließlich", "dieses e-mail ist", "der inhalt dieser e-mail", "der inhalt dieser mail", "der inhalt dieser nachricht", "die in dieser e-mail", "die information in dieser", "die informationen in dieser", "vertraulichkeitshinweis", "rechtlicher hinweis", "haftungsausschluss", "wichtiger hinweis:", "diese e-mail wurde von avast", "diese e-mail wurde auf viren", "virenfrei.", "bitte denken sie an die umwelt", "bitte prüfen sie", "denken sie an die umwelt", "pflichtangaben", "informationen zum datenschutz", "hinweise zum datenschutz", "datenschutzhinweis", "unsere datenschutz", "unsere informationen zum datenschutz", "sollten sie nicht der", "wenn sie nicht der richtige adressat", "wenn sie nicht der beabsichtigte", "falls sie nicht der",
	"ce message et", "ce message est confidentiel", "este mensaje", "este correo", "questo messaggio", "esta mensagem", "le informazioni contenute", "ai sensi del",
}

// closings end the text of a mail. Lower case, compared as beginnings of a short
// line.
var closings = []string{
	"mit freundlichen gr", "mit freundlichem gr", "mit besten gr", "mit herzlichen gr", "mit lieben gr", "mit vielen gr", "mit sonnigen gr", "freundliche gr", "freundlichen gr", "freundlicher gru", "beste grü", "besten gru", "beste gruesse", "viele grü", "viele gruesse", "vielen dank und", "viele liebe", "liebe grü", "lieben gru", "liebe gruesse", "schöne grü", "herzliche grü", "herzlichen gru", "grüße", "gruß", "grüsse", "gruss", "gruesse", "hochachtungsvoll", "mfg", "m.f.g", "lg", "vg", "bg", "lieber gru", "schönen gru", "freundl. gr", "mit kollegialen", "danke und gru", "danke und viele", "danke & gru",
	"best regards", "kind regards", "warm regards", "warmest regards", "regards", "best wishes", "best,", "best", "many thanks", "sincerely", "yours sincerely", "yours truly", "yours faithfully", "cheers", "thanks,", "thanks!", "thanks", "thank you", "thank you,", "thx", "with kind regards", "with best regards", "with regards", "all the best", "cordially", "rgds", "br,", "kr,", "respectfully", "take care",
	"cordialement", "bien cordialement", "salutations", "saludos", "un saludo", "atentamente", "cordiali saluti", "distinti saluti", "met vriendelijke groet", "mvg", "pozdrawiam", "z poważaniem", "med vänlig hälsning", "med venlig hilsen", "atenciosamente", "abraços",
}

// splitSignature takes the signature off the end of the author's lines: what
// follows "-- ", footers of devices, legal footers, and the contact block below
// the name. The closing and the name stay with the text, and so does every line
// that begins with "#", agents' commands, unless it stands below "-- ": what a
// program adds to every mail is no command (reliability S12).
func splitSignature(lines []string) (reply, sig []string) {
	lines = trimBlank(lines)
	cut, dashes := len(lines), len(lines)
	if i := dashSignature(lines); i >= 0 {
		cut, dashes = i, i
	}
	if i := legalFooter(lines[:cut]); i >= 0 {
		cut = i
	}
	cut = deviceFooter(lines, cut)
	if i := contactBlock(lines[:cut]); i >= 0 {
		cut = i
	}
	if cut == len(lines) {
		return lines, nil
	}
	reply = lines[:cut:cut]
	for i, l := range lines[cut:] {
		if commandLine(l) && cut+i < dashes { // below the separator nothing is meant
			reply = append(reply, l)
		} else {
			sig = append(sig, l)
		}
	}
	return reply, sig
}

// commandLine tells a line that may be an agent's command.
func commandLine(l string) bool {
	s := strings.TrimLeftFunc(l, unicode.IsSpace)
	s, ok := strings.CutPrefix(s, "#")
	if !ok {
		if s, ok = strings.CutPrefix(s, "＃"); !ok {
			return false
		}
	}
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r)
}

// dashSignature finds the signature separator (RFC 3676 section 4.3), also with
// its blank lost or with typographic dashes.
func dashSignature(lines []string) int {
	// Count from the end: only the last lines can be a signature.
	top, below := len(lines), 0
	for ; top > 0 && below <= maxSignatureLines; top-- {
		if strings.TrimSpace(lines[top-1]) != "" {
			below++
		}
	}
	for i := top; i < len(lines); i++ {
		l := lines[i]
		s := strings.TrimSpace(l)
		if s != "--" && s != "—" && s != "–" && s != "__" && s != "---" && s != "-- --" && s != "–-" || i == 0 && !strings.HasSuffix(l, " ") && len(lines) > 1 && s != "--" {
			continue
		}
		if n := countText(lines[i+1:]); n <= maxSignatureLines && (l == "-- " || n <= 20) {
			return i
		}
	}
	return -1
}

func countText(lines []string) int {
	n := 0
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			n++
		}
	}
	return n
}

// legalFooter finds the paragraph with which a legal or environmental footer
// begins; it must not be the first one.
func legalFooter(lines []string) int {
	for i, l := range lines {
		s := strings.ToLower(strings.Trim(l, " \t*_-=>\"|"))
		if i == 0 || len(s) < 8 || strings.TrimSpace(lines[i-1]) != "" && !ruleLine(lines[i-1]) {
			continue
		}
		if !hasPrefixOf(s, disclaimers) || legalExcept(s, lines[i:]) {
			continue
		}
		for i > 0 && (strings.TrimSpace(lines[i-1]) == "" || ruleLine(lines[i-1])) {
			i--
		}
		if i == 0 {
			return -1
		}
		return i
	}
	return -1
}

// legalExcept keeps prose that only begins like a footer: "Bitte prüfen Sie den
// Drucker", "This email is a test": such a line lacks the words of the trade.
func legalExcept(s string, rest []string) bool {
	text := strings.ToLower(strings.Join(rest[:min(len(rest), 8)], " "))
	for _, w := range [...]string{"confidential", "vertraulich", "intended", "empfänger", "adressat", "print", "druck", "privileged", "umwelt", "environment", "datenschutz", "virus", "viren", "legal", "geschäftsführ", "amtsgericht", "handelsregister", "privacy", "unauthori", "unbefugt", "confidenti", "riservat", "irrtümlich", "liab", "haft", "registered"} {
		if strings.Contains(text, w) {
			return s == "bitte prüfen sie" || strings.HasPrefix(s, "bitte prüfen") && !strings.Contains(text, "umwelt") && !strings.Contains(text, "ausgedruckt")
		}
	}
	return true
}

func hasPrefixOf(s string, words []string) bool {
	for _, w := range words {
		if strings.HasPrefix(s, w) {
			return true
		}
	}
	return false
}

// deviceFooter moves the cut above footers of devices at the end of the text.
func deviceFooter(lines []string, cut int) int {
	i := cut
	for n := 0; n < 4; n++ {
		for i > 0 && (strings.TrimSpace(lines[i-1]) == "" || strings.Trim(lines[i-1], "-_ ") == "") {
			i--
		}
		if i == 0 || !isDeviceFooter(lines[i-1]) {
			// The footer may be broken over two lines.
			if i < 2 || len(lines[i-1]) > 60 || !isDeviceFooter(lines[i-2]+" "+lines[i-1]) || !isDeviceFooter(lines[i-2]) {
				break
			}
			i--
		}
		i--
		cut = i
	}
	for cut > 0 && cut < len(lines) && strings.Trim(lines[cut-1], "-_ ") == "" {
		cut--
	}
	return cut
}

func isDeviceFooter(l string) bool {
	s := strings.ToLower(strings.Trim(l, " \t*_-~<>[]()|"))
	if len(s) < 8 || len(s) > 160 || endsSentence(s) && len(s) > 100 {
		return false
	}
	if !hasPrefixOf(s, deviceFooters) {
		return false
	}
	// "Gesendet von ..." and "Sent by ..." also begin sentences.
	if words := strings.Fields(s); len(words) > 14 {
		return false
	}
	if strings.HasPrefix(s, "von meinem") {
		return strings.Contains(s, "gesendet") || strings.Contains(s, "versendet") || strings.Contains(s, "geschickt") || strings.Contains(s, "verschickt")
	}
	return true
}

// contactBlock finds the contact details below closing and name.
func contactBlock(lines []string) int {
	close := -1
	for i := len(lines) - 1; i >= 0 && i >= len(lines)-30; i-- {
		if isClosing(lines[i]) {
			close = i
			break
		}
	}
	if close < 0 {
		return -1
	}
	i := close + 1
	for i < len(lines) && strings.TrimSpace(lines[i]) == "" {
		i++
	}
	if i >= len(lines) || !nameLine(lines[i]) {
		return -1
	}
	i++
	contact := false
	for _, l := range lines[i:] {
		if utf8.RuneCountInString(l) > 120 || strings.HasSuffix(strings.TrimSpace(l), "?") {
			return -1
		}
		contact = contact || contactLine(l)
	}
	if !contact {
		return -1
	}
	return i
}

func isClosing(l string) bool {
	s := strings.ToLower(strings.TrimSpace(l))
	return s != "" && len(s) <= 60 && len(strings.Fields(s)) <= 7 && hasPrefixOf(s, closings) && !strings.HasSuffix(s, "?")
}

// nameLine tells a line that can be a person's name: one to four words, without
// digits or the marks of a sentence.
func nameLine(l string) bool {
	s := strings.TrimSpace(l)
	if len(s) > 60 || strings.ContainsAny(s, "0123456789@?!:") {
		return false
	}
	w := strings.Fields(strings.Trim(s, "-,. "))
	return len(w) >= 1 && len(w) <= 5
}

// contactLine tells a line with a phone number, address, web site or legal form.
func contactLine(l string) bool {
	low := strings.ToLower(l)
	digits := 0
	for _, r := range low {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if digits >= 6 {
		return true
	}
	for _, w := range [...]string{"@", "www.", "http", "tel", "fon", "fax", "mobil", "gmbh", " ag", " kg", "e.v.", "ltd", " inc", "hrb", "geschäftsführ", "abteilung", "durchwahl", "str.", "straße", "strasse", "phone", "cell"} {
		if strings.Contains(low, w) {
			return true
		}
	}
	return digits >= 3
}
