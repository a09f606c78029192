package command

import "slices"

// maxDistance is how many typing errors still make a suggestion: one in words of up
// to five letters, two in longer ones, none in a single letter.
func maxDistance(word []rune) int {
	switch {
	case len(word) < 2:
		return 0
	case len(word) <= 5:
		return 1
	}
	return 2
}

// maxCompared is the longest word that is compared, in letters.
const maxCompared = 40

// nearest returns the indices of the candidates closest to the word, all with the same
// distance, within maxDistance.
func nearest(word string, candidates []string) []int {
	a := []rune(word)
	if len(a) > maxCompared {
		return nil
	}
	best := maxDistance(a)
	var found []int
	for i, c := range candidates {
		b := []rune(c)
		if len(b) < 2 || len(b)-len(a) > best || len(a)-len(b) > best {
			continue
		}
		switch d := distance(a, b); {
		case d < best:
			best, found = d, []int{i}
		case d == best:
			found = append(found, i)
		}
	}
	return found
}

// distance is the Damerau-Levenshtein distance with adjacent transpositions (optimal
// string alignment) of two words of at most maxCompared+2 letters.
func distance(a, b []rune) int {
	var rows [3][maxCompared + 3]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range b {
		last[j+1] = j + 1
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// suggestVerbs returns the words an unknown one may stand for, one for each verb;
// several when they are equally near.
func suggestVerbs(unknown string) []word {
	var found []word
	for _, i := range nearest(unknown, sorted) {
		w := words[sorted[i]]
		if !slices.ContainsFunc(found, func(f word) bool { return f.row == w.row }) {
			found = append(found, w)
		}
	}
	return found
}
