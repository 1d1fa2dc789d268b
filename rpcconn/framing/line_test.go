package framing_test

import (
	"strings"

	"rpcsh/rpcconn/framing/framingtest"
)

func lineCases() []framingtest.Case {
	return []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "one", In: "{}\n", Want: []string{`{}`, framingtest.EOF}},
		{Name: "CR LF", In: "{}\r\n[]\r\n", Want: []string{`{}`, `[]`, framingtest.EOF}},
		{Name: "blank lines", In: "\n\r\n \t\n{}\n\n", Want: []string{`{}`, framingtest.EOF}},
		{Name: "not looked into", In: "hello\n{}\n", Want: []string{`hello`, `{}`, framingtest.EOF}},
		{Name: "white space at the end", In: "{}\n \r", Want: []string{`{}`, framingtest.EOF}},
		{Name: "whole without LF", In: "[]\n{} ", Want: []string{`[]`, `{} `, framingtest.EOF}},
		{Name: "cut off", In: "[]\n{\"a\"", Want: []string{`[]`, framingtest.Cut(`{"a"`, "")}},
		{Name: "a number may be cut off", In: "12", Want: []string{framingtest.Cut("12", "")}},
		{Name: "over the limit", In: long + "\n{}\n", Want: []string{framingtest.Over(long, ""), `{}`,
			framingtest.EOF}},
		{Name: "over the limit, cut off", In: long, Want: []string{framingtest.Over(long, ""), framingtest.CutSkip}},
		{Name: "exactly the limit", In: strings.Repeat("x", 64) + "\r\n{}\n",
			Want: []string{strings.Repeat("x", 64), `{}`, framingtest.EOF}},
		{Name: "one more", In: strings.Repeat("x", 65) + "\n{}\n", Want: []string{
			framingtest.Over(strings.Repeat("x", 65), ""), `{}`, framingtest.EOF}},
	}
}
