package main

import (
	"bufio"
	"context"
	"io"
	"strings"
)

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
