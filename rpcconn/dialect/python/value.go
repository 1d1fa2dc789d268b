package python

import (
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

// pythonLiteral returns the JSON text of an expression that is a literal, nil of any other.
func pythonLiteral(t []pythonToken, depth int) json.RawMessage {
	if len(t) == 0 || depth == 0 {
		return nil
	}
	if text, ok := pythonText(t); ok {
		return json.RawMessage(jsontext.Quote(text))
	}
	switch t[0].text {
	case "[", "(":
		return pythonList(t, depth)
	case "{":
		return pythonDict(t, depth)
	}
	sign := ""
	if t[0].text == "-" {
		sign, t = "-", t[1:]
	}
	switch {
	case len(t) != 1:
		return nil
	case t[0].kind == pythonNumber:
		return pythonNumberText(sign, t[0].text)
	case sign != "":
		return nil
	}
	switch t[0].text {
	case "True":
		return json.RawMessage("true")
	case "False":
		return json.RawMessage("false")
	case "None":
		return json.RawMessage("null")
	}
	return nil
}

// pythonList reads [A, B] and (A, B); (A) is A.
func pythonList(t []pythonToken, depth int) json.RawMessage {
	last := len(t) - 1
	if closing(t) != last || nesting(t[last]) >= 0 {
		return nil
	}
	inner := t[1:last]
	if t[0].text == "(" && len(inner) > 0 && atDepthZero(inner, ",") < 0 {
		return pythonLiteral(inner, depth-1)
	}
	var texts []string
	for _, part := range splitTokens(inner) {
		text := pythonLiteral(part, depth-1)
		if text == nil {
			return nil
		}
		texts = append(texts, string(text))
	}
	return json.RawMessage("[" + strings.Join(texts, ",") + "]")
}

// pythonDict reads {"A": B}.
func pythonDict(t []pythonToken, depth int) json.RawMessage {
	last := len(t) - 1
	if closing(t) != last || nesting(t[last]) >= 0 {
		return nil
	}
	var members []string
	for _, part := range splitTokens(t[1:last]) {
		colon := atDepthZero(part, ":")
		if colon < 0 {
			return nil
		}
		key, ok := pythonText(part[:colon])
		value := pythonLiteral(part[colon+1:], depth-1)
		if !ok || value == nil {
			return nil
		}
		members = append(members, jsontext.Quote(key)+":"+string(value))
	}
	return json.RawMessage("{" + strings.Join(members, ",") + "}")
}

// pythonNumberText returns the JSON text of a number, nil if JSON has none for it.
func pythonNumberText(sign, text string) json.RawMessage {
	const tooLong = 400
	text = strings.ReplaceAll(text, "_", "")
	if len(text) > tooLong {
		return nil
	}
	if jsontext.Valid([]byte(text)) == nil {
		return json.RawMessage(sign + text)
	}
	if n, ok := new(big.Int).SetString(text, 0); ok {
		return json.RawMessage(sign + n.String())
	}
	if x, err := strconv.ParseFloat(text, 64); err == nil { // 1. and .5
		if number, err := json.Marshal(x); err == nil {
			return json.RawMessage(sign + string(number))
		}
	}
	return nil
}

// pythonText returns the text of strings side by side; ok is false for what is none, or not only text.
func pythonText(t []pythonToken) (text string, ok bool) {
	var b strings.Builder
	for _, token := range t {
		if token.kind != pythonString {
			return "", false
		}
		s := token.text
		quote := strings.IndexAny(s, `"'`)
		prefix := strings.ToLower(s[:quote])
		if strings.ContainsAny(prefix, "bft") {
			return "", false
		}
		s = unquoted(s[quote:])
		if !strings.Contains(prefix, "r") {
			s = pythonUnescape(s)
		}
		b.WriteString(s)
	}
	return b.String(), len(t) > 0
}

// unquoted returns what is between quotes, the last of which may be missing.
func unquoted(s string) string {
	for _, quote := range []string{`"""`, `'''`, s[:1]} {
		if inner, ok := strings.CutPrefix(s, quote); ok {
			return strings.TrimSuffix(inner, quote)
		}
	}
	return s
}

// pythonUnescape replaces the escapes of string literals (Python's reference, section 2.4.1). Names of characters stay
// as they are.
func pythonUnescape(s string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, `\`)
		b.WriteString(before)
		if !found || after == "" {
			return b.String()
		}
		size := 1
		switch c := after[0]; c {
		case '\n':
		case '\\', '\'', '"':
			b.WriteByte(c)
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'x', 'u', 'U':
			size = 1 + pythonRune(&b, after)
		default:
			b.WriteString(`\` + after[:1])
		}
		s = after[size:]
	}
}

// pythonRune writes the character of xHH, uHHHH or UHHHHHHHH and returns how many digits that has.
func pythonRune(b *strings.Builder, s string) (digits int) {
	digits = map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[0]]
	if len(s) > digits {
		if n, err := strconv.ParseUint(s[1:1+digits], 16, 32); err == nil && n <= utf8.MaxRune {
			b.WriteRune(rune(n))
			return digits
		}
	}
	b.WriteString(`\` + s[:1])
	return 0
}
