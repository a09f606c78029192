package rules

import "firstline/rules/source"

// rule is one entry of rules:.
type rule struct {
	name     string
	when     block
	then     []action
	stop     bool
	override bool
	news     bool // acts on new tickets
	replies  bool // acts on follow-ups
	captures []*expression
	node     *source.Node // the name, for findings
}

// dispatch says which rules may match a mail without looking at each of them.
type dispatch struct {
	always    []uint64           // bits: rules that must be evaluated for every mail
	byPattern map[int32][]int32  // rules that need one of these patterns
	bySender  map[string][]int32 // rules that need one of these senders
}

func newDispatch(rules []rule) *dispatch {
	d := &dispatch{always: make([]uint64, (len(rules)+63)/64), byPattern: map[int32][]int32{}, bySender: map[string][]int32{}}
	for i := range rules {
		t, ok := rules[i].when.trigger()
		if !ok {
			d.always[i/64] |= 1 << (i % 64)
			continue
		}
		for _, p := range t.patterns {
			d.byPattern[p] = append(d.byPattern[p], int32(i))
		}
		for _, s := range t.senders {
			d.bySender[s] = append(d.bySender[s], int32(i))
		}
	}
	return d
}

// candidates returns the bits of the rules that may match.
func (d *dispatch) candidates(e *evaluation) []uint64 {
	bits := make([]uint64, len(d.always))
	copy(bits, d.always)
	mark := func(rules []int32) {
		for _, r := range rules {
			bits[r/64] |= 1 << (r % 64)
		}
	}
	for _, p := range e.h.found {
		mark(d.byPattern[p])
	}
	if e.from != "" {
		mark(d.bySender[e.from])
		mark(d.bySender["@"+e.domain])
	}
	return bits
}
