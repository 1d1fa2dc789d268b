package lang

import "strings"

// ParseArgs reads a call that came as separate words, in which only values have a meaning: there are no variables,
// filters, & or comments. The error is an *Error; its column is that in the words joined by single blanks.
func ParseArgs(method string, words []string, env Env) (*Call, error) {
	name, notify := strings.CutPrefix(method, "!")
	if name == "" {
		return nil, errorAt(len(method), "a method is missing")
	}
	if err := checkUTF8(method); err != nil {
		return nil, err
	}
	env.Variable = nil
	call := &Call{Method: name, Notify: notify, Column: len(method) - len(name)}
	column := len(method) + 1
	var args arguments
	for _, w := range words {
		args.before = column
		if err := parseWord(w, &args, env); err != nil {
			e := *err.(*Error)
			e.Column += column
			return nil, &e
		}
		column += len(w) + 1
	}
	if err := args.complete(); err != nil {
		return nil, err
	}
	args.into(call)
	call.End = column - 1
	return call, nil
}

func parseWord(word string, args *arguments, env Env) error {
	if err := checkUTF8(word); err != nil {
		return err
	}
	p := &parser{scanner: scanner{src: word, words: true}, env: env}
	if text := strings.Trim(word, blanks); text != "" && (text[0] == '{' || text[0] == '[') {
		p.src = strings.TrimRight(word, blanks) // JSON on lines of its own, in the quotes of the system's shell
		p.blank()
	}
	if err := p.argument(args); err != nil {
		return err
	}
	if p.pos < len(p.src) {
		return p.errorf("nothing may follow this value; quote all of it where it is text")
	}
	return nil
}
