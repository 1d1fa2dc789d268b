package export

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/event"
	"rpcsh/shell/view"
)

const (
	// maxOpen is how many requests are remembered until their answers come. The slices of further ones have no params.
	maxOpen = 10_000
	// maxArgument is how much of a value a slice has, in bytes.
	maxArgument = 4000
)

// A trace writes the trace event format, which Perfetto and chrome://tracing read: a process for each connection, a
// complete slice for each call, and an instant for all else. Calls that overlap are in lanes, which are threads, of
// their own.
type trace struct {
	out       *bufio.Writer
	events    int
	processes int
	open      map[asked]call
	last      time.Time
}

// A process is a connection.
type process struct {
	pid   int
	named map[int]bool    // threads
	lanes map[bool]*lanes // by Out
}

// lanes are those of one side.
type lanes struct {
	until []time.Time // when the last slice in each has ended; zero: one is under way
	busy  int         // in so many, the first ones, one surely is
}

// A side is one that calls: of a connection, ours or the peer's.
type side struct {
	conn *Conn
	out  bool
}

type asked struct {
	side
	id rpcconn.ID
}

// A call is a request that has no answer yet.
type call struct {
	lane   int
	at     time.Time
	method string
	params []byte // as an argument; nil: none are known
}

func newTrace(out *bufio.Writer) Writer {
	return &trace{out: out, open: make(map[asked]call)}
}

func (t *trace) Begin(*rpcrec.Header) { t.finish(nil) }

// Event implements Writer.
func (t *trace) Event(e *Event) {
	if e.Time.After(t.last) {
		t.last = e.Time
	}
	switch {
	case e.Kind == event.Request && len(t.open) < maxOpen:
		s := side{e.Conn, e.Out}
		key := asked{s, e.ID.Plain()}
		if before, twice := t.open[key]; twice {
			t.slice(s, before, e.Time, unanswered)
		}
		t.open[key] = call{t.take(s, e.Time), e.Time, cut(e.Method, 4*maxLabel), argument(e.Params)}
	case isAnswer(&e.Event) && e.Match == event.Matched:
		t.answer(e)
	default:
		if e.Kind == event.Close {
			t.finish(e.Conn)
		}
		t.instant(e)
	}
}

// What the arguments of a slice begin with.
const (
	answered   = `"answered":true`
	unanswered = `"answered":false`
)

// answer writes the slice of a call that was answered.
func (t *trace) answer(e *Event) {
	s := side{e.Conn, !e.Out}
	key := asked{s, e.ID.Plain()}
	c, known := t.open[key]
	if !known { // what was chosen does not have the request
		at := e.Time.Add(-e.Took)
		c = call{lane: t.take(s, at), at: at, method: cut(e.Method, 4*maxLabel)}
	}
	delete(t.open, key)
	args := answered
	switch {
	case e.Err != nil:
		args += `,"error":` + string(argument(event.AppendError(nil, e.Err)))
	case e.Result != nil:
		args += `,"result":` + string(argument(e.Result))
	}
	t.slice(s, c, e.Time, args)
}

// process returns that of a connection, and names it if it is new.
func (t *trace) process(c *Conn) *process {
	p, met := c.form.(*process)
	if !met {
		t.processes++
		p = &process{pid: t.processes, named: make(map[int]bool)}
		p.lanes = map[bool]*lanes{true: new(lanes), false: new(lanes)}
		c.form = p
		t.event(named, "process", p.pid, 0, jsontext.Quote(view.Visible(c.peer())))
	}
	return p
}

// named names a process or a thread.
const named = `{"ph":"M","name":"%s_name","pid":%d,"tid":%d,"args":{"name":%s}}`

// take returns a lane of a side that is free from a time on, and takes it.
func (t *trace) take(s side, from time.Time) int {
	l := t.process(s.conn).lanes[s.out]
	for l.busy < len(l.until) && l.until[l.busy].IsZero() {
		l.busy++
	}
	for i, until := range l.until[l.busy:] {
		if !until.IsZero() && !until.After(from) {
			l.until[l.busy+i] = time.Time{}
			return l.busy + i
		}
	}
	l.until = append(l.until, time.Time{})
	return len(l.until) - 1
}

