package transport

func lengthCases() []splitCase {
	return []splitCase{
		{"length", "empty", "", []string{eof}},
		{"length", "two", "\x00\x00\x00\x02{}\x00\x00\x00\x0chello world!", []string{`{}`, `hello world!`, eof}},
		{"length", "no bytes", "\x00\x00\x00\x00\x00\x00\x00\x02{}", []string{"! empty message", `{}`, eof}},
		{"length", "cut off in the length", "\x00\x00", []string{cut("\x00\x00", "")}},
		{"length", "cut off", "\x00\x00\x00\x05{}", []string{cut("{}", " of 5")}},
		{"length", "cut off before the message", "\x00\x00\x00\x05", []string{cut("", " of 5")}},
		{"length", "negative", "\xff\xff\xff\xff{}", []string{"= a message begins with its length in 4 bytes, not 4294967295, got "}},
		{"length", "text", "{\"jsonrpc", []string{"= a message begins with its length in 4 bytes, not 2065853043, got "}},
		{"length", "too short", "\x00\x00\x00\x01{\"a\":1}", []string{"{", "= a message begins with its length in 4 bytes, not 576791098, got "}},
		{"length", "over the limit", "\x00\x00\x00\x6c" + long + "\x00\x00\x00\x02{}", []string{
			over(long, "of 108 bytes "), `{}`, eof}},
		{"length", "over the limit, cut off", "\x7f\xff\xff\xff" + long, []string{
			over(long, "of 2147483647 bytes "), cutSkip}},
		{"length", "exactly the limit", "\x00\x00\x00\x40" + long[:64] + "\x00\x00\x00\x02{}", []string{long[:64], `{}`, eof}},
	}
}
