package jsontext

import (
	"encoding/json"
	"testing"
)

func TestUnquote(t *testing.T) {
	tests := []struct{ text, want, err string }{
		{`""`, "", ""},
		{`"plain"`, "plain", ""},
		{`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t", ""},
		{`"a\u00e9\u20AC\ud83d\ude00z"`, "aé€😀z", ""},
		{`"\ud83d"`, "\ufffd", ""},
		{`"\ude00\ud83d"`, "\ufffd\ufffd", ""},
		{`"\ud83d\u0041"`, "\ufffdA", ""},
		{`"\ud83dx"`, "\ufffdx", ""},
		{`"\u0000"`, "\x00", ""},
		{``, "", incomplete},
		{`"a`, "", incomplete},
		{`a"`, "", `offset 0: unexpected character 'a', want '"'`},
		{`"a" `, "", "offset 3: unexpected character ' ', want nothing more"},
		{`"\q"`, "", `offset 2: unexpected character 'q', want one of "\/bfnrtu after '\'`},
	}
	for _, test := range tests {
		got, err := Unquote([]byte(test.text))
		if got != test.want || errorText(err) != test.err {
			t.Errorf("Unquote(%s) = %q, %v, want %q, %q", test.text, got, err, test.want, test.err)
		}
	}
}

func TestEscaped(t *testing.T) {
	const key = `a\"\u00e9\ud83d\ude00é` + "\xff"
	plain := Key([]byte(key))
	for from := range plain {
		offsets := []int{from, from, len(plain)}
		Escaped([]byte(key), offsets)
		got := Key([]byte(key)[offsets[0]:])
		if got != plain[from:] || offsets[1] != offsets[0] || offsets[2] != len(key) {
			t.Errorf("offset %d of %q: %v of %s", from, plain, offsets, key)
		}
	}
}

func TestAppendQuote(t *testing.T) {
	tests := []struct{ s, want string }{
		{"", `""`},
		{"<plain & simple>", `"<plain & simple>"`},
		{"\"\\/", `"\"\\/"`},
		{"\b\f\n\r\t\x00\x1f\x7f", `"\u0008\u000c\n\r\t\u0000\u001f` + "\x7f\""},
		{"é€😀\u2028", "\"é€😀\u2028\""},
		{"a\xffb\xe2\x82", "\"a\ufffdb\ufffd\ufffd\""},
	}
	for _, test := range tests {
		if got := string(AppendQuote([]byte("x"), test.s)); got != "x"+test.want {
			t.Errorf("AppendQuote(x, %q) = %s, want x%s", test.s, got, test.want)
		}
	}
}

// FuzzUnquote compares both ways with encoding/json.
func FuzzUnquote(f *testing.F) {
	for _, seed := range []string{`plain`, `\"\\\/\b\f\n\r\t`, `\ud83d\ude00\ud83d`, "\xff", `"`, `\`, "é\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := []byte(`"` + s + `"`)
		if got, err := Unquote(text); err == nil {
			var want string
			if err := json.Unmarshal(text, &want); err != nil || got != want {
				t.Errorf("Unquote(%s) = %q, want %q, %v", text, got, want, err)
			}
		} else if Valid(text) == nil {
			t.Errorf("Unquote(%s) = %v of a valid text", text, err)
		}
		quoted := AppendQuote(nil, s)
		var want string
		if err := json.Unmarshal(quoted, &want); err != nil {
			t.Fatalf("AppendQuote(%q) = %s: %v", s, quoted, err)
		}
		if got, err := Unquote(quoted); err != nil || got != want {
			t.Errorf("Unquote(AppendQuote(%q)) = %q, %v, want %q", s, got, err, want)
		}
	})
}
