package lang

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A CallFlag is a flag of a command that is a call: it stands before the method.
type CallFlag struct {
	Name, Usage, Summary string // Usage is "" where it has no argument

	commands []string // that have it
	read     func(p *parser, f *callFlags) error
	skip     func(r *cursorReader) bool // moves over its argument; reports whether the line ends in it
}

// callFlags are what the flags of one command said.
type callFlags struct {
	with     arguments
	timeout  *time.Duration
	anyway   bool
	id       json.RawMessage
	idColumn int
}

// CallFlags returns the flags that a command has: call, notify or batch.
func CallFlags(command string) []CallFlag {
	return slices.DeleteFunc([]CallFlag{
		{
			Name: "--with", Usage: "NAME=VALUE", commands: []string{commandCall, commandNotify, commandBatch},
			Summary: "add a member to the message beside its params, such as the sessionId of the Chrome DevTools " +
				"Protocol; may be given several times",
			read: (*parser).with, skip: (*cursorReader).skipArgument,
		},
		{
			Name: "--timeout", Usage: "D", commands: []string{commandCall, commandBatch},
			Summary: "wait so long for the answer, such as 2s, whatever .set timeout says; 0: for ever",
			read:    (*parser).timeout, skip: (*cursorReader).skipWord,
		},
		{
			Name: "--id", Usage: "ID", commands: []string{commandCall},
			Summary: "have the request this id, a number or a string, instead of the next one",
			read:    (*parser).id, skip: (*cursorReader).skipArgument,
		},
		{
			Name: "--anyway", commands: []string{commandCall, commandNotify, commandBatch},
			Summary: "send it though the peer does not take it, as far as is known of it",
			read:    (*parser).anyway, skip: func(*cursorReader) bool { return false },
		},
	}, func(f CallFlag) bool { return !slices.Contains(f.commands, command) })
}

const flagMark = "--" // flags begin with it

// flags reads the flags of a command, which stand before the first method.
func (p *parser) flags(command string) (callFlags, error) {
	var read callFlags
	for strings.HasPrefix(p.rest(), flagMark) {
		start := p.pos
		name := p.bare()
		known := CallFlags(command)
		i := slices.IndexFunc(known, func(f CallFlag) bool { return f.Name == name })
		if i < 0 {
			return read, errorAt(start, fmt.Sprintf("there is no %s: .%s has %s; a method that begins with -- is "+
				"written in quotes", name, command, flagNames(known)))
		}
		if p.blank(); p.eof() && known[i].Usage != "" {
			return read, p.errorf(known[i].Usage + " belongs after " + name)
		}
		if err := known[i].read(p, &read); err != nil {
			return read, err
		}
		p.blank()
	}
	return read, read.with.complete()
}

func flagNames(flags []CallFlag) string {
	names := make([]string, len(flags))
	for i, f := range flags {
		names[i] = f.Name
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return names[0]
}

// with reads NAME=VALUE: a member of the message beside its params.
func (p *parser) with(f *callFlags) error {
	start := p.pos
	if err := p.argument(&f.with); err != nil {
		return err
	}
	if len(f.with.names) < len(f.with.values) {
		return errorAt(start, "NAME=VALUE belongs after --with")
	}
	return nil
}

// timeout reads how long the answer is waited for.
func (p *parser) timeout(f *callFlags) error {
	start := p.pos
	d, err := ParseDuration(p.bare())
	if err != nil {
		return errorAt(start, err.Error())
	}
	f.timeout = &d
	return nil
}

// id reads the id of a request.
func (p *parser) id(f *callFlags) error {
	f.idColumn = p.pos
	var err error
	if f.id, err = p.value(); err != nil {
		return err
	}
	if c := f.id[0]; c != '"' && c != '-' && (c < '0' || c > '9') && !p.env.later {
		return errorAt(f.idColumn, `an id is a number or a string, such as 7 or "abc"`)
	}
	return nil
}

func (p *parser) anyway(f *callFlags) error {
	f.anyway = true
	return nil
}

// give puts what the flags said into a statement, whose calls have been read.
func (f *callFlags) give(s *Statement) error {
	s.Timeout, s.Anyway = f.timeout, f.anyway
	if f.id == nil {
		return nil
	}
	if s.Calls[0].Notify {
		return errorAt(f.idColumn, "a notification has no id")
	}
	s.Calls[0].ID, s.Calls[0].IDColumn = f.id, f.idColumn
	return nil
}

// flags reads over the flags of a command, whose arguments begin at begin.
func (r *cursorReader) flags(command string, begin int) bool {
	for strings.HasPrefix(r.rest(), flagMark) {
		start := r.pos
		name := r.bare()
		if r.atEnd() {
			r.c.Command = &Command{Name: command, Args: Text{Text: r.src[begin:start], Column: begin}}
			return r.at(AtWord, start, name)
		}
		known := CallFlags(command)
		i := slices.IndexFunc(known, func(f CallFlag) bool { return f.Name == name })
		if r.blank(); i < 0 || known[i].skip(r) {
			return r.nowhere()
		}
		r.c.Given = nil
		r.blank()
	}
	return false
}

func (r *cursorReader) skipArgument() bool { return r.argument() }

func (r *cursorReader) skipWord() bool {
	r.bare()
	return r.atEnd()
}
