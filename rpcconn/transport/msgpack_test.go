package transport

import (
	"fmt"
	"strings"
	"testing"
)

func msgpackCases() []splitCase {
	const noContainer = "= a MessagePack message begins with an array or a map, got "
	return []splitCase{
		{"msgpack", "empty", "", []string{eof}},
		{"msgpack", "two", "\x93\x02\xa2hi\x90\x94\x01\x05\xc0\x2a", []string{"\x93\x02\xa2hi\x90", "\x94\x01\x05\xc0\x2a", eof}},
		{"msgpack", "empty array and map", "\x90\x80\xdc\x00\x00\xdf\x00\x00\x00\x00", []string{"\x90", "\x80", "\xdc\x00\x00", "\xdf\x00\x00\x00\x00", eof}},
		{"msgpack", "nested", "\x92\x81\xa1a\x92\x90\x91\x81\x01\x02\xc3\x90", []string{"\x92\x81\xa1a\x92\x90\x91\x81\x01\x02\xc3", "\x90", eof}},
		{"msgpack", "deep", strings.Repeat("\x91", 63) + "\x90\x90", []string{strings.Repeat("\x91", 63) + "\x90", "\x90", eof}},
		{"msgpack", "cut off in a head", "\x91\xdb\x00", []string{cut("\x91\xdb\x00", "")}},
		{"msgpack", "cut off in a string", "\x91\xa5abc", []string{cut("\x91\xa5abc", "")}},
		{"msgpack", "cut off between values", "\x92\x01", []string{cut("\x92\x01", "")}},
		{"msgpack", "never used", "\x93\x02\xc1\x90", []string{"= no MessagePack value begins with 0xc1, got "}},
		{"msgpack", "text", `{"jsonrpc":"2.0"}`, []string{noContainer}},
		{"msgpack", "a number", "\x90\x00", []string{"\x90", noContainer}},
		{"msgpack", "over the limit", "\x91\xd9\x50" + strings.Repeat("x", 0x50) + "\x90", []string{
			over("\x91\xd9\x50"+strings.Repeat("x", 0x50), ""), "\x90", eof}},
		{"msgpack", "over the limit, nested", "\x93\xdc\x00\x40" + strings.Repeat("\x91\xa1x", 64) + "\xc0\x01\x90", []string{
			over("\x93\xdc\x00\x40"+strings.Repeat("\x91\xa1x", 64), ""), "\x90", eof}},
		{"msgpack", "over the limit, deep", strings.Repeat("\x92", 100) + "\x90" + strings.Repeat("\x90", 100) + "\x80", []string{
			over(strings.Repeat("\x92", 100), ""), "\x80", eof}},
		{"msgpack", "over the limit, never used", "\x92\xd9\x50" + strings.Repeat("x", 0x50) + "\xc1", []string{
			over("\x92\xd9\x50"+strings.Repeat("x", 0x50), ""), "= no MessagePack value begins with 0xc1, got "}},
		{"msgpack", "over the limit by its last head", "\x92\xd9\x3b" + strings.Repeat("x", 0x3b) + "\xdc\x00\x00\x90", []string{
			over("\x92\xd9\x3b"+strings.Repeat("x", 0x3b), ""), "\x90", eof}},
		{"msgpack", "a string that lies", "\x91\xdb\xff\xff\xff\xff" + long, []string{over("\x91\xdb\xff\xff\xff\xff"+long, ""), cutSkip}},
		{"msgpack", "an array that lies", "\xdd\xff\xff\xff\xff" + long, []string{over("\xdd\xff\xff\xff\xff"+long, ""), cutSkip}},
		{"msgpack", "a map that lies", "\xdf\xff\xff\xff\xff" + long, []string{over("\xdf\xff\xff\xff\xff"+long, ""), cutSkip}},
		{"msgpack", "lies in lies", strings.Repeat("\xdf\xff\xff\xff\xff", 20), []string{over(strings.Repeat("\xdf\xff\xff\xff\xff", 20), ""), cutSkip}},
		{"msgpack", "exactly the limit", "\x91\xd9\x3d" + strings.Repeat("x", 61) + "\x90", []string{"\x91\xd9\x3d" + strings.Repeat("x", 61), "\x90", eof}},
	}
}

// Every first byte of a value, in an array between two others: where the value ends is what the format's table says.
func TestMsgpackHeads(t *testing.T) {
	type value struct {
		head string
		rest int // bytes behind it
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
			got := receive(t, framingNamed(t, "msgpack"), DefaultMaxMessage, strings.NewReader(in+"\x90"))
			if len(got) != 3 || got[0] != in || got[1] != "\x90" || got[2] != eof {
				t.Errorf("%d bytes were split into %.100q", len(in), got)
			}
		})
	}
}
