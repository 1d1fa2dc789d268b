package transport

import "strings"

func nulCases() []splitCase {
	return []splitCase{
		{"nul", "empty", "", []string{eof}},
		{"nul", "one", "{}\x00", []string{`{}`, eof}},
		{"nul", "several NULs, white space", "\x00\n\x00{}\x00\x00 \r\n\x00[]\x00\n", []string{`{}`, `[]`, eof}},
		{"nul", "pretty-printed", "{\n \"a\": 1\n}\x00{}\x00", []string{"{\n \"a\": 1\n}", `{}`, eof}},
		{"nul", "not looked into", "hello\x00{}\x00", []string{`hello`, `{}`, eof}},
		{"nul", "whole without NUL", "[]\x00{}\n", []string{`[]`, "{}\n", eof}},
		{"nul", "cut off", "[]\x00{\"a\"", []string{`[]`, cut(`{"a"`, "")}},
		{"nul", "lines", "[]\n{}\n", []string{cut("[]\n{}\n", "")}},
		{"nul", "over the limit", long + "\x00{}\x00", []string{over(long, ""), `{}`, eof}},
		{"nul", "over the limit, cut off", long, []string{over(long, ""), cutSkip}},
		{"nul", "exactly the limit", strings.Repeat("x", 64) + "\x00{}\x00", []string{strings.Repeat("x", 64), `{}`, eof}},
	}
}
