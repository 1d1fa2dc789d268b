package lang

// lineBehind returns after how many words of the arguments of a command a line stands, and whether one does.
func lineBehind(command string) (words int, ok bool) {
	switch command {
	case "repeat", "every":
		return 1, true
	case "time", "table", "tree", "json":
		return 0, true
	}
	return 0, false
}

// skipWords moves over words and the blanks around them.
func (p *scanner) skipWords(words int) {
	p.blank()
	for range words {
		p.bare()
		p.blank()
	}
}

// Line returns the line that stands in the arguments of a command, with its column in the whole line; false: none does.
func (c *Command) Line() (Text, bool) {
	words, ok := lineBehind(c.Name)
	if !ok {
		return Text{}, false
	}
	p := scanner{src: c.Args.Text}
	p.skipWords(words)
	return Text{Text: p.rest(), Column: c.Args.Column + p.pos}, true
}
