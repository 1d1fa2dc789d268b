package term

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"rpcsh/shell/term/edit"
)

// The tests run this test binary again as a child with a terminal of its own, which Open takes. There it is the
// program below, which is told what to do on another file, line by line.
const driverVariable = "RPCSH_TERM_TEST_DRIVER"

func TestMain(m *testing.M) {
	if os.Getenv(driverVariable) != "" {
		os.Exit(drive())
	}
	goleak.VerifyTestMain(m)
}

// vocabulary is what the driver completes.
var vocabulary = []Suggestion{
	{Text: "my_add", Description: "adds numbers"}, {Text: "my_double", Description: "doubles a number"},
	{Text: "my_progress_add", Description: "adds and says so"}, {Text: "nothing"}, {Text: "日本語", Description: "wide"},
}

// driver is the program that uses a Terminal.
type driver struct {
	t         *Terminal
	mu        sync.Mutex // protects what follows
	history   []string
	learned   []Suggestion  // beside the vocabulary
	interrupt chan struct{} // Ctrl-C while a command runs
	finish    chan struct{} // the test says that the command is done
}

func drive() int {
	d := &driver{interrupt: make(chan struct{}, 1), finish: make(chan struct{}, 1)}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t, err := Open(Config{
		Complete: d.complete, Hint: hintAt, History: d.lines, Continues: openBracket, Tokens: quotedText,
		Quit: func() {
			fmt.Println("quits")
			os.Exit(4)
		},
	})
	if err != nil {
		fmt.Println(err, errors.Is(err, ErrNoTerminal))
		return 3
	}
	d.t = t
	t.NotifyInterrupt(func() { poke(d.interrupt) })
	control := os.NewFile(3, "control")
	go d.obey(control, cancel)
	err = d.run(ctx)
	t.Close()
	t.Close()
	fmt.Fprintf(t, "ended: %v\n", err)
	_ = control.Close()
	cancel()
	stop()
	leak := goleak.Find(
		goleak.IgnoreAnyFunction("rpcsh/shell/term.(*driver).obey"), goleak.IgnoreTopFunction("os/signal.loop"),
	)
	if leak != nil {
		fmt.Println(leak)
		return 1
	}
	return 0
}

func (d *driver) run(ctx context.Context) error {
	for {
		text, err := d.t.ReadLine(ctx, "> ")
		if err != nil {
			return err
		}
		d.mu.Lock()
		d.history = append(d.history[:len(d.history):len(d.history)], text)
		d.mu.Unlock()
		name, _, _ := strings.Cut(text, " ")
		switch name {
		case "quit":
			return nil
		case "wait":
			d.t.SetStatus("waiting")
			select {
			case <-d.interrupt:
				fmt.Fprintln(d.t, "interrupted")
			case <-d.finish:
				fmt.Fprintln(d.t, "finished")
			}
			d.t.SetStatus("")
		case "keys":
			d.t.SetKeys(map[string]string{"Ctrl-O": "Ctrl-R", "pageup": "up"})
		case "vi":
			d.t.SetVi(true)
		case "bad", "skip": // a mistake at !; bad stops the lines of a paste
			at := strings.Index(text, "!")
			fmt.Fprintln(d.t, "no "+text[at:])
			if name == "bad" {
				text = strings.TrimRight(text+"\n"+d.t.TakePasted(ctx), "\n")
			}
			d.t.Restore(text, at)
		case "child":
			d.child()
		case "ask":
			answer, err := d.t.Ask(ctx, "level: ", completeLevels)
			fmt.Fprintf(d.t, "answer %q %v\n", answer, err)
		case "page", "list": // a list is saved whole
			n, _ := strconv.Atoi(strings.TrimPrefix(text, name+" "))
			var whole func() string
			if name == "list" {
				whole = func() string { return "all of\n\x1b[1mthe list\x1b[m\n" }
			}
			var lines strings.Builder
			for i := range n {
				fmt.Fprintf(&lines, "\x1b[1mline\x1b[m %d\n", i+1)
			}
			if err := d.t.Page(ctx, lines.String(), whole); err != nil {
				fmt.Fprintln(d.t, err)
			}
		default:
			fmt.Fprintf(d.t, "got %q\n", text)
		}
	}
}

