// Package script answers requests with functions written in Starlark (go.starlark.net). It knows neither the terminal
// nor files.
//
// A file's functions run one at a time. A function runs until it ends, or waits as in rpc.call and sleep; one that
// computes for long is made to wait now and then. So there are no data races on what functions share, state.
package script

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rpcsh/shell/answer"
	"rpcsh/shell/glob"
)

// MaxSource is the largest size of a script, in bytes.
const MaxSource = 1 << 20

// loadLimit is how long the top level of a script may run.
const loadLimit = 5 * time.Second

// A Host is what the program that runs a script does for it. Any number of goroutines may call its functions.
type Host struct {
	Log    func(text string)                   // shows what a script logs, which may have any length
	Failed func(method string, where *Mistake) // shows why a function did not answer
	Peers  func() []answer.Peer                // all that are connected
}

// A Script is a file that has been loaded.
type Script struct {
	Functions []*Function // sorted by name

	state *State
	host  Host
}

// A Function answers requests for a method. It is an answer.Answerer.
type Function struct {
	Name string // of the method

	script *Script
	fn     *starlark.Function
	sig    signature
}

// Load runs a file's top level, within 5 seconds. Messages call the file name. The error is a *Mistake, or says that
// the file is too large or took too long.
func Load(ctx context.Context, name string, source []byte, state *State, host Host) (*Script, error) {
	if len(source) > MaxSource {
		return nil, fmt.Errorf("%s: a script has at most %d bytes", name, MaxSource)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, loadLimit, fmt.Errorf("loading it took longer than %s", loadLimit))
	defer cancel()
	s := &Script{state: state, host: host}
	served := make(map[string]*starlark.Function)
	var globals starlark.StringDict
	err := s.run(ctx, name, func(r *run) error {
		r.served = served
		program, err := s.compile(name, source)
		if err == nil {
			globals, err = program.Init(r.thread, s.builtins())
			globals.Freeze()
		}
		return err
	})
	if err != nil {
		return nil, mistakeOf(syntax.MakePosition(&name, 0, 0), err)
	}
	for global, value := range globals {
		if fn, ok := value.(*starlark.Function); ok && !strings.HasPrefix(global, "_") {
			served[global] = fn
		}
	}
	for method, fn := range served {
		s.Functions = append(s.Functions, &Function{Name: method, script: s, fn: fn, sig: signatureOf(fn)})
	}
	slices.SortFunc(s.Functions, func(a, b *Function) int { return strings.Compare(a.Name, b.Name) })
	return s, nil
}

// compile parses a file, and guards its products.
func (s *Script) compile(name string, source []byte) (*starlark.Program, error) {
	f, err := dialect().Parse(name, source, 0)
	if err != nil {
		return nil, err
	}
	guardProducts(f)
	return starlark.FileProgram(f, s.builtins().Has)
}

// dialect returns the options of Starlark for scripts: all features but recursion, which would need a limit of its own.
func dialect() *syntax.FileOptions {
	return &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true}
}

// serve is serve(name, function), for methods whose names cannot be those of functions.
func serve(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	var name string
	var fn *starlark.Function
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "name", &name, "function", &fn); err != nil {
		return nil, err
	}
	served := running(thread).served
	switch {
	case served == nil:
		return nil, errors.New("serve belongs at the top level of the file")
	case name == "":
		return nil, errors.New("serve: a method needs a name")
	}
	if err := glob.Check(name); err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	served[name] = fn
	return starlark.None, nil
}
