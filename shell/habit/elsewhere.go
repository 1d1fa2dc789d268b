package habit

import (
	"bytes"
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// Elsewhere returns what a line means that is written as elsewhere, and why it is none here: NAME(ARG, …) is a call in
// most languages, NAME = VALUE sets a variable, $NAME alone shows one, and who has used other shells pastes whole
// messages. "": it is none of these.
func Elsewhere(line string) (meant, reason string) {
	line = strings.TrimSpace(line)
	if isMessage(line) {
		return ".send " + line, "this is a whole message"
	}
	if isVariable(line) {
		return ".print " + line, "a value is no call"
	}
	if name, value, is := strings.Cut(line, "="); is && isName(strings.TrimSpace(name)) {
		if value = strings.TrimSpace(value); isLiteral(value) || isVariable(value) {
			return ".let " + strings.TrimSpace(name) + " = " + value, "a value is no call"
		}
	}
	name, args, opens := strings.Cut(line, "(")
	args, closes := strings.CutSuffix(strings.TrimRight(args, "; "), ")")
	if !opens || !closes || name == "" || strings.ContainsAny(name, " \t\n\"'!.={[@$") && !isDotted(name) {
		return "", ""
	}
	return strings.TrimRight(name+" "+apart(args), " "), "arguments stand behind a method, with blanks"
}

// isMessage reports whether a text is a message of JSON-RPC.
func isMessage(text string) bool {
	if !strings.HasPrefix(text, "{") {
		return false
	}
	var message struct {
		Version, ID, Result, Error json.RawMessage
		Method                     string
	}
	if json.Unmarshal([]byte(text), &message) != nil {
		return false
	}
	return message.Method != "" || message.ID != nil && (message.Result != nil || message.Error != nil)
}

func isLiteral(text string) bool {
	return text != "" && strings.ContainsRune(`-0123456789"{[tfn`, rune(text[0])) && jsontext.Valid([]byte(text)) == nil
}

// isVariable reports whether a text begins with a variable, and not with a method such as $/progress.
func isVariable(text string) bool {
	return len(text) > 1 && text[0] == '$' && (text[1] == '#' || isName(text[1:2]))
}

func isName(text string) bool {
	for i, c := range []byte(text) {
		isLetter := c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !isLetter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return text != ""
}

// isDotted reports whether a name is several, with dots between.
func isDotted(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if !isName(part) {
			return false
		}
	}
	return true
}

// apart returns arguments with blanks in the place of the commas between them.
func apart(args string) string {
	var all []json.RawMessage
	if json.Unmarshal([]byte("["+args+"]"), &all) == nil {
		words := make([]string, len(all))
		for i, a := range all {
			words[i] = string(bytes.TrimSpace(a))
		}
		return strings.Join(words, " ")
	}
	return strings.Join(strings.FieldsFunc(args, func(c rune) bool { return c == ',' || c == ' ' }), " ")
}

// isNumbers reports whether a word is numbers with commas between them.
func isNumbers(word string) bool {
	var all []json.Number
	return strings.Contains(word, ",") && json.Unmarshal([]byte("["+word+"]"), &all) == nil
}

// Arguments says how arguments are written here, where words that were refused look as in other programs; "": they do
// not.
func Arguments(words string) string {
	fields := strings.Fields(words)
	for i, word := range fields {
		name, isFlag := strings.CutPrefix(word, "--")
		switch {
		case isFlag && isName(name) && i+1 < len(fields):
			return "arguments are named as in " + name + "=" + fields[i+1]
		case word[0] == '|':
			return "a filter stands in one line with the call: -e 'METHOD ARG … | JQ'"
		case strings.HasSuffix(word, ";") || word == ";":
			return "a line is one call: .batch sends several"
		case strings.HasSuffix(word, ",") && i+1 < len(fields), isNumbers(word):
			return "no commas stand between arguments"
		}
	}
	return ""
}
