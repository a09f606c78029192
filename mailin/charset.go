package mailin

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// decodeCharset turns bytes into UTF-8. The ladder: the declared charset; UTF-8
// where the bytes prove it; windows-1252, which never fails. The second result
// says that the declaration was missing in the known charsets or was wrong.
func decodeCharset(b []byte, label string) (string, bool) {
	label = charsetLabel(label)
	if isASCII(b) && !escapedCharset(label) {
		return string(b), false
	}
	switch label {
	case "", "us-ascii", "utf-8", "8bit", "x-unknown", "unknown-8bit", "default", "none":
		s, ok := sniff(b)
		return s, !ok || (label != "utf-8" && label != "")
	case "iso-2022-jp":
		if !isASCII(b) { // 8-bit text under this name is Shift_JIS
			label = "shift_jis"
		}
	case "utf-7":
		return decodeUTF7(b), false
	}
	if e := charsetEncoding(label); e != nil {
		// Text in a single-byte charset is practically never UTF-8 by accident.
		if !multibyte(label) && !escapedCharset(label) && len(b) > 2 && utf8.Valid(b) {
			return string(b), true
		}
		s := decodeWith(e, b)
		if multibyte(label) && strings.Count(s, "\uFFFD") > len(s)/40 {
			if t, ok := sniff(b); ok {
				return t, true
			}
		}
		return s, false
	}
	s, _ := sniff(b)
	return s, true
}

// sniff reads undeclared text: UTF-8 with or without byte order mark, UTF-16 by
// its mark, else windows-1252. ok is false for the last resort.
func sniff(b []byte) (s string, ok bool) {
	if t, is := utf16Text(b); is {
		return t, true
	}
	if utf8.Valid(b) {
		return strings.TrimPrefix(string(b), "\uFEFF"), true
	}
	if mostlyUTF8(b) {
		return strings.ToValidUTF8(string(b), "\uFFFD"), false
	}
	return decodeWith(charmap.Windows1252, b), false
}

// mostlyUTF8 tells UTF-8 with a few broken bytes (cut or mixed) from an 8-bit
// charset: there most high bytes do not form sequences.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good > 0 && bad*10 <= good
}

// utf16Text decodes text that begins with a UTF-16 byte order mark.
func utf16Text(b []byte) (string, bool) {
	if len(b) < 4 || len(b)%2 != 0 && len(b) < 64 {
		return "", false
	}
	var at func(i int) uint16
	switch {
	case b[0] == 0xFF && b[1] == 0xFE:
		at = func(i int) uint16 { return uint16(b[i]) | uint16(b[i+1])<<8 }
	case b[0] == 0xFE && b[1] == 0xFF:
		at = func(i int) uint16 { return uint16(b[i+1]) | uint16(b[i])<<8 }
	default:
		return "", false
	}
	u := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		u = append(u, at(i))
	}
	return string(utf16.Decode(u)), true
}

func decodeWith(e encoding.Encoding, b []byte) string {
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return strings.TrimPrefix(string(out), "\uFEFF")
}

// charsetLabel folds the many spellings of a charset to one.
func charsetLabel(s string) string {
	s = strings.ToLower(strings.Trim(s, " \t\r\n\"'`;,"))
	if i := strings.IndexAny(s, " \t;*"); i >= 0 {
		s = s[:i] // parameters and RFC 2231 language suffixes
	}
	if to, ok := charsetAlias[s]; ok {
		return to
	}
	s = strings.ReplaceAll(s, "_", "-")
	for _, prefix := range []string{"charset=", "x-", "cs"} {
		if strings.HasPrefix(s, prefix) {
			if t := strings.TrimPrefix(s, prefix); charsetAlias[t] != "" || charsetEncoding(t) != nil {
				s = t
			}
		}
	}
	if to, ok := charsetAlias[s]; ok {
		return to
	}
	return s
}

