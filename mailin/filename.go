package mailin

import (
	"path"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFilename is the length of an attachment's name in bytes.
const maxFilename = 180

// SafeFilename makes a decoded name safe to show and to create: no path, no
// control, directional or invisible characters, no leading dot or dash, no
// device name, at most 180 bytes. It is idempotent. A part without a name is
// called by its content type: "image.png", the next one, n = 1, "image1.png".
func SafeFilename(name, contentType string, n int) string {
	// Cleaning can join what was kept apart ("%", NUL, "2f"): until nothing changes.
	for pass := 0; ; pass++ {
		clean := cleanName(name)
		if clean == name {
			break
		}
		if name = clean; pass == 8 {
			name = cleanName(strings.ReplaceAll(name, "%", "_"))
			break
		}
	}
	if name == "" {
		return unnamed(contentType, n)
	}
	return name
}

// cleanName is one pass of SafeFilename.
func cleanName(name string) string {
	name = lastSegment(decodePercentName(name))
	if !plainName(name) {
		name = scrubName(name)
	}
	name = strings.TrimLeft(name, ".- ")
	name = strings.TrimRight(name, ". ")
	name = shortenName(name)
	if deviceName(name) {
		name = "_" + name
	}
	return name
}

func unnamed(contentType string, n int) string {
	kind, _, _ := strings.Cut(contentType, "/")
	switch kind {
	case "image", "audio", "video", "text", "message":
	default:
		kind = "file"
	}
	if n > 0 {
		kind += strconv.Itoa(n)
	}
	return kind + extension(contentType)
}

// decodePercentName decodes %2e%2e%2f only where it hides a path, and what that
// hides in turn.
func decodePercentName(s string) string {
	for n := 0; ; n++ {
		low := strings.ToLower(s)
		if !strings.Contains(low, "%2f") && !strings.Contains(low, "%5c") && !strings.Contains(low, "%00") {
			return s
		}
		if n == 8 {
			return strings.ReplaceAll(s, "%", "_")
		}
		s = string(appendPercent(nil, s))
	}
}

func lastSegment(s string) string {
	for {
		i := strings.LastIndexAny(s, "/\\")
		if i < 0 {
			return s
		}
		if strings.Trim(s[i+1:], ". ") != "" {
			return s[i+1:]
		}
		s = s[:i]
	}
}

func plainName(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c >= 0x7f || strings.IndexByte(`<>:"|?*`, c) >= 0 || c == ' ' && i+1 < len(s) && s[i+1] == ' ' || c == '.' && i+1 < len(s) && s[i+1] == '.' {
			return false
		}
	}
	return true
}

func scrubName(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	var out strings.Builder
	last := rune(0)
	for _, r := range s {
		switch {
		case invisible(r) || r == 0:
			continue
		case r <= ' ' || r == 0x7f || r >= 0x80 && r <= 0xa0 || unicode.Is(unicode.Zs, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r):
			r = ' '
		case strings.ContainsRune(`<>:"|?*/\`, r):
			r = '_'
		case r == '․' || r == '。' || r == '．':
			r = '.'
		case r == '∕' || r == '⁄' || r == '／' || r == '＼':
			r = '_'
		}
		if r == ' ' && last == ' ' || r == '.' && last == '.' {
			continue
		}
		out.WriteRune(r)
		last = r
	}
	return strings.TrimSpace(out.String())
}

// shortenName keeps the extension of a name that is too long.
func shortenName(s string) string {
	if len(s) <= maxFilename {
		return s
	}
	ext := path.Ext(s)
	if len(ext) > 20 {
		ext = ""
	}
	cut := maxFilename - len(ext)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return strings.TrimRight(s[:cut], ". ") + ext
}

// deviceName tells names that Windows gives to devices, with any extension.
func deviceName(s string) bool {
	base, _, _ := strings.Cut(strings.ToLower(s), ".")
	base = strings.TrimSpace(base)
	switch base {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(base) == 4 && (strings.HasPrefix(base, "com") || strings.HasPrefix(base, "lpt")) && base[3] >= '0' && base[3] <= '9'
}

// extension is the usual file extension of a content type.
func extension(contentType string) string {
	if e, ok := extensions[contentType]; ok {
		return e
	}
	return ".bin"
}

var extensions = map[string]string{
	"text/plain":                    ".txt",
	"text/html":                     ".html",
	"image/jpeg":                    ".jpg",
	"image/jpg":                     ".jpg",
	"image/pjpeg":                   ".jpg",
	"image/png":                     ".png",
	"image/gif":                     ".gif",
	"application/pdf":               ".pdf",
	"text/calendar":                 ".ics",
	"message/rfc822":                ".eml",
	"application/pgp-signature":     ".asc",
	"application/pkcs7-signature":   ".p7s",
	"application/x-pkcs7-signature": ".p7s",
	"application/pkcs7-mime":        ".p7m",
	"application/x-pkcs7-mime":      ".p7m",
	"application/zip":               ".zip",
	"video/quicktime":               ".mov",
	"video/mp4":                     ".mp4",
	"audio/mpeg":                    ".mp3",
	"audio/wav":                     ".wav",
	"audio/x-wav":                   ".wav",
	"image/bmp":                     ".bmp",
	"image/tiff":                    ".tif",
	"image/heic":                    ".heic",
	"image/svg+xml":                 ".svg",
	"text/csv":                      ".csv",
	"text/vcard":                    ".vcf",
	"text/x-vcard":                  ".vcf",
	"application/msword":            ".doc",
	"application/rtf":               ".rtf",
	"text/rtf":                      ".rtf",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       ".xlsx",
}
