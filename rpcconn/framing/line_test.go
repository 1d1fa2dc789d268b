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

		{Name: "over several lines", In: "{\n  \"a\": 1\n}\n{}\n[\r\n 1\r\n]\r\n", Want: []string{
			joinedLines, "{\n  \"a\": 1\n}", `{}`, "[\r\n 1\r\n]", framingtest.EOF}},
		{Name: "over several lines, whole without LF", In: "{\"a\":\n1}", Want: []string{
			joinedLines, "{\"a\":\n1}", framingtest.EOF}},
		{Name: "over several lines, cut off", In: "{\n\"a\":\n", Want: []string{`{`, `"a":`, framingtest.EOF}},
		{Name: "lines of several, but no JSON", In: "{\n  a: 1\n}\n{}\n", Want: []string{
			`{`, `  a: 1`, `}`, `{}`, framingtest.EOF}},
		{Name: "cut within a string", In: "{\"a\": \"b\n{}\n", Want: []string{`{"a": "b`, `{}`, framingtest.EOF}},
		{Name: "cut between members", In: "{\"a\":1,\n{\"b\":2}\n{}\n", Want: []string{
			`{"a":1,`, `{"b":2}`, `{}`, framingtest.EOF}},
		{Name: "cut behind a value", In: "{\"a\":1\n}\n", Want: []string{`{"a":1`, `}`, framingtest.EOF}},
		{Name: "cut before an element", In: "{\"a\":[\n{\"jsonrpc\":\"2.0\"}\n", Want: []string{
			`{"a":[`, `{"jsonrpc":"2.0"}`, framingtest.EOF}},
		{Name: "several lines that are wrong inside", In: "{\n\"a\": 1,\n}\n{}\n", Want: []string{
			joinedLines, "{\n\"a\": 1,\n}", `{}`, framingtest.EOF}},
		{Name: "a tag is no array", In: "[INFO] {\n{}\n", Want: []string{`[INFO] {`, `{}`, framingtest.EOF}},
		{Name: "over several lines and the limit", In: "[\n" + strings.Repeat("1,\n", 40) + "{}\n",
			Want: append(append([]string{`[`}, strings.Split(strings.Repeat("1, ", 39)+"1,", " ")...), `{}`,
				framingtest.EOF)},
	}
}

// joinedLines is what is received once where a message comes over several lines.
const joinedLines = "~ message over several lines"
