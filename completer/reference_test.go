package completer_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"rpcsh/completer"
)

// reference is the documented ranking, written with no thought of speed and nothing from the package.
func reference(typed string, from []completer.Candidate, max int) []completer.Candidate {
	type match struct {
		completer.Candidate
		key []int
	}
	var matches []match
	seen := map[string]bool{}
	for _, c := range from {
		if seen[c.Text] {
			continue
		}
		seen[c.Text] = true
		if key := referenceKey(typed, c.Text); key != nil {
			matches = append(matches, match{c, key})
		}
	}
	slices.SortFunc(matches, func(a, b match) int {
		return cmp.Or(slices.Compare(a.key, b.key), strings.Compare(lower(a.Text), lower(b.Text)),
			strings.Compare(a.Text, b.Text))
	})
	var found []completer.Candidate
	for _, m := range matches[:min(max, len(matches))] {
		found = append(found, m.Candidate)
	}
	return found
}

// referenceKey returns nil if text does not match; less is better.
func referenceKey(typed, text string) []int {
	t, s := lower(typed), lower(text)
	if strings.HasPrefix(s, t) {
		if strings.HasPrefix(text, typed) {
			return []int{1}
		}
		return []int{2}
	}
	if pieces := strings.FieldsFunc(t, separator); len(pieces) > 0 {
		if n, ok := referencePieces(pieces, referenceWords(text)); ok {
			return []int{3, n, len(s)}
		}
	}
	if start, span := referenceStretch(t, s); span > 0 {
		return []int{4, span, start, len(s)}
	}
	return nil
}

// referenceWords returns the rest of the text from the start of each word on.
func referenceWords(text string) []string {
	var words []string
	var before rune = '_'
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if !separator(r) && (separator(before) || unicode.IsUpper(r) && !unicode.IsUpper(before)) {
			words = append(words, lower(text[i:]))
		}
		before = r
		i += size
	}
	return words
}

// referencePieces tries all ways to spend the words on the pieces.
func referencePieces(pieces, words []string) (int, bool) {
	if len(pieces) == 0 {
		return 0, true
	}
	if len(words) == 0 {
		return 0, false
	}
	fewest, found := referencePieces(pieces, words[1:])
	for n := 1; n <= len(pieces[0]) && strings.HasPrefix(words[0], pieces[0][:n]); n++ {
		rest := pieces[1:]
		if n < len(pieces[0]) {
			rest = append([]string{pieces[0][n:]}, rest...)
		}
		if more, ok := referencePieces(rest, words[1:]); ok && (!found || more+1 < fewest) {
			fewest, found = more+1, true
		}
	}
	return fewest, found
}

// referenceStretch looks at all stretches of s, the shortest first.
func referenceStretch(typed, s string) (start, span int) {
	for span := 1; span <= len(s); span++ {
		for start := 0; start+span <= len(s); start++ {
			rest, ok := s[start:start+span], true
			for t := typed; len(t) > 0 && ok; {
				_, size := utf8.DecodeRuneInString(t)
				_, rest, ok = strings.Cut(rest, t[:size])
				t = t[size:]
			}
			if ok {
				return start, span
			}
		}
	}
	return 0, 0
}

func separator(r rune) bool { return strings.ContainsRune("._-/: $", r) }

func lower(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && size == 1 {
			b.WriteString(s[:1])
		} else {
			b.WriteRune(unicode.ToLower(r))
		}
		s = s[size:]
	}
	return b.String()
}

// TestReference compares with the reference on random names of an alphabet so small that every kind of match is common.
func TestReference(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"a", "b", "A", "B", "_", ".", "$", "ä", "Ä", "Ⱥ", "\xe4", "7"}
	word := func(n int) string {
		var b strings.Builder
		for range random.IntN(n + 1) {
			b.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		return b.String()
	}
	kinds := map[int]int{}
	for range 3000 {
		names := make([]string, random.IntN(30))
		for i := range names {
			names[i] = word(9)
		}
		typed, max := word(4), 1+random.IntN(12)
		check(t, typed, candidates(names...), max)
		for _, n := range names {
			if key := referenceKey(typed, n); key != nil {
				kinds[key[0]]++
			}
		}
	}
	for kind := 1; kind <= 4; kind++ {
		if kinds[kind] < 300 {
			t.Errorf("only %d matches of kind %d: the test does not test it", kinds[kind], kind)
		}
	}
}

// TestReferenceManyNames is about what is skipped once there are enough matches.
func TestReferenceManyNames(t *testing.T) {
	names := manyNames(1500)
	for _, typed := range []string{"e", "g", "ea", "gb", "gblock", "get_b", "lock", "eth_getb", "tset", "zzzz", "o.u",
		"ETH", "sub7"} {
		all := reference(typed, names, len(names))
		for _, max := range []int{1, 5, 50, 5000} {
			same(t, typed, names, max, all[:min(max, len(all))])
		}
	}
}

// What comes last is found where it is better than the many before it.
func TestBestComesLast(t *testing.T) {
	var names []string
	for i := range 10 {
		names = append(names, fmt.Sprintf("%dabc", i))
	}
	for max := range 5 {
		check(t, "ac", candidates(append(names, "abcd")...), max+1)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("pa", "my_progress_add echo")
	f.Add("p_a", "my_progress_add My.Progress.Add")
	f.Add("\xff", "\xff \xc3 \xa4ä")
	f.Add("ab7", "aB7 a_b_7 xaxbx7")
	f.Fuzz(func(t *testing.T, typed, names string) {
		if len(typed) > 8 || len(names) > 120 {
			t.Skip("the reference takes too long")
		}
		check(t, typed, candidates(strings.Split(names, " ")...), 5)
	})
}

func check(t *testing.T, typed string, from []completer.Candidate, max int) {
	t.Helper()
	same(t, typed, from, max, reference(typed, from, max))
}

// same fails if Find finds something else than want.
func same(t *testing.T, typed string, from []completer.Candidate, max int, want []completer.Candidate) {
	t.Helper()
	got := completer.Find(typed, from, max)
	if !slices.Equal(got, want) {
		t.Fatalf("Find(%q, %q, %d)\n got %q\nwant %q", typed, texts(from), max, texts(got), texts(want))
	}
}
