package command

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"rpcsh/shell/lang"
)

// Fits reports whether text may be meant as the arguments of c, as far as its usage tells: they begin with what may
// come first, and do not go on where nothing may follow. Who types the name of c without its dot may mean something
// else: show tables, curl -d x.
func (c Command) Fits(text string) bool {
	words := strings.Fields(text)
	if len(words) == 0 {
		return true
	}
	most, first := readUsage(c.Usage)
	return len(words) <= most && slices.ContainsFunc(first, func(word string) bool { return c.takes(word, words[0]) })
}

// readUsage returns how many words a usage allows, and those of it that may come first.
func readUsage(usage string) (most int, first []string) {
	const unlimited = 1 << 10
	rest := []string{"…", "LINE", "JQ", "VALUE", "RAW", "MESSAGE", "FILTER"}
	if isOptional(usage) {
		usage = usage[1 : len(usage)-1]
	}
	depth, begins := 0, true
	for _, field := range strings.Fields(usage) {
		if field == "|" {
			begins = true
			continue
		}
		depth += strings.Count(field, "[")
		word := strings.Trim(field, "[]")
		if begins && word != "…" {
			first = append(first, strings.Split(word, "|")...)
			begins = depth > 0 // it may be left out
		}
		depth -= strings.Count(field, "]")
		if most++; slices.Contains(rest, word) {
			most = unlimited
		}
	}
	return most, first
}

// isOptional reports whether a usage as a whole is in brackets.
func isOptional(usage string) bool {
	depth := 0
	for i, c := range usage {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		}
		if depth == 0 {
			return i > 0 && i == len(usage)-1
		}
	}
	return false
}

// takes reports whether word may stand for one of the usage.
func (c Command) takes(usage, word string) bool {
	switch usage {
	case "N":
		_, err := strconv.ParseUint(word, 10, 64)
		return err == nil
	case "D":
		_, err := lang.ParseDuration(word)
		return err == nil
	case "FLAG":
		return strings.HasPrefix(word, "-")
	case "FILTER":
		return strings.ContainsAny(word, ":*") || c.lists(word)
	case "PEER", "COMMAND", "SETTING": // there are no others than those that completion lists
		return c.Complete == nil || c.lists(word)
	}
	letter, _ := utf8.DecodeRuneInString(usage)
	switch {
	case letter == '@' || letter == '#' || letter == '/':
		return word[0] == usage[0]
	case unicode.IsUpper(letter): // the name of something, which may end in a suffix
		_, suffix, _ := strings.Cut(usage, ".")
		return strings.HasSuffix(word, suffix)
	}
	return word == usage
}

// lists reports whether completion has word at the beginning of the arguments.
func (c Command) lists(word string) bool {
	if c.Complete == nil {
		return false
	}
	for _, candidate := range c.Complete(nil) {
		if candidate.Text == word {
			return true
		}
	}
	return false
}
