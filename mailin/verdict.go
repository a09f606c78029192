package mailin

import (
	"net/netip"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// AuthOptions say which verdicts of which servers are believed. Without Authserv
// and without a proof of internal origin no mail is authenticated.
type AuthOptions struct {
	// Authserv lists the authserv-ids of our own mail server (RFC 8601 section
	// 2.5), compared exactly. "-" stands for fields without any id, as Microsoft
	// 365 writes them.
	Authserv []string
	// BorderHosts are the names with which our border servers sign Received
	// lines; ".example.net" means every host below. Verdicts count only above the
	// topmost Received line of one of them, or above the topmost Received line at
	// all where none is named.
	BorderHosts []string
	// InternalProof names a further proof of internal origin: "exchange"
	// (X-MS-Exchange-Organization-AuthAs: Internal), "authserv" (auth=pass of our
	// server for the From address, or its Received line with that authenticated
	// sender), "received_from" (ReceivedFrom), "" for none.
	InternalProof string
	// ReceivedFrom are the networks from which our border server accepts internal
	// mail, for InternalProof "received_from".
	ReceivedFrom []netip.Prefix
}

// verdict judges the sender (RFC 8601, RFC 9989): dmarc=pass for the
// organisational domain of From, or dkim=pass aligned with it. SPF alone never
// passes. Contradicting results: the worst counts.
func verdict(m *Message, h *header, o AuthOptions) Auth {
	if m.FromFields != 1 || len(m.FromAll) != 1 || m.From.Address == "" {
		return Auth{Verdict: VerdictNone, Reason: "not exactly one From address"}
	}
	domain := Domain(m.From.Address)
	a := Auth{Verdict: VerdictNone, Domain: domain}
	if domain == "" || strings.ContainsAny(domain, " \t,;<>()\"") {
		a.Reason = "From has no usable domain"
		return a
	}
	border, ok := borderLine(h, o.BorderHosts)
	if internal(m, h, o, border) {
		return Auth{Verdict: VerdictPass, Domain: domain, Reason: "internal origin: " + o.InternalProof}
	}
	if len(o.Authserv) == 0 {
		a.Reason = "no trusted authserv-id is configured"
		return a
	}
	if !ok {
		a.Reason = "no Received line of a border host"
		return a
	}
	var v judgement
	for i := 0; i < border; i++ {
		f := &h.fields[i]
		isARC := equalFold(f.name, "ARC-Authentication-Results")
		if !isARC && !equalFold(f.name, "Authentication-Results") {
			continue
		}
		s := unfold(f.value)
		if isARC { // "i=1; authserv-id; ..." (RFC 8617 section 4.1.1)
			inst, rest, _ := strings.Cut(s, ";")
			if name, _, ok := strings.Cut(inst, "="); !ok || strings.TrimSpace(name) != "i" {
				continue
			}
			s = rest
		}
		if r, ok := parseAuthResults(s); ok && trustedID(r.id, o.Authserv) {
			v.add(r, domain)
		}
	}
	a.Verdict, a.Reason = v.result()
	return a
}

func trustedID(id string, trusted []string) bool {
	for _, t := range trusted {
		if id == "" && t == "-" || id != "" && strings.EqualFold(id, t) {
			return true
		}
	}
	return false
}

// borderLine is the index of the topmost Received line written by a border host.
// Everything above it was written by our own servers. Lines of local delivery on
// the very top (LMTP, RFC 2033) are ours whoever wrote the mail: what somebody
// forged stands below the line of the server that took it.
func borderLine(h *header, hosts []string) (int, bool) {
	top := true
	for i := range h.fields {
		if !equalFold(h.fields[i].name, "Received") {
			continue
		}
		if top = top && receivedLocally(unfold(h.fields[i].value)); top {
			continue
		}
		if len(hosts) == 0 || hostMatches(receivedBy(unfold(h.fields[i].value)), hosts) {
			return i, true
		}
	}
	return 0, false
}

// receivedLocally tells a line that the mailbox server wrote when the mail was
// delivered to it: "with LMTP", or LMTPS and the like (RFC 3848).
func receivedLocally(s string) bool {
	w := strings.Fields(stripComments(s))
	for i := range w {
		if strings.EqualFold(w[i], "with") && i+1 < len(w) {
			return len(w[i+1]) >= 4 && strings.EqualFold(w[i+1][:4], "LMTP")
		}
	}
	return false
}

func hostMatches(host string, hosts []string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, b := range hosts {
		b = strings.ToLower(b)
		if host == b || strings.HasPrefix(b, ".") && strings.HasSuffix(host, b) {
			return true
		}
	}
	return false
}

// receivedBy is the host behind "by" of a Received line (RFC 5321 section 4.4),
// outside of comments.
func receivedBy(s string) string {
	w := strings.Fields(stripComments(s))
	for i := range w {
		if strings.EqualFold(w[i], "by") && i+1 < len(w) {
			return strings.TrimRight(w[i+1], ";")
		}
	}
	return ""
}

// judgement collects results about one From domain.
type judgement struct {
	seen, dmarcPass, dkimPass bool
	fail                      bool
	other                     string
}

func (v *judgement) add(f authField, domain string) {
	v.seen = true
	for _, r := range f.results {
		switch r.method {
		case "dmarc":
			v.dmarc(r, domain)
		case "dkim":
			if r.result == "pass" && sameOrganisation(dkimDomain(r), domain) {
				v.dkimPass = true
			}
		}
	}
}

func (v *judgement) dmarc(r authResult, domain string) {
	from := foldDomain(r.prop("header.from"))
	if i := strings.LastIndexByte(from, '@'); i >= 0 {
		from = from[i+1:]
	}
	switch r.result {
	case "pass", "bestguesspass":
		if r.result == "pass" && sameOrganisation(from, domain) {
			v.dmarcPass = true
		} else {
			v.other = "dmarc=" + r.result + " is for " + cleanLine(from)
		}
	case "fail":
		if from == "" || sameOrganisation(from, domain) {
			v.fail = true
		}
	default:
		v.other = "dmarc=" + cleanLine(r.result)
	}
}

func dkimDomain(r authResult) string {
	if d := r.prop("header.d"); d != "" {
		return foldDomain(d)
	}
	id := r.prop("header.i")
	return foldDomain(id[strings.LastIndexByte(id, '@')+1:])
}

func (v *judgement) result() (verdict, reason string) {
	switch {
	case v.fail:
		return VerdictFail, "dmarc=fail"
	case v.dmarcPass:
		return VerdictPass, "dmarc=pass"
	case v.dkimPass:
		return VerdictPass, "dkim=pass, aligned"
	case v.other != "":
		return VerdictNone, v.other
	case v.seen:
		return VerdictNone, "no dmarc or aligned dkim pass"
	}
	return VerdictNone, "no verdict of a trusted server"
}

// sameOrganisation compares organisational domains by the public suffix list.
func sameOrganisation(a, b string) bool {
	if a == "" || b == "" {
		return false
	}
	if a == b {
		return true
	}
	oa, err := publicsuffix.EffectiveTLDPlusOne(a)
	if err != nil {
		return false
	}
	ob, err := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && oa == ob
}

// internal judges the configured proof of internal origin.
func internal(m *Message, h *header, o AuthOptions, border int) bool {
	switch o.InternalProof {
	case "exchange":
		all := h.all("X-MS-Exchange-Organization-AuthAs")
		return len(all) == 1 && strings.EqualFold(strings.TrimSpace(all[0]), "Internal")
	case "authserv":
		return authenticatedSender(m, h, o, border)
	case "received_from":
		if border < len(h.fields) && equalFold(h.fields[border].name, "Received") {
			return fromNetwork(unfold(h.fields[border].value), o.ReceivedFrom)
		}
	}
	return false
}

// authenticatedSender tells whether our server says that the From address itself
// logged in to send: auth=pass in a trusted verdict, or ESMTPA in the border line.
func authenticatedSender(m *Message, h *header, o AuthOptions, border int) bool {
	if border >= len(h.fields) {
		return false
	}
	from := FoldAddress(m.From.Address)
	for i := 0; i < border; i++ {
		if !equalFold(h.fields[i].name, "Authentication-Results") {
			continue
		}
		f, ok := parseAuthResults(unfold(h.fields[i].value))
		if !ok || !trustedID(f.id, o.Authserv) {
			continue
		}
		for _, r := range f.results {
			if r.method == "auth" && r.result == "pass" && FoldAddress(r.prop("smtp.auth")) == from {
				return true
			}
		}
	}
	if !equalFold(h.fields[border].name, "Received") || len(o.BorderHosts) == 0 {
		return false
	}
	s := unfold(h.fields[border].value)
	low := strings.ToLower(s)
	if !strings.Contains(low, "with esmtpa") && !strings.Contains(low, "with esmtpsa") && !strings.Contains(low, "with utf8smtpsa") {
		return false
	}
	// Postfix: "(Authenticated sender: anna@firma.example)".
	i := strings.Index(low, "(authenticated sender: ")
	if i < 0 || strings.Count(low, "(authenticated sender: ") != 1 {
		return false
	}
	who := low[i+len("(authenticated sender: "):]
	if j := strings.IndexByte(who, ')'); j >= 0 {
		who = who[:j]
	}
	return FoldAddress(who) == from
}

// fromNetwork tells whether the client address of a Received line, in brackets,
// lies in one of the networks.
func fromNetwork(s string, nets []netip.Prefix) bool {
	from := s
	if i := strings.Index(strings.ToLower(s), " by "); i >= 0 {
		from = s[:i]
	}
	// The client's own greeting comes first; the address the server saw is last.
	i := strings.LastIndexByte(from, '[')
	if i < 0 {
		return false
	}
	text, _, ok := strings.Cut(from[i+1:], "]")
	if !ok {
		return false
	}
	ip, err := netip.ParseAddr(strings.TrimPrefix(strings.TrimPrefix(text, "IPv6:"), "ipv6:"))
	if err != nil {
		return false
	}
	for _, n := range nets {
		if n.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}
