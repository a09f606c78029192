package source

// Merge joins the roots of several files into one, for includes: lists are
// appended in the order given, maps are merged, and a value defined twice is
// reported with both places. Nil and empty roots are skipped.
func (r *Report) Merge(roots ...*Node) *Node {
	var all *Node
	for _, n := range roots {
		switch {
		case n == nil || n.Kind == KindNull:
		case n.Kind != KindMap:
			r.wrongKind(n, aMap)
		case all == nil:
			all = n
		default:
			all = r.mergeMaps(all, n)
		}
	}
	if all == nil {
		for _, n := range roots {
			if n != nil {
				return n
			}
		}
	}
	return all
}

func (r *Report) mergeMaps(a, b *Node) *Node {
	joined := *a
	joined.Pairs = append([]Pair(nil), a.Pairs...)
	place := make(map[string]int, len(joined.Pairs))
	for i, p := range joined.Pairs {
		place[p.Key.Value] = i
	}
	for _, p := range b.Pairs {
		i, ok := place[p.Key.Value]
		if !ok {
			place[p.Key.Value] = len(joined.Pairs)
			joined.Pairs = append(joined.Pairs, p)
			continue
		}
		joined.Pairs[i].Value = r.mergeValues(joined.Pairs[i], p)
	}
	return &joined
}

func (r *Report) mergeValues(a, b Pair) *Node {
	switch {
	case a.Value.Kind == KindNull:
		return b.Value
	case b.Value.Kind == KindNull:
		return a.Value
	case a.Value.Kind == KindList && b.Value.Kind == KindList:
		joined := *a.Value
		joined.Items = append(append([]*Node(nil), a.Value.Items...), b.Value.Items...)
		return &joined
	case a.Value.Kind == KindMap && b.Value.Kind == KindMap:
		return r.mergeMaps(a.Value, b.Value)
	}
	r.Add(b.Key, duplicateKey, clip(b.Key.Value), a.Key.At())
	return a.Value
}
