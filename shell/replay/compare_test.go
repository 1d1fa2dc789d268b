package replay

import (
	"strings"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpcrec"
)

// A recording that is served is kept in memory, and so has a bound.
func TestTapeLimit(t *testing.T) {
	const recording = `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}` + "\n" +
		`{"t":1,"c":1,"d":">","m":{"jsonrpc":"2.0","method":"tick"}}` + "\n"
	codec := func(string) (rpcconn.Codec, error) { return jsonrpc.New(), nil }
	size := len(`{"jsonrpc":"2.0","method":"tick"}`)
	for limit, want := range map[int]string{
		size: "", size - 1: "its messages have more than 32 B, which are too many to serve",
	} {
		_, err := readTape(rpcrec.NewReader(strings.NewReader(recording)), codec, limit)
		if got := textOf(err); got != want {
			t.Errorf("limit %d: %q, want %q", limit, got, want)
		}
	}
}

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// JSON knows one number, however it is spelt, and no limit to its digits.
func TestSameScalar(t *testing.T) {
	for _, tt := range []struct {
		then, now string
		same      bool
	}{
		{"1", "1.0", true},
		{"1", "-1", false},
		{"100", "1e2", true},
		{"0.001", "1E-3", true},
		{"1.50", "15e-1", true},
		{"0", "-0.0e7", true},
		{"9007199254740993", "9007199254740992", false},
		{"9007199254740993", "9007199254740993.0", true},
		{"1e99999999999999999999", "1e99999999999999999999", true},
		{"1e99999999999999999999", "1e99999999999999999998", false},
		{`"a"`, `"\u0061"`, true},
		{`"1"`, "1", false},
		{"null", "false", false},
		{"true", "true", true},
	} {
		if got := sameScalar([]byte(tt.then), []byte(tt.now)); got != tt.same {
			t.Errorf("%s and %s: same is %t", tt.then, tt.now, got)
		}
	}
}

func TestParsePointer(t *testing.T) {
	for text, want := range map[string]string{
		"/result": "result", "/a~1b/~01/*": "a/b|~1|*", "/": "", "result": "!", "": "!",
	} {
		p, err := ParsePointer(text)
		got := ""
		for i, name := range p {
			if i > 0 {
				got += "|"
			}
			got += name
		}
		if err != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"a", "=/x", "a b=/x", "a=x"} {
		if l, err := ParseLet(text); err == nil {
			t.Errorf("%q: got %v", text, l)
		}
	}
}

// Whatever the values are, what is not replaced stays as it is written.
func FuzzReplace(f *testing.F) {
	for _, text := range []string{
		`{"a":"then","then":[1.0,"x then y"],"***1":"***1"}`, `"***2 ***1"`, `[12,1,-1]`, `"\u0074hen"`, `{"a"`, `then`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		nothing := newReplacements(map[int]string{9999999: "x"}, nil)
		if got := nothing.in(text); string(got) != string(text) {
			t.Errorf("%q became %q", text, got)
		}
		some := newReplacements(map[int]string{1: "s\""}, nil)
		some.values[`"then"`], some.values["1"] = `"now"`, "2"
		some.in(text)
	})
}
