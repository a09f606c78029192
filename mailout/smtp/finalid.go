package smtp

import (
	"regexp"
	"strings"

	"firstline/store"
)

var (
	// bracketed is an identifier in a reply, as Microsoft's servers give it:
	// "250 2.0.0 OK <id@x.outlook.com> [Hostname=...]".
	bracketed = regexp.MustCompile(`<([^<>@\s]{4,200}@[A-Za-z0-9._-]{3,100})>`)
	// sesReply is the identifier of Amazon SES, without its domain:
	// "250 Ok 0102018f2d3c4b5a-0cf83b4e-...-000000".
	sesReply = regexp.MustCompile(`(?i)^250 (?:2\.\d\.\d )?ok:? ([0-9a-f]{16}-[0-9a-f-]{36}-[0-9]{6})\b`)
	sesHost  = regexp.MustCompile(`(?i)^email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com$`)
)

// finalID is the Message-ID that a mail has after a submission server took it, as far
// as its reply says that it is another one than ours: people's programs answer to
// that. "" = it says nothing.
func finalID(host, reply string) string {
	if m := bracketed.FindStringSubmatch(reply); m != nil {
		return m[1]
	}
	id, region := sesReply.FindStringSubmatch(reply), sesHost.FindStringSubmatch(host)
	if id == nil || region == nil {
		return ""
	}
	domain := strings.ToLower(region[1]) + ".amazonses.com"
	if strings.EqualFold(region[1], "us-east-1") {
		domain = "email.amazonses.com"
	}
	return id[1] + "@" + domain
}

// isAddress reports whether what looks like an identifier is an address of the mail: a
// server may well say for whom it queued it, and an address is no secret that could
// prove an answer.
func isAddress(id string, mail store.Claimed) bool {
	return strings.EqualFold(id, mail.Recipient) || strings.EqualFold(id, mail.ReversePath)
}
