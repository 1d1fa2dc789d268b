package framing

// nulFraming is that of messages that a NUL byte ends each. Several of them, and white space between them, are nothing.
func nulFraming() Framing {
	return Framing{
		Name:  "nul",
		Tail:  "\x00",
		Split: func(max int) Splitter { return (&lineSplitter{max: max, end: 0}).split },
	}
}
