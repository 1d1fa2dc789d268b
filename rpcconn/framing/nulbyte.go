package framing

// nulFraming ends each message with a NUL byte. Further NULs and white space between messages are ignored.
func nulFraming() Framing {
	return Framing{
		Name:  "nul",
		Tail:  "\x00",
		Split: func(max int) Splitter { return &lineSplitter{max: max, end: 0} },
	}
}
