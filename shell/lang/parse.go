package lang

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"rpcsh/rpcconn/jsontext"
)

// Commands that are calls, and so may be assigned, filtered and sent to the background like any call.
const (
	commandCall   = "call"
	commandNotify = "notify"
	commandBatch  = "batch"
	commandPrint  = "print" // its result is its argument
)

// commandSend takes text that may be broken on purpose, such as a bracket that is never closed.
const commandSend = "send"

// commandDescribe is what METHOD? stands for.
const commandDescribe = "describe"

// Parse reads a line. The error is an *Error.
func Parse(line string, env Env) (*Statement, error) {
	if err := checkUTF8(line); err != nil {
		return nil, err
	}
	p := &parser{scanner: scanner{src: joined(line)}, env: env}
	s := new(Statement)
	if err := p.statement(s); err != nil {
		return nil, err
	}
	return s, nil
}

// Check reads a line that will be run later, when its variables have values and its files are there. The error is an
// *Error.
func Check(line string) (*Statement, error) {
	nothing := json.RawMessage("null")
	return Parse(line, Env{
		Variable: func(string) (json.RawMessage, bool) { return nothing, true },
		ReadFile: func(string) ([]byte, error) { return nothing, nil },
		later:    true,
	})
}

func checkUTF8(text string) error {
	if utf8.ValidString(text) {
		return nil
	}
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return errorAt(i, fmt.Sprintf("byte 0x%02x is not UTF-8", text[i]))
		}
	}
	return nil
}

type parser struct {
	scanner
	env   Env
	extra json.RawMessage // of the calls that follow
}

func (p *parser) statement(s *Statement) error {
	p.blank()
	if p.eof() {
		return nil
	}
	assigned := p.pos
	if s.Assign = p.assignment(); isReserved(s.Assign) {
		return errorAt(assigned, "$"+s.Assign+" has a value of its own: take another name")
	}
	p.blank()
	if err := p.peer(s); err != nil {
		return err
	}
	start := p.pos
	switch name := commandName(p.rest()); {
	case s.Assign == "" && s.Peer == "" && p.question(s):
		return nil
	case name == "":
		if err := p.calls(s, false); err != nil {
			return err
		}
	case name == commandCall || name == commandNotify || name == commandBatch:
		p.pos += 1 + len(name)
		p.blank()
		if err := p.peer(s); err != nil {
			return err
		}
		s.Batch, p.batch = name == commandBatch, name == commandBatch
		flags, err := p.flags(name)
		if err != nil {
			return err
		}
		p.extra = flags.with.params()
		if err := p.calls(s, name == commandNotify); err != nil {
			return err
		}
		if err := flags.give(s); err != nil {
			return err
		}
		s.Calls[0].Spelt = name == commandCall
	case name == commandPrint:
		p.pos += 1 + len(name)
		if err := p.print(s); err != nil {
			return err
		}
	case name == commandShow && p.showsValue(s):
		if err := p.show(s); err != nil {
			return err
		}
	case name == commandWait:
		p.pos += 1 + len(name)
		if err := p.wait(s); err != nil {
			return err
		}
	case s.Assign != "":
		return errorAt(assigned, "only the result of a call can be assigned, ."+name+" has none")
	default:
		p.pos += 1 + len(name)
		p.blank()
		args := p.rest()
		comment, _ := code(args)
		s.Command = &Command{Name: name, Column: start, Args: Text{strings.TrimRight(args[:comment], blanks), p.pos}}
		return nil
	}
	return p.end(s)
}

// assignment moves over NAME = and returns the name, or "" if there is none.
func (p *parser) assignment() string {
	n := identifier(p.rest())
	i := p.pos + n
	for i < len(p.src) && isBlank(p.src[i]) {
		i++
	}
	if n == 0 || i >= len(p.src) || p.src[i] != '=' || strings.HasPrefix(p.src[i:], "==") {
		return ""
	}
	name := p.src[p.pos : p.pos+n]
	p.pos = i + 1
	return name
}

// peer reads @PEER.
func (p *parser) peer(s *Statement) error {
	if p.next() != '@' {
		return nil
	}
	if s.Peer != "" {
		return p.errorf("a peer is named already")
	}
	s.PeerColumn = p.pos
	p.pos++
	s.Peer = p.bare()
	if s.Peer == "" {
		return errorAt(s.PeerColumn, "a peer is missing after @: write @1, or @all")
	}
	if p.blank(); p.callEnds() {
		return p.errorf("a method is missing (.use " + s.Peer + " makes it the peer of all calls)")
	}
	return nil
}

