package framing_test

import (
	"fmt"
	"strings"

	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/framing/framingtest"
)

func headerCases() []framingtest.Case {
	const (
		badLength = "= the header before a message has a bad Content-Length: it is not a length, got "
		noHeader  = "= a message begins with its header, such as Content-Length: 2, got "
	)
	noEnd := fmt.Sprintf("= the header before a message does not end within %d bytes, got ", framing.MaxHeader)
	return []framingtest.Case{
		{Name: "empty", In: "", Want: []string{framingtest.EOF}},
		{Name: "one", In: "Content-Length: 2\r\n\r\n{}", Want: []string{`{}`, framingtest.EOF}},
		{Name: "two", In: "Content-Length: 2\r\n\r\n{}Content-Length: 12\r\n\r\nhello world!",
			Want: []string{`{}`, `hello world!`, framingtest.EOF}},
		{Name: "any case, no blank, LF", In: "content-length:2\n\n{}CONTENT-LENGTH:\t 2 \n\n[]",
			Want: []string{`{}`, `[]`, framingtest.EOF}},
		{Name: "further fields", In: "Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: " +
			"2\r\nX: Content-Length: 5\r\n\r\n{}", Want: []string{`{}`, framingtest.EOF}},
		{Name: "field without value", In: "X-Y:\r\nContent-Length: 2\r\n\r\n{}", Want: []string{`{}`, framingtest.EOF}},
		{Name: "white space between", In: "\r\n Content-Length: 2\r\n\r\n{}\r\n\n",
			Want: []string{`{}`, framingtest.EOF}},
		{Name: "the same length twice", In: "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
			Want: []string{`{}`, framingtest.EOF}},
		{Name: "no bytes", In: "Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}",
			Want: []string{"! empty message", `{}`, framingtest.EOF}},
		{Name: "two lengths", In: "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", Want: []string{
			"= the header before a message has a bad Content-Length: another gave 2 before, got "}},
		{Name: "no length", In: "Content-Type: x\r\n\r\n{}",
			Want: []string{"= the header before a message has no Content-Length, got "}},
		{Name: "length without digits", In: "Content-Length:\r\n\r\n{}", Want: []string{badLength}},
		{Name: "length of letters", In: "Content-Length: two\r\n\r\n{}", Want: []string{badLength}},
		{Name: "sign", In: "Content-Length: +2\r\n\r\n{}", Want: []string{badLength}},
		{Name: "negative", In: "Content-Length: -2\r\n\r\n{}", Want: []string{badLength}},
		{Name: "too many digits", In: "Content-Length: 12345678901\r\n\r\n{}", Want: []string{badLength}},
		{Name: "more than there are", In: "Content-Length: 99999999999999999999\r\n\r\n{}", Want: []string{badLength}},
		{Name: "too short", In: "Content-Length: 1\r\n\r\n{}", Want: []string{
			`! the length of a message does not match it: after 1 bytes it ends with "{": "{"`, `! no message: "}"`,
			framingtest.EOF}},
		{Name: "too long", In: "Content-Length: 10\r\n\r\n{}Content-Length: 2\r\n\r\n[]" +
			"Content-Length: 2\r\n\r\n{}", Want: []string{
			`! the length of a message does not match it: after 10 bytes it ends with "{}Content-": "{}Content-"`,
			`! no message: "Length: 2"`, `! no message: "[]"`, `{}`, framingtest.EOF}},
		{Name: "JSON", In: `{"jsonrpc":"2.0"}` + "\n", Want: []string{noHeader}},
		{Name: "a word", In: "hello", Want: []string{framingtest.Cut("hello", "")}},
		{Name: "a line", In: "hello\n", Want: []string{`! no message: "hello"`, framingtest.EOF}},
		{Name: "lines of a log", In: "Server v1.0\r\n[12:30:01] INFO: x\n\nINFO: up\n" +
			"Content-Length: 2\r\n\r\n{}{\"level\":30}\n12:30:02 in\nContent-Length: 2\r\n\r\n[]",
			Want: []string{`! no message: "Server v1.0"`, `! no message: "[12:30:01] INFO: x"`,
				`! no message: "INFO: up"`,
				`{}`, `! no message: "{\"level\":30}"`, `! no message: "12:30:02 in"`, `[]`, framingtest.EOF}},
		{Name: "a log without line ends", In: "Loading …Content-Length: 2\r\n\r\n{}" +
			"INFO handledcontent-length: 2\n\n[]",
			Want: []string{`! no message: "Loading …"`, `{}`, `! no message: "INFO handled"`, `[]`, framingtest.EOF}},
		{Name: "a log in letters whose small ones are longer", In: strings.Repeat("\u023a", 18) +
			"Content-Length: 2\r\n\r\n{}",
			Want: []string{fmt.Sprintf("! no message: %q", strings.Repeat("\u023a", 18)), `{}`, framingtest.EOF}},
		{Name: "a log in Latin-1", In: "D\xe9p\xf4t ouvert\nContent-Length: 2\r\n\r\n{}",
			Want: []string{`! no message: 44 e9 70 f4 74 20 6f 75 76 65 72 74`, `{}`, framingtest.EOF}},
		{Name: "more than CR LF", In: "Content-Length: 2\r\r\n\r\r\n{}Content-Length: 2\r\r\n\r\r\n[]",
			Want: []string{"~ line end", `{}`, `[]`, framingtest.EOF}},
		{Name: "byte order mark", In: "\xef\xbb\xbfContent-Length: 2\r\n\r\n{}",
			Want: []string{"~ byte order mark", `{}`, framingtest.EOF}},
		{Name: "HTTP", In: "HTTP/1.1 400 Bad Request\r\n", Want: []string{noHeader}},
		{Name: "no name", In: ": 2\r\n\r\n{}", Want: []string{`! no message: ": 2"`, noHeader}},
		{Name: "a line that is no field", In: "Content-Length: 2\r\nhello world\r\n\r\n{}",
			Want: []string{"= a header field has a name and a colon, got "}},
		{Name: "no end", In: strings.Repeat("X-Y: z\r\n", framing.MaxHeader/8) + "X-Y: z", Want: []string{noEnd}},
		{Name: "no end of a field", In: "X: " + strings.Repeat("y", framing.MaxHeader), Want: []string{noEnd}},
		{Name: "no end of a name", In: strings.Repeat("y", framing.MaxHeader), Want: []string{noEnd}},
		{Name: "cut off in the header", In: "Content-Length: 2\r\n\r",
			Want: []string{framingtest.Cut("Content-Length: 2\r\n\r", "")}},
		{Name: "cut off before the message", In: "Content-Length: 2\r\n\r\n",
			Want: []string{framingtest.Cut("", " of 2")}},
		{Name: "cut off", In: "Content-Length: 5\r\n\r\n[{", Want: []string{framingtest.Cut("[{", " of 5")}},
		{Name: "a length that is too long", In: "Content-Length: 5\r\n\r\n{}",
			Want: []string{framingtest.CutWhole("{}", 5)}},
		{Name: "over the limit", In: "Content-Length: 108\r\n\r\n" + long + "Content-Length: 2\r\n\r\n{}",
			Want: []string{
				framingtest.Over(long, "of 108 bytes "), `{}`, framingtest.EOF}},
		{Name: "over the limit, cut off", In: "Content-Length: 9999999999\r\n\r\n" + long, Want: []string{
			framingtest.Over(long, "of 9999999999 bytes "), framingtest.CutSkip}},
		{Name: "exactly the limit", In: "Content-Length: 64\n\n" + longest + "Content-Length: 2\n\n{}",
			Want: []string{longest, `{}`, framingtest.EOF}},
	}
}
