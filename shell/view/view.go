// Package view shows a session to whoever looks at it: events, results of calls, and messages of the shell. It decides
// how each of them looks, and keeps the order of all output. It sends nothing, and knows neither peers nor commands.
package view

// The rules of the screen
//
// All output goes through the screen, a queue of slots that one goroutine writes in order. What happens in the session
// comes as events, which one goroutine reads in the order in which they were published. Output through the methods of
// View comes after all events that were published before. The response to a call reserves a slot in the place of its
// event; whoever shows the result fills the slot and releases it.
//
// A line of traffic is: time, arrow (← in, → out), peer if there are several, id, method, params as a person would type
// them; after a response stands how long it took. Results stand alone. Messages of the shell begin with a time and "·"
// if they are unsolicited, and with nothing if they were asked for. Times are dim, arrows green in and blue out, errors
// red.
//
// What a peer sent passes through Visible before it reaches a terminal, without exception.
//
// A flood never holds up a person's session: lines beyond what can be read are counted, and the counts are shown once a
// second.
//
// Who looks is decided once, by New. The types of these are in the files of their names:
//
//	person     has a terminal: all goes there
//	pipe       results alone go to stdout, one JSON value a line, and all else to stderr; notes only if Verbose
//	incoming   a pipe, but what comes in unasked goes to stdout, too, one JSON object a line; none is left out
//	logger     a pipe, but every message, in and out, is a line on stderr; none is left out

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"sync"

	"rpcsh/shell/event"
	"rpcsh/shell/term"
)

// A Terminal is what a view needs of a person's terminal. Text that is written to it appears above the line being
// typed.
type Terminal interface {
	io.Writer
	// Page shows text that may be longer than the screen. whole returns what the person may save instead of it; nil:
	// nothing is missing in it.
	Page(ctx context.Context, text string, whole func() string) error
	Fits(text string) bool              // text is not longer than the screen
	SetStatus(text string)              // shows text beside the line being typed; "" removes it
	Width() int                         // columns
	SetColors(c term.Colors)            // of the line being typed
	AskBackground(f func(isLight bool)) // f is called if the terminal tells what its background is
}

// Options say who looks at the session, and at what. Either Terminal is set, or Stdout and Stderr are.
type Options struct {
	Terminal       Terminal          // of a person; nil: nobody sits there
	Stdout, Stderr io.Writer         // for results; for all else
	Status         func(text string) // shows what is being waited for if there is no Terminal; may be nil
	Columns        func() int        // that lines on Stderr may take if there is no Terminal; nil: no window shows them
	Color          bool
	Verbose        bool   // without a person: show what has no result, too, and unsolicited events
	Output         string // one of Outputs; "": pretty for a person, else json. With json, errors are JSON, too.
	Incoming       bool   // without a person: print what comes in on Stdout, a JSON object a line
	Log            bool   // without a person: a line for each message on Stderr, as JSON if Output is json
	// Pipe gives text to a command of the system's shell, which has the terminal meanwhile; nil: there is no terminal.
	Pipe func(ctx context.Context, command, text string) error
	// Asked returns what is known of what a request asks that waits for the person; nil: nothing is. It is called as
	// Several is.
	Asked func(e *event.Event) Asked
	// Several reports whether lines have to name the peer; nil: they do not. The goroutine that reads events calls it,
	// so it must not wait for one that publishes them.
	Several func() bool
}

// A View shows one session. Any number of goroutines may call its methods until Close.
type View struct {
	style
	filters
	opts     Options
	screen   *screen
	status   *statusLine
	sub      *event.Subscription
	audience audience
	reading  sync.WaitGroup
	long     longResult

	mu    sync.Mutex       // protects what follows
	slots map[uint64]*slot // reserved by events, by their numbers, until Result, LateResult or Drop takes them
}

// waitingEvents is how many events wait for an audience that must have all of them. What publishes them waits, too, so
// more would take memory and gain nothing.
const waitingEvents = 1000

// New returns a view of the events that are published on bus from now on. Close ends it.
func New(opts Options, bus *event.Bus) *View {
	v := &View{opts: opts, slots: make(map[uint64]*slot)}
	v.style = newStyle(opts)
	v.columns = opts.Columns
	subscription := event.Options{Policy: event.Count}
	out := pipe{v}
	switch {
	case opts.Terminal != nil:
		v.opts.Stdout, v.opts.Stderr, v.opts.Status = opts.Terminal, opts.Terminal, opts.Terminal.SetStatus
		v.audience = person{v, opts.Terminal}
		v.columns = v.audience.listWidth
	case opts.Incoming:
		subscription.Policy, subscription.Events = event.Wait, waitingEvents
		v.audience = incoming{out}
	case opts.Log:
		subscription.Policy, subscription.Events = event.Wait, waitingEvents
		v.several = func() bool { return true }
		v.audience = logger{out, opts.Output == OutputJSON}
	default:
		v.audience = out
	}
	v.SetOutput(cmp.Or(opts.Output, v.audience.defaultOutput()))
	v.status = newStatusLine(v.opts.Status)
	aside := v.status.aside
	if v.Interactive() { // its terminal keeps the two apart
		aside = func(write func()) { write() }
	}
	v.screen = newScreen(v.opts.Stderr, summer(v.colors, !v.Interactive()), aside)
	subscription.Wanted = func(e *event.Event) bool { return e.Awaited || v.shows(e) }
	v.sub = bus.Subscribe(subscription)
	v.reading.Go(v.read)
	return v
}

