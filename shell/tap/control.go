package tap

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpcrec"
)

// A shell controls a tap over a stream, by JSON-RPC 2.0, a message a line. It asks who is there (about), and then to be
// told what happens (watch): each record, as docs/rpcrec.md has it, and each message that waits for a verdict, comes as
// a notification (news). intercept, pass, replace, drop, inject and gone are the calls of Control. pass and drop may be
// notifications, too, so that many messages pass without a word for each. When the stream ends, all that is held
// passes.
const (
	methodAbout     = "about"
	methodWatch     = "watch"
	methodNews      = "news"
	methodIntercept = "intercept"
	methodPass      = "pass"
	methodReplace   = "replace"
	methodDrop      = "drop"
	methodInject    = "inject"
	methodHangUp    = "hangup"
	methodGone      = "gone"
)

// maxControl is how long a message of the control may be, in bytes: a message that passes is in it as base64.
const maxControl = 256 << 20

// Bounds of what waits for a shell that does not take it. Messages that are held are told beyond them: they wait, and
// so do those who send them.
const (
	maxNews     = 10_000
	maxNewsSize = 64 << 20 // bytes
)

// CheckName says why text cannot be the name of a tap, which is that of a file, too.
func CheckName(text string) error {
	for i, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && (i == 0 || !strings.ContainsRune("-_.", r)) {
			return fmt.Errorf("a name is letters, digits, -, _ and ., and begins with a letter or digit")
		}
	}
	return nil
}

// About says what a tap is.
type About struct {
	PID      int       `json:"pid"`
	Target   string    `json:"target"`   // the server
	Start    time.Time `json:"start"`    // the zero of the times of records
	Protocol string    `json:"protocol"` // that was named; "": it is read from what passes
}

// newsLine is News as it is sent.
type newsLine struct {
	Record json.RawMessage `json:"record"`           // of what has passed, or waits
	Held   uint64          `json:"held,omitempty"`   // the number of the message that waits
	Number uint64          `json:"number,omitempty"` // of the one that does not wait any more
	Tag    uint64          `json:"tag,omitempty"`
}

// verdict is what is said of a message, or what is injected.
type verdict struct {
	On     bool             `json:"on,omitempty"`
	Number uint64           `json:"number,omitempty"`
	Conn   int              `json:"conn,omitempty"`
	Dir    rpcrec.Direction `json:"dir,omitempty"`
	Data   []byte           `json:"data,omitempty"`
	Raw    bool             `json:"raw,omitempty"`
	Tag    uint32           `json:"tag,omitempty"`
	For    uint64           `json:"for,omitempty"`
}

// A Control is a tap as a shell sees it, in this process or in another one. Its methods may be called by any number of
// goroutines. Their errors are those of the tap, or say that the connection to it has ended.
type Control struct{ conn *rpcconn.Conn }

// NewControl controls the tap at the other end of a stream. tell is called with News once Watch was, in order, by the
// goroutine that reads: it must not wait for calls of the Control.
func NewControl(stream io.ReadWriteCloser, tell func(News)) *Control {
	opts := &rpcconn.Options{OnRequest: func(req *rpcconn.Request) {
		if news, err := readNews(req.Params); req.Method == methodNews && err == nil {
			tell(news)
		}
	}}
	return &Control{rpcconn.New(lines(stream), jsonrpc.New(), opts)}
}

func readNews(text []byte) (News, error) {
	var line newsLine
	if err := json.Unmarshal(text, &line); err != nil {
		return News{}, err
	}
	r, err := rpcrec.ParseLine(line.Record)
	if err != nil {
		return News{}, err
	}
	news := News{Record: r, Number: line.Number, Tag: line.Tag}
	if line.Held > 0 {
		news.Record = nil
		news.Message = &Message{Number: line.Held, Conn: r.Conn, Dir: r.Dir, At: r.At, Data: r.Data}
	}
	return news, nil
}

// About returns what the tap is.
func (c *Control) About(ctx context.Context) (about About, err error) {
	result, err := c.call(ctx, methodAbout, verdict{})
	if err == nil {
		err = json.Unmarshal(result, &about)
	}
	return about, err
}

// Watch has news told from now on, beginning with the connections that stand.
func (c *Control) Watch(ctx context.Context) error { return c.say(ctx, methodWatch, verdict{}) }

// Intercept has each message wait that begins from now on, or ends that: all that waits passes. See ErrIntercepted.
func (c *Control) Intercept(ctx context.Context, on bool) error {
	return c.say(ctx, methodIntercept, verdict{On: on})
}

// LetPass passes on a message that waits, without waiting for that. It may be called by who is told the news.
func (c *Control) LetPass(number uint64) { c.tell(methodPass, verdict{Number: number}) }

// Drop has a message never pass; see LetPass.
func (c *Control) Drop(number uint64) { c.tell(methodDrop, verdict{Number: number}) }

// Replace passes on data in the place of a message that waits.
func (c *Control) Replace(ctx context.Context, number uint64, data []byte) error {
	return c.say(ctx, methodReplace, verdict{Number: number, Data: data})
}

// Inject sends a message of ours; see Tap.Inject. Of the Tag, 32 bits count, and other shells are not told them.
func (c *Control) Inject(ctx context.Context, i Injection) error {
	return c.say(ctx, methodInject, verdict{
		Conn: i.Conn, Dir: i.Dir, Data: i.Data, Raw: i.Raw, Tag: uint32(i.Tag), For: i.For,
	})
}

// Gone is that of the tap, once it has done what it was told before.
func (c *Control) Gone(ctx context.Context, conn int, dir rpcrec.Direction) (gone bool, err error) {
	result, err := c.call(ctx, methodGone, verdict{Conn: conn, Dir: dir})
	if err == nil {
		err = json.Unmarshal(result, &gone)
	}
	return gone, err
}

// HangUp ends a connection; see LetPass.
func (c *Control) HangUp(conn int) { c.tell(methodHangUp, verdict{Conn: conn}) }

func (c *Control) tell(method string, v verdict) {
	if params, err := json.Marshal(v); err == nil {
		_ = c.conn.Notify(c.conn.Context(), method, params) // a tap that has gone is told by Done
	}
}

func (c *Control) say(ctx context.Context, method string, v verdict) error {
	_, err := c.call(ctx, method, v)
	return err
}

func (c *Control) call(ctx context.Context, method string, v verdict) (json.RawMessage, error) {
	params, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	r, err := c.conn.Call(ctx, method, params)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the tap: %w", err)
	case r.Err != nil:
		return nil, fmt.Errorf("%s", r.Err.Message)
	}
	return r.Result, nil
}

// Done is closed when the tap has gone, or Close was called.
func (c *Control) Done() <-chan struct{} { return c.conn.Done() }

// Close leaves the tap to itself: what is held passes.
func (c *Control) Close() {
	_ = c.conn.Close() // there is nothing to be told to
	c.conn.Wait()
}
