package framing_test

import (
	"rpcsh/rpcconn/framing/framingtest"
)

func netstringCases() []framingtest.Case {
	return []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "one", In: "2:{},", Want: []string{`{}`, framingtest.EOF}},
		{Name: "two", In: "2:{},12:hello world!,", Want: []string{`{}`, `hello world!`, framingtest.EOF}},
		{Name: "white space between", In: "\n2:{},\r\n 2:[],\n", Want: []string{`{}`, `[]`, framingtest.EOF}},
		{Name: "no bytes", In: "0:,2:{},", Want: []string{"! empty message", `{}`, framingtest.EOF}},
		{Name: "lines of a log", In: "Server v1.0\n2:{},[INFO] ready\r\n2:[],", Want: []string{
			`! no message: "Server v1.0"`, `{}`, `! no message: "[INFO] ready"`, `[]`, framingtest.EOF}},
		{Name: "byte order mark", In: "\xef\xbb\xbf2:{},",
			Want: []string{"~ byte order mark", `{}`, framingtest.EOF}},
		{Name: "no comma", In: "2:{}2:{},", Want: []string{"= a comma ends a message, got "}},
		{Name: "no comma after nothing", In: "0:x", Want: []string{"= a comma ends a message, got "}},
		{Name: "leading zero", In: "02:{},", Want: []string{"= a message begins with its length and a colon, got "}},
		{Name: "sign", In: "+2:{},", Want: []string{"= a message begins with its length and a colon, got "}},
		{Name: "no length", In: ":{},", Want: []string{"= a message begins with its length and a colon, got "}},
		{Name: "too many digits", In: "12345678901:{},",
			Want: []string{"= a message begins with its length and a colon, got "}},
		{Name: "another letter", In: "2;{},", Want: []string{"= a message begins with its length and a colon, got "}},
		{Name: "cut off in the length", In: "12", Want: []string{framingtest.Cut("12", "")}},
		{Name: "cut off", In: "5:[{", Want: []string{framingtest.Cut("[{", " of 5")}},
		{Name: "a length that is too long", In: "5:{}", Want: []string{framingtest.CutWhole("{}", 5)}},
		{Name: "cut off before the comma", In: "2:{}", Want: []string{framingtest.Cut("{}", " of 2")}},
		{Name: "over the limit", In: "108:" + long + ",2:{},", Want: []string{
			framingtest.Over(long, "of 108 bytes "), `{}`, framingtest.EOF}},
		{Name: "over the limit, cut off", In: "9999999999:" + long, Want: []string{
			framingtest.Over(long, "of 9999999999 bytes "), framingtest.CutSkip}},
		{Name: "over the limit, no comma", In: "107:" + long + ",", Want: []string{
			framingtest.Over(long, "of 107 bytes "), "= a comma ends a message, got "}},
	}
}
