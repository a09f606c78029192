package source

import "slices"

// Merge joins the roots of several files into one, for includes: the entries of
// sections are put together, lists appended in the order given. A key defined
// twice is reported with both places, so that nothing is silently overwritten or
// mixed. In the sections named in deep ("people") the lists and maps one level
// below are joined as well. Nil and empty roots are skipped.
func (r *Report) Merge(deep []string, roots ...*Node) *Node {
	var all *Node
	for _, n := range roots {
		switch {
		case n == nil || n.Kind == KindNull:
		case n.Kind != KindMap:
			r.wrongKind(n, aMap)
		case all == nil:
			all = n
		default:
			all = r.mergeMaps(all, n, func(key string) int {
				if slices.Contains(deep, key) {
					return 2
				}
				return 1
			})
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

// Extend adds to a root what another one says as well: lists are appended and maps
// joined down to the word lists of a category. It is for trying a proposal without
// editing any file.
func (r *Report) Extend(root, more *Node) *Node {
	if root == nil || more == nil || root.Kind != KindMap || more.Kind != KindMap {
		return root
	}
	return r.mergeMaps(root, more, func(string) int { return 3 })
}

// mergeMaps adds the entries of b to those of a; levels says how far below a
// key maps and lists are joined.
func (r *Report) mergeMaps(a, b *Node, levels func(key string) int) *Node {
	joined := *a
	joined.Pairs = slices.Clone(a.Pairs)
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
		joined.Pairs[i].Value = r.mergeValues(joined.Pairs[i], p, levels(p.Key.Value))
	}
	return &joined
}

func (r *Report) mergeValues(a, b Pair, levels int) *Node {
	switch {
	case a.Value.Kind == KindNull:
		return b.Value
	case b.Value.Kind == KindNull:
		return a.Value
	case levels > 0 && a.Value.Kind == KindList && b.Value.Kind == KindList:
		joined := *a.Value
		joined.Items = slices.Concat(a.Value.Items, b.Value.Items)
		return &joined
	case levels > 0 && a.Value.Kind == KindMap && b.Value.Kind == KindMap:
		return r.mergeMaps(a.Value, b.Value, func(string) int { return levels - 1 })
	}
	r.Add(b.Key, duplicateKey, clip(b.Key.Value), a.Key.At())
	return a.Value
}
