package msgpackrpc_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing/framingtest"
	"rpcsh/rpcconn/msgpackrpc"
)

func framingCases() []framingtest.Case {
	const noContainer = "= a MessagePack message begins with an array or a map, got "
	return []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "two", In: "\x93\x02\xa2hi\x90\x94\x01\x05\xc0\x2a",
			Want: []string{"\x93\x02\xa2hi\x90", "\x94\x01\x05\xc0\x2a", framingtest.EOF}},
		{Name: "empty array and map", In: "\x90\x80\xdc\x00\x00\xdf\x00\x00\x00\x00",
			Want: []string{"\x90", "\x80", "\xdc\x00\x00", "\xdf\x00\x00\x00\x00", framingtest.EOF}},
		{Name: "nested", In: "\x92\x81\xa1a\x92\x90\x91\x81\x01\x02\xc3\x90",
			Want: []string{"\x92\x81\xa1a\x92\x90\x91\x81\x01\x02\xc3", "\x90", framingtest.EOF}},
		{Name: "deep", In: strings.Repeat("\x91", 63) + "\x90\x90", Want: []string{strings.Repeat("\x91", 63) + "\x90",
			"\x90", framingtest.EOF}},
		{Name: "cut off in a head", In: "\x91\xdb\x00", Want: []string{framingtest.Cut("\x91\xdb\x00", "")}},
		{Name: "cut off in a string", In: "\x91\xa5abc", Want: []string{framingtest.Cut("\x91\xa5abc", "")}},
		{Name: "cut off between values", In: "\x92\x01", Want: []string{framingtest.Cut("\x92\x01", "")}},
		{Name: "never used", In: "\x93\x02\xc1\x90", Want: []string{"= no MessagePack value begins with 0xc1, got "}},
		{Name: "text", In: `{"jsonrpc":"2.0"}`, Want: []string{noContainer}},
		{Name: "a number", In: "\x90\x00", Want: []string{"\x90", noContainer}},
		{Name: "over the limit", In: "\x91\xd9\x50" + strings.Repeat("x", 0x50) + "\x90", Want: []string{
			framingtest.Over("\x91\xd9\x50"+strings.Repeat("x", 0x50), ""), "\x90", framingtest.EOF}},
		{Name: "over the limit, nested", In: "\x93\xdc\x00\x40" + strings.Repeat("\x91\xa1x", 64) + "\xc0\x01\x90",
			Want: []string{
				framingtest.Over("\x93\xdc\x00\x40"+strings.Repeat("\x91\xa1x", 64), ""), "\x90", framingtest.EOF}},
		{Name: "over the limit, deep", In: strings.Repeat("\x92", 100) + "\x90" + strings.Repeat("\x90", 100) + "\x80",
			Want: []string{
				framingtest.Over(strings.Repeat("\x92", 100), ""), "\x80", framingtest.EOF}},
		{Name: "over the limit, never used", In: "\x92\xd9\x50" + strings.Repeat("x", 0x50) + "\xc1", Want: []string{
			framingtest.Over("\x92\xd9\x50"+strings.Repeat("x", 0x50),
				""), "= no MessagePack value begins with 0xc1, got "}},
		{Name: "over the limit by its last head", In: "\x92\xd9\x3b" + strings.Repeat("x", 0x3b) + "\xdc\x00\x00\x90",
			Want: []string{
				framingtest.Over("\x92\xd9\x3b"+strings.Repeat("x", 0x3b), ""), "\x90", framingtest.EOF}},
		{Name: "a string that lies", In: "\x91\xdb\xff\xff\xff\xff" + long,
			Want: []string{framingtest.Over("\x91\xdb\xff\xff\xff\xff"+long, ""), framingtest.CutSkip}},
		{Name: "an array that lies", In: "\xdd\xff\xff\xff\xff" + long,
			Want: []string{framingtest.Over("\xdd\xff\xff\xff\xff"+long, ""), framingtest.CutSkip}},
		{Name: "a map that lies", In: "\xdf\xff\xff\xff\xff" + long,
			Want: []string{framingtest.Over("\xdf\xff\xff\xff\xff"+long, ""), framingtest.CutSkip}},
		{Name: "lies in lies", In: strings.Repeat("\xdf\xff\xff\xff\xff", 20),
			Want: []string{framingtest.Over(strings.Repeat("\xdf\xff\xff\xff\xff", 20), ""), framingtest.CutSkip}},
		{Name: "exactly the limit", In: "\x91\xd9\x3d" + strings.Repeat("x", 61) + "\x90",
			Want: []string{"\x91\xd9\x3d" + strings.Repeat("x", 61), "\x90", framingtest.EOF}},
	}
}

