package tap

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/rpcrec"
)

// A Message is one that does not pass before somebody says what becomes of it. It does not change.
type Message struct {
	Number uint64 // of the tap's, from 1
	Conn   int
	Dir    rpcrec.Direction
	At     time.Duration // when it came
	Data   []byte

	way   *way
	raw   []byte // as it came, with what frames it
	shape shape
}

// A shape is what a framing knows of a message beside its bytes.
type shape struct {
	binary   bool // over a WebSocket
	deflated bool // what is compressed behind it may refer to it
	// form returns what stands for a message that came as raw where it says something else: HTTP's way; nil: it is
	// framed as the way frames all
	form func(raw, data []byte) []byte
}

// News is what those who watch a tap are told, under its lock: who is told must wait for nothing.
type News struct {
	// Record is what has passed, or has happened; valid until who is told returns. nil: Message waits.
	Record *rpcrec.Record
	// Number is that of the Message that Record tells the end of; 0: it was none.
	Number uint64
	// Tag is that of the injection that Record is, or answers; 0: it has nothing to do with one.
	Tag     uint64
	Message *Message
}

// Watch has tell called with what happens from now on, after the connections that stand, until stop is called.
func (t *Tap) Watch(tell func(News)) (stop func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, number := range slices.Sorted(maps.Keys(t.connections)) {
		c := t.connections[number]
		tell(News{Record: &rpcrec.Record{
			Conn: number, At: c.since, Event: rpcrec.Open, Details: c.openedLocked(),
		}})
	}
	t.lastWatcher++
	number := t.lastWatcher
	t.watchers[number] = tell
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.watchers, number)
	}
}

// ErrIntercepted says that somebody else intercepts messages already.
var ErrIntercepted = errors.New("another shell intercepts messages here already " +
	"(.hold off and .unserve there end that)")

// Intercept has tell called with each message that begins from now on, which waits until PassOn, Replace or Drop are
// called with its number. stop ends that: what waits passes, in order. The error is ErrIntercepted.
func (t *Tap) Intercept(tell func(News)) (stop func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.intercept != nil {
		return nil, ErrIntercepted
	}
	t.intercept = tell
	t.intercepts.Store(true)
	return func() {
		t.mu.Lock()
		t.intercept = nil
		t.intercepts.Store(false)
		ways := t.waysLocked()
		t.mu.Unlock()
		t.release(func(*Message) bool { return true })
		for _, y := range ways {
			y.gate.relax()
		}
	}, nil
}

func (t *Tap) waysLocked() (all []*way) {
	for _, c := range t.connections {
		all = append(all, c.ways...)
	}
	return all
}

// release has messages pass that wait, in order.
func (t *Tap) release(which func(*Message) bool) {
	t.mu.Lock()
	var all []*Message
	for number, m := range t.held {
		if which(m) {
			all = append(all, m)
			delete(t.held, number)
		}
	}
	t.mu.Unlock()
	slices.SortFunc(all, func(a, b *Message) int { return cmp.Compare(a.Number, b.Number) })
	for _, m := range all {
		m.pass()
	}
}

// decide says what becomes of a message that was taken out of what passes.
func (c *connection) decide(y *way, data, raw []byte, s shape) {
	t := c.tap
	m := &Message{
		Conn: c.number, Dir: y.dir, At: time.Since(t.start), Data: bytes.Clone(data), way: y, raw: raw, shape: s,
	}
	t.mu.Lock()
	tag, answers := c.answersLocked(m)
	intercept := t.intercept
	if !answers && intercept != nil {
		t.lastMessage++
		m.Number = t.lastMessage
		t.held[m.Number] = m
		intercept(News{Message: m})
	}
	t.mu.Unlock()
	switch {
	case answers:
		m.end(&rpcrec.Record{Data: m.Data, Kind: rpcrec.Dropped}, tag, nil)
		for _, y := range c.ways {
			y.gate.relax()
		}
	case intercept == nil:
		m.pass()
	}
}

