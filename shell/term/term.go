// Package term is the user's terminal: a line editor with completion and history, and output that is printed above the
// line being typed. It is the only package that knows go-prompt, and it knows nothing of RPC.
//
// What a person types goes one way: bytes of the terminal (reader.go) become keys (decode.go), which wait in a queue
// (input.go) until a line is read; the editor (editor.go, keybindings.go) applies them to a line (line.go) and to the
// completion list (list.go), in which go-prompt moves the selection. What is shown goes another: everything is a frame
// (frame.go) below the output, and only the screen (screen.go) writes to the terminal.
//
// The terminal is in a raw mode of our own from Open to Close, also while no line is read: keys typed ahead are kept
// and not echoed, and Ctrl-C is a key. Parsing lines, keeping the history and choosing suggestions are the caller's.
package term

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"time"

	xterm "golang.org/x/term"

	"rpcsh/shell/term/edit"
)

// ErrNoTerminal is wrapped by the errors of Open if there is no terminal on which lines can be edited.
var ErrNoTerminal = errors.New("no terminal to edit lines on")

// ErrInterrupted is what Ask returns for Ctrl-C.
var ErrInterrupted = errors.New("interrupted")

// ErrClosed is what ReadLine returns once the Terminal is closed.
var ErrClosed = errors.New("the terminal is closed")

// A Suggestion is one way to complete the line. Text replaces the blank-delimited word before the cursor. If all of a
// list have the same Lead, with which that word begins, the list stands to the right of it and shows what follows it.
type Suggestion struct{ Text, Description, Lead string }

// Config says what a Terminal asks of its owner. All functions may be nil. They are called while a line is read, on the
// goroutine that reads it or on one of its own, and must not call ReadLine, Ask, Page, SetPrompt, Prefill or Close.
type Config struct {
	// Complete returns the suggestions for the line with the cursor after line[:cursor] (bytes), best first. It is
	// called after each key that changes a word, so it must be quick. Only the first 50 are used.
	Complete func(line string, cursor int) []Suggestion

	// Hint returns one row that says what belongs at the cursor, "" for nothing. It is called along with Complete, but
	// not for a question, and shown with the list of suggestions, even if that is empty. It cannot be selected.
	Hint func(line string, cursor int) string

	// History returns the past lines, oldest first, which Up, Down and Ctrl-R search. Neither side changes the slice
	// afterwards.
	History func() []string

	// Continues reports whether text goes on in the next row, as brackets or quotes are open: Enter after it, and a
	// line break that was pasted, divide the line and do not end it.
	Continues func(text string) bool

	// Tokens returns the parts of the line that are coloured, in their order.
	Tokens func(line string) []Token

	// Edit has the person edit line in a program of their own (Ctrl-X Ctrl-E), and returns what it has become. Unlike
	// the others it may call Suspend and Resume, and takes as long as it takes, or until ctx ends.
	Edit func(ctx context.Context, line string) string

	// Quit is called for SIGQUIT, unless that is for another program, and for Ctrl-\. The terminal is as it was before
	// Open then, and Quit is to have the program end.
	Quit func()
}

// A Terminal is a terminal that lines are read from and output is printed on. Its methods may be called from any
// goroutine, ReadLine, Ask and Page from one at a time. It must be closed, or the user's shell is left in raw mode.
type Terminal struct {
	in, out    *os.File // the same on Unix
	input      *input
	screen     *screen
	editor     *editor
	saved      *savedMode
	changed    chan struct{} // has room for one; written to when a page has to be drawn again
	closing    chan struct{} // closed by Close
	watcher    sync.WaitGroup
	onQuit     func()
	interrupts chan os.Signal // SIGINT, where Ctrl-C sends none while nobody else has the terminal

	mu        sync.Mutex     // protects what follows: who has the terminal
	reader    *reader        // nil while suspended and once closed
	lent      chan os.Signal // gets what Ctrl-C sends while suspended: it is for the child
	resumed   time.Time      // when a child has given the terminal back; zero: none had it
	isClosed  bool
	closeOnce sync.Once
}

