package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// callers is how many goroutines call at a time.
const callers = 64

// A work is what is measured.
type work struct {
	name  string
	limit string // the contestant whose speed is 1
	do    func(d *driver, turn time.Duration) (n int, err error)
}

// works are all works, in the order of the table's columns.
func works() []work {
	var all []work
	for _, size := range sizes() {
		all = append(all, work{size.name, rawLine, func(d *driver, turn time.Duration) (int, error) {
			return d.lone(turn, func() error { return d.client.echo(size.params) })
		}})
	}
	all = append(all, work{"typed", rawLine, func(d *driver, turn time.Duration) (int, error) {
		return d.lone(turn, func() error { return d.client.add() })
	}})
	for _, size := range sizes() {
		limit := rawCallers
		if len(size.params) > 32<<10 {
			limit = rawLine
		}
		all = append(all, work{fmt.Sprintf("%s ×%d", size.name, callers), limit,
			func(d *driver, turn time.Duration) (int, error) {
				return d.together(turn, size.params, d.client.echo)
			}})
	}
	return append(all,
		work{fmt.Sprintf("typed ×%d", callers), rawCallers, func(d *driver, turn time.Duration) (int, error) {
			return d.together(turn, []byte(small), func(json.RawMessage) error { return d.client.add() })
		}},
		work{notesIn, rawLine, (*driver).notes})
}

// notesIn is the name of the work of receiving notifications, of which callers come with each write.
const notesIn = "notes in"

// can reports whether c can do the work.
func (w work) can(c contestant) bool {
	switch {
	case w.name == notesIn:
		return c.frame != nil
	case strings.HasPrefix(w.name, "typed"):
		return c.typed || c.name == w.limit
	}
	return !c.typedOnly
}

// sizes are the params of the messages, by how large they are.
func sizes() []size {
	return []size{{"small", []byte(small)}, {"1 KiB", records(1 << 10)}, {"64 KiB", records(64 << 10)}}
}

type size struct {
	name   string
	params []byte
}

const small = "[1,2]"

// records returns params of about that many bytes: two numbers and an array of records.
func records(size int) []byte {
	var b strings.Builder
	b.Grow(size + 100)
	b.WriteString("[1,2,[")
	for i := 0; b.Len() < size-150; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"id":%d,"name":"record number %d","note":"it says \"hello\" to whoever reads it",`+
			`"price":%d.25,"tags":["new","sale"],"active":true}`, i, i, i)
	}
	b.WriteString("]]")
	return []byte(b.String())
}

// lone does operations one after the other.
func (d *driver) lone(turn time.Duration, op func() error) (n int, err error) {
	for end := time.Now().Add(turn); time.Now().Before(end); {
		for range 8 {
			if err := op(); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// together does operations with the params in many goroutines; or, where the client has a window, in one.
func (d *driver) together(turn time.Duration, params []byte, op func(json.RawMessage) error) (int, error) {
	if d.client.window != nil {
		n, err := d.lone(turn, func() error { return d.client.window(params) })
		return callers * n, err
	}
	var done atomic.Bool
	var total atomic.Int64
	var failure atomic.Pointer[error]
	var wg sync.WaitGroup
	time.AfterFunc(turn, func() { done.Store(true) })
	for range callers {
		wg.Go(func() {
			n := 0
			for ; !done.Load(); n++ {
				if err := op(params); err != nil {
					failure.Store(&err)
					return
				}
			}
			total.Add(int64(n))
		})
	}
	wg.Wait()
	if p := failure.Load(); p != nil {
		return 0, *p
	}
	return int(total.Load()), nil
}

// notes sends notifications, and then a request whose answer says that all have been received.
func (d *driver) notes(turn time.Duration) (n int, err error) {
	frames := strings.Repeat(string(d.frame([]byte(noteText))), callers)
	last := d.frame([]byte(askText))
	for end := time.Now().Add(turn); time.Now().Before(end); {
		for range 8 {
			if _, err := d.raw.Write([]byte(frames)); err != nil {
				return n, err
			}
			n += callers
		}
	}
	if _, err := d.raw.Write(last); err != nil {
		return n, err
	}
	_, err = d.raw.Read(make([]byte, 1<<10))
	return n, err
}
