package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"rpcsh/rpcconn"
)

// A pieces is a stream that gives one piece a Read, then err (io.EOF where nil), with the last piece already if early.
type pieces struct {
	pieces [][]byte
	err    error
	early  bool
}

func (p *pieces) Read(b []byte) (int, error) {
	err := p.err
	if err == nil {
		err = io.EOF
	}
	if len(p.pieces) == 0 {
		return 0, err
	}
	n := copy(b, p.pieces[0])
	if p.pieces[0] = p.pieces[0][n:]; len(p.pieces[0]) == 0 {
		p.pieces = p.pieces[1:]
	}
	if p.early && len(p.pieces) == 0 {
		return n, err
	}
	return n, nil
}

func framingNamed(t testing.TB, name string) framing {
	t.Helper()
	all := framings()
	i := slices.IndexFunc(all, func(f framing) bool { return f.name == name })
	if i < 0 {
		t.Fatalf("no framing %q", name)
	}
	return all[i]
}

// receive returns what a reader makes of r: frames as they are, errors of one as "! text", and the last error as "= text". No
// frame may be over max, nor change before the reader is done where it is big.
func receive(t testing.TB, f framing, max int, r io.Reader) []string {
	t.Helper()
	rd := newReader(r, f.newSplitter(max), max, new(ending))
	var got []string
	type kept struct {
		frame []byte
		text  string
	}
	var big []kept
	defer func() {
		for _, k := range big {
			if string(k.frame) != k.text {
				t.Errorf("a frame of %d bytes was changed after Recv returned it", len(k.frame))
			}
		}
	}()
	for {
		frame, err := rd.Recv()
		if len(rd.buf) > keepBuffer && len(rd.buf) > max+minBuffer {
			t.Errorf("the buffer has %d bytes with a limit of %d", len(rd.buf), max)
		}
		var frameErr *rpcconn.FrameError
		switch {
		case errors.As(err, &frameErr):
			got = append(got, "! "+err.Error())
		case err != nil:
			if _, again := rd.Recv(); again != err {
				t.Errorf("Recv returned %v, and then %v", err, again)
			}
			return append(got, "= "+err.Error())
		case len(frame) > max:
			t.Errorf("a frame has %d bytes with a limit of %d", len(frame), max)
		default:
			text := string(frame)
			got = append(got, text)
			if len(frame) >= rpcconn.OwnSize {
				big = append(big, kept{frame, text})
			}
		}
	}
}

// comparable makes what receive returned the same for all ways to cut a stream: how much of what is no message is
// shown, and in how many pieces, depends on how it came.
func comparable(got []string) []string {
	var out []string
	for _, s := range got {
		for _, vary := range []string{", got ", "no RS (0x1e)"} {
			if head, _, ok := strings.Cut(s, vary); ok && (s[0] == '!' || s[0] == '=') {
				s = head + vary
			}
		}
		if len(out) == 0 || s != out[len(out)-1] || !strings.HasSuffix(s, "no RS (0x1e)") {
			out = append(out, s)
		}
	}
	return out
}

const eof = "= EOF"

// doc returns a BSON document of size bytes whose element, where there is room for one, is a string or so.
func doc(size int) string {
	b := append([]byte{byte(size), byte(size >> 8), byte(size >> 16), byte(size >> 24)}, make([]byte, max(0, size-4))...)
	for i := 4; i < size-1; i++ {
		b[i] = 2
	}
	return string(b[:size])
}

// A splitCase is a stream, and what is received with a limit of 64 bytes.
type splitCase struct {
	framing, name, in string
	want              []string
}

const cutSkip = "= the connection ended in the middle of a message that was over the limit: unexpected EOF"

// long is over the limit.
var long = `{"a":"` + strings.Repeat("x", 100) + `"}`

// over is what is received in place of a message over the limit; said: how long it is, where that is known.
func over(text, said string) string {
	return "! message " + said + "is over the limit of 64 bytes; --max-message raises it: " + rpcconn.Excerpt([]byte(text[:rpcconn.ExcerptSize]))
}

// cut is what is received in the end where a message ends after text; of: how long it is, where that is known.
func cut(text, of string) string {
	return fmt.Sprintf("= the connection ended in the middle of a message, after %d%s bytes, %s: unexpected EOF",
		len(text), of, rpcconn.Excerpt([]byte(text)))
}

