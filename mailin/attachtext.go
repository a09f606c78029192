package mailin

import "strings"

// textExtensions are files that hold text whatever their content type says.
var textExtensions = []string{".txt", ".log", ".csv", ".md", ".json", ".xml", ".yaml", ".yml", ".ini", ".conf"}

// AttachmentText returns the text of the attachments that are text, one after the
// other, at most limit bytes: text/* and files such as .log and .csv, HTML without
// its markup. Office files and PDF hold no text that could be read here.
func AttachmentText(raw []byte, limit int) string {
	t := readTree(normalise(raw))
	var b strings.Builder
	for _, l := range t.leaves {
		if b.Len() >= limit {
			break
		}
		html := l.ctype == "text/html"
		if !strings.HasPrefix(l.ctype, "text/") && !hasTextExtension(l.name) {
			continue
		}
		var bytes []byte
		l.each(func(p []byte) {
			if room := limit - len(bytes); room > 0 {
				bytes = append(bytes, p[:min(room, len(p))]...)
			}
		})
		s, _ := sniff(bytes)
		if html {
			s = HTMLToText(s)
		}
		b.WriteString(cleanText(s))
		b.WriteByte('\n')
	}
	s := b.String()
	return clipRune(s, limit)
}

func hasTextExtension(name string) bool {
	name = strings.ToLower(name)
	for _, e := range textExtensions {
		if strings.HasSuffix(name, e) {
			return true
		}
	}
	return false
}

// clipRune cuts s to at most n bytes, not inside a rune.
func clipRune(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return string(cutRune([]byte(s), n))
}
