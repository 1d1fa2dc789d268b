package answer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"rpcsh/rpcconn"
)

// Faults say what a rule breaks in its answer, on purpose, to see how the peer copes. The zero Faults break nothing.
//
// A broken answer is sent by itself, even if its request was part of a batch.
type Faults struct {
	ErrorRate float64        // the probability with which the answer is an error instead: from 0 to 1
	Error     *rpcconn.Error // that error; nil: "failed on purpose"
	Chance    func() float64 // returns a number from 0 to below 1; nil: that of math/rand

	Reorder   bool // the answer waits until a later one has been sent, for reorderLimit at most
	Drop      bool // there is no answer
	WrongID   bool // it has an id that the peer did not use
	Duplicate bool // it is sent twice
	Both      bool // it has a result and an error
	Malformed bool // no codec can read it
	Truncate  int  // it ends after so many bytes, framing included; 0: it is whole
	Slow      int  // it is written at so many bytes a second; 0: at once
}

// Any reports whether f breaks anything.
func (f *Faults) Any() bool { return f.ErrorRate > 0 || f.Reorder || f.Drop || f.misshapes() }

// misshapes reports whether the answer is sent in another form than it should be.
func (f *Faults) misshapes() bool {
	return f.WrongID || f.Duplicate || f.Both || f.Malformed || f.isRaw()
}

// isRaw reports whether less than a frame is written, or not all at once.
func (f *Faults) isRaw() bool { return f.Truncate > 0 || f.Slow > 0 }

// apply breaks an answer as f says, and returns what is left for the connection to answer. held says how the answer was
// held back.
func (f *Faults) apply(
	ctx context.Context, req *Request, result json.RawMessage, err error, held string,
) (json.RawMessage, error) {
	var did remarks
	did.add(held)
	if f.fails() {
		result, err = nil, f.failure()
		did.add("an error by chance")
	}
	if f.Drop {
		req.Remark = "no answer, on purpose"
		req.Peer.Wire().Show(req.Request, nil, req.Remark)
		return nil, rpcconn.ErrNoAnswer
	}
	if f.misshapes() && f.send(ctx, req, result, err, did) {
		return nil, rpcconn.ErrNoAnswer
	}
	req.Remark = did.String()
	return result, err
}

func (f *Faults) fails() bool {
	if f.ErrorRate == 0 {
		return false
	}
	chance := f.Chance
	if chance == nil {
		chance = rand.Float64
	}
	return chance() < f.ErrorRate
}

// failure returns the error of an answer that fails.
func (f *Faults) failure() *rpcconn.Error {
	if f.Error != nil {
		return f.Error
	}
	return &rpcconn.Error{Code: rpcconn.CodeServerError, Message: "failed on purpose"}
}

// send sends an answer as f says, and reports whether it did. If not, it has noted why.
func (f *Faults) send(ctx context.Context, req *Request, result json.RawMessage, err error, did remarks) bool {
	wire := req.Peer.Wire()
	shown := &rpcconn.Response{ID: req.ID, Result: result, Extra: req.Extra}
	if err != nil {
		shown.Result, shown.Err = nil, rpcconn.ErrorOf(err)
	}
	frame, err := f.frame(wire, shown, &did)
	if err != nil {
		return false // the connection fails in the same way, and answers that
	}
	raw, err := f.raw(wire, frame, &did)
	if err != nil {
		wire.Note(fmt.Sprintf("the answer to %s goes out whole and at once: %v", req.Method, err))
		if len(did) == 0 {
			return false
		}
	}
	req.Remark = did.String()
	wire.Show(req.Request, shown, req.Remark)
	sent := 0
	ctx = rpcconn.OnPurpose(ctx, strings.Join(did, ", "))
	if raw != nil {
		err = wire.Conn.SendRaw(ctx, raw, f.Slow)
	} else {
		sent, err = f.sendFrames(ctx, wire.Conn, frame)
	}
	switch {
	case err == nil:
	case sent > 0:
		wire.Note(fmt.Sprintf("the answer to %s went out once only: %v", req.Method, err))
	case ctx.Err() == nil && !errors.Is(err, rpcconn.ErrClosed):
		wire.Note(fmt.Sprintf("the answer to %s could not be sent like this: %v", req.Method, err))
		return false
	}
	return true
}

// sendFrames sends a frame once or twice, and returns how often it was sent.
func (f *Faults) sendFrames(ctx context.Context, c *rpcconn.Conn, frame []byte) (sent int, err error) {
	if err := c.SendFrame(ctx, frame); err != nil || !f.Duplicate {
		return 0, err
	}
	return 1, c.SendFrame(ctx, frame)
}

// frame returns the frame of an answer.
func (f *Faults) frame(wire Wire, r *rpcconn.Response, did *remarks) ([]byte, error) {
	m := rpcconn.Message{Kind: rpcconn.KindResponse, ID: r.ID, Result: r.Result, Err: r.Err, Extra: r.Extra}
	if f.Both {
		if m.Err == nil {
			m.Err = f.failure()
			did.add("with an error beside it")
		} else {
			// In JSON-RPC 1.0 and MessagePack-RPC, null means that there is no result.
			m.Result = json.RawMessage(`"on purpose"`)
			did.add("with a result beside it")
		}
	}
	if f.WrongID {
		m.ID = otherID(r.ID)
		did.add("with a wrong id")
	}
	frame, err := wire.NewCodec().AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{m}})
	if err != nil {
		return nil, err
	}
	if f.Malformed {
		frame = malformed(frame, wire.NewCodec)
		did.add("malformed")
	}
	if f.Duplicate {
		did.add("twice")
	}
	return frame, nil
}

// raw returns the bytes to write instead of the frame, or nil for the frame itself. The error says that this connection
// writes frames only.
func (f *Faults) raw(wire Wire, frame []byte, did *remarks) ([]byte, error) {
	if !f.isRaw() {
		return nil, nil
	}
	raw, err := wire.Conn.AppendFrame(nil, frame)
	if err == nil && f.Duplicate {
		raw, err = wire.Conn.AppendFrame(raw, frame)
	}
	if err != nil {
		return nil, err
	}
	if f.Truncate > 0 && f.Truncate < len(raw) {
		raw = raw[:f.Truncate]
	}
	if f.Truncate > 0 {
		did.add(fmt.Sprintf("its first %d bytes", len(raw)))
	}
	if f.Slow > 0 {
		did.add(fmt.Sprintf("at %d bytes a second", f.Slow))
	}
	return raw, nil
}

// otherID returns an id of the same type that the peer has hardly used.
func otherID(id rpcconn.ID) rpcconn.ID {
	const far = 1 << 20
	if n, ok := id.Int(); ok {
		return rpcconn.IntID(n ^ far)
	}
	switch text := id.String(); text[0] {
	case '"':
		return rpcconn.ParseID([]byte(`"not ` + text[1:]))
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		digits := strings.TrimPrefix(text, "-")
		return rpcconn.ParseID([]byte(text[:len(text)-len(digits)] + "7" + digits))
	default:
		return rpcconn.IntID(far)
	}
}

// remarks say what was done to an answer.
type remarks []string

func (r *remarks) add(text string) {
	if text != "" {
		*r = append(*r, text)
	}
}

// String returns the remarks as one, or "" if there are none.
func (r remarks) String() string {
	if len(r) == 0 {
		return ""
	}
	return strings.Join(r, ", ") + ", on purpose"
}
