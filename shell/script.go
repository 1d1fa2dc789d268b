package shell

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/shell/answer"
	"rpcsh/shell/script"
)

// scriptSuffix is how the name of a script ends, by which .serve knows one.
const scriptSuffix = ".star"

// scripts is the files whose functions are served.
type scripts struct {
	mu  sync.Mutex // protects what follows
	all []*scriptFile
}

// A scriptFile is a file whose functions are served, and which is loaded again when it changes.
type scriptFile struct {
	name string       // as the person wrote it
	path string       // which it had then
	rule *answer.Rule // what is said of all its functions
	text string       // the same as it was written
	stop context.CancelFunc

	state *script.State

	mu      sync.Mutex // protects what follows
	current *script.Script
}

// find returns the file at path, nil where it is not served.
func (ss *scripts) find(path string) *scriptFile {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for _, f := range ss.all {
		if f.path == path {
			return f
		}
	}
	return nil
}

// put takes in f, in the place of one at the same path, which is not watched any more.
func (ss *scripts) put(f *scriptFile) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for i, g := range ss.all {
		if g.path == f.path {
			g.stop()
			ss.all[i] = f
			return
		}
	}
	ss.all = append(ss.all, f)
}

// remove forgets the file at path, which is not watched any more, and reports whether there was one.
func (ss *scripts) remove(path string) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for i, f := range ss.all {
		if f.path == path {
			f.stop()
			ss.all = slices.Delete(ss.all, i, i+1)
			return true
		}
	}
	return false
}

// methods returns what the functions of all files are, as a peer is told.
func (ss *scripts) methods() []catalog.Method {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var all []catalog.Method
	for _, f := range ss.all {
		f.mu.Lock()
		for _, fn := range f.current.Functions {
			all = append(all, fn.Method())
		}
		f.mu.Unlock()
	}
	return all
}

// ServeScript serves the functions of a file, and those that it will have: it is watched.
func (s *Shell) ServeScript(ctx context.Context, name string) error {
	return s.serveScript(ctx, name, &answer.Rule{Limit: answer.DefaultLimit}, "")
}

// serveScript serves the functions of a file by rules that are otherwise like rule, which flags say.
func (s *Shell) serveScript(ctx context.Context, name string, rule *answer.Rule, flags string) error {
	path, err := filepath.Abs(name) // the working directory may change
	if err != nil {
		return UsageError("%s: %w", name, err)
	}
	f := &scriptFile{name: name, path: path, rule: rule, text: flags}
	if before := s.scripts.find(path); before != nil {
		f.state = before.state
	} else {
		f.state = script.NewState()
	}
	info, err := os.Stat(path)
	if err != nil {
		return UsageError("%s: %w", name, withoutPath(err))
	}
	if f.current, err = s.loadScript(ctx, f); err != nil {
		return &failure{ExitUsage, err}
	}
	watched, stop := context.WithCancel(s.done)
	f.stop = stop
	s.scripts.put(f)
	s.rules.Renew(path, f.rules())
	s.tasks.Go(func() { watchFile(watched, path, info, func() { s.reloadScript(watched, f) }) })
	s.report(fmt.Sprintf("%s: %s served: %s", visible(name, false), plural(len(f.current.Functions), "method"), f.signatures()))
	return nil
}

// loadScript loads f as it is now.
func (s *Shell) loadScript(ctx context.Context, f *scriptFile) (*script.Script, error) {
	source, err := readUpTo(f.path, script.MaxSource)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, withoutPath(err))
	}
	loaded, err := script.Load(ctx, f.name, source, f.state, script.Host{
		Log:    func(text string) { s.showLogged(f.name, text) },
		Failed: s.showScriptFailure,
		Peers:  s.partners,
	})
	if err != nil {
		return nil, err
	}
	if len(loaded.Functions) == 0 {
		return nil, fmt.Errorf("%s: there is nothing to serve: a top-level function whose name does not begin with _ is a method", f.name)
	}
	return loaded, nil
}

