package config

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"firstline/mailin"
	"firstline/rules/source"
	"firstline/triage/sla"
)

var (
	addressForm = regexp.MustCompile(`^[^\s@<>,;:"()\[\]\\]+@[^\s@<>,;:"()\[\]\\]+$`)
	domainForm  = regexp.MustCompile(`^[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?(\.[\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?)*$`)
	nameForm    = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_-]{0,63}$`)
	sizeForm    = regexp.MustCompile(`^([0-9]{1,9})\s*([kKmMgG])([iI]?)[bB]$`)
)

// address returns a mail address as written; "" when it is none.
func (d *decoder) address(t source.Text) string {
	if t.Node == nil {
		return ""
	}
	if len(t.Value) > 254 || !addressForm.MatchString(t.Value) {
		d.r.Add(t.Node, badAddress, t.Value)
		return ""
	}
	return t.Value
}

// foreign is address for people who get mail from us: never a mailbox of ours.
func (d *decoder) foreign(t source.Text) string {
	a := d.address(t)
	if a != "" && d.own[mailin.FoldAddress(a)] {
		d.r.Add(t.Node, ownAddress, a)
		return ""
	}
	return a
}

// senders returns addresses and "@domain" entries, folded.
func (d *decoder) senders(ts []source.Text) []string {
	var out []string
	for _, t := range ts {
		if domain, ok := strings.CutPrefix(t.Value, "@"); ok && domain != "" {
			if domain = d.domain(source.Text{Value: domain, Node: t.Node}); domain != "" {
				out = append(out, "@"+domain)
			}
		} else if a := d.address(t); a != "" {
			out = append(out, mailin.FoldAddress(a))
		}
	}
	return out
}

// domain returns a domain in the form mailin.Domain has; "" when it is none.
func (d *decoder) domain(t source.Text) string {
	if len(t.Value) > 253 || !domainForm.MatchString(t.Value) {
		d.r.Add(t.Node, badDomain, t.Value)
		return ""
	}
	return mailin.Domain("x@" + t.Value)
}

func (d *decoder) domains(ts []source.Text) []string {
	var out []string
	for _, t := range ts {
		if s := d.domain(source.Text{Value: strings.TrimPrefix(t.Value, "@"), Node: t.Node}); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// name checks an id: it appears in commands, subjects and explanations.
func (d *decoder) name(t source.Text) string {
	if t.Node == nil {
		return ""
	}
	if !nameForm.MatchString(t.Value) {
		d.r.Add(t.Node, badName, t.Value)
		return ""
	}
	return t.Value
}

// size returns bytes: 25MB is 25 million, 25MiB 25 times 2^20.
func (d *decoder) size(n *source.Node, def int64) int64 {
	t := d.r.Text(n)
	if t.Node == nil {
		return def
	}
	m := sizeForm.FindStringSubmatch(t.Value)
	if m == nil {
		d.r.Add(n, badSize, t.Value)
		return def
	}
	v, _ := strconv.ParseInt(m[1], 10, 64)
	unit := int64(1000)
	if m[3] != "" {
		unit = 1024
	}
	for range strings.Index("kmg", strings.ToLower(m[2])) + 1 {
		v *= unit
	}
	if v < 64<<10 || v > 1<<30 {
		d.r.Add(n, badSize, t.Value)
		return def
	}
	return v
}

func (d *decoder) prefixes(ts []source.Text) []netip.Prefix {
	var out []netip.Prefix
	for _, t := range ts {
		p, err := netip.ParsePrefix(t.Value)
		if a, aerr := netip.ParseAddr(t.Value); err != nil && aerr == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			d.r.Add(t.Node, badNetwork, t.Value)
			continue
		}
		out = append(out, p.Masked())
	}
	return out
}

// duration is a span of hours or days as a length of time.
func duration(m *source.Map, key string, def time.Duration) time.Duration {
	return m.Span(key, source.Span{Time: def}, source.Hours|source.Days).Time
}

// target is a span of open hours or business days.
func target(m *source.Map, key string, def sla.Target) sla.Target {
	s := m.Span(key, source.Span{Time: def.Open, BusinessDays: def.BusinessDays}, source.Hours|source.BusinessDays)
	return sla.Target{Open: s.Time, BusinessDays: s.BusinessDays}
}

// texts drops the places of texts by language.
func texts(in map[string]source.Text) map[string]string {
	if len(in) == 0 {
		return nil
	}
	out := make(map[string]string, len(in))
	for lang, t := range in {
		out[lang] = t.Value
	}
	return out
}

// label reads texts by language and reports a language of the company that is
// missing.
func (d *decoder) label(m *source.Map, key string) map[string]string {
	all := m.ByLanguage(key)
	if _, any := all[""]; !any && len(all) > 0 {
		for _, lang := range d.c.Desk.Company.Languages {
			if _, ok := all[lang]; !ok {
				d.r.Add(m.Get(key), noLanguage, lang)
			}
		}
	}
	return texts(all)
}

// names returns the sorted keys of a map of known things.
func names[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
