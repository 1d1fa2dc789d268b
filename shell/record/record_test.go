package record

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/msgpackrpc"
	"rpcsh/shell/event"
	"rpcsh/shell/redact"
	"rpcsh/shell/ring"
)

// A scene is a session in which a test says what happens.
type scene struct {
	t       *testing.T
	bus     event.Bus
	ring    *ring.Ring
	peers   []Peer
	file    string
	failed  chan error
	control *Control
}

func newScene(t *testing.T, opts Options) *scene {
	s := &scene{t: t, file: filepath.Join(t.TempDir(), "x.rpcrec"), failed: make(chan error, 10)}
	s.ring = ring.Follow(&s.bus, ring.DefaultLimit)
	t.Cleanup(s.ring.Close)
	s.peers = []Peer{{
		Peer: event.Peer{Number: 1, Title: "localhost:6000"}, Target: "tcp://localhost:6000", Protocol: "jsonrpc",
		Framing: "line",
	}}
	opts.By, opts.Peers = "test 1", func() []Peer { return s.peers }
	opts.Fail = func(err error) { s.failed <- err }
	s.control = NewControl(&s.bus, s.ring, opts)
	t.Cleanup(func() { s.control.Stop() })
	return s
}

func (s *scene) start(req Request) {
	s.t.Helper()
	if req.File == "" {
		req.File = s.file
	}
	if err := s.control.Start(req); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) publish(e event.Event) {
	if e.Peer.Number == 0 && e.Kind != event.Note {
		e.Peer = s.peers[0].Peer
	}
	s.bus.Publish(&e)
}

func (s *scene) frame(out bool, data string) {
	s.publish(event.Event{Kind: event.Frame, Out: out, Frame: []byte(data)})
}

var times = regexp.MustCompile(`"t":-?[0-9.]+,`)

// lines returns what is recorded, without the header and the times.
func (s *scene) lines() string {
	s.t.Helper()
	content, err := os.ReadFile(s.file)
	if err != nil {
		s.t.Fatal(err)
	}
	_, records, _ := strings.Cut(string(content), "\n")
	return times.ReplaceAllString(records, "")
}

