package macro

import (
	"errors"
	"fmt"
	"strings"

	"rpcsh/shell/lang"
)

// Aliases are lines by the word that stands for each.
type Aliases map[string]string

// Expand returns what a line stands for: the one of an alias, if that is its first word, behind NAME = and @PEER. What
// an alias stands for is not looked at again. Where an alias has parameters, it has as many arguments; else what
// follows it is left where it is. The error is no *lang.Error: columns of what nobody has typed say nothing.
func (a Aliases) Expand(line string) (expanded string, is bool, err error) {
	start := head(line)
	end := start
	for end < len(line) && strings.IndexByte(" \t\r\n|&>", line[end]) < 0 {
		end++
	}
	name := line[start:end]
	text, is := a[name]
	if !is || name == "" {
		return line, false, nil
	}
	all := parameters(text)
	if len(all) == 0 {
		return line[:start] + text + line[end:], true, nil
	}
	args, rest := Split(line[end:])
	most, any := 0, false
	for _, p := range all {
		most, any = max(most, p.number), any || p.number == 0
	}
	if len(args) > most && !any {
		return "", true, wrongCount(name, most, len(args), text)
	}
	expanded, err = Expand(text, args)
	var missing *lang.Error
	if errors.As(err, &missing) {
		return "", true, wrongCount(name, most, len(args), text)
	}
	return strings.TrimRight(line[:start]+expanded+" "+rest, " "), true, nil
}

// wrongCount says that an alias takes so many arguments, and not those.
func wrongCount(name string, most, given int, text string) error {
	noun := "arguments"
	if most == 1 {
		noun = "argument"
	}
	return fmt.Errorf("%s takes %d %s, not %d: it is %s", name, most, noun, given, text)
}

// head returns where the word begins that may be an alias: behind NAME = and @PEER.
func head(line string) int {
	i := blanks(line, 0)
	if n := nameEnd(line, i); n > i {
		if at := blanks(line, n); at < len(line) && line[at] == '=' && !strings.HasPrefix(line[at:], "==") {
			i = blanks(line, at+1)
		}
	}
	if i < len(line) && line[i] == '@' {
		for i < len(line) && strings.IndexByte(" \t\r\n", line[i]) < 0 {
			i++
		}
		i = blanks(line, i)
	}
	return i
}

func blanks(line string, i int) int { return len(line) - len(strings.TrimLeft(line[i:], " \t\r\n")) }

func nameEnd(line string, i int) int {
	for i < len(line) && line[i] != '$' && isName(line[i]) {
		i++
	}
	return i
}
