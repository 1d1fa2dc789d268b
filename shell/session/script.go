package session

import (
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
	"rpcsh/rpcconn/home"
	"rpcsh/rpcconn/plain"
	"rpcsh/shell/answer"
	"rpcsh/shell/document"
	"rpcsh/shell/event"
	"rpcsh/shell/exit"
	"rpcsh/shell/script"
)

// describedByScripts is the remark on an answer that describe has made.
const describedByScripts = "from the scripts that are served"

// Scripts are the files whose functions are served. The methods may be called by any number of goroutines.
type Scripts struct {
	session *Session

	mu    sync.Mutex // protects what follows
	all   []*scriptFile
	mocks []*mockFile
}

// A scriptFile is a file whose functions are served, and which is loaded again when it changes.
type scriptFile struct {
	name   string       // as the person wrote it
	path   string       // which it had then
	rule   *answer.Rule // what is said of all its functions
	text   string       // the same as it was written
	state  *script.State
	served *script.Served
}

// indexLocked returns where the file at path is among those that are served, -1 where it is not.
func (ss *Scripts) indexLocked(path string) int {
	return slices.IndexFunc(ss.all, func(f *scriptFile) bool { return f.path == path })
}

// stateOf returns the state of the file at path, a new one where it is not served.
func (ss *Scripts) stateOf(path string) *script.State {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if i := ss.indexLocked(path); i >= 0 {
		return ss.all[i].state
	}
	return script.NewState(ss.session.peers.forAnswers)
}

// put takes in f, in the place of one at the same path, which is not watched any more, and has it know the peers.
func (ss *Scripts) put(f *scriptFile) {
	ss.mu.Lock() // until it knows them, none of them comes or goes
	defer ss.mu.Unlock()
	if i := ss.indexLocked(f.path); i >= 0 {
		ss.all[i].served.Stop()
		ss.all[i] = f
	} else {
		ss.all = append(ss.all, f)
	}
	for _, p := range ss.session.peers.List() {
		f.tell(p, event.Connect)
	}
}

// remove forgets the file at path, which is not watched any more, and reports whether there was one.
func (ss *Scripts) remove(path string) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	i := ss.indexLocked(path)
	if i >= 0 {
		ss.all[i].served.Stop()
		ss.all = slices.Delete(ss.all, i, i+1)
	}
	return i >= 0
}

// describe answers rpc.discover; nil: there is nothing to describe.
func (ss *Scripts) describe() json.RawMessage {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	var all []*script.Script
	for _, f := range ss.all {
		all = append(all, f.served.Now())
	}
	return script.Describe(ss.session.opts.Self.Name, all...)
}

// Scripts returns the files whose functions are served.
func (s *Session) Scripts() *Scripts { return &s.scripts }

// Serve serves the functions of a file, and those that it will have, as the file is watched. They are served by rules
// that are otherwise like rule, which flags say; a nil rule is one without flags.
func (ss *Scripts) Serve(ctx context.Context, name string, rule *answer.Rule, flags string) error {
	if rule == nil {
		rule = &answer.Rule{Limit: answer.DefaultLimit}
	}
	path, err := filepath.Abs(home.Path(name)) // the working directory may change
	if err != nil {
		return exit.Usagef("%s: %w", name, err)
	}
	f := &scriptFile{name: name, path: path, rule: rule, text: flags, state: ss.stateOf(path)}
	info, err := os.Stat(path)
	if err != nil {
		return exit.Usagef("%s: %w", name, plain.Reason(err))
	}
	loaded, err := ss.load(ctx, f)
	if err != nil {
		return &exit.Failure{Code: exit.Usage, Err: err}
	}
	f.served = script.Serve(ofOwnAccord(ss.session.done), loaded, rule.Limit, ss.session.tasks.Go)
	ss.put(f)
	ss.session.rules.Renew(path, f.rules())
	watched := f.served.Context()
	ss.session.tasks.Go(func() { document.Watch(watched, path, info, func() { ss.reload(watched, f) }) })
	text := name + ": " + loaded.Summary()
	ss.session.bus.Publish(&event.Event{Kind: event.Note, Asked: true, Text: text})
	return nil
}

// load loads f as it is now.
func (ss *Scripts) load(ctx context.Context, f *scriptFile) (*script.Script, error) {
	source, err := document.ReadFile(f.path, script.MaxSource)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.name, plain.Reason(err))
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
	})
	if err != nil {
		return nil, err
	}
	if len(loaded.Functions) == 0 && len(loaded.OwnAccord()) == 0 {
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
	before := f.served.Now()
	if ss.replace(ctx, f, loaded) {
		ss.session.Note(f.name + ": " + loaded.Changes(before))
	}
}

// replace serves loaded in place of what f was before, unless ctx has ended: then f is not served any more.
func (ss *Scripts) replace(ctx context.Context, f *scriptFile, loaded *script.Script) bool {
	ss.mu.Lock() // with which f is stopped
	defer ss.mu.Unlock()
	if ctx.Err() != nil {
		return false
	}
	f.served.Become(loaded)
	ss.session.rules.Replace(f.path, f.rules())
	return true
}

// Unserve no longer serves a file, and reports whether it was served.
func (ss *Scripts) Unserve(name string) bool {
	path, err := filepath.Abs(home.Path(name))
	if err != nil || !ss.remove(path) && !ss.removeMock(path) {
		return false
	}
	ss.session.rules.Remove(path)
	return true
}

// rules returns a rule for each function.
func (f *scriptFile) rules() []*answer.Rule {
	var rules []*answer.Rule
	for _, fn := range f.served.Now().Functions {
		rule := *f.rule
		rule.Pattern, rule.File, rule.Answerer, rule.Acts, rule.Kind = fn.Name, f.path, fn, true, fn.Kind
		rule.Text = strings.TrimRight(fn.Signature()+only(fn.Kind)+" in "+f.name+" "+f.text, " ")
		rules = append(rules, &rule)
	}
	return rules
}

// only says for which messages alone something is.
func only(kind catalog.Kind) string {
	switch kind {
	case catalog.KindRequest:
		return " for requests only"
	case catalog.KindNotification:
		return " for notifications only"
	}
	return ""
}
