package completer

// A search is what was typed, prepared for looking at many candidates one after the other. One goroutine uses it.
type search struct {
	typed string // folded
	chars uint64 // see mask
	pairs pairSet
	runes []string // typed, cut into characters

	// What matching by words needs. pieces is typed without its separators; a piece that begins at i ends at
	// pieceEnd[i] at the latest, because there a separator was typed. fewest is scratch memory for wordPieces.
	pieces     string
	pieceEnd   []int
	pieceChars uint64
	piecePairs pairSet
	initial    uint64 // of the first piece; 0 if there is none
	fewest     []int
}

func newSearch(folded string) *search {
	s := &search{typed: folded, chars: charsOf(folded), pairs: pairsOf(folded), runes: runesOf(folded)}
	pieces := make([]byte, 0, len(folded))
	s.pieceEnd = make([]int, 0, len(folded))
	for i := 0; i <= len(folded); i++ {
		if i < len(folded) && !isSeparator(rune(folded[i])) {
			pieces = append(pieces, folded[i])
			continue
		}
		for len(s.pieceEnd) < len(pieces) {
			s.pieceEnd = append(s.pieceEnd, len(pieces))
		}
	}
	s.pieces = string(pieces)
	s.pieceChars, s.piecePairs = charsOf(s.pieces), pairsOf(s.pieces)
	if s.pieces != "" {
		s.initial = charBit(s.pieces[0])
	}
	s.fewest = make([]int, len(s.pieces)+1)
	return s
}
