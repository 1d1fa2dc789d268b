package reach

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

func TestMain(m *testing.M) { rpctest.Main(m) }

// A peer that may need time is left once it has hung up, has had its time, or somebody gives up, and after a second at
// the latest; another one at once.
func TestLeave(t *testing.T) {
	const ms = time.Millisecond
	for name, tt := range map[string]struct {
		time    time.Duration // that the peer may need
		asks    bool          // it waits for an answer
		refused bool          // it was refused something just now
		hangUp  time.Duration // after which it hangs up; 0: it does not
		giveUp  time.Duration // after which we do; 0: we do not
		want    time.Duration
	}{
		"another kind":             {asks: true},
		"nothing was refused":      {time: 50 * ms},
		"asks":                     {time: 50 * ms, asks: true, want: 300 * ms},
		"asks, has much time":      {time: time.Minute, asks: true, want: mostLeaving},
		"asks, hangs up":           {time: time.Minute, asks: true, hangUp: ms, want: 5 * ms},
		"asks, somebody gives up":  {time: time.Minute, asks: true, giveUp: ms, want: ms},
		"was refused":              {time: 50 * ms, refused: true, want: 50 * ms},
		"was refused, much time":   {time: time.Minute, refused: true, want: mostLeaving},
		"was refused, hangs up":    {time: time.Minute, refused: true, hangUp: 5 * ms, want: 5 * ms},
		"was refused, is given up": {time: time.Minute, refused: true, giveUp: ms, want: ms},
	} {
		t.Run(name, func(t *testing.T) {
			rpctest.Bubble(t, func(t *testing.T) {
				conn, far := rpctest.NewPeer(t, jsonrpc.New(), &rpcconn.Options{
					Handler: func(ctx context.Context, _ *rpcconn.Conn, _ *rpcconn.Request) (json.RawMessage, error) {
						<-ctx.Done()
						return nil, rpcconn.ErrNoAnswer
					},
				})
				g := &Gentle{link: &dial.Link{Conn: conn}, time: tt.time}
				if tt.asks {
					far.Send(`{"jsonrpc":"2.0","id":1,"method":"m"}`)
				}
				if tt.refused {
					g.refused.Store(time.Now().UnixNano())
				}
				synctest.Wait()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tt.giveUp > 0 {
					time.AfterFunc(tt.giveUp, cancel)
				}
				if tt.hangUp > 0 {
					time.AfterFunc(tt.hangUp, far.Close)
				}
				start := time.Now()
				g.Leave(ctx)
				if took := time.Since(start); took != tt.want {
					t.Errorf("it takes %s, want %s", took, tt.want)
				}
			})
		})
	}
}

// TestRefuseIsBounded checks that a request is not held for long where what we have asked stays unanswered, however
// much time the peer may need otherwise.
func TestRefuseIsBounded(t *testing.T) {
	const ms = time.Millisecond
	for settle, want := range map[time.Duration]time.Duration{
		50 * ms: 200 * ms, 500 * ms: mostHeld, time.Minute: mostHeld,
	} {
		rpctest.Bubble(t, func(t *testing.T) {
			conn, far := rpctest.NewPeer(t, jsonrpc.New(), nil)
			g := &Gentle{link: &dial.Link{Conn: conn}, time: settle}
			go func() { _, _ = conn.Call(t.Context(), "m", nil) }()
			far.Recv()
			start := time.Now()
			if !g.Refuse(t.Context()) {
				t.Errorf("%s: it does not wait", settle)
			}
			if took := time.Since(start); took < want || took > want+50*ms {
				t.Errorf("%s: it takes %s, want %s", settle, took, want)
			}
		})
	}
}
