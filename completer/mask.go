package completer

import "math/bits"

// A mask sums up a folded text in sets with few members. A text cannot match what was typed if a member is missing from
// its sets; it may not match although none is, because different members may share a bit.
type mask struct {
	chars    uint64  // bytes
	pairs    pairSet // bytes that stand side by side
	initials uint64  // bytes that words begin with
}

func maskOf(folded string, words []int32) mask {
	m := mask{chars: charsOf(folded), pairs: pairsOf(folded)}
	for _, at := range words {
		m.initials |= charBit(folded[at])
	}
	return m
}

func charsOf(s string) uint64 {
	var set uint64
	for i := range len(s) {
		set |= charBit(s[i])
	}
	return set
}

// charBit gives letters and digits a bit of their own, and all else one of the rest.
func charBit(c byte) uint64 {
	switch {
	case 'a' <= c && c <= 'z':
		return 1 << (c - 'a')
	case '0' <= c && c <= '9':
		return 1 << (26 + c - '0')
	}
	return 1 << (36 + c%28)
}

// A pairSet holds pairs of bytes. There are so many that 64 bits would rule out too few texts.
type pairSet [2]uint64

func pairsOf(s string) (p pairSet) {
	for i := 1; i < len(s); i++ {
		word, bit := pairBit(s[i-1], s[i])
		p[word] |= bit
	}
	return p
}

func (p *pairSet) has(a, b byte) bool {
	word, bit := pairBit(a, b)
	return p[word]&bit != 0
}

// missing returns how many bits of p are not in q.
func (p *pairSet) missing(q *pairSet) int {
	return bits.OnesCount64(p[0]&^q[0]) + bits.OnesCount64(p[1]&^q[1])
}

func pairBit(a, b byte) (word int, bit uint64) {
	h := uint(a)*37 + uint(b)
	return int(h / 64 % 2), 1 << (h % 64)
}
