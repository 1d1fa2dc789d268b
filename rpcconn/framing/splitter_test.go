package framing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/framing/framingtest"
)

// long is over the limit.
var long = `{"a":"` + strings.Repeat("x", 100) + `"}`

// longest is as long as a message may be.
var longest = `{"` + strings.Repeat("x", framingtest.Limit-4) + `"}`

func find(t testing.TB, name string) framing.Framing {
	t.Helper()
	f, err := framing.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSplit(t *testing.T) {
	for name, cases := range map[string][]framingtest.Case{
		"none": noneCases(), "line": lineCases(), "rfc7464": rfc7464Cases(), "netstring": netstringCases(),
		"header": headerCases(), "length": lengthCases(), "nul": nulCases(),
	} {
		t.Run(name, func(t *testing.T) { framingtest.Run(t, find(t, name), cases) })
	}
}

// What was read before an error counts.
func TestReadError(t *testing.T) {
	broken := errors.New("connection reset")
	for _, test := range []struct {
		framing, in string
		want        []string
	}{
		{"none", `{}{"a`, []string{`{}`, `= receiving: connection reset; the connection ended in the middle of a ` +
			`message, after 3 bytes, "{\"a"`}},
		{"line", "{}\n[]", []string{`{}`, `[]`, "= receiving: connection reset"}},
		{"rfc7464", "\x1e{}\n\x1e[]", []string{`{}`, `[]`, "= receiving: connection reset"}},
		{"netstring", "2:{},", []string{`{}`, "= receiving: connection reset"}},
		{"length", "\x00\x00\x00\x02{}", []string{`{}`, "= receiving: connection reset"}},
		{"nul", "{}\x00[]", []string{`{}`, `[]`, "= receiving: connection reset"}},
		{"header", "Content-Length: 2\n\n{}", []string{`{}`, "= receiving: connection reset"}},
	} {
		for _, early := range []bool{false, true} {
			r := &framingtest.Pieces{Pieces: [][]byte{[]byte(test.in)}, Err: broken, Early: early}
			if got := framingtest.Receive(t, find(t, test.framing), framingtest.Limit, r); !slices.Equal(got,
				test.want) {
				t.Errorf("%s, early %v:\n got %q\nwant %q", test.framing, early, got, test.want)
			}
		}
	}
}

func TestStrayIsReportedAtOnce(t *testing.T) {
	s := find(t, "rfc7464").Split(64)
	got, err := s.Split([]byte("hel"), false)
	var frameErr *rpcconn.FrameError
	if got.Used != 3 || !errors.As(err, &frameErr) || !strings.Contains(err.Error(), `"hel"`) {
		t.Errorf("split returned %+v, %v", got, err)
	}
}

func TestLostLooksLike(t *testing.T) {
	const unknown = "another framing or protocol?"
	for _, test := range []struct{ in, want string }{
		{"HTTP/1.1 400 Bad Request", "looks like HTTP"},
		{"\x1e{}", "the framing rfc7464"},
		{"12:{hello", "the framing netstring"},
		{"012:hello", unknown},
		{"\x14\x00\x00\x00\x02\x02", "looks like BSON"},
		{"content-LENGTH:2\r\n", "the framing header"},
		{"\x00\x00\x01\x00[]", "the framing length"},
		{"\x94\x01\x00", "looks like MessagePack-RPC"},
		{"\x93\x02\xa1x", "looks like MessagePack-RPC"},
		{"\x93\x03\xa1x", unknown},
		{"{}", "the framing none or line"},
		{"hello", unknown},
	} {
		if got := framing.Lost("something", []byte(test.in)).Error(); !strings.HasSuffix(got, test.want) {
			t.Errorf("of %q it is said %q, want %q at the end", test.in, got, test.want)
		}
	}
}

// FuzzSplit gives the same bytes whole and in pieces to every framing, which must make the same of them.
func FuzzSplit(f *testing.F) {
	for _, in := range []string{
		`{"a":"\"}"}[1]`, "{}\r\n[]\n", "\x1e{\n}\n\x1e{\"a\n\x1e[", "2:{},0:,100:",
		"\x1e{}\nstray\n\x1e" + strings.Repeat("[", 100) + "\x1e{}", strings.Repeat("x", 100) + "\n{}",
		"9999999999:" + strings.Repeat("x", 100),
		"Content-Length: 2\r\nX: y\r\n\r\n{}content-length:99\n\n", "\x00\x00\x00\x02{}\x00\x00\x00\x80",
		"{}\x00\x00[]\x00{",
	} {
		f.Add([]byte(in), []byte{1, 2, 3}, uint8(64))
	}
	f.Fuzz(func(t *testing.T, in, sizes []byte, limit uint8) {
		for _, framing := range framing.All() {
			framingtest.Fuzz(t, framing, in, sizes, limit)
		}
	})
}
