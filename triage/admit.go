package triage

import (
	"slices"
	"strings"

	"firstline/mailin"
)

// admission says what a sender may do with a new mail, and why.
type admission struct {
	// open: the mail becomes a ticket; otherwise it is held for the first level
	// or, with reject, answered by a constant text.
	open, reject bool
	// answer: a personal automatic answer is allowed; constant: only a text that
	// carries nothing the sender wrote (reliability A7).
	answer, constant bool
	reason           string
}

// admit decides about the sender of a mail that continues no ticket. It is the
// one place that grants automatic answers, and grants none by default.
func admit(c *Config, m *mailin.Message) admission {
	from := mailin.FoldAddress(m.From.Address)
	if from == "" || !plausibleAddress(from) {
		return admission{reason: "no usable From address"}
	}
	if m.FromFields != 1 || len(m.FromAll) != 1 {
		return admission{reason: "more than one author"}
	}
	if m.Auth.Verdict == mailin.VerdictFail {
		return admission{reason: "sender not genuine: " + m.Auth.Reason}
	}
	a := admission{open: true}
	switch {
	case c.isInternal(from):
		a.reason = "internal sender"
	case c.isPartner(from) && slices.Contains(c.Security.MayOpen, "partners"):
		a.reason = "partner"
	case slices.Contains(c.Security.MayOpen, "anyone"):
		a.reason = "anyone may write"
	case c.Security.UnknownSenders == "accept":
		a.reason = "unknown sender, accepted"
	case c.Security.UnknownSenders == "reject" && m.Auth.Verdict == mailin.VerdictPass && m.Automatic.Answer:
		return admission{reject: true, reason: "unknown sender"}
	default:
		return admission{reason: "unknown sender"}
	}
	if m.Automatic.Class != mailin.ClassHuman || !m.Automatic.Answer {
		return a
	}
	for _, r := range m.ReplyTo {
		// Answers to a stranger's mail are meant to reach an agent: a trap.
		if address := mailin.FoldAddress(r.Address); address != from {
			if _, isAgent := c.AgentByAddress(address); isAgent {
				a.reason += ", but Reply-To names an agent"
				return a
			}
		}
	}
	a.answer = m.Auth.Verdict == mailin.VerdictPass
	// An unproven mail in an agent's name gets nothing: it is either forged or
	// the proof is missing, and then the desk's own notices tell the agent.
	if _, isAgent := c.AgentByAddress(from); !a.answer && !isAgent {
		a.constant = true
	}
	return a
}

// mayOpen reports whether an address may open tickets, if it is genuine.
func (c *Config) mayOpen(address string) bool {
	return c.isInternal(address) || c.isPartner(address) && slices.Contains(c.Security.MayOpen, "partners") ||
		slices.Contains(c.Security.MayOpen, "anyone") || c.Security.UnknownSenders == "accept"
}

// plausibleAddress is the strict form of an address we are willing to write to:
// one @, no space, control or quoting characters, at most 254 bytes.
func plausibleAddress(a string) bool {
	local, domain, ok := strings.Cut(a, "@")
	if !ok || local == "" || len(local) > 64 || len(a) > 254 || !strings.Contains(domain, ".") && domain != "localhost" {
		return false
	}
	return !strings.ContainsFunc(a, func(r rune) bool {
		return r <= ' ' || r == 0x7f || strings.ContainsRune(`"(),:;<>[\]`, r) || r >= 0x80 && r < 0xa0
	}) && strings.Count(a, "@") == 1 && !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".")
}
