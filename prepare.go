package main

import (
	"context"

	"rpcsh/shell"
	"rpcsh/shell/record"
	"rpcsh/shell/redact"
)

// prepare does what the command line says before anybody is connected.
func (p *program) prepare(ctx context.Context) error {
	if err := p.startRecording(); err != nil {
		return err
	}
	for _, schema := range p.schemas {
		if err := p.shell.Learn(ctx, schema); err != nil {
			return err
		}
	}
	mock := p.mock
	mock.Pace = p.pace
	for _, file := range p.scripts {
		if err := p.shell.ServeFile(ctx, file, mock); err != nil {
			return err
		}
	}
	return nil
}

// recordOptions says what recordings tell of the program, and what is masked in them.
func (p *program) recordOptions() record.Options {
	return record.Options{
		By: "rpcsh " + version, Argv: p.argv(), SecretFlags: secretFlags(), Max: int(p.recordMax),
		Rules: p.redacts,
	}
}

// argv returns the command line. Where the place of a value makes it a secret, the arguments of the call are left out,
// whose places are others.
func (o *options) argv() []string {
	args := append([]string{"rpcsh"}, o.line...)
	if o.redacts.HasPaths() {
		args = args[:len(args)-max(0, len(o.call())-1)]
	}
	return args
}

// shown returns the command line without its secrets.
func (o *options) shown() []string {
	return redact.New(o.redacts).Argv(o.argv(), secretFlags()...)
}

// secretFlags are the flags whose values are secrets.
func secretFlags() []string { return []string{"--token", "--user", "--secret"} }

// startRecording begins to record where --record says so.
func (p *program) startRecording() error {
	if p.record == "" {
		return nil
	}
	return shell.Record(p.shell, record.Request{File: p.record, Append: p.appends})
}
