package mailin

import (
	"strings"
	"unicode"
)

// headerLabels are the labels of quoted header blocks, by what they mean, in the
// languages of the common mail programs. Lower case, without the colon.
var headerLabels = map[string]byte{
	"from": 'f', "von": 'f', "de": 'f', "da": 'f', "van": 'f', "od": 'f', "från": 'f', "fra": 'f', "lähettäjä": 'f', "feladó": 'f', "от": 'f', "від": 'f', "kimden": 'f', "gönderen": 'f', "发件人": 'f', "寄件者": 'f', "差出人": 'f', "보낸 사람": 'f', "expéditeur": 'f', "remitente": 'f', "mittente": 'f', "afzender": 'f', "nadawca": 'f', "absender": 'f', "de la": 'f', "von (from)": 'f', "saatja": 'f', "frá": 'f', "šalje": 'f', "pošiljatelj": 'f', "reply-to": 'x', "antwort an": 'x', "antwort-an": 'x', "responder a": 'x', "répondre à": 'x', "rispondi a": 'x',
	"sent": 'd', "date": 'd', "gesendet": 'd', "gesendet am": 'd', "datum": 'd', "envoyé": 'd', "envoyé le": 'd', "envoye": 'd', "enviado": 'd', "enviado el": 'd', "enviada em": 'd', "enviado em": 'd', "fecha": 'd', "data": 'd', "inviato": 'd', "verzonden": 'd', "wysłano": 'd', "wysłane": 'd', "skickat": 'd', "sendt": 'd', "dato": 'd', "lähetetty": 'd', "päivämäärä": 'd', "elküldve": 'd', "dátum": 'd', "отправлено": 'd', "дата": 'd', "gönderme tarihi": 'd', "tarih": 'd', "发送时间": 'd', "日期": 'd', "送信日時": 'd', "odesláno": 'd', "trimis": 'd', "date sent": 'd', "received": 'd', "empfangen": 'd', "datum/uhrzeit": 'd', "gesendet / sent": 'd',
	"to": 't', "an": 't', "à": 't', "para": 't', "a": 't', "aan": 't', "do": 't', "till": 't', "til": 't', "vastaanottaja": 't', "címzett": 't', "кому": 't', "kime": 't', "kime/alıcı": 't', "收件人": 't', "宛先": 't', "komu": 't', "către": 't', "empfänger": 't', "destinataire": 't', "destinatario": 't', "kom": 't',
	"cc": 'c', "kopie": 'c', "copie": 'c', "copia": 'c', "cópia": 'c', "dw": 'c', "kopia": 'c', "копия": 'c', "kopi": 'c', "抄送": 'c', "bcc": 'c', "cci": 'c', "cco": 'c', "bilgi": 'c', "másolatot kap": 'c', "kopie an": 'c',
	"subject": 's', "betreff": 's', "objet": 's', "asunto": 's', "assunto": 's', "oggetto": 's', "onderwerp": 's', "temat": 's', "ämne": 's', "emne": 's', "aihe": 's', "tárgy": 's', "тема": 's', "konu": 's', "主题": 's', "主旨": 's', "件名": 's', "předmět": 's', "subiect": 's', "betr": 's', "thema": 's', "betr.": 's', "risposta": 's', "sujet": 's', "predmet": 's',
	"importance": 'x', "priority": 'x', "wichtigkeit": 'x', "priorität": 'x', "attachments": 'x', "anlagen": 'x', "anhänge": 'x', "pièces jointes": 'x', "importance : high": 'x', "x-mailer": 'x', "message-id": 'x', "sensitivity": 'x', "newsgroups": 'x', "organization": 'x',
}

// headerLabel reads the label at the start of a line: "*Von:* ...", "Gesendet:",
// "De : ...", "> From: ...". The kind is 0 for a line that has none.
func headerLabel(line string) (kind byte, value string) {
	s := strings.TrimLeft(line, " \t>*|\u00a0\"")
	if s == "" || len(s) > 2000 {
		return 0, ""
	}
	i := strings.IndexByte(s[:min(len(s), 40)], ':')
	n := 1
	if i < 0 {
		if i = strings.Index(s[:min(len(s), 40)], "："); i < 0 {
			return 0, ""
		}
		n = len("：")
	}
	if i == 0 {
		return 0, ""
	}
	label := strings.TrimRight(s[:i], " *\u00a0\t")
	if len(label) > 30 {
		return 0, ""
	}
	k, ok := headerLabels[strings.ToLower(label)]
	if !ok || !unicode.IsUpper(firstRune(label)) && !asianOrLower(label) {
		return 0, ""
	}
	return k, strings.TrimSpace(strings.Trim(s[i+n:], "* \t\u00a0"))
}

