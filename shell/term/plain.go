package term

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"

	xterm "golang.org/x/term"
)

// plainWidth is the number of columns assumed for a terminal that cannot be asked.
const plainWidth = 80

// Plain is a terminal that can do nothing but print and read lines: TERM=dumb, an editor's shell window, a screen
// reader. It has the methods of a Terminal; but what is typed before output comes stands above it.
type Plain struct {
	out       io.Writer
	continues func(text string) bool
	lines     chan string
	done      chan struct{}
	interrupt chan os.Signal

	mu          sync.Mutex // protects what follows, and writing
	onInterrupt func()
	awaited     string // the prompt of the line that is awaited; "": none is
	closed      bool
}

// NewPlain returns a terminal that reads lines from in, and writes to out; continues is that of Config. One goroutine
// reads in until its end.
func NewPlain(in io.Reader, out io.Writer, continues func(text string) bool) *Plain {
	p := &Plain{
		out: out, continues: continues, lines: make(chan string), done: make(chan struct{}),
		interrupt: make(chan os.Signal, 1),
	}
	signal.Notify(p.interrupt, os.Interrupt)
	go p.read(in)
	go p.interrupts()
	return p
}

func (p *Plain) read(in io.Reader) {
	defer close(p.lines)
	b := bufio.NewReader(in)
	for {
		line, err := b.ReadString('\n')
		if line != "" {
			select {
			case p.lines <- strings.TrimRight(line, "\r\n"):
			case <-p.done:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Plain) interrupts() {
	for {
		select {
		case <-p.interrupt:
			p.mu.Lock()
			f := p.onInterrupt
			p.mu.Unlock()
			if f != nil {
				f()
			}
		case <-p.done:
			return
		}
	}
}

// ReadLine prints prompt and returns the next line, with those in which it goes on. Its error is io.EOF at the end of
// the input, or the cause of ctx's end.
func (p *Plain) ReadLine(ctx context.Context, prompt string) (string, error) {
	text, err := p.readRow(ctx, prompt)
	for err == nil && p.continues(text) {
		row, rowErr := p.readRow(ctx, continuation)
		if rowErr == io.EOF { // what has no end is a mistake
			return text, nil
		}
		text, err = text+"\n"+row, rowErr
	}
	return text, err
}

func (p *Plain) readRow(ctx context.Context, prompt string) (string, error) {
	p.await(prompt)
	defer p.await("")
	select {
	case line, ok := <-p.lines:
		if !ok {
			return "", io.EOF
		}
		return line, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-p.done:
		return "", io.EOF
	}
}

// await prints the prompt of a line, or notes that none is awaited any more.
func (p *Plain) await(prompt string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.awaited = prompt
	fmt.Fprint(p.out, prompt)
}

// Ask is ReadLine, without completion.
func (p *Plain) Ask(
	ctx context.Context, question string, _ func(line string, cursor int) []Suggestion,
) (string, error) {
	return p.readRow(ctx, question)
}

// Page prints text.
func (p *Plain) Page(_ context.Context, text string, _ func() string) error {
	_, err := io.WriteString(p, text)
	return err
}

// Fits returns true: all text is printed.
func (p *Plain) Fits(string) bool { return true }

// Prefill prints text to be copied: a line that is read begins empty.
func (p *Plain) Prefill(text string) { fmt.Fprintln(p, text) }

// Restore does nothing: what is printed cannot be edited.
func (p *Plain) Restore(string, int) {}

// Write prints lines. A prompt that waits is printed again below them.
func (p *Plain) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.awaited == "" {
		return p.out.Write(b)
	}
	_, err := fmt.Fprintf(p.out, "\n%s%s", b, p.awaited)
	if err != nil {
		return 0, err
	}
	return len(b), nil
}

// SetPrompt does nothing: the prompt has been printed.
func (p *Plain) SetPrompt(string) {}

// SetStatus does nothing: what is printed cannot be taken back.
func (p *Plain) SetStatus(string) {}

// SetColors does nothing: a line that is typed has none.
func (p *Plain) SetColors(Colors) {}

// AskBackground does nothing: f is never called.
func (p *Plain) AskBackground(func(isLight bool)) {}

// NotifyInterrupt makes f be called when the program is interrupted; nil: nothing is called.
func (p *Plain) NotifyInterrupt(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onInterrupt = f
}

// Width returns the number of columns.
func (p *Plain) Width() int {
	if f, ok := p.out.(*os.File); ok {
		if cols, _, err := xterm.GetSize(int(f.Fd())); err == nil && cols > 0 {
			return cols
		}
	}
	return plainWidth
}

// Close ends ReadLine. It may be called more than once.
func (p *Plain) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.closed = true
	signal.Stop(p.interrupt)
	close(p.done)
}