// Warning is the beginning of a prompt that is to be seen: it is red.
const Warning = "insecure! "

// Open takes the terminal of this process. Its errors wrap ErrNoTerminal if there is none: standard input or output is
// not a terminal, there is no controlling terminal, or the terminal cannot place a cursor (TERM=dumb).
func Open(cfg Config) (*Terminal, error) {
	if err := usable(); err != nil {
		return nil, err
	}
	in, out, err := openTTY()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoTerminal, err)
	}
	t := &Terminal{in: in, out: out, changed: make(chan struct{}, 1), closing: make(chan struct{}), onQuit: cfg.Quit}
	t.input = newInput(t.quit)
	t.screen = &screen{out: out, size: t.size}
	if t.saved, err = saveMode(in, out); err != nil {
		closeTTY(in)
		return nil, fmt.Errorf("%w: reading its settings: %w", ErrNoTerminal, err)
	}
	t.editor = newEditor(cfg, t.input, t.screen)
	t.startWatching() // before there is anything to restore
	if err := t.Resume(); err != nil {
		close(t.closing)
		t.watcher.Wait()
		closeTTY(in)
		return nil, err
	}
	return t, nil
}

// usable returns an error if lines cannot be edited.
func usable() error {
	switch {
	case !xterm.IsTerminal(int(os.Stdin.Fd())):
		return fmt.Errorf("%w: standard input is something else", ErrNoTerminal)
	case !xterm.IsTerminal(int(os.Stdout.Fd())):
		return fmt.Errorf("%w: standard output is something else", ErrNoTerminal)
	case IsDumb():
		return fmt.Errorf("%w: TERM says that it cannot place a cursor", ErrNoTerminal)
	}
	return nil
}

// ReadLine shows prompt and lets a person edit a line, which it returns without its end. It returns io.EOF for Ctrl-D
// on an empty line and when the terminal is gone, the cause of ctx's end, or ErrClosed.
//
// The keys are those of readline's Emacs mode. Tab, Shift-Tab, Up and Down move through the completion list; Enter
// takes what is selected there, and without a selection ends the line, or begins another row of it where it goes on;
// Alt-Enter begins one anywhere; Escape closes the list and takes nothing. Up and
// Down otherwise go through the past lines that begin with what was typed, Ctrl-R searches all of them. Ctrl-C clears
// the line and goes on. A
// SIGINT does what Ctrl-C does. At any time, Ctrl-Z stops the process, and Ctrl-\ sends SIGQUIT to it and its job.
func (t *Terminal) ReadLine(ctx context.Context, prompt string) (string, error) {
	return t.editor.read(ctx, prompt, nil)
}

// Ask is ReadLine for the answer to a question: complete completes it, no past line is offered, the text of Prefill
// waits for the next line, and Ctrl-C ends it with ErrInterrupted.
func (t *Terminal) Ask(
	ctx context.Context, question string, complete func(line string, cursor int) []Suggestion,
) (string, error) {
	return t.editor.read(ctx, question, complete)
}

// SetPrompt changes the prompt of the line being read, if there is one. The question of Ask stays.
func (t *Terminal) SetPrompt(prompt string) { t.editor.setLabel(prompt) }

// Prefill puts text into the next line that is read, with the cursor at its end.
func (t *Terminal) Prefill(text string) {
	t.editor.setPrefill(edit.Line{Before: edit.Clean(text)}, false)
}

// Restore puts a line that was refused into the next one that is read, with the cursor at byte cursor. What has been
// typed or pasted behind it by then is meant for an empty line, and has one. Up and Down go through all past lines as
// long as the line is as it was.
func (t *Terminal) Restore(text string, cursor int) {
	cursor = min(cursor, len(text))
	t.editor.setPrefill(edit.Line{Before: edit.Clean(text[:cursor]), After: edit.Clean(text[cursor:])}, true)
}

// Relist says that what is suggested, or hinted at, is something else by now: where a list is open for the line that is
// read, and nothing in it is selected, it is made anew.
func (t *Terminal) Relist() { t.editor.relist() }

