package mailout

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxMarkdown bounds what is parsed; longer text is shown as it is.
const maxMarkdown = 64 << 10

// markdownHTML renders Markdown without raw HTML and without links that run code:
// goldmark's own safe mode. Links are kept, images become their description.
func markdownHTML(source string) string {
	source = visible(source)
	if len(source) > maxMarkdown {
		return textHTML(source)
	}
	var b bytes.Buffer
	md := goldmark.New()
	doc := md.Parser().Parse(text.NewReader([]byte(source)))
	dropImages(doc, []byte(source))
	if err := md.Renderer().Render(&b, []byte(source), doc); err != nil {
		return textHTML(source)
	}
	return styleMarkdown(strings.TrimSpace(b.String()))
}

// dropImages replaces images by their text: no image is ever fetched.
func dropImages(doc ast.Node, source []byte) {
	var images []*ast.Image
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if img, ok := n.(*ast.Image); ok && entering {
			images = append(images, img)
		}
		return ast.WalkContinue, nil
	})
	for _, img := range images {
		if p := img.Parent(); p != nil {
			p.ReplaceChild(p, img, ast.NewString([]byte(inlineText(img, source))))
		}
	}
}

// styleMarkdown gives the few elements of goldmark's output their inline style;
// goldmark writes no attributes of its own on them, so the replacement is exact.
func styleMarkdown(html string) string {
	return strings.NewReplacer(
		"<!-- raw HTML omitted -->", "",
		"<p>", `<p style="margin:0 0 10px 0">`,
		"<ul>", `<ul style="margin:0 0 10px 22px;padding:0">`,
		"<ol>", `<ol style="margin:0 0 10px 22px;padding:0">`,
		"<li>", `<li style="margin:0 0 4px 0">`,
		"<pre>", `<pre style="margin:0 0 10px 0;white-space:pre-wrap;font-family:Consolas,Menlo,monospace;font-size:14px">`,
		"<blockquote>", `<blockquote style="margin:0 0 10px 0;padding-left:10px;border-left:3px solid #9aa5b1">`,
		"<code>", `<code style="`+codeStyle+`">`,
	).Replace(html)
}

// markdownText renders Markdown as the plain text a person would have typed.
func markdownText(source string) string {
	source = visible(source)
	if len(source) > maxMarkdown {
		return source
	}
	src := []byte(source)
	doc := goldmark.New().Parser().Parse(text.NewReader(src))
	var b strings.Builder
	blocks(&b, doc, src, "", false)
	return strings.TrimRight(b.String(), "\n ")
}

// blocks writes the block children of n, each line behind indent.
func blocks(b *strings.Builder, n ast.Node, src []byte, indent string, tight bool) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.List:
			listText(b, c, src, indent)
		case *ast.Blockquote:
			blocks(b, c, src, indent+"  ", tight)
			continue
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			lines := c.Lines()
			for i := 0; i < lines.Len(); i++ {
				seg := lines.At(i)
				writeIndented(b, strings.TrimRight(string(seg.Value(src)), "\n"), indent+"  ")
			}
		case *ast.HTMLBlock:
			continue
		case *ast.ThematicBreak:
			writeIndented(b, "- - -", indent)
		default:
			writeIndented(b, inlineText(c, src), indent)
		}
		if !tight {
			b.WriteByte('\n')
		}
	}
}

func listText(b *strings.Builder, l *ast.List, src []byte, indent string) {
	n := l.Start
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		mark := "• "
		if l.IsOrdered() {
			mark = fmt.Sprintf("%d. ", n)
			n++
		}
		var inner strings.Builder
		blocks(&inner, item, src, "", true)
		pad := strings.Repeat(" ", len([]rune(mark)))
		for i, line := range strings.Split(strings.TrimRight(inner.String(), "\n"), "\n") {
			if i == 0 {
				b.WriteString(indent + mark + line + "\n")
			} else {
				b.WriteString(strings.TrimRight(indent+pad+line, " ") + "\n")
			}
		}
	}
}

func writeIndented(b *strings.Builder, s, indent string) {
	for _, line := range strings.Split(s, "\n") {
		b.WriteString(strings.TrimRight(indent+line, " ") + "\n")
	}
}

// inlineText writes the text of inline nodes; links as "text (address)".
func inlineText(n ast.Node, src []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		switch c := c.(type) {
		case *ast.Text:
			if entering {
				b.Write(unescaped(c, c.Segment.Value(src)))
				if c.HardLineBreak() || c.SoftLineBreak() {
					b.WriteByte('\n')
				}
			}
		case *ast.String:
			if entering {
				b.Write(c.Value)
			}
		case *ast.AutoLink:
			if entering {
				b.Write(c.Label(src))
			}
		case *ast.Link:
			if !entering && len(c.Destination) > 0 && !bytes.HasPrefix(bytes.ToLower(c.Destination), []byte("javascript:")) &&
				!strings.HasSuffix(b.String(), string(c.Destination)) {
				b.WriteString(" (" + string(c.Destination) + ")")
			}
		case *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// unescaped resolves backslash escapes and entities, except inside code.
func unescaped(n ast.Node, b []byte) []byte {
	if _, code := n.Parent().(*ast.CodeSpan); code {
		return b
	}
	return util.UnescapePunctuations(util.ResolveEntityNames(util.ResolveNumericReferences(b)))
}
