package transport

// nulFraming is that of messages that a NUL byte ends each. Several of them, and white space between them, are nothing.
func nulFraming() framing {
	return framing{
		name:        "nul",
		tail:        "\x00",
		newSplitter: func(max int) splitter { return &lineSplitter{max: max, end: 0} },
	}
}
