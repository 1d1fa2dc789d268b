package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"rpcsh/shell/document"
	"rpcsh/shell/human"
	"rpcsh/shell/lang"
)

// env is what the arguments of a line may refer to.
func (s *Shell) env(ctx context.Context) lang.Env {
	return lang.Env{
		ReadFile: func(path string) ([]byte, error) { return s.readFile(ctx, path) },
		Call:     func(st *lang.Statement) (json.RawMessage, error) { return s.runner.value(ctx, st) },
		Variable: func(name string) (json.RawMessage, bool) {
			if message, is := s.commands.Messages().Value(name); is {
				return message, true
			}
			return s.session.VariableFor(ctx, name)
		},
	}
}

// maxFile is the largest file that @FILE takes, in bytes: no message that holds a larger one would be taken by anybody.
const maxFile = 1 << 30

// standardInput is the file that stands for it.
const standardInput = "-"

// readFile reads a file for an argument.
func (s *Shell) readFile(ctx context.Context, path string) ([]byte, error) {
	if path == standardInput {
		return s.readInput(ctx)
	}
	return document.ReadFile(path, maxFile)
}

// readInput reads standard input to its end. When ctx ends before, what reads is left to the end of the program:
// nothing can wake it.
func (s *Shell) readInput(ctx context.Context) ([]byte, error) {
	if s.cfg.Stdin == nil {
		return nil, errors.New("- is standard input, from which lines are read here: give it to a call on the " +
			"command line, as in rpcsh TARGET METHOD @-")
	}
	type input struct {
		data []byte
		err  error
	}
	done := make(chan input, 1)
	go func() {
		data, err := readAll(s.cfg.Stdin, maxFile)
		done <- input{data, err}
	}()
	select {
	case in := <-done:
		return in.data, in.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// readAll reads a stream of at most so many bytes.
func readAll(r io.Reader, most int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, most+1))
	if err == nil && int64(len(data)) > most {
		return nil, fmt.Errorf("standard input has more than %s", human.Size(int(most)))
	}
	return data, err
}
