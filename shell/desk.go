package shell

import (
	"sync"
	"sync/atomic"

	"rpcsh/shell/command"
	"rpcsh/shell/session"
)

// A desk is how a person edits lines, and what stands around them: what .set says of it, and the terminal that heeds
// it.
type desk struct {
	terminal Terminal // nil: nobody sits there
	changed  func()   // shows the prompt anew
	bar      *statusBar
	status   atomic.Bool

	mu      sync.Mutex // protects what follows
	editing string
	prompt  string
	colors  map[*session.Peer]string // of their prompts
}

var _ command.Desk = (*desk)(nil)

func newDesk(terminal Terminal, bar *statusBar) *desk {
	d := &desk{
		terminal: terminal, bar: bar, editing: command.EditingEmacs, prompt: command.PromptAuto,
		colors: make(map[*session.Peer]string),
	}
	d.status.Store(true)
	return d
}

func (d *desk) Editing() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.editing
}

func (d *desk) SetEditing(editing string) {
	d.mu.Lock()
	d.editing = editing
	d.mu.Unlock()
	if t, ok := d.terminal.(interface{ SetVi(on bool) }); ok {
		t.SetVi(editing == command.EditingVi)
	}
}

func (d *desk) Prompt() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.prompt
}

func (d *desk) SetPrompt(form string) error {
	if err := checkPrompt(form); err != nil {
		return err
	}
	d.mu.Lock()
	d.prompt = form
	d.mu.Unlock()
	d.changed()
	return nil
}

func (d *desk) SetPromptColor(p *session.Peer, color string) {
	d.mu.Lock()
	d.colors[p] = color
	d.mu.Unlock()
	d.changed()
}

// color returns the colour of the prompt while p is the current peer, "" for the usual one.
func (d *desk) color(p *session.Peer) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.colors[p]
}

func (d *desk) Status() bool { return d.status.Load() }

func (d *desk) SetStatus(on bool) {
	d.status.Store(on)
	d.bar.turn(on)
}