// child gives the terminal to a program.
func (d *driver) child() {
	if err := d.t.Suspend(); err != nil {
		fmt.Fprintln(d.t, err)
	}
	c := exec.Command("sh", "-c", "echo child runs; read line; echo child read $line")
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		fmt.Fprintln(d.t, err)
	}
	if err := d.t.Resume(); err != nil {
		fmt.Fprintln(d.t, err)
	}
}

// obey does what the test says.
func (d *driver) obey(from io.Reader, cancel func()) {
	for lines := bufio.NewScanner(from); lines.Scan(); {
		verb, arg, _ := strings.Cut(lines.Text(), " ")
		switch verb {
		case "print":
			fmt.Fprintln(d.t, arg)
		case "flood":
			n, _ := strconv.Atoi(arg)
			for i := range n {
				fmt.Fprintf(d.t, "flood %d\n", i)
			}
		case "prompt":
			d.t.SetPrompt(arg)
		case "foot":
			name, rest, _ := strings.Cut(arg, " ")
			d.t.SetFoot(name, rest)
		case "learn":
			d.mu.Lock()
			d.learned = append(d.learned, Suggestion{Text: arg, Description: "learned"})
			d.mu.Unlock()
			d.t.Relist()
		case "prefill":
			d.t.Prefill(arg)
		case "status":
			d.t.SetStatus(arg)
		case "finish":
			poke(d.finish)
		case "cancel":
			cancel()
		case "close":
			d.t.Close()
		}
	}
}

func (d *driver) lines() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.history
}

func (d *driver) complete(text string, cursor int) []Suggestion {
	d.mu.Lock()
	defer d.mu.Unlock()
	return completeFrom(slices.Concat(vocabulary, d.learned), text, cursor)
}

func completeFrom(all []Suggestion, text string, cursor int) []Suggestion {
	word := edit.Line{Before: text[:cursor]}.Word()
	var found []Suggestion
	if n, err := strconv.Atoi(strings.TrimPrefix(word, "many")); err == nil && strings.HasPrefix(word, "many") {
		for i := range n {
			found = append(found, Suggestion{Text: fmt.Sprintf("choice_%d", i), Description: "one of many"})
		}
	}
	if lead, _, found := strings.Cut(word, "="); found {
		lead += "="
		return []Suggestion{
			{Text: lead + "true", Description: "yes", Lead: lead},
			{Text: lead + "false", Description: "no", Lead: lead},
		}
	}
	for _, s := range all {
		if strings.HasPrefix(s.Text, word) {
			found = append(found, s)
		}
	}
	return found
}

// hintAt hints at what follows "sig ".
func hintAt(text string, cursor int) string {
	if !strings.HasPrefix(text[:cursor], "sig ") {
		return ""
	}
	return fmt.Sprintf("sig(one, two) at %d", cursor)
}

func completeLevels(text string, _ int) []Suggestion {
	var found []Suggestion
	for _, level := range []string{"low", "high"} {
		if strings.HasPrefix(level, text) {
			found = append(found, Suggestion{Text: level, Description: "a level"})
		}
	}
	return found
}

func openBracket(text string) bool {
	return strings.Count(text, "{")+strings.Count(text, "[") > strings.Count(text, "}")+strings.Count(text, "]")
}

// quotedText returns what of text is in quotes.
func quotedText(text string) (found []Token) {
	for at := 0; ; {
		i := strings.IndexByte(text[at:], '"')
		if i < 0 {
			return found
		}
		end := len(text)
		if n := strings.IndexByte(text[at+i+1:], '"'); n >= 0 {
			end = at + i + n + 2
		}
		found = append(found, Token{TokenString, at + i, end})
		at = end
	}
}
