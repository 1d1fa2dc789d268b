package review

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/rpcrec"
	"rpcsh/shell/columns"
	"rpcsh/shell/event"
	"rpcsh/shell/human"
	"rpcsh/shell/recording"
	"rpcsh/shell/view"
)

const (
	maxMethods   = 10_000 // that are counted one by one; further ones are otherMethods
	maxMethod    = 256    // bytes of a method's name
	maxListed    = 20     // requests without an answer that are listed
	otherMethods = "(others)"
)

// A call is a method, and who calls it.
type call struct {
	method string
	out    bool // who has recorded, or the end of a tap that has dialled
}

// A count is what there is to say of a call.
type count struct {
	call
	requests, notifications, errors, unanswered int
	took                                        latencies
}

// A stat counts what is in a recording.
type stat struct {
	opts     *Options
	began    time.Time     // the first part
	lasts    time.Duration // all parts together
	last     time.Duration // the part at hand, so far
	parts    int
	opened   int // connections
	messages int
	in, out  int64 // bytes of these
	masked   int
	counts   map[call]*count
	others   map[event.Kind]int // events that are about no method
	waiting  []recording.Unanswered
	waits    int // how many there are of these
}

// Stat prints what there is in a recording: methods, errors, latencies, and what was never answered. The error is that
// of Show.
func Stat(ctx context.Context, opts Options) error {
	src, file, err := open(&opts)
	if err != nil {
		return err
	}
	defer file.Close() // which was read only
	s := &stat{opts: &opts, counts: make(map[call]*count), others: make(map[event.Kind]int)}
	src.decoder.OnUnanswered = s.unanswered
	src.ended = func() { s.lasts, s.last = s.lasts+s.last, 0 }
	for {
		r, begins, err := src.next()
		switch {
		case err == io.EOF:
			err := s.print()
			if err == nil {
				src.remarkNothing()
			}
			return err
		case err != nil:
			return err
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		if begins {
			if s.parts++; s.parts == 1 {
				s.began = src.reader.Header().Start
			}
		}
		s.record(r, src)
	}
}

// record counts a record.
func (s *stat) record(r *rpcrec.Record, src *source) {
	s.last = max(s.last, r.At)
	events, chosen := src.decoder.Events(r), false
	for i := range events {
		if e := &events[i]; src.fits(e) {
			chosen = true
			s.event(e)
		}
	}
	if !chosen || !r.IsMessage() {
		return
	}
	s.messages++
	s.masked += r.Redacted
	size := max(int64(len(r.Data)), r.Length)
	if recording.IsOut(r) {
		s.out += size
	} else {
		s.in += size
	}
}

// event counts an event.
func (s *stat) event(e *event.Event) {
	switch e.Kind {
	case event.Request:
		s.count(called(e.Method, e.Subject), e.Out).requests++
	case event.Notification:
		s.count(e.Method, e.Out).notifications++
	case event.Response, event.Error:
		if e.Match != event.Matched {
			s.others["unmatched"]++
			return
		}
		c := s.count(called(e.Method, e.Subject), !e.Out)
		c.took.add(e.Took)
		if e.Kind == event.Error {
			c.errors++
		}
	default:
		if e.Kind == event.Connect {
			s.opened++
		}
		s.others[e.Kind]++
	}
}

// called returns what a request is counted as.
func called(method, subject string) string {
	if subject == "" {
		return method
	}
	return method + " " + subject
}

func (s *stat) count(method string, out bool) *count {
	if len(method) > maxMethod {
		method = view.Prefix(method, maxMethod) + "…"
	}
	k := call{method, out}
	c := s.counts[k]
	if c == nil && len(s.counts) >= maxMethods {
		k.method = otherMethods
		c = s.counts[k]
	}
	if c == nil {
		k.method = strings.Clone(k.method)
		c = &count{call: k}
		s.counts[k] = c
	}
	return c
}

// unanswered counts a request that was never answered.
func (s *stat) unanswered(u recording.Unanswered) {
	e := event.Event{Kind: event.Request, Peer: u.Peer, Out: u.Out, Method: u.Method, Subject: u.About}
	if !s.opts.Filter.Match(&e) {
		return
	}
	u.Method = called(u.Method, u.About)
	s.count(u.Method, u.Out).unanswered++
	s.waits++
	at, _ := slices.BinarySearchFunc(s.waiting,
		u, func(a, b recording.Unanswered) int { return a.Time.Compare(b.Time) })
	if at < maxListed {
		s.waiting = slices.Insert(s.waiting, at, u)
		s.waiting = s.waiting[:min(len(s.waiting), maxListed)]
	}
}

func (s *stat) print() error {
	text := s.text()
	if s.opts.Output == view.OutputJSON {
		text = string(s.json()) + "\n"
	}
	_, err := io.WriteString(s.opts.Out, text)
	return err
}

// sorted returns the counts, the most frequent ones first.
func (s *stat) sorted() []*count {
	return slices.SortedFunc(maps.Values(s.counts), func(a, b *count) int {
		return cmp.Or(cmp.Compare(b.requests+b.notifications, a.requests+a.notifications),
			cmp.Compare(a.method, b.method), cmp.Compare(who(a.out), who(b.out)))
	})
}

// who says who has sent something.
func who(out bool) string {
	if out {
		return "out"
	}
	return "in"
}

// text returns what was counted for people.
func (s *stat) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: ", view.Visible(s.opts.File))
	if s.began.Year() > 1 { // as it is where the log of another program does not tell
		b.WriteString(s.began.Local().Format("2006-01-02 15:04:05") + ", ")
	}
	b.WriteString(human.Took(s.lasts))
	if s.parts > 1 {
		fmt.Fprintf(&b, " in %s", human.Plural(s.parts, "recording"))
	}
	fmt.Fprintf(&b, "\n%s: %s in, %s out", human.Plural(s.messages, "message"), human.Size(int(s.in)),
		human.Size(int(s.out)))
	if s.masked > 0 {
		fmt.Fprintf(&b, ", %s masked", human.Plural(s.masked, "value"))
	}
	b.WriteString("\n")
	for _, kind := range slices.Sorted(maps.Keys(s.others)) {
		fmt.Fprintf(&b, "%s: %s\n", kind, human.Grouped(s.others[kind]))
	}
	if len(s.counts) > 0 {
		table := s.table()
		width := s.opts.Width
		if width <= 0 {
			width = table.Width()
		}
		b.WriteString("\n" + table.Listed(width))
	}
	if s.waits > 0 {
		b.WriteString("\nnever answered:\n")
	}
	for _, u := range s.waiting {
		fmt.Fprintf(&b, "  %s %s %s %s\n", u.Time.Format("15:04:05.000"), who(u.Out), view.Visible(u.Peer.At()),
			view.Visible(u.Method))
	}
	if more := s.waits - len(s.waiting); more > 0 {
		fmt.Fprintf(&b, "  and %s more\n", human.Grouped(more))
	}
	return b.String()
}

