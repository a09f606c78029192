package config

import (
	"crypto/x509"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/rules/source"
	"firstline/triage"
)

// maxMail is the default of max_size, in bytes: what large providers accept.
const maxMail = 25_000_000

func (d *decoder) mailboxes() {
	first := map[string]*source.Node{}
	for _, n := range d.root.List("mailboxes") {
		m := d.keys(n, "mailboxes[]")
		id := m.Need("id")
		box := triage.Mailbox{ID: d.name(id), Address: d.address(m.Need("address")),
			Mode: m.Enum("mode", "live", "live", "observe", "training")}
		for _, t := range m.OneOrMany("aliases") {
			if a := d.address(t); a != "" {
				box.Aliases = append(box.Aliases, a)
			}
		}
		if before := first[box.ID]; before != nil && id.Node != nil {
			d.r.Twice(id, aMailbox, before)
		}
		first[box.ID] = id.Node
		for _, a := range append([]string{box.Address}, box.Aliases...) {
			d.own[mailin.FoldAddress(a)] = a != ""
		}
		f := d.keys(m.Get("folders"), "mailboxes[].folders")
		box.Folders = triage.Folders{Inbox: f.String("inbox", "INBOX"), Done: f.String("done", ""),
			Ignored: f.String("ignored", ""), Failed: f.String("failed", "")}
		account := Mailbox{ID: box.ID, Poll: m.Span("poll", source.Span{Time: 30 * time.Second}, source.Hours).Time, MaxSize: d.size(m.Get("max_size"), maxMail),
			All: m.Enum("since", "start", "start", "all") == "all"}
		if account.Poll < 5*time.Second {
			account.Poll = 5 * time.Second
		}
		if m.Has("imap") || d.o.Purpose == Run {
			m.Require("imap")
			account.IMAP = d.server(m.Get("imap"), "mailboxes[].imap", map[string]int{"implicit": 993, "starttls": 143, "none": 143}, "implicit")
		}
		d.c.Desk.Mailboxes = append(d.c.Desk.Mailboxes, box)
		d.c.Mailboxes = append(d.c.Mailboxes, account)
	}
	d.need("mailboxes", len(d.c.Mailboxes) == 0)
}

// need reports a section that run cannot do without.
func (d *decoder) need(key string, missing bool) {
	if !missing || d.root.Node == nil || d.r.Incomplete {
		return
	}
	switch d.o.Purpose {
	case Run:
		d.r.Add(d.root.Node, neededToRun, key)
	case Check:
		d.r.Add(d.root.Node, neededLater, key)
	}
}

// server reads an IMAP or SMTP account; ports are the defaults by kind of TLS.
func (d *decoder) server(n *source.Node, section string, ports map[string]int, tls string) Server {
	m := d.keys(n, section)
	if m.Node == nil || m.Node.Kind != source.KindMap {
		return Server{}
	}
	host := m.Need("host")
	s := Server{Host: host.Value, TLS: m.Enum("tls", tls, "implicit", "starttls", "none"), CAFile: d.path(m.String("ca_file", ""))}
	if host.Node != nil && !isHost(host.Value) {
		d.r.Add(host.Node, badDomain, host.Value)
	}
	s.Port = m.Int("port", ports[s.TLS], 1, 65535)
	plain := m.Bool("insecure_plain", false)
	switch {
	case s.TLS == "none" && !plain:
		d.r.Add(m.Get("tls"), noPlain)
	case s.TLS == "none" && !isLoopback(s.Host):
		d.r.Add(m.Get("insecure_plain"), insecurePlain, s.Host)
	}
	if s.CAFile != "" && d.o.Purpose != Explain {
		s.RootCAs = d.roots(m.Text("ca_file"), s.CAFile)
	}
	s.User = m.String("user", "")
	password, hasPassword := d.secret(m, "password")
	s.Password = password
	if m.Has("oauth2") {
		s.OAuth2 = d.oauth2(m.Get("oauth2"), section+".oauth2")
		if hasPassword {
			d.r.Add(m.Key("oauth2"), exclusive, "password", "oauth2")
		}
	}
	if s.User != "" && !hasPassword && m.Missed("oauth2") && m.Missed("password_file") {
		d.r.Add(m.Node, needOne, "password_file / password: ${NAME} / password_credential / oauth2")
	}
	return s
}

// roots adds the certificates of a PEM file to those of the system: a company's
// own CA can be added, verification cannot be switched off.
func (d *decoder) roots(t source.Text, path string) *x509.CertPool {
	pem, err := d.o.ReadFile(path)
	if err != nil {
		d.r.Add(t.Node, cannotRead, t.Value, reason(err))
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		d.r.Add(t.Node, cannotRead, t.Value, source.Word{DE: "sie enthält kein Zertifikat (PEM)", EN: "it holds no certificate (PEM)"})
	}
	return pool
}

func (d *decoder) oauth2(n *source.Node, section string) *OAuth2 {
	m := d.keys(n, section)
	o := &OAuth2{ClientID: m.Need("client_id").Value, Scopes: source.Strings(m.Texts("scopes"))}
	secret, ok := d.secret(m, "client_secret")
	if !ok && m.Missed("client_secret_file") {
		d.r.Add(m.Node, needOne, "client_secret_file")
	}
	o.ClientSecret = secret
	tenant, at := m.Text("tenant"), m.Text("token_url")
	switch {
	case tenant.Node != nil && at.Node != nil:
		d.r.Add(at.Node, exclusive, "tenant", "token_url")
	case tenant.Node != nil:
		// Microsoft identity platform, client credentials.
		o.TokenURL = "https://login.microsoftonline.com/" + url.PathEscape(tenant.Value) + "/oauth2/v2.0/token"
		if len(o.Scopes) == 0 {
			o.Scopes = []string{"https://outlook.office365.com/.default"}
		}
	case at.Node != nil:
		u, err := url.Parse(at.Value)
		if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
			d.r.Add(at.Node, badURL, at.Value)
		}
		o.TokenURL = at.Value
	case m.Missed("tenant") && m.Missed("token_url"):
		d.r.Add(m.Node, needOne, "tenant / token_url")
	}
	return o
}

func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return len(s) <= 253 && domainForm.MatchString(s)
}

func isLoopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && a.IsLoopback()
}
