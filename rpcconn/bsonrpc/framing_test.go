package bsonrpc_test

import (
	"errors"
	"slices"
	"testing"

	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/framing/framingtest"
)

// doc returns a BSON document of size bytes whose element, where there is room for one, is a string or so.
func doc(size int) string {
	b := append([]byte{byte(size), byte(size >> 8), byte(size >> 16), byte(size >> 24)},
		make([]byte, max(0, size-4))...)
	for i := 4; i < size-1; i++ {
		b[i] = 2
	}
	return string(b[:size])
}

func TestFraming(t *testing.T) {
	framingtest.Run(t, bsonrpc.Framing(), []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "two", In: doc(5) + doc(20), Want: []string{doc(5), doc(20), framingtest.EOF}},
		{Name: "cut off", In: doc(20)[:10], Want: []string{framingtest.Cut(doc(20)[:10], " of 20")}},
		{Name: "cut off in the length", In: "\x05\x00", Want: []string{framingtest.Cut("\x05\x00", "")}},
		{Name: "too short", In: "\x04\x00\x00\x00",
			Want: []string{"= a BSON document is at least 5 bytes long, not 4, got "}},
		{Name: "negative", In: "\xff\xff\xff\xff",
			Want: []string{"= a BSON document is at least 5 bytes long, not -1, got "}},
		{Name: "text", In: `{"jsonrpc":"2.0"}`,
			Want: []string{"= a BSON document has an element behind its length, got "}},
		{Name: "over the limit", In: doc(70) + doc(5), Want: []string{
			framingtest.Over(doc(70), "of 70 bytes "), doc(5), framingtest.EOF}},
		{Name: "over the limit, cut off", In: doc(70)[:60], Want: []string{
			framingtest.Over(doc(70), "of 70 bytes "), framingtest.CutSkip}},
	})
}

// What was read before an error counts.
func TestFramingReadError(t *testing.T) {
	r := &framingtest.Pieces{Pieces: [][]byte{[]byte(doc(5))}, Err: errors.New("connection reset")}
	got := framingtest.Receive(t, bsonrpc.Framing(), framingtest.Limit, r)
	if want := []string{doc(5), "= receiving: connection reset"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzFraming(f *testing.F) {
	for _, in := range []string{doc(5) + doc(30), doc(100) + doc(5), "\xff\xff\xff\x7f\x02abc", `{"a":1}`} {
		f.Add([]byte(in), []byte{1, 2, 3}, uint8(64))
	}
	f.Fuzz(func(t *testing.T, in, sizes []byte, limit uint8) {
		framingtest.Fuzz(t, bsonrpc.Framing(), in, sizes, limit)
	})
}
