package lang

import (
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// A Place is what belongs at the end of a line that is being typed.
type Place int

// The places.
const (
	AtNothing  Place = iota // a filter, a comment, or a mistake: nothing can be said of it
	AtPeer                  // @PEER
	AtCommand               // .COMMAND
	AtWord                  // a word of the arguments of Cursor.Command
	AtMethod                // METHOD
	AtArgument              // the beginning of an argument: its name, or the value itself
	AtValue                 // the value of the argument, or of the part of it that Path leads to
	AtKey                   // a key of an object in JSON text
	AtFile                  // @FILE
	AtOutlet                // FILE behind > or <
	AtVariable              // $NAME
	AtMember                // .NAME, ["NAME"] or [N] after $NAME
	AtEnd                   // the end of a method or value to which nothing can be added
)

// A Cursor describes the end of a line that is being typed, as the language understands it.
type Cursor struct {
	At    Place
	Start int    // byte of the line where the word being typed begins, with its quote, @, $ or dot, but without a !
	Typed string // the word, without quotes, escapes, @ and $
	Quote byte   // that it begins with; 0: none

	Peer    string   // @PEER, without the @
	Command *Command // a command other than a call; its Args end before the word being typed
	Method  string   // whose arguments are being typed; "" for .print
	Notify  bool
	Given   []string // names of the arguments before this one; "" for positional ones
	Name    string   // of this argument; "": it has none, or At is AtArgument
	JSON    bool     // only JSON belongs here: after :=, and inside an object or array
	Path    []Step   // from the argument to the value, or to the object whose key is typed; nil: the argument itself
	Keys    []string // that the object has already

	Variable string // AtMember: its name without the $
	Steps    []Step // AtMember: between the name and the word being typed
}

// A Step leads into a value.
type Step struct {
	Key     string // of an object
	Index   int    // of an array, if Element is set; counted from the end if negative
	Element bool

	Beside map[string]string // the string members before this one; set in Cursor.Path only
}

// ReadCursor reads a line up to the cursor, which is at its end. Any text will do.
func ReadCursor(line string) Cursor {
	r := cursorReader{parser: parser{scanner: scanner{src: joined(line)}, env: Env{Variable: noVariable}}}
	r.line()
	return r.c
}

// noVariable lets the parser take $NAME for a variable. Its value does not matter to a cursor.
func noVariable(string) (json.RawMessage, bool) { return nil, false }

// A cursorReader reads until it comes to the end of the line. Its methods that return a bool report whether reading is
// over: the line has ended, or goes on with something that cannot be read.
type cursorReader struct {
	parser
	c     Cursor
	depth int // calls in $( that are not closed
}

// at sets what is being typed.
func (r *cursorReader) at(place Place, start int, typed string) bool {
	r.c.At, r.c.Start, r.c.Typed, r.c.Quote = place, start, typed, 0
	if start < len(r.src) && (r.src[start] == '"' || r.src[start] == '\'') {
		r.c.Quote = r.src[start]
	}
	return true
}

// nowhere says that nothing is known of what is being typed.
func (r *cursorReader) nowhere() bool {
	r.c = Cursor{Start: len(r.src)}
	return true
}

func (r *cursorReader) atEnd() bool { return r.pos >= len(r.src) }

// end reports whether a value ends the line.
func (r *cursorReader) end() bool {
	return r.atEnd() && r.at(AtEnd, len(r.src), "")
}

func (r *cursorReader) line() bool {
	r.blank()
	assigned := r.assignment() != ""
	r.blank()
	if r.peer() {
		return true
	}
	start := r.pos
	name := commandName(r.rest())
	if r.next() != '.' {
		return r.calls(false)
	}
	r.pos += 1 + len(name)
	if r.atEnd() {
		return r.at(AtCommand, start, r.src[start:])
	}
	switch name {
	case commandCall, commandNotify, commandBatch:
		r.batch = name == commandBatch
		r.blank()
		begin := r.pos
		return r.peer() || r.flags(name, begin) || r.calls(name == commandNotify)
	case commandPrint:
		return r.arguments() || r.nowhere()
	}
	if assigned || name == "" || !isBlank(r.next()) {
		return r.nowhere()
	}
	if name == commandReply {
		return r.reply(start)
	}
	if words, ok := lineBehind(name); ok {
		rest := r.rest()
		if given := len(strings.Fields(rest)); given > words || given == words && isBlank(rest[len(rest)-1]) {
			r.skipWords(words)
			return r.line()
		}
	}
	return r.words(name, start)
}

// words reads the arguments of the command that begins at start as words.
func (r *cursorReader) words(command string, start int) bool {
	r.blank()
	args := Text{Column: r.pos}
	word := max(r.pos, strings.LastIndexAny(r.src, blanks)+1)
	args.Text = r.src[r.pos:word]
	r.c.Command = &Command{Name: command, Column: start, Args: args}
	return r.at(AtWord, word, r.src[word:])
}

// peer reads @PEER and the blanks after it.
func (r *cursorReader) peer() bool {
	if r.next() != '@' {
		return false
	}
	start := r.pos
	r.pos++
	name := r.bare()
	switch {
	case r.atEnd():
		return r.at(AtPeer, start, name)
	case !r.blank():
		return r.nowhere()
	}
	r.c.Peer = name
	return false
}

// calls reads one call, or those of a batch.
func (r *cursorReader) calls(notify bool) bool {
	for {
		r.blank()
		column := r.pos
		r.c.Notify, r.c.Method, r.c.Given = notify, "", nil
		if r.next() == '!' {
			r.c.Notify = true
			r.pos++
		}
		if r.method(column) || r.arguments() {
			return true
		}
		r.pos++ // the ;
	}
}

func (r *cursorReader) method(column int) bool {
	start := r.pos
	switch {
	case r.atEnd():
		return r.at(AtMethod, start, "")
	case r.callEnds():
		return r.nowhere()
	case r.atQuote():
		text, closed := r.quote()
		if !closed {
			return r.at(AtMethod, start, text)
		}
		r.c.Method = text
		return r.end()
	case r.checkMethod(&Call{Notify: r.c.Notify, Column: column}) != nil:
		return r.nowhere()
	}
	name := r.bare()
	if r.atEnd() {
		return r.at(AtMethod, start, name)
	}
	r.c.Method = name
	return false
}

// arguments reads over arguments up to the ; of a batch.
func (r *cursorReader) arguments() bool {
	for {
		blank := r.blank()
		switch {
		case r.atEnd():
			return r.at(AtArgument, r.pos, "")
		case r.batch && r.next() == ';':
			return false
		case blank && r.next() == '>':
			return r.outlet()
		case blank && r.atInput():
			if r.input() {
				return true
			}
		case !blank, r.callEnds(), r.checkArgument() != nil:
			return r.nowhere()
		case r.argument():
			return true
		}
	}
}

func (r *cursorReader) argument() bool {
	text, operator := cutName(r.rest())
	name, steps, mistake := nested(text)
	if mistake != nil {
		return r.nowhere()
	}
	depth := r.depth
	r.pos += len(text) + len(operator)
	r.c.Name, r.c.JSON = name, operator == ":="
	if r.value() {
		if r.c.At != AtNothing && r.depth == depth {
			r.c.Path = append(plain(steps), r.c.Path...)
		}
		return true
	}
	r.c.Given = append(r.c.Given, name)
	r.c.Name, r.c.JSON = "", false
	return false
}

func (r *cursorReader) value() bool {
	start := r.pos
	switch c := r.next(); {
	case r.atEnd():
		return r.at(AtValue, start, "")
	case c == '@' && (r.c.Name != "" || r.atFile() || r.rest() == "@"):
		return r.file()
	case c == '{' || c == '[':
		n := bracketEnd(r.rest())
		if n == 0 {
			return r.json()
		}
		r.pos += n
		return r.end()
	case r.atQuote():
		text, closed := r.quote()
		if !closed {
			return r.at(AtValue, start, text)
		}
		return r.end()
	case r.atCall():
		n := callEnd(r.rest())
		if n == 0 {
			return r.inner()
		}
		r.pos += n
		return r.end()
	case r.atVariable() || r.beginsVariable():
		if r.variable() {
			return true
		}
		r.bare() // not a path
		return r.end()
	}
	word := r.bare()
	switch {
	case !r.atEnd():
		return false
	case r.c.Name == "":
		return r.at(AtArgument, start, word)
	}
	return r.at(AtValue, start, word)
}

// variable reads $NAME, and the path after it as far as it is well-formed.
func (r *cursorReader) variable() bool {
	start := r.pos
	r.pos++
	if r.rest() == messageMark {
		r.pos++
		return r.at(AtVariable, start, messageMark)
	}
	n := variableName(r.rest())
	name := r.src[r.pos : r.pos+n]
	r.pos += n
	if r.atEnd() {
		return r.at(AtVariable, start, name)
	}
	var steps []Step
	member := func(step int, typed string) bool {
		r.c.Variable, r.c.Steps = name, steps
		return r.at(AtMember, step, typed)
	}
	for {
		step := r.pos
		key, index, err := r.step()
		rest := r.rest()
		switch {
		case err != nil && (rest == "." || rest == "["):
			r.pos = len(r.src)
			return member(step, "")
		case err != nil && strings.HasPrefix(rest, `["`) && stringEnd(rest[1:]) == 0:
			r.pos = len(r.src)
			return member(step, unfinished(rest[1:]))
		case err != nil || r.pos == step:
			return false
		case r.atEnd() && r.src[step] == '.':
			return member(step, *key)
		case key != nil:
			steps = append(steps, Step{Key: *key})
		default:
			steps = append(steps, Step{Index: index, Element: true})
		}
		if r.end() {
			return true
		}
	}
}

// beginsVariable reports whether nothing but the beginning of a variable's name is left.
func (r *cursorReader) beginsVariable() bool { return r.rest() == "$" || r.rest() == "$"+messageMark }

// quote reads over quoted text and returns it, and whether the closing quote is there.
func (r *cursorReader) quote() (text string, closed bool) {
	rest := r.rest()
	n := strings.IndexByte(rest[1:], rest[0]) + 2
	if rest[0] == '"' {
		n = stringEnd(rest)
	}
	switch {
	case n < 2:
		r.pos = len(r.src)
		if rest[0] == '"' {
			return unfinished(rest), false
		}
		return rest[1:], false
	case rest[0] == '"':
		text, _ = jsontext.Unquote([]byte(rest[:n])) // if it is not a JSON string, it names nothing
	default:
		text = rest[1 : n-1]
	}
	r.pos += n
	return text, true
}

// unfinished returns the text of a JSON string that is not closed, and may end in half an escape.
func unfinished(quoted string) string {
	for _, whole := range []string{quoted, quoted[:max(1, strings.LastIndexByte(quoted, '\\'))]} {
		if text, err := jsontext.Unquote([]byte(whole + `"`)); err == nil {
			return text
		}
	}
	return quoted[1:]
}

// Follow returns what steps lead to in v, or nil if they lead nowhere.
func Follow(v json.RawMessage, steps []Step) json.RawMessage {
	for _, s := range steps {
		if s.Element {
			v = element(v, s.Index)
		} else {
			v = member(v, s.Key)
		}
	}
	return v
}
