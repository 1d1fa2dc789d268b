package framing_test

import (
	"strings"

	"rpcsh/rpcconn/framing/framingtest"
)

func rfc7464Cases() []framingtest.Case {
	return []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "one", In: "\x1e{}\n", Want: []string{`{}`, framingtest.EOF}},
		{Name: "two", In: "\x1e{}\n\x1e[]\n", Want: []string{`{}`, `[]`, framingtest.EOF}},
		{Name: "several RS, white space", In: "\n\x1e\x1e \n\x1e\n{}\n\r\n \x1e[]\n\x1e",
			Want: []string{`{}`, `[]`, framingtest.EOF}},
		{Name: "no LF", In: "\x1e{}\x1e[]\x1e\"x\"", Want: []string{`{}`, `[]`, `"x"`, framingtest.EOF}},
		{Name: "pretty-printed", In: "\x1e{\n \"a\": [\n1\n]\n}\n\x1e[]\n",
			Want: []string{"{\n \"a\": [\n1\n]\n}", `[]`, framingtest.EOF}},
		{Name: "truncated", In: "\x1e{\"a\":\x1e[]\n", Want: []string{`{"a":`, `[]`, framingtest.EOF}},
		{Name: "truncated, with LF", In: "\x1e{\"a\":\n\x1e[]\n", Want: []string{"{\"a\":\n", `[]`, framingtest.EOF}},
		{Name: "LF in a string", In: "\x1e{\"a\":\"b\n\x1e[]\n", Want: []string{`{"a":"b`, `[]`, framingtest.EOF}},
		{Name: "malformed", In: "\x1e{\"a\":tru}{\n\x1e[]\n", Want: []string{`{"a":tru}{`, `[]`, framingtest.EOF}},
		{Name: "closed too often", In: "\x1e}}\n\x1e[]\n", Want: []string{`}}`, `[]`, framingtest.EOF}},
		{Name: "no JSON", In: "\x1ehello\n\x1e42\n\x1e[]\n", Want: []string{`hello`, `42`, `[]`, framingtest.EOF}},
		{Name: "a number may be cut off", In: "\x1e12", Want: []string{framingtest.Cut("12", "")}},
		{Name: "cut off", In: "\x1e{\"a\"", Want: []string{framingtest.Cut(`{"a"`, "")}},
		{Name: "no RS", In: "{}\n\x1e[]\nhello\x1e{}\n", Want: []string{"! no RS (0x1e)", `[]`, "! no RS (0x1e)", `{}`,
			framingtest.EOF}},
		{Name: "byte order mark", In: "\xef\xbb\xbf\x1e{}\n",
			Want: []string{"~ byte order mark", `{}`, framingtest.EOF}},
		{Name: "over the limit", In: "\x1e" + long + "\n\x1e[]\n", Want: []string{framingtest.Over(long, ""), `[]`,
			framingtest.EOF}},
		{Name: "over the limit at the end", In: "\x1e" + long + "\n", Want: []string{framingtest.Over(long, ""),
			framingtest.EOF}},
		{Name: "exactly the limit", In: "\x1e\"" + strings.Repeat("x", 62) + "\"\n\x1e[]",
			Want: []string{`"` + strings.Repeat("x", 62) + `"`, `[]`, framingtest.EOF}},
	}
}
