package mailout

import "log/slog"

// PublicText is text that may leave to a requester. It is made where the text
// comes from and nowhere else; no InternalText can become one.
type PublicText struct {
	text     string
	markdown bool
}

// RequesterText is what requesters or watchers wrote themselves.
func RequesterText(s string) PublicText { return PublicText{text: s} }

// AgentReply is what an agent wrote to the requester, after LeakCheck.
func AgentReply(s string) PublicText { return PublicText{text: s} }

// FAQText is the answer of an FAQ entry, Markdown. Raw HTML in it is not passed on.
func FAQText(markdown string) PublicText { return PublicText{text: markdown, markdown: true} }

// CompanyText is text of the configuration meant for requesters, Markdown.
func CompanyText(markdown string) PublicText { return PublicText{text: markdown, markdown: true} }

// Empty reports whether there is no text.
func (t PublicText) Empty() bool { return OneLine(t.text) == "" }

// String returns the text; Markdown as written.
func (t PublicText) String() string { return t.text }

// Plain returns the text as a person would have typed it, Markdown rendered.
func (t PublicText) Plain() string {
	if t.markdown {
		return markdownText(t.text)
	}
	return t.text
}

// InternalText is text for agents alone: notes, reasons, histories. It cannot be
// read back, only rendered by RenderInternal; printing it shows that it is there.
type InternalText struct {
	text     string
	markdown bool
}

// InternalNote is what an agent wrote for agents.
func InternalNote(s string) InternalText { return InternalText{text: s} }

// InternalReason is why the desk did something.
func InternalReason(s string) InternalText { return InternalText{text: s} }

// InternalCopy shows public text to agents: the one direction that is safe.
func InternalCopy(t PublicText) InternalText {
	return InternalText(t)
}

// Empty reports whether there is no text.
func (t InternalText) Empty() bool { return OneLine(t.text) == "" }

// String hides the text.
func (t InternalText) String() string { return "[internal text]" }

// GoString hides the text.
func (t InternalText) GoString() string { return "mailout.InternalText{}" }

// LogValue hides the text.
func (t InternalText) LogValue() slog.Value { return slog.StringValue("[internal text]") }