// asianOrLower admits labels that have no capital or that Lotus Notes writes
// small.
func asianOrLower(label string) bool {
	switch label {
	case "cc", "to", "from", "subject", "date", "sent", "bcc", "an", "von":
		return true
	}
	return firstRune(label) >= 0x2e80
}

// headerBlock tells whether a quoted header block begins at line i and returns
// the number of its lines: a sender line and at least two other labels, or a
// sender with a date or an address and one other label.
func headerBlock(lines []string, i int) int {
	kind, value := headerLabel(lines[i])
	if kind == 0 || kind == 'x' {
		return 0
	}
	seen := [256]bool{}
	seen[kind] = true
	labels, last, gap := 1, i, 0
	for j := i + 1; j < len(lines) && j <= i+14; j++ {
		s := strings.TrimSpace(lines[j])
		if s == "" || s == ">" {
			if gap++; gap > 1 && (labels > 1 || gap > 2) {
				break
			}
			continue
		}
		k, _ := headerLabel(lines[j])
		if k == 0 {
			// A value may go on in the next line, or stand there alone.
			if gap > 0 || j-last > 8 {
				break
			}
			continue
		}
		gap = 0
		if k != 'x' {
			if seen[k] && k != 'c' {
				break
			}
			seen[k] = true
			labels++
		}
		last = j
	}
	if seen['f'] && kind != 'f' && kind != 'd' && kind != 's' && kind != 't' {
		return 0
	}
	strong := strings.IndexByte(value, '@') >= 0 || strings.IndexFunc(value, unicode.IsDigit) >= 0
	switch {
	case kind == 'f' && labels >= 3, kind == 'f' && labels == 2 && (strong || seen['d'] || seen['s']) && last-i <= 4:
		return last - i + 1
	case seen['f'] && labels >= 3, kind == 'd' && labels >= 3, kind == 't' && seen['s'] && (labels >= 3 || notesAbove(lines, i) < i):
		return last - i + 1
	}
	return 0
}

// notesAbove returns the line where the introduction of a Lotus Notes or Exchange
// 5 block begins, of which line i is the "To:" line: a name and a date above it,
// on one line or two. It returns i where there is none.
func notesAbove(lines []string, i int) int {
	top := i
	for k := i - 1; k >= 0 && k >= i-6; k-- {
		s := strings.TrimSpace(lines[k])
		low := strings.ToLower(s)
		switch {
		case s == "" || strings.HasPrefix(low, "please respond to") || strings.HasPrefix(low, "bitte antworten an") || strings.HasPrefix(low, "sent by:") || strings.HasPrefix(low, "gesendet von:"):
			continue
		case !notesDate(low):
			return top
		}
		top = k
		// The date alone: the name stands above.
		if unicode.IsDigit(firstRune(s)) && len(s) < 30 {
			for n := k - 1; n >= 0 && n >= k-2; n-- {
				if t := strings.TrimSpace(lines[n]); t != "" {
					if len(t) < 80 && !endsSentence(t) && len(strings.Fields(t)) <= 6 {
						top = n
					}
					break
				}
			}
		}
		return top
	}
	return top
}

// bareNotes tells the "An" line of a Lotus Notes block whose labels stand alone on
// their lines.
func bareNotes(lines []string, i int) bool {
	switch strings.TrimSpace(lines[i]) {
	case "An", "To", "A", "Pour":
	default:
		return false
	}
	for k := i + 1; k < len(lines) && k < i+12; k++ {
		switch strings.TrimSpace(lines[k]) {
		case "Thema", "Subject", "Betreff", "Kopie", "cc", "Objet":
			return notesAbove(lines, i) < i
		}
	}
	return false
}

// notesDate tells a short line that ends with a date and a time of day.
func notesDate(s string) bool {
	if len(s) > 160 || len(s) < 10 || strings.Count(s, ":") < 1 {
		return false
	}
	w := strings.Fields(s)
	tail := w[max(0, len(w)-4):]
	date, clock := false, false
	for _, x := range tail {
		x = strings.TrimRight(x, ",")
		if len(x) >= 6 && unicode.IsDigit(firstRune(x)) && (strings.Count(x, "/") == 2 || strings.Count(x, ".") == 2 || strings.Count(x, "-") == 2) {
			date = true
		}
		if unicode.IsDigit(firstRune(x)) && strings.Contains(x, ":") {
			clock = true
		}
	}
	return date && clock
}

// groupWise recognises ">>> Hans Meier <h@x.example> 12.03.2010 10:12 >>>".
func groupWise(line string) bool {
	s := strings.TrimSpace(line)
	return strings.HasPrefix(s, ">>> ") && strings.HasSuffix(s, ">>>") && len(s) > 12 && len(s) < 300 && strings.IndexFunc(s, unicode.IsDigit) > 0
}
