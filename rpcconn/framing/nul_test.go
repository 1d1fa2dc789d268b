package framing_test

import (
	"strings"

	"rpcsh/rpcconn/framing/framingtest"
)

func nulCases() []framingtest.Case {
	return []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "one", In: "{}\x00", Want: []string{`{}`, framingtest.EOF}},
		{Name: "several NULs, white space", In: "\x00\n\x00{}\x00\x00 \r\n\x00[]\x00\n",
			Want: []string{`{}`, `[]`, framingtest.EOF}},
		{Name: "pretty-printed", In: "{\n \"a\": 1\n}\x00{}\x00",
			Want: []string{"{\n \"a\": 1\n}", `{}`, framingtest.EOF}},
		{Name: "not looked into", In: "hello\x00{}\x00", Want: []string{`hello`, `{}`, framingtest.EOF}},
		{Name: "whole without NUL", In: "[]\x00{}\n", Want: []string{`[]`, "{}\n", framingtest.EOF}},
		{Name: "cut off", In: "[]\x00{\"a\"", Want: []string{`[]`, framingtest.Cut(`{"a"`, "")}},
		{Name: "lines", In: "[]\n{}\n", Want: []string{framingtest.Cut("[]\n{}\n", "")}},
		{Name: "over the limit", In: long + "\x00{}\x00", Want: []string{framingtest.Over(long, ""), `{}`,
			framingtest.EOF}},
		{Name: "over the limit, cut off", In: long, Want: []string{framingtest.Over(long, ""), framingtest.CutSkip}},
		{Name: "exactly the limit", In: strings.Repeat("x", 64) + "\x00{}\x00",
			Want: []string{strings.Repeat("x", 64), `{}`, framingtest.EOF}},
	}
}
