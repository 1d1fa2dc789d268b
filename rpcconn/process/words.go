package process

import (
	"runtime"
	"strings"
)

// Words returns the words of a command such as $EDITOR holds, read as the system's shell reads them, without variables:
// quotes and, but on Windows, backslashes keep blanks in a word.
func Words(command string) []string { return words(command, runtime.GOOS != "windows") }

// words returns the words of command. posix: a backslash and '…' quote, too.
func words(command string, posix bool) []string {
	var all []string
	var word strings.Builder
	quote, begun := byte(0), false
	for i := 0; i < len(command); i++ {
		c := command[i]
		switch {
		case quote == 0 && strings.IndexByte(" \t\r\n", c) >= 0:
			if begun {
				all = append(all, word.String())
			}
			word.Reset()
			begun = false
			continue
		case quote == 0 && (c == '"' || posix && c == '\''):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case posix && escapes(command[i:], quote):
			i++
			word.WriteByte(command[i])
		default:
			word.WriteByte(c)
		}
		begun = true
	}
	if begun {
		all = append(all, word.String())
	}
	return all
}

// escapes reports whether text begins with a backslash that quotes the character behind it, inside of quote.
func escapes(text string, quote byte) bool {
	if len(text) < 2 || text[0] != '\\' {
		return false
	}
	return quote == 0 || quote == '"' && strings.IndexByte("\"\\$`", text[1]) >= 0
}
