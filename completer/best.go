package completer

import (
	"cmp"
	"math"
	"slices"
)

// A rank says how good a match is: less is better. Its parts, the most important in the highest bits, are the kind of
// match, what makes matches of that kind better, and the length of the text; each stops growing at 65535.
type rank uint64

const (
	noRank    rank = math.MaxUint64 // worse than any match
	fuzzyKind rank = 1 << 48
)

// wordRank returns the rank of a match by words, better than any other kind that has a rank.
func wordRank(pieces, length int) rank {
	return part(pieces)<<32 | part(length)
}

// fuzzyRank returns the rank of a match by characters in a stretch of span bytes that begins at start.
func fuzzyRank(span, start, length int) rank {
	return fuzzyKind | part(span)<<32 | part(start)<<16 | part(length)
}

// span returns the longest span that a match by characters can have without being worse than r, which is 0 if r is the
// rank of a match by words.
func (r rank) span() int {
	switch {
	case r == noRank:
		return math.MaxInt
	case r < fuzzyKind:
		return 0
	}
	return int(r >> 32 & math.MaxUint16)
}

func part(n int) rank { return rank(min(n, math.MaxUint16)) }

// A ranked is the candidate at index with its rank.
type ranked struct {
	rank  rank
	index int32
}

// A best keeps the best of what it is offered, at most twice as many as are asked for, which are then sorted out in one
// go.
type best struct {
	size  int
	limit rank // what is not below it is not among the best; more may not be
	kept  []ranked
}

func newBest(size int) *best {
	const usual = 100 // candidates that a list asks for
	return &best{size: size, limit: noRank, kept: make([]ranked, 0, min(2*size, usual))}
}

// offer takes a candidate in; those offered come in the order of their indexes, which decides between equal ranks.
func (b *best) offer(r rank, index int32) {
	if r >= b.limit {
		return
	}
	b.kept = append(b.kept, ranked{r, index})
	if len(b.kept) >= 2*b.size {
		b.cut()
	}
}

// sorted returns the best, best first.
func (b *best) sorted() []ranked {
	b.cut()
	return b.kept
}

func (b *best) cut() {
	slices.SortFunc(b.kept, func(a, c ranked) int {
		return cmp.Or(cmp.Compare(a.rank, c.rank), cmp.Compare(a.index, c.index))
	})
	if len(b.kept) >= b.size {
		b.kept = b.kept[:b.size]
		b.limit = b.kept[b.size-1].rank
	}
}
