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
)

// plainWidth is the number of columns assumed for a terminal that cannot be asked.
const plainWidth = 80

// Plain is a terminal that can do nothing but print and read lines: TERM=dumb, an editor's shell window. It has the
// methods of a Terminal; but output that comes while a line is typed appears in the middle of it.
type Plain struct {
	out       io.Writer
	lines     chan string
	done      chan struct{}
	interrupt chan os.Signal

	mu          sync.Mutex // protects what follows, and writing
	onInterrupt func()
	closed      bool
}

// NewPlain returns a terminal that reads lines from in, and writes to out. One goroutine reads in until its end.
func NewPlain(in io.Reader, out io.Writer) *Plain {
	p := &Plain{out: out, lines: make(chan string), done: make(chan struct{}), interrupt: make(chan os.Signal, 1)}
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

// ReadLine prints prompt and returns the next line. Its error is io.EOF at the end of the input, or ctx's.
func (p *Plain) ReadLine(ctx context.Context, prompt string) (string, error) {
	p.mu.Lock()
	fmt.Fprint(p.out, prompt)
	p.mu.Unlock()
	select {
	case line, ok := <-p.lines:
		if !ok {
			return "", io.EOF
		}
		return line, nil
	case <-ctx.Done():
		return "", ctx.Err()
	case <-p.done:
		return "", io.EOF
	}
}

// Ask is ReadLine, without completion.
func (p *Plain) Ask(
	ctx context.Context, question string, _ func(line string, cursor int) []Suggestion,
) (string, error) {
	return p.ReadLine(ctx, question)
}

// Page prints text.
func (p *Plain) Page(_ context.Context, text string) error {
	_, err := io.WriteString(p, text)
	return err
}

// Prefill prints text to be copied: a line that is read begins empty.
func (p *Plain) Prefill(text string) { fmt.Fprintln(p, text) }

// Write prints lines.
func (p *Plain) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

// SetPrompt does nothing: the prompt has been printed.
func (p *Plain) SetPrompt(string) {}

// SetStatus does nothing: what is printed cannot be taken back.
func (p *Plain) SetStatus(string) {}

// NotifyInterrupt makes f be called when the program is interrupted; nil: nothing is called.
func (p *Plain) NotifyInterrupt(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onInterrupt = f
}

// Width returns the number of columns.
func (p *Plain) Width() int { return plainWidth }

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
