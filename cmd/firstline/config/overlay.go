package config

import (
	"path/filepath"
	"slices"

	"firstline/rules/source"
)

// overlayKeys are the sections an overlay may replace; those of the first list by
// entry.
var (
	overlayEntries  = []string{"slas", "calendars"}
	overlaySections = []string{"escalations", "sla_default", "ticket"}
)

// overlay lays the sections of another file over those of the configuration: service
// levels and calendars by name, the ladder as a whole.
func (d *decoder) overlay(root *source.Node) *source.Node {
	if d.o.Overlay == "" || root == nil || root.Kind != source.KindMap {
		return root
	}
	data, err := d.o.ReadFile(d.o.Overlay)
	name := filepath.Base(d.o.Overlay)
	if err != nil {
		d.r.AddPlace(name, 0, 0, 0, "", cannotRead, name, reason(err))
		d.r.Incomplete = true
		return root
	}
	over := d.r.Parse(name, data)
	laid := *root
	laid.Pairs = slices.Clone(root.Pairs)
	for _, p := range d.r.Map(over, slices.Concat(overlayEntries, overlaySections, []string{"version"})...).Pairs() {
		if p.Key.Value == "version" {
			continue
		}
		i := slices.IndexFunc(laid.Pairs, func(o source.Pair) bool { return o.Key.Value == p.Key.Value })
		switch {
		case i < 0:
			laid.Pairs = append(laid.Pairs, p)
		case slices.Contains(overlayEntries, p.Key.Value):
			laid.Pairs[i].Value = byEntry(laid.Pairs[i].Value, p.Value)
		default:
			laid.Pairs[i] = p
		}
	}
	return &laid
}

// byEntry replaces the entries of a map that another one has, and adds its others.
func byEntry(a, b *source.Node) *source.Node {
	if a == nil || a.Kind != source.KindMap || b == nil || b.Kind != source.KindMap {
		return b
	}
	laid := *a
	laid.Pairs = slices.Clone(a.Pairs)
	for _, p := range b.Pairs {
		if i := slices.IndexFunc(laid.Pairs, func(o source.Pair) bool { return o.Key.Value == p.Key.Value }); i >= 0 {
			laid.Pairs[i] = p
		} else {
			laid.Pairs = append(laid.Pairs, p)
		}
	}
	return &laid
}

// extra adds the words and rules of a proposal to what the files say.
func (d *decoder) extra(root *source.Node) *source.Node {
	if len(d.o.Extra) == 0 {
		return root
	}
	return d.r.Extend(root, d.r.Parse("extra.yaml", d.o.Extra))
}
