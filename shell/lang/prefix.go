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
