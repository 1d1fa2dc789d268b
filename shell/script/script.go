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
	"maps"
	"slices"
	"strings"
	"time"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rpcsh/rpcconn/catalog"
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
}

// A Script is a file that has been loaded.
type Script struct {
	Functions []*Function // sorted by name
	Timers    []*Timer

	onConnect, onClose *starlark.Function // nil: there is none

	state  *State
	host   Host
	client *Client // nil: it is served, and not run once
}

// A Function answers requests for a method. It is an answer.Answerer.
type Function struct {
	Name string       // of the method
	Kind catalog.Kind // of the messages that it is for

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
	loading := &loading{served: make(map[string]*Function)}
	var globals starlark.StringDict
	err := s.run(ctx, name, nobody, func(r *run) error {
		r.loading = loading
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
	if err := s.take(globals, loading); err != nil {
		return nil, err
	}
	s.Functions = slices.SortedFunc(maps.Values(loading.served), func(a, b *Function) int {
		return strings.Compare(a.Name, b.Name)
	})
	return s, nil
}

// take takes in the functions that globals name.
func (s *Script) take(globals starlark.StringDict, loading *loading) error {
	for global, value := range globals {
		fn, ok := value.(*starlark.Function)
		switch {
		case !ok, strings.HasPrefix(global, "_"):
		case global == onConnect, global == onClose:
			if err := takes(fn, 1); err != nil {
				return mistakeOf(fn.Position(), fmt.Errorf("%s(peer) %w", global, err))
			}
		case loading.served[global] == nil:
			loading.served[global] = &Function{Name: global, script: s, fn: fn, sig: signatureOf(fn)}
		}
	}
	s.onConnect, _ = globals[onConnect].(*starlark.Function)
	s.onClose, _ = globals[onClose].(*starlark.Function)
	return nil
}

// A loading is what the top level of a file asks for while it runs.
type loading struct {
	served map[string]*Function // by the names of the methods
}

// compile parses a file, and guards what may take much memory.
func (s *Script) compile(name string, source []byte) (*starlark.Program, error) {
	f, err := dialect().Parse(name, source, 0)
	if err != nil {
		return nil, err
	}
	guardOperators(f)
	guardTexts(f)
	return starlark.FileProgram(f, s.builtins().Has)
}

// dialect returns the options of Starlark for scripts: all features but recursion, which would need a limit of its own.
func dialect() *syntax.FileOptions {
	return &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true}
}

// serve is serve(name, function, request=False, notification=False), for methods whose names cannot be those of
// functions, and for those that are requests only, or notifications only.
func serve(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	var name string
	var fn *starlark.Function
	var request, notification bool
	err := starlark.UnpackArgs(b.Name(), args, kwargs,
		"name", &name, "function", &fn, "request?", &request, "notification?", &notification)
	if err != nil {
		return nil, err
	}
	r := running(thread)
	switch {
	case r.loading == nil:
		return nil, errors.New("serve belongs at the top level of the file")
	case name == "":
		return nil, errors.New("serve: a method needs a name")
	}
	if err := glob.Check(name); err != nil {
		return nil, fmt.Errorf("serve: %w", err)
	}
	f := &Function{Name: name, script: r.script, fn: fn, sig: signatureOf(fn)}
	switch {
	case request && !notification:
		f.Kind = catalog.KindRequest
	case notification && !request:
		f.Kind = catalog.KindNotification
	}
	r.loading.served[name] = f
	return starlark.None, nil
}