// taken returns a message that waits, and does not any more. The error says that it does not.
func (t *Tap) taken(number uint64) (*Message, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.held[number]
	if m == nil {
		return nil, fmt.Errorf("message %d is not held any more", number)
	}
	delete(t.held, number)
	return m, nil
}

// PassOn passes on a message that waits, as it came. The error says that it does not wait, as those of Replace and Drop
// may.
func (t *Tap) PassOn(number uint64) error {
	m, err := t.taken(number)
	if err == nil {
		m.pass()
	}
	return err
}

// Replace passes on data in the place of a message that waits.
func (t *Tap) Replace(number uint64, data []byte) error {
	t.mu.Lock()
	m := t.held[number]
	t.mu.Unlock()
	if m == nil {
		return fmt.Errorf("message %d is not held any more", number)
	}
	framed, err := m.as(data)
	if err != nil {
		return err
	}
	if _, err := t.taken(number); err != nil {
		return err
	}
	m.forks()
	m.end(&rpcrec.Record{Data: data, Kind: rpcrec.Edited, Original: m.Data}, 0, framed)
	return nil
}

// Drop has a message that waits never pass.
func (t *Tap) Drop(number uint64) error {
	m, err := t.taken(number)
	if err == nil {
		m.drop()
	}
	return err
}

// as returns what goes on the wire for m where it says something else.
func (m *Message) as(data []byte) ([]byte, error) {
	if m.shape.form != nil {
		return m.shape.form(m.raw, data), nil
	}
	return m.way.framed(data, m.shape.binary)
}

// pass passes m on, as it came where that can be.
func (m *Message) pass() {
	if m.shape.deflated && m.way.watcher.conn.overtakes(m) {
		m.way.gate.fork()
	}
	raw := m.raw
	if m.way.gate.forked() {
		if framed, err := m.way.framed(m.Data, m.shape.binary); err == nil {
			raw = framed
		}
	}
	m.end(&rpcrec.Record{Data: m.Data}, 0, raw)
}

func (m *Message) drop() {
	m.fail()
	m.way.gate.put(len(m.raw), nil)
}

// fail says that m never passes. The gate, which is not told yet, keeps the connection until then.
func (m *Message) fail() {
	m.forks()
	if m.shape.form != nil && m.Dir == rpcrec.AToB {
		m.way.watcher.conn.owes()
	}
	m.way.watcher.conn.tell(News{
		Record: &rpcrec.Record{Dir: m.Dir, Data: m.Data, Kind: rpcrec.Dropped}, Number: m.Number,
	})
}

// forks says that m does not pass as it came.
func (m *Message) forks() {
	if m.shape.deflated {
		m.way.gate.fork()
	}
}

// end records what has become of m, and writes what stands for it.
func (m *Message) end(r *rpcrec.Record, tag uint64, raw []byte) {
	r.Dir = m.Dir
	m.way.watcher.conn.tell(News{Record: r, Number: m.Number, Tag: tag})
	m.way.gate.put(len(m.raw), raw)
}

// overtakes reports whether a message waits that came before m.
func (c *connection) overtakes(m *Message) bool {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	for _, other := range c.tap.held {
		if other.way == m.way && other.Number < m.Number {
			return true
		}
	}
	return false
}

// framed returns what goes on the wire for a message. The error says why nothing can be sent.
func (y *way) framed(data []byte, binary bool) ([]byte, error) {
	w := y.watcher
	w.mu.Lock()
	for y.framer == nil && w.decided && !w.none && !y.bare { // who looks is about to begin
		w.changed.Wait()
	}
	f, err := y.framer, y.whyNotLocked()
	w.mu.Unlock()
	if f == nil {
		return nil, err
	}
	return f(data, binary)
}

// whyNotLocked says why nothing can be sent this way, where that is so.
func (y *way) whyNotLocked() error {
	to := "the server"
	if y.dir == rpcrec.BToA {
		to = "the client"
	}
	switch w := y.watcher; {
	case !w.decided:
		return fmt.Errorf("nothing can be sent to %s yet: it is not known what is spoken (-p says it)", to)
	case w.none:
		return fmt.Errorf("nothing can be sent to %s: what passes is no RPC", to)
	}
	return fmt.Errorf("nothing can be sent to %s: its messages cannot be told apart any more", to)
}