func TestSplit(t *testing.T) {
	for _, test := range slices.Concat(headerCases(), lengthCases(), nulCases(), msgpackCases(), []splitCase{
		{"none", "empty", "", []string{eof}},
		{"none", "white space only", " \r\n\t", []string{eof}},
		{"none", "NULs between", "\x00{}\x00[]\x00\n\x00", []string{`{}`, `[]`, eof}},
		{"none", "one", `{"a":1}`, []string{`{"a":1}`, eof}},
		{"none", "back to back", `{}[]{"a":[{}]}`, []string{`{}`, `[]`, `{"a":[{}]}`, eof}},
		{"none", "white space between", "{}\n[]\r\n\t {}\n", []string{`{}`, `[]`, `{}`, eof}},
		{"none", "pretty-printed", "{\n \"a\": [\n 1\n ]\n}\n{}", []string{"{\n \"a\": [\n 1\n ]\n}", `{}`, eof}},
		{"none", "brackets in strings", `{"}":"]{["}["\"]"]`, []string{`{"}":"]{["}`, `["\"]"]`, eof}},
		{"none", "escapes", `["\\"]["\\\"]","\\\\"]["a\\\"\\"]{}`, []string{`["\\"]`, `["\\\"]","\\\\"]`, `["a\\\"\\"]`, `{}`, eof}},
		{"none", "other brackets", `{]{}`, []string{`{]`, `{}`, eof}},
		{"none", "cut off", ` {"a":`, []string{cut(`{"a":`, "")}},
		{"none", "cut off in an escape", `["\`, []string{cut(`["\`, "")}},
		{"none", "no message", `{}HTTP/1.1 400`, []string{`{}`, `= a message begins with { or [, got `}},
		{"none", "a number", `1`, []string{`= a message begins with { or [, got `}},
		{"none", "over the limit", long + `{}`, []string{over(long, ""), `{}`, eof}},
		{"none", "over the limit, cut off", long[:80], []string{over(long, ""), cutSkip}},
		{"none", "at the limit", `{"` + strings.Repeat("x", 61) + `}{"` + strings.Repeat("x", 60) + `"}[]`, []string{
			over(`{"`+strings.Repeat("x", 61), ""), cutSkip}},
		{"none", "exactly the limit", `{"` + strings.Repeat("x", 60) + `"}[]`, []string{`{"` + strings.Repeat("x", 60) + `"}`, `[]`, eof}},

		{"line", "empty", "", []string{eof}},
		{"line", "one", "{}\n", []string{`{}`, eof}},
		{"line", "CR LF", "{}\r\n[]\r\n", []string{`{}`, `[]`, eof}},
		{"line", "blank lines", "\n\r\n \t\n{}\n\n", []string{`{}`, eof}},
		{"line", "not looked into", "hello\n{}\n", []string{`hello`, `{}`, eof}},
		{"line", "white space at the end", "{}\n \r", []string{`{}`, eof}},
		{"line", "whole without LF", "[]\n{} ", []string{`[]`, `{} `, eof}},
		{"line", "cut off", "[]\n{\"a\"", []string{`[]`, cut(`{"a"`, "")}},
		{"line", "a number may be cut off", "12", []string{cut("12", "")}},
		{"line", "over the limit", long + "\n{}\n", []string{over(long, ""), `{}`, eof}},
		{"line", "over the limit, cut off", long, []string{over(long, ""), cutSkip}},
		{"line", "exactly the limit", strings.Repeat("x", 64) + "\r\n{}\n", []string{strings.Repeat("x", 64), `{}`, eof}},
		{"line", "one more", strings.Repeat("x", 65) + "\n{}\n", []string{
			over(strings.Repeat("x", 65), ""), `{}`, eof}},

		{"rfc7464", "empty", "", []string{eof}},
		{"rfc7464", "one", "\x1e{}\n", []string{`{}`, eof}},
		{"rfc7464", "two", "\x1e{}\n\x1e[]\n", []string{`{}`, `[]`, eof}},
		{"rfc7464", "several RS, white space", "\n\x1e\x1e \n\x1e\n{}\n\r\n \x1e[]\n\x1e", []string{`{}`, `[]`, eof}},
		{"rfc7464", "no LF", "\x1e{}\x1e[]\x1e\"x\"", []string{`{}`, `[]`, `"x"`, eof}},
		{"rfc7464", "pretty-printed", "\x1e{\n \"a\": [\n1\n]\n}\n\x1e[]\n", []string{"{\n \"a\": [\n1\n]\n}", `[]`, eof}},
		{"rfc7464", "truncated", "\x1e{\"a\":\x1e[]\n", []string{`{"a":`, `[]`, eof}},
		{"rfc7464", "truncated, with LF", "\x1e{\"a\":\n\x1e[]\n", []string{"{\"a\":\n", `[]`, eof}},
		{"rfc7464", "LF in a string", "\x1e{\"a\":\"b\n\x1e[]\n", []string{`{"a":"b`, `[]`, eof}},
		{"rfc7464", "malformed", "\x1e{\"a\":tru}{\n\x1e[]\n", []string{`{"a":tru}{`, `[]`, eof}},
		{"rfc7464", "closed too often", "\x1e}}\n\x1e[]\n", []string{`}}`, `[]`, eof}},
		{"rfc7464", "no JSON", "\x1ehello\n\x1e42\n\x1e[]\n", []string{`hello`, `42`, `[]`, eof}},
		{"rfc7464", "a number may be cut off", "\x1e12", []string{cut("12", "")}},
		{"rfc7464", "cut off", "\x1e{\"a\"", []string{cut(`{"a"`, "")}},
		{"rfc7464", "no RS", "{}\n\x1e[]\nhello\x1e{}\n", []string{"! no RS (0x1e)", `[]`, "! no RS (0x1e)", `{}`, eof}},
		{"rfc7464", "over the limit", "\x1e" + long + "\n\x1e[]\n", []string{over(long, ""), `[]`, eof}},
		{"rfc7464", "over the limit at the end", "\x1e" + long + "\n", []string{over(long, ""), eof}},
		{"rfc7464", "exactly the limit", "\x1e\"" + strings.Repeat("x", 62) + "\"\n\x1e[]", []string{`"` + strings.Repeat("x", 62) + `"`, `[]`, eof}},

		{"netstring", "empty", "", []string{eof}},
		{"netstring", "one", "2:{},", []string{`{}`, eof}},
		{"netstring", "two", "2:{},12:hello world!,", []string{`{}`, `hello world!`, eof}},
		{"netstring", "white space between", "\n2:{},\r\n 2:[],\n", []string{`{}`, `[]`, eof}},
		{"netstring", "no bytes", "0:,2:{},", []string{"! empty message", `{}`, eof}},
		{"netstring", "no comma", "2:{}2:{},", []string{"= a comma ends a message, got "}},
		{"netstring", "no comma after nothing", "0:x", []string{"= a comma ends a message, got "}},
		{"netstring", "leading zero", "02:{},", []string{"= a message begins with its length and a colon, got "}},
		{"netstring", "sign", "+2:{},", []string{"= a message begins with its length and a colon, got "}},
		{"netstring", "no length", ":{},", []string{"= a message begins with its length and a colon, got "}},
		{"netstring", "too many digits", "12345678901:{},", []string{"= a message begins with its length and a colon, got "}},
		{"netstring", "another letter", "2;{},", []string{"= a message begins with its length and a colon, got "}},
		{"netstring", "cut off in the length", "12", []string{cut("12", "")}},
		{"netstring", "cut off", "5:{}", []string{cut("{}", " of 5")}},
		{"netstring", "cut off before the comma", "2:{}", []string{cut("{}", " of 2")}},
		{"netstring", "over the limit", "108:" + long + ",2:{},", []string{
			over(long, "of 108 bytes "), `{}`, eof}},
		{"netstring", "over the limit, cut off", "9999999999:" + long, []string{
			over(long, "of 9999999999 bytes "), cutSkip}},
		{"netstring", "over the limit, no comma", "107:" + long + ",", []string{
			over(long, "of 107 bytes "), "= a comma ends a message, got "}},

		{"bson", "empty", "", []string{eof}},
		{"bson", "two", doc(5) + doc(20), []string{doc(5), doc(20), eof}},
		{"bson", "cut off", doc(20)[:10], []string{cut(doc(20)[:10], " of 20")}},
		{"bson", "cut off in the length", "\x05\x00", []string{cut("\x05\x00", "")}},
		{"bson", "too short", "\x04\x00\x00\x00", []string{"= a BSON document is at least 5 bytes long, not 4, got "}},
		{"bson", "negative", "\xff\xff\xff\xff", []string{"= a BSON document is at least 5 bytes long, not -1, got "}},
		{"bson", "text", `{"jsonrpc":"2.0"}`, []string{"= a BSON document has an element behind its length, got "}},
		{"bson", "over the limit", doc(70) + doc(5), []string{
			over(doc(70), "of 70 bytes "), doc(5), eof}},
		{"bson", "over the limit, cut off", doc(70)[:60], []string{
			over(doc(70), "of 70 bytes "), cutSkip}},
	}) {
		t.Run(test.framing+"/"+test.name, func(t *testing.T) {
			f, in := framingNamed(t, test.framing), []byte(test.in)
			check := func(how string, r io.Reader) {
				t.Helper()
				if got := comparable(receive(t, f, 64, r)); !slices.Equal(got, test.want) {
					t.Errorf("%s:\n got %q\nwant %q", how, got, test.want)
				}
			}
			check("whole", &pieces{pieces: [][]byte{in}})
			check("whole, with EOF", &pieces{pieces: [][]byte{in}, early: true})
			check("byte by byte", &pieces{pieces: slices.Collect(slices.Chunk(in, 1))})
			for i := range in {
				check(fmt.Sprintf("cut at %d", i), &pieces{pieces: [][]byte{in[:i], in[i:]}})
			}
		})
	}
}

// What was read before an error counts.
func TestReadError(t *testing.T) {
	broken := errors.New("connection reset")
	for _, test := range []struct {
		framing, in string
		want        []string
	}{
		{"none", `{}{"a`, []string{`{}`, `= receiving: connection reset; the connection ended in the middle of a message, after 3 bytes, "{\"a": unexpected EOF`}},
		{"line", "{}\n[]", []string{`{}`, `[]`, "= receiving: connection reset"}},
		{"rfc7464", "\x1e{}\n\x1e[]", []string{`{}`, `[]`, "= receiving: connection reset"}},
		{"netstring", "2:{},", []string{`{}`, "= receiving: connection reset"}},
		{"bson", doc(5), []string{doc(5), "= receiving: connection reset"}},
		{"length", "\x00\x00\x00\x02{}", []string{`{}`, "= receiving: connection reset"}},
		{"nul", "{}\x00[]", []string{`{}`, `[]`, "= receiving: connection reset"}},
		{"msgpack", "\x90", []string{"\x90", "= receiving: connection reset"}},
		{"header", "Content-Length: 2\n\n{}", []string{`{}`, "= receiving: connection reset"}},
	} {
		for _, early := range []bool{false, true} {
			r := &pieces{pieces: [][]byte{[]byte(test.in)}, err: broken, early: early}
			if got := receive(t, framingNamed(t, test.framing), 64, r); !slices.Equal(got, test.want) {
				t.Errorf("%s, early %v:\n got %q\nwant %q", test.framing, early, got, test.want)
			}
		}
	}
}

func TestStrayIsReportedAtOnce(t *testing.T) {
	s := framingNamed(t, "rfc7464").newSplitter(64)
	got, err := s.split([]byte("hel"), false)
	var frameErr *rpcconn.FrameError
	if got.used != 3 || !errors.As(err, &frameErr) || !strings.Contains(err.Error(), `"hel"`) {
		t.Errorf("split returned %+v, %v", got, err)
	}
}

func TestAdvice(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"HTTP/1.1 400 Bad Request", "HTTP server"},
		{"\x1e{}", "-f rfc7464"},
		{"12:hello", "-f netstring"},
		{"012:hello", "wrong framing"},
		{doc(20), "BSON"},
		{"content-LENGTH:2\r\n", "-f header"},
		{"\x00\x00\x01\x00[]", "-f length"},
		{"\x94\x01\x00", "MessagePack"},
		{"\x93\x02\xa1x", "MessagePack"},
		{"\x93\x03\xa1x", "wrong framing"},
		{"{}", "-f none"},
		{"hello", "wrong framing"},
	} {
		if got := advice([]byte(test.in)); !strings.Contains(got, test.want) {
			t.Errorf("advice(%q) = %q, want something with %q", test.in, got, test.want)
		}
	}
}

