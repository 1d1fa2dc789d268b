package jsontext

import (
	"math/rand/v2"
	"testing"
)

// What is read eight bytes at a time gives what single bytes give, wherever the text is taken apart.
func TestBracketsOfWords(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const alphabet = `{}[]{}[]""\a 1,:` + "\x00\x01\x1a\x3a\x7f\x80\xa2\xbb\xdb\xdd\xfb\xfd|é"
	ends := 0
	for range 20_000 {
		b := make([]byte, random.IntN(60))
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		var words, single Brackets
		for len(b) > 0 {
			part := b[:1+random.IntN(len(b))]
			end := -1
			for i := range part {
				if single.Scan(part[i:i+1]) == 1 {
					end = i + 1
					break
				}
			}
			if got := words.Scan(part); got != end || words != single {
				t.Fatalf("%q: %d and %+v, want %d and %+v", part, got, words, end, single)
			}
			if end < 0 {
				end = len(part)
			} else {
				ends++
			}
			b = b[end:]
		}
	}
	if ends < 1000 {
		t.Errorf("only %d texts have ended", ends)
	}
}
