package framing_test

import (
	"rpcsh/rpcconn/framing/framingtest"
)

func lengthCases() []framingtest.Case {
	return []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "two", In: "\x00\x00\x00\x02{}\x00\x00\x00\x0chello world!",
			Want: []string{`{}`, `hello world!`, framingtest.EOF}},
		{Name: "no bytes", In: "\x00\x00\x00\x00\x00\x00\x00\x02{}",
			Want: []string{"! empty message", `{}`, framingtest.EOF}},
		{Name: "cut off in the length", In: "\x00\x00", Want: []string{framingtest.Cut("\x00\x00", "")}},
		{Name: "cut off", In: "\x00\x00\x00\x05[{", Want: []string{framingtest.Cut("[{", " of 5")}},
		{Name: "a length that is too long", In: "\x00\x00\x00\x05{}", Want: []string{framingtest.CutWhole("{}", 5)}},
		{Name: "cut off before the message", In: "\x00\x00\x00\x05", Want: []string{framingtest.Cut("", " of 5")}},
		{Name: "negative", In: "\xff\xff\xff\xff{}",
			Want: []string{"= a message begins with its length in 4 bytes, not 4294967295, got "}},
		{Name: "text", In: "{\"jsonrpc",
			Want: []string{"= a message begins with its length in 4 bytes, not 2065853043, got "}},
		{Name: "too short", In: "\x00\x00\x00\x01{\"a\":1}",
			Want: []string{`! the length of a message does not match it: after 1 bytes it ends with "{": "{"`,
				`= the length of a message does not match it: after 1 bytes it ends with "{", got `}},
		{Name: "lines of a log", In: "Server v1.0\n\x00\x00\x00\x02{}ready\r\n\x00\x00\x00\x02[]", Want: []string{
			`! no message: "Server v1.0"`, `{}`, `! no message: "ready"`, `[]`, framingtest.EOF}},
		{Name: "byte order mark", In: "\xef\xbb\xbf\x00\x00\x00\x02{}",
			Want: []string{"~ byte order mark", `{}`, framingtest.EOF}},
		{Name: "over the limit", In: "\x00\x00\x00\x6c" + long + "\x00\x00\x00\x02{}", Want: []string{
			framingtest.Over(long, "of 108 bytes "), `{}`, framingtest.EOF}},
		{Name: "over the limit, cut off", In: "\x7f\xff\xff\xff" + long, Want: []string{
			framingtest.Over(long, "of 2147483647 bytes "), framingtest.CutSkip}},
		{Name: "exactly the limit", In: "\x00\x00\x00\x40" + longest + "\x00\x00\x00\x02{}",
			Want: []string{longest, `{}`, framingtest.EOF}},
	}
}
