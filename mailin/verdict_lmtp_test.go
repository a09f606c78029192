package mailin_test

import (
	"testing"

	"firstline/mailin"
)

// TestVerdictAboveLocalDelivery: a mailbox server that takes mail by LMTP writes its
// line above the verdict of the server that took it from outside.
func TestVerdictAboveLocalDelivery(t *testing.T) {
	t.Parallel()
	const (
		lmtp   = "Received: from mx.firma.example by mx.firma.example with LMTP id 1; Mon, 2 Mar 2026 09:00:01 +0100\r\n"
		esmtp  = "Received: from client by mx.firma.example with ESMTPSA id 2; Mon, 2 Mar 2026 09:00:00 +0100\r\n"
		pass   = "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\r\n"
		author = "From: Anna <a@firma.example>\r\n\r\nText\r\n"
	)
	check := func(name, mail string, hosts []string, want string) {
		t.Helper()
		m := mailin.Parse([]byte(mail), mailin.Options{Auth: mailin.AuthOptions{Authserv: []string{"mx.firma.example"}, BorderHosts: hosts}})
		if m.Auth.Verdict != want {
			t.Errorf("%s: verdict %s (%s), want %s", name, m.Auth.Verdict, m.Auth.Reason, want)
		}
	}
	for _, hosts := range [][]string{nil, {"mx.firma.example"}} {
		check("delivered by LMTP", lmtp+pass+esmtp+author, hosts, mailin.VerdictPass)
		check("without LMTP", pass+esmtp+author, hosts, mailin.VerdictPass)
		check("forged below the border", lmtp+esmtp+pass+author, hosts, mailin.VerdictNone)
		check("forged below a forged LMTP line", esmtp+lmtp+pass+esmtp+author, hosts, mailin.VerdictNone)
	}
}
