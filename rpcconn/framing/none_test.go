package framing_test

import (
	"strings"

	"rpcsh/rpcconn/framing/framingtest"
)

func noneCases() []framingtest.Case {
	return []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "white space only", In: " \r\n\t", Want: []string{framingtest.EOF}},
		{Name: "NULs between", In: "\x00{}\x00[]\x00\n\x00", Want: []string{`{}`, `[]`, framingtest.EOF}},
		{Name: "one", In: `{"a":1}`, Want: []string{`{"a":1}`, framingtest.EOF}},
		{Name: "back to back", In: `{}[]{"a":[{}]}`, Want: []string{`{}`, `[]`, `{"a":[{}]}`, framingtest.EOF}},
		{Name: "white space between", In: "{}\n[]\r\n\t {}\n", Want: []string{`{}`, `[]`, `{}`, framingtest.EOF}},
		{Name: "pretty-printed", In: "{\n \"a\": [\n 1\n ]\n}\n{}", Want: []string{"{\n \"a\": [\n 1\n ]\n}", `{}`,
			framingtest.EOF}},
		{Name: "brackets in strings", In: `{"}":"]{["}["\"]"]`,
			Want: []string{`{"}":"]{["}`, `["\"]"]`, framingtest.EOF}},
		{Name: "escapes", In: `["\\"]["\\\"]","\\\\"]["a\\\"\\"]{}`, Want: []string{`["\\"]`, `["\\\"]","\\\\"]`,
			`["a\\\"\\"]`, `{}`, framingtest.EOF}},
		{Name: "other brackets", In: `{]{}`, Want: []string{`{]`, `{}`, framingtest.EOF}},
		{Name: "cut off", In: ` {"a":`, Want: []string{framingtest.Cut(`{"a":`, "")}},
		{Name: "cut off in an escape", In: `["\`, Want: []string{framingtest.Cut(`["\`, "")}},
		{Name: "no message", In: `{}HTTP/1.1 400`, Want: []string{`{}`, `= a message begins with { or [, got `}},
		{Name: "a number", In: `1`, Want: []string{`! no message: "1"`, framingtest.EOF}},
		{Name: "lines of a log", In: "Server v1.0\n{}ready\n[INFO] up\n[]in: {}", Want: []string{
			`! no message: "Server v1.0"`, `{}`, `! no message: "ready"`, `[INFO]`, `! no message: "up"`, `[]`,
			`! no message: "in: "`, `{}`, framingtest.EOF}},
		{Name: "another framing", In: "2:{},", Want: []string{`= a message begins with { or [, got `}},
		{Name: "byte order mark", In: "\xef\xbb\xbf{}\xef\xbb\xbf[]",
			Want: []string{"~ byte order mark", `{}`, "~ byte order mark", `[]`, framingtest.EOF}},
		{Name: "over the limit", In: long + `{}`, Want: []string{framingtest.Over(long, ""), `{}`, framingtest.EOF}},
		{Name: "over the limit, cut off", In: long[:80], Want: []string{framingtest.Over(long, ""),
			framingtest.CutSkip}},
		{Name: "at the limit", In: `{"` + strings.Repeat("x", 61) + `}{"` + strings.Repeat("x", 60) + `"}[]`,
			Want: []string{
				framingtest.Over(`{"`+strings.Repeat("x", 61), ""), framingtest.CutSkip}},
		{Name: "exactly the limit", In: `{"` + strings.Repeat("x", 60) + `"}[]`,
			Want: []string{`{"` + strings.Repeat("x", 60) + `"}`, `[]`, framingtest.EOF}},
	}
}