// withoutPath returns why a file could not be read, without its path, which the person did not write like that.
func withoutPath(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// reloadScript serves what f has become; where that cannot be loaded, what was served before stays.
func (s *Shell) reloadScript(ctx context.Context, f *scriptFile) {
	loaded, err := s.loadScript(ctx, f)
	if ctx.Err() != nil {
		return
	}
	if errors.Is(err, fs.ErrNotExist) {
		s.complain(f.name + " is gone; what it served before stays")
		return
	}
	if err != nil {
		s.complain(fmt.Sprintf("%v; what it served before stays", err))
		return
	}
	f.mu.Lock()
	before := f.current
	f.current = loaded
	f.mu.Unlock()
	s.rules.Replace(f.path, f.rules())
	s.note(visible(fmt.Sprintf("%s: %s served%s%s", f.name, plural(len(loaded.Functions), "method"),
		without(loaded, before, "new"), without(before, loaded, "gone")), false))
}

// without says how many functions a has that b has not.
func without(a, b *script.Script, what string) string {
	n := 0
	for _, fn := range a.Functions {
		if !slices.ContainsFunc(b.Functions, func(other *script.Function) bool { return other.Name == fn.Name }) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %s %s", grouped(n), what)
}

// unserveScript no longer serves a file, and reports whether it was served.
func (s *Shell) unserveScript(name string) bool {
	path, err := filepath.Abs(name)
	if err != nil || !s.scripts.remove(path) {
		return false
	}
	s.rules.Remove(path)
	return true
}

// rules returns a rule for each function.
func (f *scriptFile) rules() []*answer.Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	var rules []*answer.Rule
	for _, fn := range f.current.Functions {
		rule := *f.rule
		rule.Pattern, rule.File, rule.Answerer, rule.Acts = fn.Name, f.path, fn, true
		rule.Text = strings.TrimRight(fn.Signature()+" in "+f.name+" "+f.text, " ")
		rules = append(rules, &rule)
	}
	return rules
}

// signatures returns the functions in a line.
func (f *scriptFile) signatures() string {
	var all []string
	for _, fn := range f.current.Functions {
		all = append(all, fn.Signature())
	}
	text := strings.Join(all, ", ")
	return shorten(text, len(text))
}

// partners returns all peers that are connected, as those who answer see them.
func (s *Shell) partners() []answer.Peer {
	var all []answer.Peer
	for _, p := range s.peers.list() {
		all = append(all, partner{s, p})
	}
	return all
}

// showLogged shows what a script logs, as far as fits a line, unless there is a flood of it.
func (s *Shell) showLogged(file, text string) {
	text = filepath.Base(file) + ": " + shorten(text, len(text))
	if s.cfg.Log {
		s.logNote(nil, noteInfo, text)
		return
	}
	s.screen.sample("log of "+visible(file, false), func() string { return s.noteLine(text) })
}

// showScriptFailure shows where a script failed to answer; once, where many fail at the same place, as in a function that has called itself
// through the peer.
func (s *Shell) showScriptFailure(method string, m *script.Mistake) {
	text := m.Error()
	text = method + ": " + shorten(text, len(text))
	if s.cfg.Log {
		s.logNote(nil, noteInfo, text)
		return
	}
	s.screen.once("failed "+visible(method, false), text, func() string { return s.noteLine(text) })
}

// describeScripts answers rpc.discover: the methods that scripts serve, as an OpenRPC document. It is nil where there are none.
func (s *Shell) describeScripts() json.RawMessage {
	methods := s.scripts.methods()
	if len(methods) == 0 {
		return nil
	}
	var document bytes.Buffer
	if json.Compact(&document, openrpc.Export(catalog.New(methods...), s.cfg.Self.Name)) != nil {
		return nil
	}
	return document.Bytes()
}
