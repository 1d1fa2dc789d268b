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
	// maxOpen is how many requests are remembered until their answers come.
	maxOpen = 100_000
	// maxArgument is how much of a value a slice has, in bytes.
	maxArgument = 4000
)

// A trace writes the trace event format, which Perfetto and chrome://tracing read: a process for each connection, a
// complete slice for each call, and an instant for all else. Calls that overlap are in lanes, which are threads, of
// their own.
type trace struct {
	out       *bufio.Writer
	events    int
	processes map[*Conn]int
	named     map[lane]bool // threads
	open      map[asked]call
	lanes     map[side][]time.Time // when the last slice in each lane has ended; zero: one is under way
	last      time.Time
}

// A side is one that calls: of a connection, ours or the peer's.
type side struct {
	conn *Conn
	out  bool
}

type lane struct{ process, thread int }

type asked struct {
	side
	id rpcconn.ID
}

// A call is a request that has no answer yet.
type call struct {
	lane   int
	at     time.Time
	method string
	params json.RawMessage
}

func newTrace(out *bufio.Writer) Writer {
	return &trace{
		out: out, processes: make(map[*Conn]int), named: make(map[lane]bool), open: make(map[asked]call),
		lanes: make(map[side][]time.Time),
	}
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
		t.open[key] = call{t.take(s, e.Time), e.Time, e.Method, slices.Clone(e.Params)}
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
		c = call{lane: t.take(s, at), at: at, method: e.Method}
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

// take returns a lane of a side that is free from a time on, and takes it.
func (t *trace) take(s side, from time.Time) int {
	all := t.lanes[s]
	for i, until := range all {
		if !until.IsZero() && !until.After(from) {
			all[i] = time.Time{}
			return i
		}
	}
	t.lanes[s] = append(all, time.Time{})
	return len(all)
}

// messages is the thread of what is no call; the lanes of calls of both sides follow it in turn.
const messages = 1

// slice writes a call from its request to its end.
func (t *trace) slice(s side, c call, end time.Time, args string) {
	t.lanes[s][c.lane] = end
	thread := messages + 1 + 2*c.lane
	if !s.out {
		thread++
	}
	pid := t.thread(s.conn, thread, joined(arrow(s.out), "calls", strconv.Itoa(c.lane+1)))
	if c.params != nil {
		args += `,"params":` + string(argument(c.params))
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

// thread returns the process of a connection. It says what it and a thread of it are called, if they are new.
func (t *trace) thread(c *Conn, thread int, title string) (pid int) {
	const name = `{"ph":"M","name":"%s_name","pid":%d,"tid":%d,"args":{"name":%s}}`
	pid, known := t.processes[c]
	if !known {
		pid = len(t.processes) + 1
		t.processes[c] = pid
		t.event(name, "process", pid, 0, jsontext.Quote(view.Visible(c.peer())))
	}
	if l := (lane{pid, thread}); !t.named[l] {
		t.named[l] = true
		t.event(name, "thread", pid, thread, jsontext.Quote(title))
		t.event(`{"ph":"M","name":"thread_sort_index","pid":%d,"tid":%d,"args":{"sort_index":%d}}`, pid, thread, thread)
	}
	return pid
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
func (t *trace) End() {
	t.finish(nil)
	if t.events == 0 {
		t.out.WriteString(traceHead)
	}
	t.out.WriteString("\n]}\n")
}
