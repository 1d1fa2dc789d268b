package transport

import (
	"fmt"
	"strings"
)

func headerCases() []splitCase {
	const (
		badLength = "= the header before a message has a bad Content-Length: it is no length, got "
		noHeader  = "= a message begins with its header, such as Content-Length: 2, got "
	)
	noEnd := fmt.Sprintf("= the header before a message does not end within %d bytes, got ", maxHeader)
	return []splitCase{
		{"header", "empty", "", []string{eof}},
		{"header", "one", "Content-Length: 2\r\n\r\n{}", []string{`{}`, eof}},
		{"header", "two", "Content-Length: 2\r\n\r\n{}Content-Length: 12\r\n\r\nhello world!", []string{`{}`, `hello world!`, eof}},
		{"header", "any case, no blank, LF", "content-length:2\n\n{}CONTENT-LENGTH:\t 2 \n\n[]", []string{`{}`, `[]`, eof}},
		{"header", "further fields", "Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: 2\r\nX: Content-Length: 5\r\n\r\n{}", []string{`{}`, eof}},
		{"header", "field without value", "X:\r\nContent-Length: 2\r\n\r\n{}", []string{`{}`, eof}},
		{"header", "white space between", "\r\n Content-Length: 2\r\n\r\n{}\r\n\n", []string{`{}`, eof}},
		{"header", "the same length twice", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", []string{`{}`, eof}},
		{"header", "no bytes", "Content-Length: 0\r\n\r\nContent-Length: 2\r\n\r\n{}", []string{"! empty message", `{}`, eof}},
		{"header", "two lengths", "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", []string{
			"= the header before a message has a bad Content-Length: another gave 2 before, got "}},
		{"header", "no length", "Content-Type: x\r\n\r\n{}", []string{"= the header before a message has no Content-Length, got "}},
		{"header", "length without digits", "Content-Length:\r\n\r\n{}", []string{badLength}},
		{"header", "length of letters", "Content-Length: two\r\n\r\n{}", []string{badLength}},
		{"header", "sign", "Content-Length: +2\r\n\r\n{}", []string{badLength}},
		{"header", "negative", "Content-Length: -2\r\n\r\n{}", []string{badLength}},
		{"header", "too many digits", "Content-Length: 12345678901\r\n\r\n{}", []string{badLength}},
		{"header", "more than there are", "Content-Length: 99999999999999999999\r\n\r\n{}", []string{badLength}},
		{"header", "too short", "Content-Length: 1\r\n\r\n{}", []string{`{`, noHeader}},
		{"header", "JSON", `{"jsonrpc":"2.0"}` + "\n", []string{noHeader}},
		{"header", "a word", "hello", []string{cut("hello", "")}},
		{"header", "a line", "hello\n", []string{noHeader}},
		{"header", "HTTP", "HTTP/1.1 400 Bad Request\r\n", []string{noHeader}},
		{"header", "no name", ": 2\r\n\r\n{}", []string{noHeader}},
		{"header", "a line that is no field", "Content-Length: 2\r\nhello world\r\n\r\n{}", []string{"= a header field has a name and a colon, got "}},
		{"header", "no end", strings.Repeat("X: y\r\n", maxHeader/6) + "X: yyyyyyyyy", []string{noEnd}},
		{"header", "no end of a field", "X: " + strings.Repeat("y", maxHeader), []string{noEnd}},
		{"header", "no end of a name", strings.Repeat("y", maxHeader), []string{noEnd}},
		{"header", "cut off in the header", "Content-Length: 2\r\n\r", []string{cut("Content-Length: 2\r\n\r", "")}},
		{"header", "cut off before the message", "Content-Length: 2\r\n\r\n", []string{cut("", " of 2")}},
		{"header", "cut off", "Content-Length: 5\r\n\r\n{}", []string{cut("{}", " of 5")}},
		{"header", "over the limit", "Content-Length: 108\r\n\r\n" + long + "Content-Length: 2\r\n\r\n{}", []string{
			over(long, "of 108 bytes "), `{}`, eof}},
		{"header", "over the limit, cut off", "Content-Length: 9999999999\r\n\r\n" + long, []string{
			over(long, "of 9999999999 bytes "), cutSkip}},
		{"header", "exactly the limit", "Content-Length: 64\n\n" + long[:64] + "Content-Length: 2\n\n{}", []string{long[:64], `{}`, eof}},
	}
}
