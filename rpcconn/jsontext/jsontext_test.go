package jsontext

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// incomplete is what the tables below say of ErrIncomplete.
const incomplete = "the JSON text ends too early"

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestValid(t *testing.T) {
	tests := []struct{ text, want string }{
		{`{}`, ""},
		{`[]`, ""},
		{" \t\r\n[ \t\r\n] \t\r\n", ""},
		{`{"a":1,"a":[true,false,null],"":{"b":"c"}}`, ""},
		{`{ "a" : 1 , "b" : [ 1 , 2 ] }`, ""},
		{`0`, ""},
		{`-0`, ""},
		{`-0.0e-0`, ""},
		{`9223372036854775808`, ""},
		{`1e400`, ""},
		{`1E+2`, ""},
		{`100.000000`, ""},
		{`""`, ""},
		{`"\"\\\/\b\f\n\r\t\u12aF"`, ""},
		{`"\ud800"`, ""},
		{`"a string that is longer than sixteen bytes \n and has an escape"`, ""},
		{"\"\x7f\"", ""},
		{`"žluťoučký kůň 🐎 \u0000 úpěl ďábelské ódy"`, ""},
		{`"` + "\uffff\U0010ffff\ufffd" + `"`, ""},

		{``, incomplete},
		{` `, incomplete},
		{`{`, incomplete},
		{`{"a`, incomplete},
		{`{"a"`, incomplete},
		{`{"a":`, incomplete},
		{`{"a":1`, incomplete},
		{`{"a":1,`, incomplete},
		{`[1,`, incomplete},
		{`-`, incomplete},
		{`1.`, incomplete},
		{`1e`, incomplete},
		{`1e+`, incomplete},
		{`tru`, incomplete},
		{`"\`, incomplete},
		{`"\u12`, incomplete},
		{"\"\xe2\x82", incomplete},
		{"\"a string that is longer than sixteen bytes \xf0\x9f", incomplete},

		{`x`, "offset 0: unexpected character 'x', want a value"},
		{`é`, "offset 0: unexpected character 'é', want a value"},
		{"\xef\xbb\xbf1", `offset 0: unexpected character '\ufeff', want a value`},
		{"[\xff]", "offset 1: unexpected byte 0xff, want a value"},
		{"[\x0b]", `offset 1: unexpected character '\v', want a value`},
		{`1 2`, "offset 2: unexpected character '2', want nothing more"},
		{`{}` + "\x00", `offset 2: unexpected character '\x00', want nothing more`},
		{`[1,]`, "offset 3: unexpected character ']', want a value"},
		{`[,1]`, "offset 1: unexpected character ',', want a value"},
		{`[1 2]`, "offset 3: unexpected character '2', want ',' or ']'"},
		{`[1}`, "offset 2: unexpected character '}', want ',' or ']'"},
		{`{"a":1,}`, "offset 7: unexpected character '}', want a string as key"},
		{`{a:1}`, "offset 1: unexpected character 'a', want a string as key"},
		{`{"a" 1}`, "offset 5: unexpected character '1', want ':'"},
		{`{"a":1]`, "offset 6: unexpected character ']', want ',' or '}'"},
		{`{"a":1 "b":2}`, "offset 7: unexpected character '\"', want ',' or '}'"},
		{`01`, "offset 0: number with a leading zero"},
		{`-01`, "offset 1: number with a leading zero"},
		{`+1`, "offset 0: unexpected character '+', want a value"},
		{`.5`, "offset 0: unexpected character '.', want a value"},
		{`[1.]`, "offset 3: unexpected character ']', want a digit"},
		{`[1e]`, "offset 3: unexpected character ']', want a digit"},
		{`-x`, "offset 1: unexpected character 'x', want a digit"},
		{`NaN`, "offset 0: unexpected character 'N', want a value"},
		{`nul!`, "offset 3: unexpected character '!', want \"null\""},
		{`truefalse`, "offset 4: unexpected character 'f', want nothing more"},
		{"\"a\nb\"", "offset 2: control character 0x0a in a string"},
		{"\"a string that is longer than sixteen bytes\x1f\"", "offset 43: control character 0x1f in a string"},
		{`"\x"`, `offset 2: unexpected character 'x', want one of "\/bfnrtu after '\'`},
		{`"\u12g4"`, "offset 5: unexpected character 'g', want a hexadecimal digit"},
		{"\"\x80\"", "offset 1: invalid UTF-8"},
		{"\"\xc0\xaf\"", "offset 1: invalid UTF-8"},            // overlong
		{"\"\xe0\x80\xaf\"", "offset 1: invalid UTF-8"},        // overlong
		{"\"a\xed\xa0\x80\"", "offset 2: invalid UTF-8"},       // U+D800
		{"\"é\xf4\x90\x80\x80\"", "offset 3: invalid UTF-8"},   // U+110000
		{"\"\xe2\x82\"", "offset 1: invalid UTF-8"},            // cut off
		{"\"plain text\xe2\x82\"", "offset 11: invalid UTF-8"}, // cut off, later
		{"{\"\xff\":1}", "offset 2: invalid UTF-8"},            // in a key
		{"\"\xff", "offset 1: invalid UTF-8"},                  // although the string is not at its end
		{"\"0123456\xff and much more text behind it", "offset 8: invalid UTF-8"},
	}
	for _, test := range tests {
		if got := errorText(Valid([]byte(test.text))); got != test.want {
			t.Errorf("Valid(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}

// Every byte at every place of a string, so that each of the ways to scan one meets each byte at each of its offsets.
func TestValidBytesInStrings(t *testing.T) {
	for length := 1; length <= 40; length++ {
		text := []byte(`"` + strings.Repeat("a", length) + `"`)
		for at := 1; at <= length; at++ {
			for c := range 256 {
				text[at] = byte(c)
				want := json.Valid(text) && utf8.Valid(text)
				if err := Valid(text); (err == nil) != want {
					t.Fatalf("Valid(%q) = %v, want valid: %v", text, err, want)
				}
			}
			text[at] = 'a'
		}
	}
}

func TestMaxDepth(t *testing.T) {
	array := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	object := func(n int) string { return strings.Repeat(`{"":`, n) + "0" + strings.Repeat("}", n) }
	for _, text := range []string{array(MaxDepth), object(MaxDepth), "[" + object(MaxDepth-1) + "]"} {
		if err := Valid([]byte(text)); err != nil {
			t.Errorf("Valid(%.20q…) = %v", text, err)
		}
	}
	for _, text := range []string{
		array(MaxDepth + 1), object(MaxDepth + 1), "[" + object(MaxDepth) + "]", strings.Repeat("[", 1<<20),
	} {
		want := fmt.Sprintf("nested deeper than %d", MaxDepth)
		if err := Valid([]byte(text)); !strings.Contains(errorText(err), want) {
			t.Errorf("Valid(%.20q…) = %v, want %q", text, err, want)
		}
	}
}

func TestValue(t *testing.T) {
	tests := []struct {
		text       string
		start, end int
		err        string
	}{
		{`{"a":1}{"b":2}`, 0, 7, ""},
		{" \r\n[1]x", 3, 6, ""},
		{`12`, 0, 2, ""},
		{`12,`, 0, 2, ""},
		{`"a"b`, 0, 3, ""},
		{`  `, 0, 0, incomplete},
		{` ]`, 0, 0, "offset 1: unexpected character ']', want a value"},
	}
	for _, test := range tests {
		start, end, err := Value([]byte(test.text))
		if start != test.start || end != test.end || errorText(err) != test.err {
			t.Errorf("Value(%q) = %d, %d, %v, want %d, %d, %q", test.text, start, end, err, test.start, test.end,
				test.err)
		}
	}
}

// seen collects what the scanners call back with.
type seen []string

func (s *seen) member(key, value []byte) error {
	*s = append(*s, fmt.Sprintf("%s=%s", key, value))
	if cap(key) > len(key) || cap(value) > len(value) {
		return errors.New("spare capacity")
	}
	return nil
}

func (s *seen) element(value []byte) error { return s.member([]byte{}, value) }

func TestObject(t *testing.T) {
	tests := []struct {
		text string
		want seen
		end  int
		err  string
	}{
		{` { } x`, nil, 4, ""},
		{`{"a":1}`, seen{"a=1"}, 7, ""},
		{` {"a" : "x" , "\u0061" : {"b":[2]} , "a":null }{}`, seen{`a="x"`, `\u0061={"b":[2]}`, "a=null"}, 47, ""},
		{`[]`, nil, 0, "offset 0: unexpected character '[', want '{'"},
		{` `, nil, 0, incomplete},
		{`{"a":1,"b":[`, seen{"a=1"}, 0, incomplete},
		{`{"a":1,"b":[}`, seen{"a=1"}, 0, "offset 12: unexpected character '}', want a value"},
	}
	for _, test := range tests {
		var got seen
		end, err := Object([]byte(test.text), got.member)
		if !slices.Equal(got, test.want) || end != test.end || errorText(err) != test.err {
			t.Errorf("Object(%q): %q, %d, %v, want %q, %d, %q", test.text, got, end, err, test.want, test.end, test.err)
		}
	}
}

func TestArray(t *testing.T) {
	tests := []struct {
		text string
		want seen
		end  int
		err  string
	}{
		{` [ ] x`, nil, 4, ""},
		{` [1 , {"a":[2]} , [] ] `, seen{"=1", `={"a":[2]}`, "=[]"}, 22, ""},
		{`{}`, nil, 0, "offset 0: unexpected character '{', want '['"},
		{`[1,[`, seen{"=1"}, 0, incomplete},
		{`[1,x]`, seen{"=1"}, 0, "offset 3: unexpected character 'x', want a value"},
	}
	for _, test := range tests {
		var got seen
		end, err := Array([]byte(test.text), got.element)
		if !slices.Equal(got, test.want) || end != test.end || errorText(err) != test.err {
			t.Errorf("Array(%q): %q, %d, %v, want %q, %d, %q", test.text, got, end, err, test.want, test.end, test.err)
		}
	}
}

func TestObjects(t *testing.T) {
	const text = `[{"a":1,"b":{"c":2}}, 3, [{"d":4}], {}]`
	want := seen{"a=1", `b={"c":2}`, `={"a":1,"b":{"c":2}}`, "=3", `=[{"d":4}]`, "={}"}
	var got seen
	end, err := Objects([]byte(text), got.member, got.element)
	if !slices.Equal(got, want) || end != len(text) || err != nil {
		t.Errorf("Objects: %q, %d, %v, want %q, %d", got, end, err, want, len(text))
	}
}

func TestCallbackError(t *testing.T) {
	stop := errors.New("stop")
	calls := 0
	member := func(_, _ []byte) error { calls++; return stop }
	element := func([]byte) error { calls++; return stop }
	if _, err := Object([]byte(`{"a":1,"b":2}`), member); err != stop || calls != 1 {
		t.Errorf("Object: %v after %d calls, want the member's error after 1", err, calls)
	}
	if _, err := Array([]byte(`[1,2]`), element); err != stop || calls != 2 {
		t.Errorf("Array: %v after %d calls, want the element's error after 1", err, calls-1)
	}
	if _, err := Objects([]byte(`[{"a":1},2]`), member, element); err != stop || calls != 3 {
		t.Errorf("Objects: %v after %d calls, want the member's error after 1", err, calls-2)
	}
}

func TestNoAllocation(t *testing.T) {
	text := []byte(`{"id":7,"list":[1,"two",{"three":3.0}],"name":"a string that is longer than sixteen bytes"}`)
	total := 0
	if n := testing.AllocsPerRun(100, func() {
		_, err := Object(text, func(key, value []byte) error {
			total += len(key) + len(value)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("Object allocates %v times", n)
	}
	if total == 0 {
		t.Error("no member seen")
	}
}

var seeds = []string{
	`{"jsonrpc":"2.0","id":1,"method":"my_add","params":[1,-2.5e+10,"x"]}`,
	`[true,false,null,0,-0,1E5,0.1]`,
	`{"a":{"b":[{"c":"\ud83d\ude00 \u00e9 \n"}]}," ":"žluťoučký kůň, úpěl ďábelské ódy 🐎"}`,
	" [ 1 ,\r\n\t2 ] ",
	"\"\xff\"", `01`, `"\x"`, `{"a"}`, "\"01234567890123456789\xed\xa0\x80\"", `[[[[`, `1.e`, `tru`,
}

// FuzzValid compares with encoding/json, which knows no bad UTF-8 and another depth.
func FuzzValid(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		err := Valid(text)
		if err != nil && strings.Contains(err.Error(), "nested deeper") {
			return
		}
		if want := json.Valid(text) && utf8.Valid(text); (err == nil) != want {
			t.Errorf("Valid(%q) = %v, want valid: %v", text, err, want)
		}
		var syntax *SyntaxError
		if err != nil && err != ErrIncomplete && !errors.As(err, &syntax) {
			t.Errorf("Valid(%q) = %T", text, err)
		}
		if syntax != nil && (syntax.Offset < 0 || syntax.Offset >= len(text)) {
			t.Errorf("Valid(%q): offset %d outside the text", text, syntax.Offset)
		}
	})
}

// FuzzAppendCompact checks that valid text becomes what encoding/json makes of it, and that other text adds nothing.
func FuzzAppendCompact(f *testing.F) {
	for _, seed := range append(seeds, " { \"a b\" : [ 1 ,\n\t\"\\\" \", { } ]\r\n} ") {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want := bytes.NewBufferString("before")
		if Valid(text) == nil {
			_ = json.Compact(want, text) // what is valid can always be compacted
		}
		got, err := AppendCompact([]byte("before"), text)
		if string(got) != want.String() || (err == nil) != (Valid(text) == nil) {
			t.Errorf("AppendCompact of %q: %q, %v, want %q", text, got, err, want)
		}
	})
}

// White space is found wherever it is, beside strings of all kinds, at each distance from the words of eight bytes that
// are looked at together.
func TestRuns(t *testing.T) {
	tokens := []string{
		`"a b"`, `"\\"`, `"\" \\"`, `"é  ü"`, `"    "`, `""`, `"1234567 "`, `-1.5e3`, `null`, `[ ]`, `{"a" : 1}`,
		`12345678`,
	}
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 0))
		text := []byte("[0")
		for range random.IntN(12) {
			for _, part := range []string{",", tokens[random.IntN(len(tokens))]} {
				space := []string{" ", "\n", "\t", "\r"}[random.IntN(4)]
				text = append(text, strings.Repeat(space, max(0, random.IntN(6)-3))+part...)
			}
		}
		text = append(text, ']')
		var want bytes.Buffer
		if err := json.Compact(&want, text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var runs [][]byte
		for run := range Runs(text) {
			runs = append(runs, run)
		}
		if got := bytes.Join(runs, nil); !bytes.Equal(got, want.Bytes()) {
			t.Fatalf("%s became %s", text, got)
		}
		if same := want.Len() == len(text); same != IsCompact(text) || same && len(runs) != 1 {
			t.Fatalf("%s: compact is %v, and it has %d parts", text, IsCompact(text), len(runs))
		}
	}
}

// FuzzPrefix checks that what goes on is not called wrong, and that what is called complete is.
func FuzzPrefix(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		start, end, err := Value(text)
		if err != nil || len(text) > 1<<12 {
			return
		}
		if !json.Valid(text[start:end]) {
			t.Fatalf("Value(%q) = %d, %d, which is not valid", text, start, end)
		}
		isNumber := text[start] == '-' || isDigit(text[start])
		for n := range end {
			if _, _, err := Value(text[:n]); err != ErrIncomplete && !(err == nil && isNumber) {
				t.Errorf("Value(%q) = %v, want ErrIncomplete", text[:n], err)
			}
		}
	})
}
