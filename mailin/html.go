package mailin

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// quoteMark stands alone on a line of converted HTML where a mail program put
// the quoted mail without quote marks. It never leaves the package.
const quoteMark = "\uE0F1"

// maxListDepth and maxQuoteDepth bound the indentation of converted HTML.
const (
	maxListDepth  = 16
	maxQuoteDepth = 16
)

// HTMLToText turns HTML into readable text: paragraphs, list marks, table cells
// separated by tabs, quotes with "> ", the target behind a link's text. Hidden
// elements, scripts and styles are dropped. Time is linear in the input.
func HTMLToText(s string) string {
	text, _ := htmlText([]byte(s))
	return dropMarks(text)
}

// htmlText is HTMLToText with the quote marks left in and with the Content-IDs
// that pictures refer to.
func htmlText(b []byte) (string, []string) {
	w := &htmlWriter{out: make([]byte, 0, len(b)/2+64)}
	if w.run(b) && len(bytes.TrimSpace(w.out)) == 0 {
		// A hidden element that never ends hid everything: better show too much.
		w = &htmlWriter{out: w.out[:0], showHidden: true}
		w.run(b)
	}
	return string(trimLines(w.out)), w.cids
}

// dropMarks removes the lines that only hold a quote mark.
func dropMarks(s string) string {
	if !strings.Contains(s, quoteMark) {
		return s
	}
	s = strings.ReplaceAll(s, quoteMark+"\n", "")
	return strings.ReplaceAll(s, quoteMark, "")
}

type list struct {
	ordered bool
	n       int
}

type htmlWriter struct {
	out      []byte
	cids     []string
	newlines int  // line ends due before the next text
	space    bool // a blank is due before the next text
	quote    int
	// quoteLevels has one entry per open blockquote: whether it counts as a quote.
	quoteLevels []bool
	pre         int
	lists       []list
	item        string // list mark due at the next text
	cell        bool   // a cell came before in this row
	showHidden  bool
	background  bool // some element set a background: white text may be visible

	skip      atom.Atom // the element that is being skipped
	skipName  string
	skipDepth int
	divs      int
	quoteDivs []int
	href      string
	hrefAt    int
}

// run converts and reports whether it ended inside a hidden element.
func (w *htmlWriter) run(b []byte) bool {
	z := html.NewTokenizer(bytes.NewReader(b))
	z.SetMaxBuf(0)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return w.skipDepth > 0
		case html.TextToken:
			if w.skipDepth == 0 {
				w.text(z.Text())
			}
		case html.StartTagToken:
			w.start(z, false)
		case html.SelfClosingTagToken:
			w.start(z, true)
		case html.CommentToken:
			if w.skipDepth == 0 && bytes.Contains(z.Text(), []byte("originalMessage")) {
				w.mark()
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			w.end(atom.Lookup(name), name)
		}
	}
}

// attrs are the attributes that matter.
type attrs struct {
	id, class, name, style, href, src, typ, marker, color string
	hidden, background                                    bool
}

func readAttrs(z *html.Tokenizer) attrs {
	var a attrs
	for n := 0; n < 64; n++ {
		k, v, more := z.TagAttr()
		switch string(k) {
		case "id":
			a.id = string(v)
		case "class":
			a.class = string(v)
		case "name":
			a.name = string(v)
		case "style":
			a.style = string(v)
		case "href":
			a.href = string(v)
		case "src":
			a.src = string(v)
		case "type":
			a.typ = string(v)
		case "data-marker":
			a.marker = string(v)
		case "color":
			a.color = string(v)
		case "bgcolor", "background":
			a.background = true
		case "hidden":
			a.hidden = true
		}
		if !more {
			break
		}
	}
	return a
}

func (w *htmlWriter) start(z *html.Tokenizer, selfClosing bool) {
	name, more := z.TagName()
	tag := atom.Lookup(name)
	if w.skipDepth > 0 {
		if tag == w.skip && (tag != 0 || string(name) == w.skipName) && !selfClosing && !voidTag(tag) {
			w.skipDepth++
		}
		return
	}
	var a attrs
	if more {
		if tag == 0 {
			w.skipName = string(name)
		}
		a = readAttrs(z)
	}
	w.background = w.background || a.background || strings.Contains(a.style, "background")
	if !w.background && (whiteText(a.style) || tag == atom.Font && whiteColor(a.color)) {
		a.hidden = true
	}
	if (dropTag(tag) || !w.showHidden && (a.hidden || hiddenStyle(a.style))) && !voidTag(tag) && !selfClosing {
		w.skip, w.skipDepth = tag, 1
		return
	}
	if more {
		w.quoteStart(tag, a)
	}
	w.open(tag, a)
}

