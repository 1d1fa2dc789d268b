package completer

import "math"

// mayMatchWords reports false if wordPieces would certainly find no way.
func (s *search) mayMatchWords(m *mask) bool {
	if m.initials&s.initial == 0 || m.chars&s.pieceChars != s.pieceChars {
		return false
	}
	if s.piecePairs.missing(&m.pairs) == 0 {
		return true
	}
	// Each byte begins a word, or stands beside the one before it.
	for i := 1; i < len(s.pieces); i++ {
		if m.initials&charBit(s.pieces[i]) == 0 && !m.pairs.has(s.pieces[i-1], s.pieces[i]) {
			return false
		}
	}
	return true
}

// leastPieces returns a number that the result of wordPieces is not below: two bytes that nowhere stand side by side
// are of two pieces.
func (s *search) leastPieces(m *mask) int {
	return 1 + s.piecePairs.missing(&m.pairs)
}

// wordPieces returns in how few pieces what was typed can be cut so that each begins a word of folded, later pieces
// later words; 0 if there is no way. There is something typed besides separators.
func (s *search) wordPieces(folded string, words []int32) int {
	const none = math.MaxInt
	fewest := s.fewest // fewest[n] is the answer for the first n bytes and the words so far
	for n := 1; n < len(fewest); n++ {
		fewest[n] = none
	}
	reached := 0 // fewest[n] is none for all n above it
	for _, at := range words {
		word := folded[at:]
		// From the longest to the shortest, so that no word is used twice.
		for from := min(reached, len(s.pieces)-1); from >= 0; from-- {
			if fewest[from] == none {
				continue
			}
			piece := s.pieces[from:s.pieceEnd[from]]
			for n := 0; n < len(piece) && n < len(word) && piece[n] == word[n]; n++ {
				to := from + n + 1
				fewest[to] = min(fewest[to], fewest[from]+1)
				reached = max(reached, to)
			}
		}
	}
	if last := fewest[len(s.pieces)]; last != none {
		return last
	}
	return 0
}