// Every first byte of a value, in an array between two others: where the value ends is what the format's table says.
func TestMsgpackHeads(t *testing.T) {
	type value struct {
		head string
		rest int // bytes after it
	}
	values := map[byte]value{
		0xc0: {"", 0}, 0xc2: {"", 0}, 0xc3: {"", 0},
		0xc4: {"\x03", 3}, 0xc5: {"\x01\x02", 0x102}, 0xc6: {"\x00\x01\x00\x02", 0x10002},
		0xc7: {"\x03", 4}, 0xc8: {"\x01\x02", 0x103}, 0xc9: {"\x00\x01\x00\x02", 0x10003},
		0xca: {"", 4}, 0xcb: {"", 8},
		0xcc: {"", 1}, 0xcd: {"", 2}, 0xce: {"", 4}, 0xcf: {"", 8},
		0xd0: {"", 1}, 0xd1: {"", 2}, 0xd2: {"", 4}, 0xd3: {"", 8},
		0xd4: {"", 2}, 0xd5: {"", 3}, 0xd6: {"", 5}, 0xd7: {"", 9}, 0xd8: {"", 17},
		0xd9: {"\x03", 3}, 0xda: {"\x01\x02", 0x102}, 0xdb: {"\x00\x01\x00\x02", 0x10002},
		// of arrays and maps, the rest are so many small numbers
		0xdc: {"\x01\x02", 0x102}, 0xdd: {"\x00\x01\x00\x02", 0x10002},
		0xde: {"\x01\x02", 0x204}, 0xdf: {"\x00\x01\x00\x02", 0x20004},
	}
	for c := range 0x80 {
		values[byte(c)] = value{"", 0}
	}
	for c := 0xe0; c < 0x100; c++ {
		values[byte(c)] = value{"", 0}
	}
	for c := range 16 {
		values[byte(0x80+c)] = value{"", 2 * c}
		values[byte(0x90+c)] = value{"", c}
	}
	for c := range 32 {
		values[byte(0xa0+c)] = value{"", c}
	}
	if len(values) != 255 {
		t.Fatalf("%d first bytes are listed, want all but 0xc1", len(values))
	}
	for c, v := range values {
		t.Run(fmt.Sprintf("%#x", c), func(t *testing.T) {
			in := "\x93\x01" + string([]byte{c}) + v.head + strings.Repeat("\x00", v.rest) + "\x02"
			got := framingtest.Receive(t, msgpackrpc.Framing(), rpcconn.DefaultMaxMessage, strings.NewReader(in+"\x90"))
			if len(got) != 3 || got[0] != in || got[1] != "\x90" || got[2] != framingtest.EOF {
				t.Errorf("%d bytes were split into %.100q", len(in), got)
			}
		})
	}
}

// long is over the limit.
var long = strings.Repeat("x", 108)

func TestFraming(t *testing.T) { framingtest.Run(t, msgpackrpc.Framing(), framingCases()) }

// What was read before an error counts.
func TestFramingReadError(t *testing.T) {
	r := &framingtest.Pieces{Pieces: [][]byte{[]byte("\x90")}, Err: errors.New("connection reset")}
	got := framingtest.Receive(t, msgpackrpc.Framing(), framingtest.Limit, r)
	if want := []string{"\x90", "= receiving: connection reset"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzFraming(f *testing.F) {
	for _, in := range []string{
		"\x94\x00\x01\xa1x\x92\x81\x01\xdb\x00\x00\x00\x01y\xc4\x01z\x93\xdd\xff\xff\xff\xff",
		"\x92\x01\xdc\x00\x00\x90",
		"\x92\xd9\x50" + long, `{"a":1}`,
	} {
		f.Add([]byte(in), []byte{1, 2, 3}, uint8(64))
	}
	f.Fuzz(func(t *testing.T, in, sizes []byte, limit uint8) {
		framingtest.Fuzz(t, msgpackrpc.Framing(), in, sizes, limit)
	})
}