func (s *scene) check(want ...string) {
	s.t.Helper()
	if got := strings.TrimSuffix(s.lines(), "\n"); got != strings.Join(want, "\n") {
		s.t.Errorf("recorded\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

const opened = `{"c":1,"e":"open","x":{"target":"tcp://localhost:6000","late":true,"title":"localhost:6000",` +
	`"protocol":"jsonrpc","framing":"line"}}`

// What passes is recorded byte for byte, and so is what happens beside it.
func TestRecorder(t *testing.T) {
	s := newScene(t, Options{})
	s.start(Request{})
	s.frame(true, `{"jsonrpc":"2.0", "id":1,"method":"add","params":[40, 2.0]}`)
	s.publish(event.Event{Kind: event.Request, Out: true, Method: "add"}) // is there as a frame
	s.frame(false, "{\"id\":1,\n\"result\":42}")
	s.publish(event.Event{Kind: event.Frame, Out: true, Frame: []byte(`{"id`), Fault: ".send"})
	s.frame(false, "\xff\x00")
	s.publish(event.Event{Kind: event.Unreadable, Text: "not a message"})
	s.publish(event.Event{Kind: event.Stderr, Text: "ready"})
	s.publish(event.Event{Kind: event.Note, Text: "half time"})
	s.publish(event.Event{Kind: event.Close, Text: "localhost:6000 closed the connection", Orderly: true})
	s.publish(event.Event{Kind: event.Connect, Text: "reconnected"})
	sum, runs := s.control.Stop()
	if !runs || sum.Messages != 4 || sum.Err != nil {
		t.Errorf("it ran: %v, summary %+v", runs, sum)
	}
	s.check(
		opened,
		`{"c":1,"d":">","m":{"jsonrpc":"2.0", "id":1,"method":"add","params":[40, 2.0]}}`,
		`{"c":1,"d":"<","s":"{\"id\":1,\n\"result\":42}"}`,
		`{"c":1,"d":">","s":"{\"id","f":".send"}`,
		`{"c":1,"d":"<","b":"/wA="}`,
		`{"c":1,"e":"note","x":{"kind":"unreadable","text":"not a message"}}`,
		`{"c":1,"e":"stderr","x":{"text":"ready"}}`,
		`{"e":"note","x":{"kind":"note","text":"half time"}}`,
		`{"c":1,"e":"close","x":{"orderly":true,"text":"localhost:6000 closed the connection"}}`,
		strings.Replace(strings.TrimSuffix(opened, "}}"), `"late":true,`, "", 1)+`,"text":"reconnected"}}`,
	)
	if _, runs := s.control.Stop(); runs {
		t.Error("it is stopped twice")
	}
}

// A recording that lasts as long as the session says that the connections have ended.
func TestSessionEnds(t *testing.T) {
	s := newScene(t, Options{})
	s.start(Request{})
	s.bus.Close()
	s.control.Close()
	s.check(opened, `{"c":1,"e":"close","x":{"orderly":true,"text":"localhost:6000: closed with the session"}}`)
}

// What a peer speaks is recorded as soon as it is known, and binary messages can be read.
func TestBinary(t *testing.T) {
	s := newScene(t, Options{})
	s.peers[0].Protocol, s.peers[0].Framing, s.peers[0].Accepted = "", "", true
	s.start(Request{})
	s.peers[0].Protocol, s.peers[0].Framing = "bsonrpc", "bson"
	s.publish(event.Event{Kind: event.Speaks, Text: "@1 speaks BSON-RPC 2.0"})
	s.frame(false, encoded(t, bsonrpc.New(), `[1,{"$oid":"507f1f77bcf86cd799439011"}]`))
	s.peers[0].Protocol, s.peers[0].Framing = "msgpackrpc", "msgpack"
	s.publish(event.Event{Kind: event.Learned})
	s.frame(true, encoded(t, msgpackrpc.New(), `[1,{"token":"abc"}]`))
	s.control.Stop()
	s.check(
		`{"c":1,"e":"open","x":{"target":"tcp://localhost:6000","accepted":true,"late":true,"title":"localhost:6000"}}`,
		`{"c":1,"e":"detect","x":{"protocol":"bsonrpc","framing":"bson","text":"@1 speaks BSON-RPC 2.0"}}`,
		`{"c":1,"d":"<","b":"UQAAAAJic29ucnBjAAQAAAAyLjAAEGlkAAUAAAACbWV0aG9kAAQAAABhZGQABHBhcmFtcwAbAAAAEDAAAQAAAAcx`+
			`AFB/H3e8+GzXmUOQEQAA","m":{"id":5,"method":"add","params":[1,{"$oid":"507f1f77bcf86cd799439011"}]}}`,
		`{"c":1,"e":"detect","x":{"protocol":"msgpackrpc","framing":"msgpack"}}`,
		`{"c":1,"d":">","b":"lAAFo2FkZJIBgaV0b2tlbqQqKiox","m":{"id":5,"method":"add","params":[1,{"token":"***1"}]},`+
			`"r":1}`,
	)
}

// encoded returns a call as a codec has it.
func encoded(t *testing.T, codec rpcconn.Codec, params string) string {
	t.Helper()
	frame, err := codec.AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{{
		Kind: rpcconn.KindRequest, ID: rpcconn.IntID(5), Method: "add", Params: []byte(params),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(frame)
}

// A filter knows the methods of answers, and takes a batch for one of its messages.
func TestFilter(t *testing.T) {
	const batch = `[{"jsonrpc":"2.0","method":"tick"},{"jsonrpc":"2.0","method":"add"}]`
	s := newScene(t, Options{})
	filter, err := event.ParseFilter("add peer:1")
	if err != nil {
		t.Fatal(err)
	}
	s.start(Request{Filter: filter})
	for _, message := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"add"}`, `{"jsonrpc":"2.0","id":2,"method":"login"}`, batch,
	} {
		s.frame(true, message)
	}
	s.frame(false, `{"jsonrpc":"2.0","id":2,"result":2}`)
	s.frame(false, `{"jsonrpc":"2.0","id":1,"result":1}`)
	s.publish(event.Event{Kind: event.Frame,
		Peer: event.Peer{Number: 2}, Frame: []byte(`{"jsonrpc":"2.0","method":"add"}`)})
	s.publish(event.Event{Kind: event.Stderr, Text: "ready"})
	s.publish(event.Event{Kind: event.Close, Text: "gone"})
	s.control.Stop()
	s.check(opened, `{"c":1,"d":">","m":{"jsonrpc":"2.0","id":1,"method":"add"}}`, `{"c":1,"d":">","m":`+batch+`}`,
		`{"c":1,"d":"<","m":{"jsonrpc":"2.0","id":1,"result":1}}`, `{"c":1,"e":"close","x":{"text":"gone"}}`)
}

// Secrets are masked in messages and in what is told beside them, and nothing else changes.
func TestMasked(t *testing.T) {
	rules, err := redact.ParseRules([]string{"/params/0"})
	if err != nil {
		t.Fatal(err)
	}
	s := newScene(t, Options{Rules: rules, Argv: []string{"rpcsh", "--token",
		"s3cret"}, SecretFlags: []string{"--token"}})
	s.peers[0].Target = "http://me:pa55@localhost/"
	s.start(Request{})
	s.frame(true, `{"jsonrpc":"2.0",  "method":"login","params":["me", "x"],"token":"s3cret"}`)
	s.publish(event.Event{Kind: event.Stderr, Text: "login with password=pa55"})
	sum, _ := s.control.Stop()
	s.check(strings.ReplaceAll(opened, "tcp://localhost:6000", "http://me:***2@localhost/"),
		`{"c":1,"d":">","m":{"jsonrpc":"2.0",  "method":"login","params":["***3", "x"],"token":"***1"},"r":2}`,
		`{"c":1,"e":"stderr","x":{"text":"login with password=***2"}}`)
	content, err := os.ReadFile(s.file)
	if err != nil || !strings.Contains(string(content), `"argv":["rpcsh","--token","***1"]`) || sum.Masked != 2 {
		t.Errorf("error %v, %d values masked, the header of\n%s", err, sum.Masked, content)
	}
}

// What has happened is recorded afterwards, byte for byte, with what is known of peers that have gone.
func TestLast(t *testing.T) {
	s := newScene(t, Options{})
	gone := event.Peer{Number: 2, Title: "@2 127.0.0.1:5000"}
	s.peers = append(s.peers, Peer{Peer: gone, Accepted: true, Protocol: "bsonrpc", Framing: "bson"})
	ping, err := bsonrpc.New().AppendEncode(nil, &rpcconn.Packet{
		Messages: []rpcconn.Message{{Kind: rpcconn.KindRequest, ID: rpcconn.IntID(1), Method: "ping"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, e := range []event.Event{
		{Kind: event.Frame, Out: true, Frame: []byte(`{"id":6,"method":"old"}`), Time: now.Add(-time.Hour)},
		{Kind: event.Connect, Peer: gone},
		{Kind: event.Frame, Out: true, Frame: []byte(`{ "method": "add", "id": 7, "params": [40, 2.0] }`)},
		{Kind: event.Request, Out: true, ID: rpcconn.IntID(7), Method: "add", Params: []byte(`[40, 2.0]`)},
		{Kind: event.Frame, Peer: gone, Frame: ping},
		{Kind: event.Close, Peer: gone, Orderly: true},
		{Kind: event.Frame, Frame: []byte(`{"id":7,"result":42.0}`)},
		{Kind: event.Response, ID: rpcconn.IntID(7), Method: "add", Result: []byte(`42.0`)},
		{Kind: event.Frame, Frame: []byte(`{"method":"tick","params":{"password":"x"}}`)},
		{Kind: event.Frame, Out: true, Frame: []byte(`no`), Fault: "on purpose"},
		{Kind: event.Stderr, Text: "ready"},
	} {
		if e.Time.IsZero() {
			e.Time = now // the clock of Windows stands still meanwhile
		}
		s.publish(e)
	}
	s.peers = s.peers[:1]
	sum, err := s.control.Last(time.Minute, Request{File: s.file})
	if err != nil || sum.Messages != 5 {
		t.Fatalf("summary %+v, error %v", sum, err)
	}
	s.check(
		opened,
		`{"c":2,"e":"open","x":{"accepted":true,"title":"@2 127.0.0.1:5000","protocol":"bsonrpc","framing":"bson"}}`,
		`{"c":1,"d":">","m":{ "method": "add", "id": 7, "params": [40, 2.0] }}`,
		`{"c":2,"d":"<","b":"`+base64.StdEncoding.EncodeToString(ping)+`","m":{"id":1,"method":"ping"}}`,
		`{"c":2,"e":"close","x":{"orderly":true}}`,
		`{"c":1,"d":"<","m":{"id":7,"result":42.0}}`,
		`{"c":1,"d":"<","m":{"method":"tick","params":{"password":"***1"}},"r":1}`,
		`{"c":1,"d":">","s":"no","f":"on purpose"}`,
		`{"c":1,"e":"stderr","x":{"text":"ready"}}`,
	)
	if _, err := s.control.Last(0, Request{File: s.file + "2"}); err == nil {
		t.Error("nothing is recorded without an error")
	}
}

// The memory of the messages that are kept is bounded by that of the ring, and the newest ones are kept.
func TestTapeIsBounded(t *testing.T) {
	s := newScene(t, Options{})
	const limit = 100 << 10
	s.ring.SetLimit(limit)
	for i := range 10_000 {
		s.publish(event.Event{Kind: event.Frame, Frame: fmt.Appendf(nil, `{"method":"tick","params":[%d]}`, i)})
	}
	tape := s.control.tape
	held := 0
	for _, b := range tape.blocks {
		held += b.size()
	}
	if held != tape.bytes || held > limit || held < limit/2 {
		t.Errorf("%d bytes are held, %d are counted, %d is the limit", held, tape.bytes, limit)
	}
	frames, _ := tape.since(time.Time{})
	if last := string(frames[len(frames)-1].Frame); last != `{"method":"tick","params":[9999]}` {
		t.Errorf("the last one is %s", last)
	}
	for i := range 3 * maxKnown {
		s.publish(event.Event{Kind: event.Frame, Peer: event.Peer{Number: 2 + i}, Frame: []byte(`{"method":"m"}`)})
	}
	if n := len(tape.known); n > 2*maxKnown {
		t.Errorf("%d peers are known", n)
	}
	huge := make([]byte, limit)
	copied := testing.AllocsPerRun(1, func() { tape.addLocked(&event.Event{Frame: huge}) })
	if copied > 0 || len(tape.blocks) > 0 {
		t.Errorf("what is larger than all may be is copied, or what was before it kept: %d blocks", len(tape.blocks))
	}
	s.ring.SetLimit(0)
	s.publish(event.Event{Kind: event.Frame, Frame: []byte(`{"method":"tick"}`)})
	if frames, _ := tape.since(time.Time{}); len(frames) > 0 {
		t.Errorf("%d are kept where nothing is to be", len(frames))
	}
}

// A file that exists is refused, and one recording goes on at a time.
func TestRefused(t *testing.T) {
	s := newScene(t, Options{})
	s.start(Request{})
	if err := s.control.Start(Request{File: s.file + "2"}); err == nil || !strings.Contains(err.Error(),
		".record off") {
		t.Errorf("a second recording: error %v", err)
	}
	s.control.Stop()
	err := s.control.Start(Request{File: s.file})
	if err == nil || !strings.Contains(err.Error(), "--append") || strings.Count(err.Error(), s.file) != 1 {
		t.Errorf("a file that exists: error %v", err)
	}
	if _, err := s.control.Last(time.Hour, Request{File: s.file}); err == nil {
		t.Error("a file that exists is taken by last")
	}
	err = s.control.Start(Request{File: filepath.Join(s.file, "x")})
	if err == nil || strings.Count(err.Error(), s.file) != 1 || errors.Is(err, fs.ErrExist) {
		t.Errorf("a folder that is none: error %v", err)
	}
	s.start(Request{Append: true})
	s.control.Stop()
	if n := strings.Count(s.lines(), `"e":"open"`); n != 2 {
		t.Errorf("%d recordings are in the file:\n%s", n, s.lines())
	}
}

// A disk that is full ends the recording and is told once; what publishes is not held up.
func TestFull(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("there is no " + full)
	}
	s := newScene(t, Options{})
	s.start(Request{File: full})
	for range 30_000 {
		s.frame(false, `{"jsonrpc":"2.0","method":"tick","params":[1,2,3]}`)
	}
	err := <-s.failed
	if !strings.Contains(err.Error(), "recording to "+full) || strings.Count(err.Error(), full) != 1 {
		t.Errorf("error %v", err)
	}
	if sum, runs := s.control.Stop(); runs || sum.Err == nil {
		t.Errorf("it runs: %v, summary %+v", runs, sum)
	}
	if len(s.failed) > 0 {
		t.Errorf("told again: %v", <-s.failed)
	}
}

// A disk that is full is told of by whoever ends a recording that has not noticed yet, and only there.
func TestFullAtTheEnd(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skip("there is no " + full)
	}
	want := "recording to " + full + ": the disk is full"
	ends := map[string]func(s *scene) error{
		"stop":  func(s *scene) error { sum, _ := s.control.Stop(); return sum.Err },
		"close": func(s *scene) error { s.bus.Close(); return s.control.Close() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, Options{})
			s.start(Request{File: full})
			s.frame(false, `{"jsonrpc":"2.0","method":"tick"}`)
			if err := end(s); err == nil || err.Error() != want {
				t.Errorf("error %v, want %s", err, want)
			}
			if len(s.failed) > 0 {
				t.Errorf("told as well: %v", <-s.failed)
			}
			s.bus.Close()
			if err := s.control.Close(); name == "stop" && err != nil {
				t.Errorf("told again: %v", err)
			}
		})
	}
}

// BenchmarkPublish says what recording costs whoever publishes notifications.
func BenchmarkPublish(b *testing.B) {
	for _, recorded := range []bool{false, true} {
		name := map[bool]string{false: "without", true: "with"}[recorded]
		b.Run(name, func(b *testing.B) {
			var bus event.Bus
			if recorded {
				control := NewControl(&bus, new(ring.Ring), Options{Peers: func() []Peer { return nil }})
				if err := control.Start(Request{File: filepath.Join(b.TempDir(), "x.rpcrec")}); err != nil {
					b.Fatal(err)
				}
				defer control.Stop()
			}
			frame := []byte(`{"jsonrpc":"2.0","method":"tick","params":[1,2,3]}`)
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				if bus.Frames() {
					bus.Publish(&event.Event{Kind: event.Frame, Peer: event.Peer{Number: 1}, Frame: frame})
				}
				bus.Publish(&event.Event{Kind: event.Notification, Peer: event.Peer{Number: 1}, Method: "tick"})
			}
		})
	}
}