// dropTag tells elements whose content is not text of the mail.
func dropTag(t atom.Atom) bool {
	switch t {
	case atom.Script, atom.Style, atom.Title, atom.Template, atom.Noscript, atom.Iframe, atom.Object, atom.Svg, atom.Math, atom.Select, atom.Canvas, atom.Audio, atom.Video:
		return true
	}
	return false
}

func voidTag(t atom.Atom) bool {
	switch t {
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Area, atom.Base, atom.Col, atom.Embed, atom.Source, atom.Wbr:
		return true
	}
	return false
}

// mark writes a quote mark on a line of its own.
func (w *htmlWriter) mark() {
	w.block(1)
	w.text([]byte(quoteMark))
	w.block(1)
}

func (w *htmlWriter) open(tag atom.Atom, a attrs) {
	switch tag {
	case atom.Br:
		w.newlines = min(w.newlines+1, 3)
		w.space = false
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dl:
		w.block(2)
	case atom.Div:
		w.divs++
		w.block(1)
	case atom.Table, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Center, atom.Form, atom.Dt, atom.Dd, atom.Fieldset, atom.Figure, atom.Caption, atom.Option:
		w.block(1)
	case atom.Tr:
		w.block(1)
		w.cell = false
	case atom.Td, atom.Th:
		if w.cell && w.newlines == 0 {
			w.out = append(w.out, '\t')
			w.space = false
		}
		w.cell = true
	case atom.Pre, atom.Xmp, atom.Listing:
		w.block(2)
		w.pre++
	case atom.Blockquote:
		w.block(1)
		w.quoteLevels = append(w.quoteLevels, w.isQuote(a))
		if w.quoteLevels[len(w.quoteLevels)-1] {
			w.quote++
		}
	case atom.Ul, atom.Ol, atom.Menu:
		w.block(1)
		w.lists = append(w.lists, list{ordered: tag == atom.Ol})
	case atom.Li:
		w.listItem()
	case atom.Hr:
		w.block(1)
		w.text([]byte("________________________________"))
		w.block(1)
	case atom.Img:
		if cid, ok := strings.CutPrefix(a.src, "cid:"); ok && len(w.cids) < maxParts {
			w.cids = append(w.cids, cid)
		}
	case atom.A:
		w.href, w.hrefAt = a.href, len(w.out)
	}
}

func (w *htmlWriter) listItem() {
	w.block(1)
	if n := len(w.lists); n > 0 && w.lists[n-1].ordered {
		w.lists[n-1].n++
		w.item = strconv.Itoa(w.lists[n-1].n) + ". "
	} else {
		w.item = "- "
	}
	if n := min(len(w.lists), maxListDepth); n > 1 {
		w.item = strings.Repeat("  ", n-1) + w.item
	}
}

func (w *htmlWriter) end(tag atom.Atom, name []byte) {
	if w.skipDepth > 0 {
		if tag == w.skip && (tag != 0 || string(name) == w.skipName) || tag == atom.Body || tag == atom.Html {
			w.skipDepth--
		}
		return
	}
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dl:
		w.block(2)
	case atom.Div:
		w.block(1)
		if n := len(w.quoteDivs); n > 0 && w.quoteDivs[n-1] == w.divs {
			w.quoteDivs = w.quoteDivs[:n-1]
			w.quote = max(w.quote-1, 0)
		}
		w.divs = max(w.divs-1, 0)
	case atom.Table, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Center, atom.Form, atom.Tr, atom.Li, atom.Dt, atom.Dd, atom.Caption:
		w.block(1)
	case atom.Ul, atom.Ol, atom.Menu:
		w.block(1)
		if n := len(w.lists); n > 0 {
			w.lists = w.lists[:n-1]
		}
		w.item = ""
	case atom.Pre, atom.Xmp, atom.Listing:
		w.block(2)
		w.pre = max(w.pre-1, 0)
	case atom.Blockquote:
		w.block(1)
		if n := len(w.quoteLevels); n > 0 {
			if w.quoteLevels[n-1] {
				w.quote = max(w.quote-1, 0)
			}
			w.quoteLevels = w.quoteLevels[:n-1]
		}
	case atom.A:
		w.link()
	}
}

// link writes the target of a link behind its text when the text hides it.
func (w *htmlWriter) link() {
	href := strings.TrimSpace(w.href)
	w.href = ""
	if len(href) < 8 || len(href) > 300 || !strings.HasPrefix(href, "http") || w.hrefAt > len(w.out) {
		return
	}
	shown := strings.ToLower(string(w.out[w.hrefAt:]))
	bare := strings.TrimPrefix(strings.TrimPrefix(strings.ToLower(href), "https://"), "http://")
	bare = strings.TrimPrefix(strings.TrimSuffix(bare, "/"), "www.")
	if strings.TrimSpace(shown) == "" || strings.Contains(shown, bare) || strings.Contains(shown, "://") {
		return
	}
	w.space = true
	w.text([]byte("<" + href + ">"))
}
