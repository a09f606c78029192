package mailin

import (
	"net/netip"
	"testing"
)

const border = "Received: from out.kunde.example (out.kunde.example [192.0.2.1])\r\n\tby mx.firma.example (Postfix) with ESMTPS id 1;\r\n\tMon, 2 Mar 2026 09:00:12 +0100\r\n"

func TestVerdict(t *testing.T) {
	t.Parallel()
	own := AuthOptions{Authserv: []string{"mx.firma.example"}, BorderHosts: []string{"mx.firma.example"}}
	for _, c := range []struct {
		name, header string
		o            AuthOptions
		want         string
	}{
		{"dmarc pass", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictPass},
		{"subdomain, organisational domain", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.co.uk\r\n" + border + "From: a@mail.kunde.co.uk", own, VerdictPass},
		{"public suffix is no organisation", "Authentication-Results: mx.firma.example; dmarc=pass header.from=evil.co.uk\r\n" + border + "From: a@kunde.co.uk", own, VerdictNone},
		{"dmarc fail", "Authentication-Results: mx.firma.example; dmarc=fail header.from=kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictFail},
		{"pass and fail", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\nAuthentication-Results: mx.firma.example; dmarc=fail header.from=kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictFail},
		{"other domain", "Authentication-Results: mx.firma.example; dmarc=pass header.from=evil.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"dkim aligned", "Authentication-Results: mx.firma.example; dkim=pass header.d=kunde.example header.s=x\r\n" + border + "From: a@kunde.example", own, VerdictPass},
		{"dkim aligned by identity", "Authentication-Results: mx.firma.example; dkim=pass header.i=@mail.kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictPass},
		{"dkim of another", "Authentication-Results: mx.firma.example; dkim=pass header.d=evil.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"spf alone", "Authentication-Results: mx.firma.example; spf=pass smtp.mailfrom=a@kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"foreign server", "Authentication-Results: mx.evil.example; dmarc=pass header.from=kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"server with suffix", "Authentication-Results: mx.firma.example.evil.example; dmarc=pass header.from=kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"below our line", border + "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\nFrom: a@kunde.example", own, VerdictNone},
		{"between forged lines", border + "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"no line of ours", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\nReceived: by evil.example\r\nFrom: a@kunde.example", own, VerdictNone},
		{"border host in a comment", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\nReceived: from x (by mx.firma.example) by evil.example\r\nFrom: a@kunde.example", own, VerdictNone},
		{"in a quoted sender", "Authentication-Results: mx.firma.example; spf=fail smtp.mailfrom=\"x; dmarc=pass header.from=kunde.example ; x\"@evil.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"in a comment", "Authentication-Results: mx.firma.example; spf=fail (x; dmarc=pass header.from=kunde.example) smtp.mailfrom=x\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"in a nested comment", "Authentication-Results: mx.firma.example; spf=fail (a (b; dmarc=pass) header.from=kunde.example) smtp.mailfrom=x\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"open comment", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example (x\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"open string", "Authentication-Results: mx.firma.example; dmarc=pass header.from=\"kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"comments around", "Authentication-Results: (a) mx.firma.example (b) 1 (c) ; dmarc (d) = (e) pass (f) header.from (g) = (h) kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictPass},
		{"version two", "Authentication-Results: mx.firma.example 2; dmarc=pass header.from=kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"id case", "Authentication-Results: MX.Firma.Example; dmarc=pass header.from=Kunde.EXAMPLE\r\n" + border + "From: a@kunde.example", own, VerdictPass},
		{"none", "Authentication-Results: mx.firma.example; none\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"two from fields", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\n" + border + "From: a@kunde.example\r\nFrom: b@kunde.example", own, VerdictNone},
		{"two addresses", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\n" + border + "From: a@kunde.example, b@evil.example", own, VerdictNone},
		{"group in from", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\n" + border + "From: x: a@kunde.example, b@evil.example;", own, VerdictNone},
		{"nothing configured", "Authentication-Results: mx.firma.example; dmarc=pass header.from=kunde.example\r\n" + border + "From: a@kunde.example", AuthOptions{}, VerdictNone},
		{"microsoft 365", "Received: from a by b.prod.outlook.com\r\nAuthentication-Results: spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=kunde.example; dkim=pass (signature was verified)\r\n header.d=kunde.example;dmarc=pass action=none\r\n header.from=kunde.example;compauth=pass reason=100\r\nReceived: from x by AM1.mail.protection.outlook.com with SMTP\r\nFrom: a@kunde.example", AuthOptions{Authserv: []string{"-"}, BorderHosts: []string{".mail.protection.outlook.com"}}, VerdictPass},
		{"microsoft 365, forged below", "Received: from x by AM1.mail.protection.outlook.com with SMTP\r\nAuthentication-Results: dmarc=pass header.from=kunde.example\r\nFrom: a@kunde.example", AuthOptions{Authserv: []string{"-"}, BorderHosts: []string{".mail.protection.outlook.com"}}, VerdictNone},
		{"google", "ARC-Authentication-Results: i=1; mx.google.com; dkim=pass header.i=@kunde.example; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=kunde.example\r\nReceived: from x by mx.google.com with ESMTPS\r\nFrom: a@kunde.example", AuthOptions{Authserv: []string{"mx.google.com"}, BorderHosts: []string{"mx.google.com"}}, VerdictPass},
		{"rspamd", "Authentication-Results: mx.firma.example;\r\n\tdkim=pass header.d=kunde.example header.s=s1 header.b=abc/de=;\r\n\tdmarc=pass (policy=reject) header.from=kunde.example;\r\n\tspf=pass (mx.firma.example: domain of a@kunde.example designates 192.0.2.1 as permitted sender) smtp.mailfrom=a@kunde.example\r\n" + border + "From: a@kunde.example", own, VerdictPass},
		{"exchange internal, off", "X-MS-Exchange-Organization-AuthAs: Internal\r\n" + border + "From: a@kunde.example", own, VerdictNone},
		{"exchange internal", "X-MS-Exchange-Organization-AuthAs: Internal\r\nFrom: a@firma.example", AuthOptions{InternalProof: "exchange"}, VerdictPass},
		{"exchange anonymous", "X-MS-Exchange-Organization-AuthAs: Anonymous\r\nFrom: a@firma.example", AuthOptions{InternalProof: "exchange"}, VerdictNone},
		{"exchange twice", "X-MS-Exchange-Organization-AuthAs: Internal\r\nX-MS-Exchange-Organization-AuthAs: Anonymous\r\nFrom: a@firma.example", AuthOptions{InternalProof: "exchange"}, VerdictNone},
		{"submission", "Received: from pc (pc [192.0.2.9]) (Authenticated sender: a@firma.example)\r\n\tby mx.firma.example (Postfix) with ESMTPSA id 1; x\r\nFrom: a@firma.example", AuthOptions{Authserv: own.Authserv, BorderHosts: own.BorderHosts, InternalProof: "authserv"}, VerdictPass},
		{"submission as another", "Received: from pc (pc [192.0.2.9]) (Authenticated sender: b@firma.example)\r\n\tby mx.firma.example (Postfix) with ESMTPSA id 1; x\r\nFrom: a@firma.example", AuthOptions{Authserv: own.Authserv, BorderHosts: own.BorderHosts, InternalProof: "authserv"}, VerdictNone},
		{"auth=pass", "Authentication-Results: mx.firma.example; auth=pass smtp.auth=a@firma.example\r\n" + border + "From: a@firma.example", AuthOptions{Authserv: own.Authserv, BorderHosts: own.BorderHosts, InternalProof: "authserv"}, VerdictPass},
		{"inner network", "Received: from pc (pc [10.1.2.3])\r\n\tby mx.firma.example with ESMTP id 1; x\r\nFrom: a@firma.example", AuthOptions{BorderHosts: own.BorderHosts, InternalProof: "received_from", ReceivedFrom: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, VerdictPass},
		{"outer network with a greeting", "Received: from x[10.1.2.3] (x [192.0.2.3])\r\n\tby mx.firma.example with ESMTP id 1; x\r\nFrom: a@firma.example", AuthOptions{BorderHosts: own.BorderHosts, InternalProof: "received_from", ReceivedFrom: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}, VerdictNone},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := Parse([]byte(c.header+"\r\nSubject: x\r\n\r\nx"), Options{Auth: c.o})
			if m.Auth.Verdict != c.want {
				t.Errorf("verdict %s (%s), want %s", m.Auth.Verdict, m.Auth.Reason, c.want)
			}
		})
	}
}

func TestParseAuthResults(t *testing.T) {
	t.Parallel()
	f, ok := parseAuthResults(`mx.firma.example; dkim=pass reason="good; signature" header.d=kunde.example header.b=ab/cd== policy.x=y; iprev=pass/x`)
	if ok {
		t.Errorf("a result with a slash was taken: %+v", f)
	}
	f, ok = parseAuthResults(`mx.firma.example; dkim/1=pass reason="good; signature" header.d=kunde.example header.b=ab/cd== policy.x=y`)
	if !ok || len(f.results) != 1 {
		t.Fatalf("got %+v %v", f, ok)
	}
	r := f.results[0]
	for name, want := range map[string]string{"reason": "good; signature", "header.d": "kunde.example", "header.b": "ab/cd==", "policy.x": "y"} {
		if got := r.prop(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
}