// FuzzSplit gives the same bytes whole and in pieces to every framing, which must make the same of them.
func FuzzSplit(f *testing.F) {
	for _, in := range []string{
		`{"a":"\"}"}[1]`, "{}\r\n[]\n", "\x1e{\n}\n\x1e{\"a\n\x1e[", "2:{},0:,100:", doc(5) + doc(30), doc(100) + doc(5),
		"\x1e{}\nstray\n\x1e" + strings.Repeat("[", 100) + "\x1e{}", strings.Repeat("x", 100) + "\n{}",
		"\xff\xff\xff\x7f\x02abc", "9999999999:" + strings.Repeat("x", 100),
		"Content-Length: 2\r\nX: y\r\n\r\n{}content-length:99\n\n", "\x00\x00\x00\x02{}\x00\x00\x00\x80", "{}\x00\x00[]\x00{",
		"\x94\x00\x01\xa1x\x92\x81\x01\xdb\x00\x00\x00\x01y\xc4\x01z\x93\xdd\xff\xff\xff\xff", "\x92\x01\xdc\x00\x00\x90",
	} {
		f.Add([]byte(in), []byte{1, 2, 3}, uint8(64))
	}
	f.Fuzz(func(t *testing.T, in, sizes []byte, limit uint8) {
		max := int(limit) + 1
		var cut [][]byte
		for i, rest := 0, in; len(rest) > 0; i++ {
			n := len(rest)
			if len(sizes) > 0 {
				n = min(n, 1+int(sizes[i%len(sizes)])%17)
			}
			cut = append(cut, rest[:n])
			rest = rest[n:]
		}
		for _, framing := range framings() {
			want := comparable(receive(t, framing, max, &pieces{pieces: [][]byte{bytes.Clone(in)}}))
			got := comparable(receive(t, framing, max, &pieces{pieces: slices.Clone(cut)}))
			if !slices.Equal(got, want) {
				t.Errorf("%s in pieces:\n got %q\nwant %q", framing.name, got, want)
			}
		}
	})
}