// charsetAlias maps spellings found in mail to the label of the superset that
// real senders mean: ISO-8859-1 text holds windows-1252 characters.
var charsetAlias = map[string]string{
	"utf8": "utf-8", "utf-8": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-8mb4": "utf-8", "cp65001": "utf-8", "unicode": "utf-8",
	"ascii": "us-ascii", "us-ascii": "us-ascii", "ansi-x3.4-1968": "us-ascii", "iso646-us": "us-ascii", "7bit": "us-ascii",
	"iso-8859-1": "windows-1252", "iso8859-1": "windows-1252", "iso-8859-1-i": "windows-1252", "iso88591": "windows-1252",
	"iso-8859": "windows-1252", "latin1": "windows-1252", "latin-1": "windows-1252", "l1": "windows-1252", "iso_8859-1": "windows-1252",
	"windows-1252": "windows-1252", "cp1252": "windows-1252", "cp-1252": "windows-1252", "win-1252": "windows-1252",
	"windows1252": "windows-1252", "1252": "windows-1252", "ansi": "windows-1252", "ibm1252": "windows-1252", "ms-ansi": "windows-1252",
	"iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6",
	"latin2": "iso-8859-2", "latin9": "iso-8859-15", "latin-9": "iso-8859-15", "iso8859-15": "iso-8859-15", "iso8859-2": "iso-8859-2",
	"gb2312": "gb18030", "gbk": "gb18030", "gb-2312": "gb18030", "euc-cn": "gb18030", "cp936": "gb18030", "936": "gb18030", "x-gbk": "gb18030", "gb-18030": "gb18030", "chinesebig5": "big5",
	"ks-c-5601-1987": "euc-kr", "ks_c_5601-1987": "euc-kr", "ks-c-5601": "euc-kr", "cp949": "euc-kr", "ms949": "euc-kr", "uhc": "euc-kr", "euckr": "euc-kr",
	"sjis": "shift_jis", "shift-jis": "shift_jis", "shift_jis": "shift_jis", "cp932": "shift_jis", "ms-kanji": "shift_jis", "windows-31j": "shift_jis", "x-sjis": "shift_jis",
	"eucjp": "euc-jp", "x-euc-jp": "euc-jp", "iso-2022-jp-2": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp", "cp50220": "iso-2022-jp",
	"cp1250": "windows-1250", "cp-1250": "windows-1250", "cp1251": "windows-1251", "cp-1251": "windows-1251", "win-1251": "windows-1251", "cp1253": "windows-1253",
	"cp1254": "windows-1254", "cp1255": "windows-1255", "cp1256": "windows-1256", "cp1257": "windows-1257", "cp1258": "windows-1258", "win-1257": "windows-1257",
	"cp437": "ibm437", "437": "ibm437", "cp850": "ibm850", "850": "ibm850", "cp852": "ibm852", "cp858": "ibm00858", "cp866": "ibm866",
	"mac": "macintosh", "macroman": "macintosh", "x-mac-roman": "macintosh", "x-macintosh": "macintosh",
	"utf7": "utf-7", "utf-7": "utf-7", "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7", "unicode-2-0-utf-7": "utf-7",
	"koi8r": "koi8-r", "koi8-ru": "koi8-u", "tis620": "tis-620",
}

// charsetEncoding finds the decoder of a folded label, nil when there is none.
func charsetEncoding(label string) encoding.Encoding {
	switch label {
	case "":
		return nil
	case "gb18030":
		return simplifiedchinese.GB18030
	case "iso-8859-15":
		return charmap.ISO8859_15
	case "macintosh":
		return charmap.Macintosh
	case "windows-1252":
		return charmap.Windows1252
	}
	if e, err := htmlindex.Get(label); err == nil && e != encoding.Replacement {
		return e
	}
	if e, err := ianaindex.MIME.Encoding(label); err == nil && e != nil {
		return e
	}
	if e, err := ianaindex.IANA.Encoding(label); err == nil && e != nil {
		return e
	}
	return nil
}

// escapedCharset tells charsets whose ASCII bytes do not stand for themselves.
func escapedCharset(label string) bool {
	switch label {
	case "utf-7", "iso-2022-jp", "iso-2022-kr", "iso-2022-cn", "hz-gb-2312", "utf-16", "utf-16le", "utf-16be", "utf-32":
		return true
	}
	return false
}

func multibyte(label string) bool {
	switch label {
	case "gb18030", "big5", "euc-kr", "euc-jp", "shift_jis", "utf-16", "utf-16le", "utf-16be":
		return true
	}
	return false
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
