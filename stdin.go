package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"strings"

	"rpcsh/shell/term"
)

// unread is said of what a call has not read.
const unread = "standard input was not read: METHOD @- takes the params from there"

// remarkUnread says that a call without arguments has not read standard input, where it would have found something
// there. What is there stays, for whoever reads it next; where there is nothing at once, nobody waits for it.
func (p *program) remarkUnread(args []string) {
	f, is := p.stdin.(*os.File)
	if len(args) > 0 || !is || !term.HasUnread(f) {
		return
	}
	p.say(unread)
}

// readLines returns a function that returns the next line of r, or ctx's error while none is there. A goroutine that
// waits for a line when ctx ends is left to the end of the program: nothing can wake it.
func readLines(ctx context.Context, r io.Reader) func() (string, error) {
	type result struct {
		line string
		err  error
	}
	lines := make(chan result)
	go func() {
		b := bufio.NewReader(r)
		for {
			line, err := b.ReadString('\n')
			if line != "" {
				err = nil
			}
			select {
			case lines <- result{strings.TrimRight(line, "\r\n"), err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return func() (string, error) {
		select {
		case l := <-lines:
			return l.line, l.err
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}