// calls reads one call, or those of a batch.
func (p *parser) calls(s *Statement, notify bool) error {
	for {
		p.blank()
		call := Call{Notify: notify, Column: p.pos, Extra: p.extra}
		if p.next() == '!' {
			call.Notify = true
			p.pos++
		}
		if err := p.method(&call); err != nil {
			return err
		}
		if err := p.arguments(&call); err != nil {
			return err
		}
		s.Calls = append(s.Calls, call)
		if !p.batch || p.next() != ';' {
			return nil
		}
		p.pos++
		if p.blank(); p.callEnds() && p.next() != ';' {
			return nil // a ; at the end
		}
	}
}

// method reads the method of call, whose Column is set already: that of the ! if there is one.
func (p *parser) method(call *Call) error {
	if p.callEnds() {
		return p.errorf("a method is missing")
	}
	if p.atQuote() {
		text, err := p.quoted()
		if err != nil {
			return err
		}
		call.Method, _ = jsontext.Unquote(text) // what quoted returns is a JSON string
	} else {
		if err := p.checkMethod(call); err != nil {
			return err
		}
		start := p.pos
		call.Method = p.bare()
		if i := strings.IndexFunc(call.Method, isHidden); i >= 0 {
			r, _ := utf8.DecodeRuneInString(call.Method[i:])
			return errorAt(
				start+i,
				fmt.Sprintf("%U is invisible, and not a blank; quote the method if it belongs to it", r),
			)
		}
	}
	if call.Method == "" {
		return errorAt(call.Column, "a method is missing")
	}
	return nil
}

func (p *parser) arguments(call *Call) error {
	args, err := p.argumentList()
	if err == nil {
		args.into(call)
		call.End = len(strings.TrimRight(p.src[:p.pos], blanks))
	}
	return err
}

// argumentList reads arguments up to the end of the call.
func (p *parser) argumentList() (args arguments, err error) {
	for {
		blank := p.blank()
		if p.callEnds() && (blank || p.next() != '#') {
			return args, args.complete()
		}
		if !blank {
			return args, p.errorf("a blank is missing here")
		}
		if err := p.checkArgument(); err != nil {
			return args, err
		}
		read := p.argument
		if p.atInput() {
			read = p.input
		}
		if err := read(&args); err != nil {
			return args, err
		}
	}
}

// print reads the value of .print: one argument, or the params that several arguments make.
func (p *parser) print(s *Statement) error {
	if s.Peer != "" {
		return errorAt(s.PeerColumn, "a peer is for calls")
	}
	var err error
	if s.Print, err = p.printed(); err != nil {
		return err
	}
	if p.ampersand() {
		return p.errorf("& is for calls")
	}
	return nil
}

// printed reads one argument, or the params that several arguments make.
func (p *parser) printed() (json.RawMessage, error) {
	args, err := p.argumentList()
	switch {
	case err != nil:
		return nil, err
	case len(args.values) == 0:
		return nil, p.errorf("a value is missing, such as $_")
	case len(args.values) == 1 && len(args.names) == 0:
		return args.values[0].append(nil), nil
	}
	return args.params(), nil
}

// ParseValue reads the value of a command's argument as .print does: one argument, or the params that several arguments
// make. The error is an *Error with the column of the line.
func ParseValue(text Text, env Env) (json.RawMessage, error) {
	p := &parser{scanner: scanner{src: " " + text.Text}, env: env} // a blank precedes an argument
	value, err := p.printed()
	if err == nil && !p.eof() {
		err = p.errorf("quote what follows the value where it belongs to it")
	}
	var mistake *Error
	if errors.As(err, &mistake) {
		mistake.Column += text.Column - 1
	}
	return value, err
}

// callEnds reports whether the arguments end here. It is called where the next one could begin.
func (p *scanner) callEnds() bool {
	if p.eof() || p.src[p.pos] == '|' || p.batch && p.src[p.pos] == ';' || p.ampersand() {
		return true
	}
	return !p.words && p.src[p.pos] == '>'
}

const blanks = " \t\r\n"

// end reads what may follow a call: | JQ, an outlet, and &.
func (p *parser) end(s *Statement) error {
	if p.eof() {
		return nil
	}
	if p.ampersand() {
		s.Background = true
		return nil
	}
	if p.next() == '>' || outletIn(p.rest()) == 0 {
		return readOutlet(p, s)
	}
	p.pos++ // the |
	p.blank()
	text := strings.TrimRight(p.rest(), blanks)
	if i := outletIn(text); i >= 0 {
		after := parser{scanner: scanner{src: p.src, pos: p.pos + i}, env: p.env}
		if err := readOutlet(&after, s); err != nil {
			return err
		}
		text = strings.TrimRight(text[:i], blanks)
	}
	comment, _ := code(text)
	before, ok := strings.CutSuffix(strings.TrimRight(text[:comment], blanks), "&")
	if ok && s.Print == nil && s.Outlet == nil {
		s.Background = true
		text = strings.TrimRight(before, blanks)
	}
	if text == "" || comment == 0 {
		return p.errorf("a jq expression is missing after |")
	}
	s.Filter = &Text{text, p.pos}
	return nil
}