// SetVi has lines edited with the keys of vi, or, as in the beginning, of readline's Emacs mode, from the next one on.
func (t *Terminal) SetVi(on bool) { t.editor.setVi(on) }

// Write prints whole lines above all that is live: a line being typed, its completion list, a status. p should end in
// a line break; if not, one is added. p may contain SGR sequences (colours) but no other control characters: making
// those visible is the caller's. It never waits for the editor. While the terminal is suspended p is kept for later, up
// to 1 MiB. After Close it is printed as it is. Errors are those of writing to the terminal.
func (t *Terminal) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if err := t.screen.write(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// SetStatus shows text below all output while no line is read, cut to one row; "" removes it.
func (t *Terminal) SetStatus(text string) { t.screen.setStatus(text) }

// SetFoot shows name and what follows it in the last row below the line that is read, where the window has at least 12
// rows and room is left: the name is shortened first where the row has no room for both. "" and "" remove it.
func (t *Terminal) SetFoot(name, rest string) { t.screen.setFoot(foot{name, rest}) }

// SetPromptColor gives prompts that do not begin with Warning one of the colours of Colors.Prompts; "": the usual one.
func (t *Terminal) SetPromptColor(name string) { t.screen.setPromptColor(name) }

// NotifyInterrupt makes f be called when Ctrl-C is pressed while no line is read, which also discards what was typed
// ahead. It replaces the function set before; nil removes it. f runs on the goroutine that reads the keyboard: it must
// return soon and must not call Suspend or Close.
func (t *Terminal) NotifyInterrupt(f func()) { t.input.notifyInterrupt(f) }

// Width returns the columns of the window, at least 1.
func (t *Terminal) Width() int {
	cols, _ := t.size()
	return cols
}

// size returns the window's size, or 80 by 24 if it is unknown.
func (t *Terminal) size() (cols, rows int) {
	cols, rows, err := xterm.GetSize(int(t.out.Fd()))
	if err != nil || cols <= 0 || rows <= 0 {
		return 80, 24
	}
	return cols, rows
}

// Suspend gives the terminal to a child program: as it was before Open, and read by nobody here. Output is kept until
// Resume, a line being read waits, and Ctrl-C does not end this process. Suspending twice is not an error.
func (t *Terminal) Suspend() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reader == nil {
		return nil
	}
	t.input.settle()
	t.reader.close()
	t.reader = nil
	t.screen.pause()
	t.lent = make(chan os.Signal, 1)
	signal.Notify(t.lent, os.Interrupt)
	return t.saved.restore()
}

// Resume takes the terminal back and shows what was live before.
func (t *Terminal) Resume() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.isClosed:
		return ErrClosed
	case t.reader != nil:
		return nil
	}
	if err := t.saved.makeRaw(); err != nil {
		return fmt.Errorf("setting the terminal up: %w", err)
	}
	r, err := startReader(t.in, t.input)
	if err != nil {
		return errors.Join(fmt.Errorf("reading the terminal: %w", err), t.saved.restore())
	}
	t.reader = r
	if t.lent != nil {
		signal.Stop(t.lent)
		t.resumed = time.Now()
	}
	t.screen.resume()
	poke(t.changed)
	return nil
}

// Close gives the terminal back as Open found it, with the cursor on a fresh row. A ReadLine under way returns
// ErrClosed. Close may be called more than once, and while all other methods run; only the first does anything.
func (t *Terminal) Close() error {
	var err error
	t.closeOnce.Do(func() {
		close(t.closing)
		t.watcher.Wait()
		t.input.settle()
		t.input.discard()
		t.input.end(ErrClosed)
		t.mu.Lock()
		defer t.mu.Unlock()
		t.isClosed = true
		if t.lent != nil {
			signal.Stop(t.lent)
		}
		if t.reader != nil {
			t.reader.close()
			t.reader = nil
		}
		t.screen.close()
		err = t.saved.restore()
	})
	return err
}
