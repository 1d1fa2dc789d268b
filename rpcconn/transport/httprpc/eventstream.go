package httprpc

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"time"

	"rpcsh/rpcconn"
)

const (
	maxRetry   = 5 * time.Minute // longer pauses that a server wants are cut to this
	maxEventID = 4 << 10         // bytes of an id; a longer one is not sent back
	keptLine   = 64 << 10        // bytes of a line whose memory is used again
	fieldRoom  = len("data: ")   // length of a line without its data
)

// An eventReader reads an event stream
// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream). Events are messages here,
// whatever their type, but for the first one of MCP's older transport.
type eventReader struct {
	r      *bufio.Reader
	max    int    // how long the data of an event may be
	line   []byte // what was read of the line that is being read
	skipLF bool   // the last line ended with CR, so an LF belongs to it
	begun  bool   // something was read

	data   []byte // of the event that is being read
	event  string // its type
	hasID  bool
	id     string
	tooBig bool // the event is over the limit

	kind   string        // of the last event: its type; "": message
	lastID string        // of the last event; "": it had none
	retry  time.Duration // how long to wait before connecting again; 0: the server does not say
}

func newEventReader(r io.Reader, max int) *eventReader {
	return &eventReader{r: bufio.NewReaderSize(r, 16<<10), max: max}
}

// next returns the data of the next event that has some. It is the caller's. A *rpcconn.FrameError concerns one event
// only; any other error ends the stream. io.EOF is the end of the stream, even within an event.
func (e *eventReader) next() ([]byte, error) {
	for {
		line, whole, err := e.readLine()
		switch {
		case err != nil:
			return nil, err
		case !whole:
			e.tooBig = true
		case len(line) > 0:
			e.field(line)
		default:
			if data, err := e.dispatch(); data != nil || err != nil {
				return data, err
			}
		}
	}
}

// dispatch ends the event that is being read, and returns its data, nil if there is none.
func (e *eventReader) dispatch() ([]byte, error) {
	data, tooBig := e.data, e.tooBig
	if e.hasID {
		e.lastID = e.id
	}
	e.kind, e.event = e.event, ""
	e.data, e.tooBig = nil, false
	if tooBig {
		return nil, rpcconn.TooLong(data, 0, e.max)
	}
	if data = bytes.TrimSuffix(data, []byte("\n")); len(data) == 0 {
		return nil, nil
	}
	return data, nil
}

// field takes in a line that is not blank.
func (e *eventReader) field(line []byte) {
	name, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(name) {
	case "data":
		if e.tooBig || len(e.data)+len(value) > e.max {
			e.tooBig = true
			return
		}
		e.data = append(append(e.data, value...), '\n')
	case "event":
		e.event = string(value)
	case "id":
		if isEventID(value) {
			e.hasID, e.id = true, string(value)
		}
	case "retry":
		if ms, err := strconv.ParseUint(string(value), 10, 32); err == nil {
			e.retry = min(time.Duration(ms)*time.Millisecond, maxRetry)
		}
	}
}

// isEventID reports whether value can be sent back in a header.
func isEventID(value []byte) bool {
	for _, c := range value {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return len(value) <= maxEventID
}

// readLine returns the next line without its end, which is CR, LF or both; it is valid until the next call. whole is
// false if it was longer than a line with data may be.
func (e *eventReader) readLine() (line []byte, whole bool, err error) {
	if cap(e.line) > keptLine {
		e.line = nil
	}
	e.line, whole = e.line[:0], true
	for {
		if _, err := e.r.Peek(1); err != nil {
			return nil, false, err
		}
		ahead, _ := e.r.Peek(e.r.Buffered())
		if e.skipLF && ahead[0] == '\n' {
			ahead = ahead[1:]
			_, _ = e.r.Discard(1)
		}
		e.skipLF = false
		end := bytes.IndexAny(ahead, "\r\n")
		part := ahead
		if end >= 0 {
			part = ahead[:end]
		}
		if len(e.line)+len(part) > e.max+fieldRoom {
			whole = false
		} else {
			e.line = append(e.line, part...)
		}
		used := len(part)
		if end >= 0 {
			used++
			e.skipLF = ahead[end] == '\r'
		}
		_, _ = e.r.Discard(used)
		if end < 0 {
			continue
		}
		line = e.line
		if !e.begun {
			e.begun = true
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		return line, whole, nil
	}
}
