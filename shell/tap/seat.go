package tap

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpcrec"
)

// Controlled lets a shell control t over a stream, until that ends.
func (t *Tap) Controlled(stream io.ReadWriteCloser) {
	s := &seat{tap: t, number: t.seats.Add(1)}
	s.changed = sync.NewCond(&s.mu)
	conn := rpcconn.New(lines(stream), jsonrpc.New(), &rpcconn.Options{Handler: s.handle, OnRequest: s.hear})
	<-conn.Done()
	s.leave()
	_ = conn.Close() // it has ended
	conn.Wait()
	s.sending.Wait()
}

// lines returns a channel over a stream.
func lines(stream io.ReadWriteCloser) rpcconn.Channel {
	f, _ := framing.Find("line")
	open, _ := f.New(maxControl) // there is such a framing, with such a limit
	return open(stream)
}

// tagBits are those of a tag that are the shell's; above them is the number of its seat.
const tagBits = 32

// A seat is from where one shell controls a tap.
type seat struct {
	tap     *Tap
	number  uint64 // from 1: that of no other seat
	sending sync.WaitGroup

	switching sync.Mutex // held while intercepting begins or ends

	mu       sync.Mutex // protects what follows
	changed  *sync.Cond // news, or left
	left     bool       // the shell has gone
	watching func()     // ends watching; nil: it was not asked for
	stop     func()     // ends intercepting; nil: nothing is intercepted
	news     []json.RawMessage
	size     int // bytes of news
	lost     int // how many were left out behind the last one
}

// leave ends all that the shell has begun.
func (s *seat) leave() {
	s.mu.Lock()
	s.left = true
	watching, stop := s.watching, s.stop
	s.watching, s.stop = nil, nil
	s.changed.Broadcast()
	s.mu.Unlock()
	if stop != nil {
		stop()
	}
	if watching != nil {
		watching()
	}
}

// hear takes the verdicts that want no answer, in their order.
func (s *seat) hear(req *rpcconn.Request) {
	if req.IsNotification() {
		_, _ = s.do(nil, req) // what does not wait any more has been told
	}
}

func (s *seat) handle(_ context.Context, conn *rpcconn.Conn, req *rpcconn.Request) (json.RawMessage, error) {
	result, err := s.do(conn, req)
	if err != nil {
		return nil, &rpcconn.Error{Code: rpcconn.CodeServerError, Message: err.Error()}
	}
	if result == nil {
		return json.RawMessage("null"), nil
	}
	return json.Marshal(result)
}

// do does what a shell asks for; without a connection, nothing is answered.
func (s *seat) do(conn *rpcconn.Conn, req *rpcconn.Request) (result any, err error) {
	var v verdict
	if req.Params != nil {
		if err := json.Unmarshal(req.Params, &v); err != nil {
			return nil, err
		}
	}
	t := s.tap
	if req.Method == methodWatch && conn != nil {
		s.watch(conn)
		return nil, nil
	}
	switch req.Method {
	case methodAbout:
		return About{os.Getpid(), t.opts.Target, t.start, t.opts.Protocol}, nil
	case methodIntercept:
		return nil, s.intercept(v.On)
	case methodPass:
		return nil, t.PassOn(v.Number)
	case methodReplace:
		return nil, t.Replace(v.Number, v.Data)
	case methodDrop:
		return nil, t.Drop(v.Number)
	case methodInject:
		tag := s.number<<tagBits | uint64(v.Tag)
		return nil, t.Inject(Injection{Conn: v.Conn, Dir: v.Dir, Data: v.Data, Raw: v.Raw, Tag: tag, For: v.For})
	case methodGone:
		return t.Gone(v.Conn, v.Dir), nil
	case methodHangUp:
		t.HangUp(v.Conn)
		return nil, nil
	}
	return nil, fmt.Errorf("there is no %s", req.Method)
}

// watch has the shell told what happens. It is asked for once.
func (s *seat) watch(conn *rpcconn.Conn) {
	s.mu.Lock()
	if s.watching != nil || s.left {
		s.mu.Unlock()
		return
	}
	s.watching = func() {} // until it is known
	s.sending.Go(func() { s.send(conn) })
	s.mu.Unlock()
	stop := s.tap.Watch(s.tell)
	s.mu.Lock()
	left := s.left
	s.watching = stop
	s.mu.Unlock()
	if left {
		stop()
	}
}

// intercept has messages wait for the shell, or ends that. Calls take turns.
func (s *seat) intercept(on bool) error {
	s.switching.Lock()
	defer s.switching.Unlock()
	s.mu.Lock()
	stop, left := s.stop, s.left
	if !on {
		s.stop = nil
	}
	s.mu.Unlock()
	switch {
	case left || on && stop != nil || !on && stop == nil:
		return nil
	case !on:
		stop()
		return nil
	}
	stop, err := s.tap.Intercept(s.tell)
	if err != nil {
		return err
	}
	s.mu.Lock()
	left = s.left
	s.stop = stop
	s.mu.Unlock()
	if left { // nobody is there any more
		stop()
	}
	return nil
}

// tell queues news for the shell. It is called under the lock of the tap, and waits for nobody.
func (s *seat) tell(news News) {
	line := newsLine{Number: news.Number}
	if news.Tag>>tagBits == s.number { // else it is another shell's
		line.Tag = news.Tag & (1<<tagBits - 1)
	}
	r := news.Record
	if m := news.Message; m != nil {
		line.Held = m.Number
		r = &rpcrec.Record{At: m.At, Conn: m.Conn, Dir: m.Dir, Data: m.Data}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left {
		return
	}
	if line.Held == 0 && (len(s.news) >= maxNews || s.size >= maxNewsSize) {
		s.lost++
		return
	}
	s.tellLostLocked()
	s.addLocked(&line, r)
}

func (s *seat) addLocked(line *newsLine, r *rpcrec.Record) {
	record, err := rpcrec.AppendLine(nil, r)
	if err != nil { // it is too long for a line
		s.lost++
		return
	}
	line.Record = record[:len(record)-1]
	text, err := json.Marshal(line)
	if err != nil { // it is JSON
		return
	}
	s.news = append(s.news, text)
	s.size += len(text)
	s.changed.Broadcast()
}

// tellLostLocked tells how much was left out.
func (s *seat) tellLostLocked() {
	if s.lost == 0 {
		return
	}
	lost := s.lost
	s.lost = 0
	s.addLocked(new(newsLine), &rpcrec.Record{
		At: time.Since(s.tap.start), Event: rpcrec.Lost,
		Details: fmt.Appendf(nil, `{"count":%d,"reason":"they came faster than they could be told"}`, lost),
	})
}

// send sends news until the shell has gone.
func (s *seat) send(conn *rpcconn.Conn) {
	for {
		s.mu.Lock()
		for len(s.news) == 0 && !s.left {
			s.changed.Wait()
		}
		news := s.news
		s.news, s.size = nil, 0
		s.tellLostLocked() // which are behind these
		left := s.left
		s.mu.Unlock()
		if left {
			return
		}
		for _, one := range news {
			_ = conn.Notify(conn.Context(), methodNews, one) // the end of the stream is seen by who reads it
		}
	}
}
