package rules

import (
	"reflect"
	"slices"
	"strings"
)

// implies reports whether every mail that fulfils b fulfils a too, as far as it
// can be told from the text of the rules. It never claims too much.
func implies(b, a block) bool {
	for _, c := range a {
		if !impliesCondition(b, c) {
			return false
		}
	}
	return true
}

func impliesCondition(b block, want condition) bool {
	for _, have := range b {
		if narrower(have, want) {
			return true
		}
	}
	w, ok := want.(blocks)
	if !ok {
		return false
	}
	switch w.key {
	case "any_of":
		return slices.ContainsFunc(w.list, func(x block) bool { return implies(b, x) })
	case "all_of":
		return !slices.ContainsFunc(w.list, func(x block) bool { return !implies(b, x) })
	}
	return false
}

// narrower reports whether line b holds only where line a holds.
func narrower(b, a condition) bool {
	switch a := a.(type) {
	case *wordsCond:
		b, ok := b.(*wordsCond)
		return ok && b.narrower(a)
	case *senderCond:
		b, ok := b.(*senderCond)
		return ok && b.set.within(a.set)
	case *recipientCond:
		b, ok := b.(*recipientCond)
		return ok && b.key == a.key && b.set.within(a.set)
	case *valueCond:
		b, ok := b.(*valueCond)
		// What rules may change in between is not the same value twice.
		return ok && b.key == a.key && a.key != "category" && a.key != "priority" && a.key != "tags" && subset(b.values, a.values)
	case *isCond:
		b, ok := b.(*isCond)
		return ok && subset(b.kinds, a.kinds) && !slices.Contains(a.kinds, "vip")
	case *headerCond:
		b, ok := b.(*headerCond)
		return ok && b.narrower(a)
	case *timeCond, *attachmentCond, *openTicketsCond:
		return reflect.DeepEqual(a, b)
	case *scoreCond:
		b, ok := b.(*scoreCond)
		return ok && b.category == a.category && b.least >= a.least
	}
	return false
}

func (c *wordsCond) narrower(a *wordsCond) bool {
	if c.at&^a.at != 0 {
		return false
	}
	switch {
	case a.all:
		return (c.all || len(c.patterns) == 1) && subset(a.patterns, c.patterns)
	case c.all:
		return slices.ContainsFunc(c.patterns, func(p int32) bool { return slices.Contains(a.patterns, p) })
	}
	return subset(c.patterns, a.patterns)
}

func (c *headerCond) narrower(a *headerCond) bool {
	for _, want := range a.fields {
		found := false
		for _, f := range c.fields {
			found = found || strings.EqualFold(f.Name, want.Name) && strings.Contains(f.Value, want.Value)
		}
		if !found {
			return false
		}
	}
	return true
}

// within reports whether every sender of s is one of a; an empty list has none.
func (s senders) within(a senders) bool {
	for d := range s.domains {
		if !a.domains[d] {
			return false
		}
	}
	for x := range s.addresses {
		if !a.has(x) {
			return false
		}
	}
	return len(s.domains)+len(s.addresses) > 0
}

func subset[T comparable](small, large []T) bool {
	for _, x := range small {
		if !slices.Contains(large, x) {
			return false
		}
	}
	return true
}
