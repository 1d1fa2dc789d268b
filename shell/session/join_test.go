package session_test

import (
	"context"
	"io"
	"sync"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/shell/answer"
	"rpcsh/shell/session"
)

// An askedOnce is a channel on which one request comes. It is told what is sent there, before that is done.
type askedOnce struct {
	once  sync.Once
	sent  func(frame string)
	ended chan struct{}
}

// Recv implements rpcconn.Channel.
func (a *askedOnce) Recv() (frame []byte, err error) {
	a.once.Do(func() { frame = []byte(`{"jsonrpc":"2.0","id":1,"method":"m","params":[20]}`) })
	if frame == nil {
		<-a.ended
		err = io.EOF
	}
	return frame, err
}

// Send implements rpcconn.Channel.
func (a *askedOnce) Send(_ context.Context, frame []byte) error {
	a.sent(string(frame))
	return nil
}

// Close implements rpcconn.Channel.
func (a *askedOnce) Close() error { return nil }

// Who has had somebody join is told that a request is done with when its answer has been sent: what it was held for
// may end the connection.
func TestJoinedIsAnsweredFirst(t *testing.T) {
	happened := make(chan string, 3)
	a := &askedOnce{ended: make(chan struct{}), sent: func(frame string) { happened <- frame }}
	s := session.New(session.Options{})
	double, err := answer.NewExpression(".[0]*2")
	if err != nil {
		t.Fatal(err)
	}
	s.Rules().Set(&answer.Rule{Pattern: "m", Answerer: double})
	p, err := dial.FindProtocol("jsonrpc")
	if err != nil {
		t.Fatal(err)
	}
	session.Join(s, session.Joining{
		Channel: a, Wire: dial.Wire{Protocol: p}, Name: "client", Label: "somebody",
		Answered: func(_ *rpcconn.Request, served bool) {
			if !served {
				t.Error("the rule has not answered")
			}
			happened <- "done with"
		},
	})
	for _, want := range []string{`{"jsonrpc":"2.0","id":1,"result":40}`, "done with"} {
		if got := <-happened; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	close(a.ended)
	s.Close()
}