// free says that the slice in a lane has ended.
func (l *lanes) free(lane int, end time.Time) {
	l.until[lane] = end
	l.busy = min(l.busy, lane)
}

// messages is the thread of what is no call; the lanes of calls of both sides follow it in turn.
const messages = 1

// slice writes a call from its request to its end.
func (t *trace) slice(s side, c call, end time.Time, args string) {
	t.process(s.conn).lanes[s.out].free(c.lane, end)
	thread := messages + 1 + 2*c.lane
	if !s.out {
		thread++
	}
	pid := t.thread(s.conn, thread, joined(arrow(s.out), "calls", strconv.Itoa(c.lane+1)))
	if c.params != nil {
		args += `,"params":` + string(c.params)
	}
	from := c.at.UnixMicro()
	t.event(`{"ph":"X","cat":"call","name":%s,"pid":%d,"tid":%d,"ts":%d,"dur":%d,"args":{%s}}`,
		jsontext.Quote(view.Visible(c.method)), pid, thread, from, max(0, end.UnixMicro()-from), args)
}

// instant writes what has no duration.
func (t *trace) instant(e *Event) {
	pid := t.thread(e.Conn, messages, "messages")
	name := cmp.Or(e.Method, string(e.Kind))
	var args string
	switch {
	case e.Text != nil:
		args = `"dir":"` + direction(e.Out) + `","message":` + string(argument(e.Text))
	default:
		args = `"text":` + jsontext.Quote(e.Event.Text)
	}
	t.event(`{"ph":"i","s":"t","cat":%s,"name":%s,"pid":%d,"tid":%d,"ts":%d,"args":{%s}}`,
		jsontext.Quote(string(e.Kind)), jsontext.Quote(view.Visible(name)), pid, messages, e.Time.UnixMicro(), args)
}

// thread returns the process of a connection, and says what a thread of it is called if it is new.
func (t *trace) thread(c *Conn, thread int, title string) (pid int) {
	p := t.process(c)
	if !p.named[thread] {
		p.named[thread] = true
		t.event(named, "thread", p.pid, thread, jsontext.Quote(title))
		t.event(`{"ph":"M","name":"thread_sort_index","pid":%d,"tid":%d,"args":{"sort_index":%d}}`, p.pid, thread,
			thread)
	}
	return p.pid
}

func (t *trace) event(format string, args ...any) {
	if t.events++; t.events == 1 {
		t.out.WriteString(traceHead)
	} else {
		t.out.WriteString(",\n")
	}
	fmt.Fprintf(t.out, format, args...)
}

// traceHead begins a trace: times are in microseconds, and shown in milliseconds.
const traceHead = `{"displayTimeUnit":"ms","traceEvents":[` + "\n"

// argument returns a value as the argument of a slice: the value, or its beginning as a string.
func argument(value json.RawMessage) []byte {
	if value == nil {
		return nil
	}
	text := compact(value)
	if len(text) <= maxArgument {
		return text
	}
	return jsontext.AppendQuote(nil, view.Prefix(string(text), maxArgument)+"…")
}

// finish writes the calls of a connection, or of all, that were never answered: they end with what is known.
func (t *trace) finish(of *Conn) {
	keys := slices.SortedFunc(maps.Keys(t.open), func(a, b asked) int { return t.open[a].at.Compare(t.open[b].at) })
	for _, key := range keys {
		if of == nil || of == key.conn {
			t.slice(key.side, t.open[key], t.last, unanswered)
			delete(t.open, key)
		}
	}
}

// End implements Writer.
func (t *trace) End() error {
	t.finish(nil)
	if t.events == 0 {
		t.out.WriteString(traceHead)
	}
	t.out.WriteString("\n]}\n")
	return nil
}