// summer returns what renders how much was left out. Unless that has been told, the first time says where it can be
// seen.
func summer(colors *Palette, told bool) func(text string) string {
	return func(text string) string {
		if !told {
			told, text = true, text+" (.show lists the last ones)"
		}
		return colors.Dim(text)
	}
}

func newStyle(opts Options) style {
	s := style{
		look: newLook(opts), several: opts.Several, numbers: opts.Terminal != nil,
		form: new(form),
	}
	s.SetOutput(opts.Output)
	s.SetShape(ShapeAuto)
	s.SetPager(PagerOn)
	if s.several == nil {
		s.several = func() bool { return false }
	}
	return s
}

// Close shows all earlier events and output, released or not, and ends the view. It may be called more than once.
func (v *View) Close() {
	v.sub.Close()
	v.reading.Wait()
	v.status.close()
	v.screen.close()
}

// read hands events to the audience until the subscription ends.
func (v *View) read() {
	for {
		e, err := v.sub.Next(context.Background())
		if left := v.sub.Left(); left != nil {
			counts := make(map[string]int, len(left))
			for name, n := range left {
				counts[Visible(name)] += n
			}
			v.screen.skip(counts)
		}
		if err != nil {
			return
		}
		if !e.Awaited || v.shows(e) {
			v.audience.event(e)
		}
		if e.Awaited { // the line of the log does not wait for the result
			v.reserve(e.Number)
		}
	}
}

// shows reports whether e has a line. Those who publish e ask it, so that an event that nobody sees costs them little.
func (v *View) shows(e *event.Event) bool { return v.wanted(e) && v.audience.wants(e) }

// Interactive reports whether a person sits at a terminal.
func (v *View) Interactive() bool { return v.opts.Terminal != nil }

// Width returns how many columns a line has.
func (v *View) Width() int { return v.audience.width() }

// ListWidth returns how many columns the lines of lists may take. For a pipe there is no limit.
func (v *View) ListWidth() int { return v.audience.listWidth() }

// Colors returns the palette in which all is shown.
func (v *View) Colors() *Palette { return v.colors }

// AskedForJSON reports whether Options asked for JSON. For a pipe, JSON is also the default.
func (v *View) AskedForJSON() bool { return v.opts.Output == OutputJSON }

// Safe makes text visible, except line feeds, if it may go to a terminal. A pipe gets what the peer sent.
func (v *View) Safe(text string) string {
	if v.opts.Status != nil { // stdout may be a terminal where stderr is one
		return VisibleLines(text)
	}
	return text
}

// Flush waits until all earlier events and output have been written, except what comes after the slot of a response
// whose result is still to be shown.
func (v *View) Flush() {
	v.sub.Flush()
	v.screen.flush()
}

// Say shows what was asked for.
func (v *View) Say(format string, args ...any) {
	v.sub.Flush()
	v.screen.print(v.opts.Stdout, fmt.Sprintf(format, args...))
}

// Report shows that something asked for has been done. Without a person it is shown only if Verbose, or as a note in
// the log.
func (v *View) Report(text string) {
	v.sub.Flush()
	v.audience.report(text)
}

// Remark shows why something asked for has no output. It is always shown, but never among results.
func (v *View) Remark(text string) {
	v.sub.Flush()
	v.audience.remark(text)
}

// Page shows text that may be longer than a person's screen, and returns when the person has seen it. The error is
// ctx's.
func (v *View) Page(ctx context.Context, text string) error {
	return v.audience.page(ctx, text, nil)
}

// Fits reports whether Page shows text above the line that is typed next, where it stays.
func (v *View) Fits(text string) bool {
	return !v.Interactive() || v.Pager() == PagerOff || v.opts.Terminal.Fits(text)
}

// PageList is Page for text that is laid out for a width, in which it may be shortened. It is saved whole.
func (v *View) PageList(ctx context.Context, layOut func(width int) string) error {
	return v.audience.page(ctx, layOut(v.ListWidth()), func() string { return layOut(unbounded) })
}

// Raw shows a frame as it came, before it was decoded.
func (v *View) Raw(p event.Peer, frame []byte) {
	v.sub.Flush()
	v.audience.raw(p, frame)
}
