package lang

// code scans a jq expression or a shell command for strings, brackets and comments. It returns where a comment begins
// (a # that is a word of its own), or the length of text if there is none, and whether the text before it ends inside
// brackets or quotes.
func code(text string) (comment int, open bool) {
	var around []byte // the brackets and quotes that are open
	start := true     // of a word; only there does ' open a string
	for i := 0; i < len(text); i++ {
		c := text[i]
		inside := byte(0)
		if len(around) > 0 {
			inside = around[len(around)-1]
		}
		switch {
		case inside == '"' && c == '\\':
			if i++; i < len(text) && text[i] == '(' {
				around = append(around, '(') // "…\(…)…" is jq's interpolation
			}
		case (inside == '"' || inside == '\'') && c == inside:
			around = around[:len(around)-1]
		case inside == '"' || inside == '\'':
		case c == '"' || c == '\'' && start || c == '(' || c == '[' || c == '{':
			around = append(around, c)
		case inside != 0 && (c == ')' || c == ']' || c == '}'):
			around = around[:len(around)-1]
		case c == '#' && start && (i+1 == len(text) || isBlank(text[i+1])):
			return i, len(around) > 0
		}
		start = isBlank(c)
	}
	return len(text), len(around) > 0
}
