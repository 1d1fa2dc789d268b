package session

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
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/human"
	"rpcsh/shell/script"
)

// describedByScripts is the remark on an answer that describe has made.
const describedByScripts = "from the scripts that are served"

// Scripts are the files whose functions are served. The methods may be called by any number of goroutines.
type Scripts struct {
	session *Session

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
func (ss *Scripts) find(path string) *scriptFile {
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
func (ss *Scripts) put(f *scriptFile) {
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
func (ss *Scripts) remove(path string) bool {
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
func (ss *Scripts) methods() []catalog.Method {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var all []catalog.Method
	for _, f := range ss.all {
		for _, fn := range f.functions() {
			all = append(all, fn.Method())
		}
	}
	return all
}

// functions returns what f serves now.
func (f *scriptFile) functions() []*script.Function {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.current.Functions
}

// Scripts returns the files whose functions are served.
func (s *Session) Scripts() *Scripts { return &s.scripts }

// Serve serves the functions of a file, and those that it will have, as the file is watched. They are served by rules
// that are otherwise like rule, which flags say; a nil rule is one without flags.
func (ss *Scripts) Serve(ctx context.Context, name string, rule *answer.Rule, flags string) error {
	if rule == nil {
		rule = &answer.Rule{Limit: answer.DefaultLimit}
	}
	path, err := filepath.Abs(name) // the working directory may change
	if err != nil {
		return exit.Usagef("%s: %w", name, err)
	}
	f := &scriptFile{name: name, path: path, rule: rule, text: flags}
	if before := ss.find(path); before != nil {
		f.state = before.state
	} else {
		f.state = script.NewState()
	}
	info, err := os.Stat(path)
	if err != nil {
		return exit.Usagef("%s: %w", name, withoutPath(err))
	}
	if f.current, err = ss.load(ctx, f); err != nil {
		return &exit.Failure{Code: exit.Usage, Err: err}
	}
	watched, stop := context.WithCancel(ss.session.done)
	f.stop = stop
	ss.put(f)
	ss.session.rules.Renew(path, f.rules())
	ss.session.tasks.Go(func() { watchFile(watched, path, info, func() { ss.reload(watched, f) }) })
	text := fmt.Sprintf("%s: %s served: %s", name, human.Plural(len(f.current.Functions), "method"), f.signatures())
	ss.session.bus.Publish(&event.Event{Kind: event.Note, Asked: true, Text: text})
	return nil
}

// load loads f as it is now.
func (ss *Scripts) load(ctx context.Context, f *scriptFile) (*script.Script, error) {
	source, err := ReadFile(f.path, script.MaxSource)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, withoutPath(err))
	}
	loaded, err := script.Load(ctx, f.name, source, f.state, script.Host{
		Log: func(text string) {
			text = filepath.Base(f.name) + ": " + text
			ss.session.bus.Publish(&event.Event{
				Kind: event.Note, Origin: event.FromScript, Text: text, Topic: "log of " + f.name,
			})
		},
		// Of many that fail at one place, as one does that calls itself through the peer, one is told.
		Failed: func(method string, m *script.Mistake) {
			text := method + ": " + m.Error()
			ss.session.bus.Publish(&event.Event{
				Kind: event.Note, Origin: event.FromScript, Text: text, Topic: "failed " + method, Reason: text,
			})
		},
		Peers: ss.session.peers.forAnswers,
	})
	if err != nil {
		return nil, err
	}
	if len(loaded.Functions) == 0 {
		const text = "%s: there is nothing to serve: a top-level function whose name does not begin with _ is a method"
		return nil, fmt.Errorf(text, f.name)
	}
	return loaded, nil
}

// forAnswers returns all peers that are connected, as those who answer see them.
func (r *Peers) forAnswers() []answer.Peer {
	var all []answer.Peer
	for _, p := range r.List() {
		all = append(all, p)
	}
	return all
}

// withoutPath returns why a file could not be read, without its path, which the person did not write like that.
func withoutPath(err error) error {
	var e *fs.PathError
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}

// reload serves what f has become; where that cannot be loaded, what was served before stays.
func (ss *Scripts) reload(ctx context.Context, f *scriptFile) {
	loaded, err := ss.load(ctx, f)
	switch {
	case ctx.Err() != nil:
		return
	case errors.Is(err, fs.ErrNotExist):
		ss.session.Problem(f.name + " is gone; what it served before stays")
		return
	case err != nil:
		ss.session.Problem(fmt.Sprintf("%v; what it served before stays", err))
		return
	}
	before := f.functions()
	if !ss.replace(ctx, f, loaded) {
		return
	}
	ss.session.Note(fmt.Sprintf("%s: %s served%s%s", f.name, human.Plural(len(loaded.Functions), "method"),
		without(loaded.Functions, before, "new"), without(before, loaded.Functions, "gone")))
}

// replace serves loaded in place of what f was before, unless ctx has ended: then f is not served any more.
func (ss *Scripts) replace(ctx context.Context, f *scriptFile, loaded *script.Script) bool {
	ss.mu.Lock() // with which f is stopped
	defer ss.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	f.mu.Lock()
	f.current = loaded
	f.mu.Unlock()
	ss.session.rules.Replace(f.path, f.rules())
	return true
}

// without says how many functions a has that b has not.
func without(a, b []*script.Function, what string) string {
	n := 0
	for _, fn := range a {
		if !slices.ContainsFunc(b, func(other *script.Function) bool { return other.Name == fn.Name }) {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(", %s %s", human.Grouped(n), what)
}

// Unserve no longer serves a file, and reports whether it was served.
func (ss *Scripts) Unserve(name string) bool {
	path, err := filepath.Abs(name)
	if err != nil || !ss.remove(path) {
		return false
	}
	ss.session.rules.Remove(path)
	return true
}

// rules returns a rule for each function.
func (f *scriptFile) rules() []*answer.Rule {
	var rules []*answer.Rule
	for _, fn := range f.functions() {
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
	for _, fn := range f.functions() {
		all = append(all, fn.Signature())
	}
	return human.Clip(strings.Join(all, ", "), 600)
}

// describe answers rpc.discover: the methods that scripts serve, as an OpenRPC document. It is nil where there are
// none.
func (ss *Scripts) describe() json.RawMessage {
	methods := ss.methods()
	if len(methods) == 0 {
		return nil
	}
	var document bytes.Buffer
	if json.Compact(&document, openrpc.Export(catalog.New(methods...), ss.session.opts.Self.Name)) != nil {
		return nil
	}
	return document.Bytes()
}