// table returns the methods as a table.
func (s *stat) table() *columns.Table {
	var t columns.Table
	t.KeepFirst()
	t.Row("method", "dir", "requests", "notifications", "errors", "unanswered", "p50", "p90", "p99", "max")
	for i := 2; i < 10; i++ {
		t.AlignRight(i)
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return human.Grouped(n)
	}
	for _, c := range s.sorted() {
		row := []string{
			view.Visible(c.method), who(c.out), number(c.requests), number(c.notifications), number(c.errors),
			number(c.unanswered), "", "", "", "",
		}
		if c.took.n > 0 {
			for i, took := range c.took.all() {
				row[6+i] = human.Took(took)
			}
		}
		t.Row(row...)
	}
	return &t
}

// all returns the percentiles that are shown, and the longest time.
func (l *latencies) all() []time.Duration {
	return []time.Duration{l.percentile(50), l.percentile(90), l.percentile(99), l.max}
}

// json returns what was counted as an object; times are in milliseconds.
func (s *stat) json() []byte {
	b := jsontext.AppendQuote([]byte(`{"file":`), s.opts.File)
	b = fmt.Appendf(b, `,"start":"%s","seconds":%.6f,"recordings":%d,"messages":%d,"in":%d,"out":%d,"masked":%d`,
		s.began.Format(time.RFC3339Nano), s.lasts.Seconds(), s.parts, s.messages, s.in, s.out, s.masked)
	b = append(b, `,"other":{`...)
	for i, kind := range slices.Sorted(maps.Keys(s.others)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `"%s":%d`, kind, s.others[kind])
	}
	b = append(b, `},"methods":[`...)
	for i, c := range s.sorted() {
		if i > 0 {
			b = append(b, ',')
		}
		b = jsontext.AppendQuote(append(b, `{"method":`...), c.method)
		b = fmt.Appendf(b, `,"dir":"%s","requests":%d,"notifications":%d,"errors":%d,"unanswered":%d`, who(c.out),
			c.requests, c.notifications, c.errors, c.unanswered)
		if c.took.n > 0 {
			for i, name := range []string{"p50", "p90", "p99", "max"} {
				b = fmt.Appendf(b, `,"%s":`, name)
				b = strconv.AppendFloat(b, float64(c.took.all()[i])/float64(time.Millisecond), 'f', 3, 64)
			}
		}
		b = append(b, '}')
	}
	return append(b, "]}"...)
}