// An Injection is a message that is sent to one side though the other has not.
type Injection struct {
	Conn int
	Dir  rpcrec.Direction // a>b: to the server
	Data []byte
	Raw  bool   // Data are bytes that may be no message, and are sent as they are
	Tag  uint64 // of the sender's choice, by which its record is told, and those of the answers to it
	For  uint64 // the number of the message that waits and that it answers, which is dropped; 0: none
}

// Inject sends a message at the next place where one can stand. What answers its requests is taken out, too: it is
// recorded with the Tag, and does not pass.
func (t *Tap) Inject(i Injection) error {
	if i.For > 0 {
		m, err := t.taken(i.For)
		if err != nil {
			return err
		}
		m.fail()
		defer m.way.gate.put(len(m.raw), nil) // with which the connection may end
	}
	t.mu.Lock()
	c := t.connections[i.Conn]
	t.mu.Unlock()
	if c == nil {
		return fmt.Errorf("connection %d has ended", i.Conn)
	}
	y := c.ways[0]
	if i.Dir == rpcrec.BToA {
		y = c.ways[1]
	}
	if over, err := c.overHTTP(i); over || err != nil {
		return err
	}
	framed, err := y.framed(i.Data, y.binary.Load())
	switch {
	case err != nil:
		return err
	case i.Raw:
		framed = i.Data
	}
	c.awaits(y, i)
	c.tell(News{Record: &rpcrec.Record{Dir: y.dir, Data: i.Data, Kind: rpcrec.Injected}, Tag: i.Tag})
	return y.gate.inject(framed)
}

// HangUp ends a connection, on both sides.
func (t *Tap) HangUp(conn int) {
	t.mu.Lock()
	c := t.connections[conn]
	t.mu.Unlock()
	if c != nil {
		c.hangUp()
	}
}

// An asked request was injected, and is not answered yet.
type asked struct {
	dir rpcrec.Direction // of the answer
	id  rpcconn.ID
}

// intercepted reports whether messages of c do not just pass. It waits for nobody.
func (c *connection) intercepted() bool { return c.tap.intercepts.Load() || c.awaiting.Load() > 0 }

// awaits takes note of the requests of an injection.
func (c *connection) awaits(y *way, i Injection) {
	c.tap.mu.Lock()
	defer c.tap.mu.Unlock()
	for _, m := range c.decodeLocked(i.Data) {
		if m.Kind == rpcconn.KindRequest {
			c.asked[asked{c.other(y).dir, m.ID.Plain()}] = i.Tag
		}
	}
	c.awaiting.Store(int64(len(c.asked)))
}

// answersLocked reports whether a message answers requests that were injected, and nothing else, and the tag of these.
func (c *connection) answersLocked(m *Message) (tag uint64, answers bool) {
	if len(c.asked) == 0 {
		return 0, false
	}
	messages := c.decodeLocked(m.Data)
	for i := range messages {
		tag, answers = c.asked[asked{m.Dir, messages[i].ID.Plain()}]
		if !answers || messages[i].Kind != rpcconn.KindResponse {
			return 0, false
		}
	}
	for i := range messages {
		delete(c.asked, asked{m.Dir, messages[i].ID.Plain()})
	}
	c.awaiting.Store(int64(len(c.asked)))
	return tag, answers
}

// decodeLocked returns the messages of a frame, none where it cannot be read.
func (c *connection) decodeLocked(data []byte) []rpcconn.Message {
	if c.codec == nil {
		return nil
	}
	c.packet.Messages, c.packet.Deviations = c.packet.Messages[:0], c.packet.Deviations[:0]
	if c.codec.Decode(data, &c.packet) != nil {
		return nil
	}
	return c.packet.Messages
}
