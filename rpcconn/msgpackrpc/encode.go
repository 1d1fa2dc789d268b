package msgpackrpc

import (
	"errors"
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/tinylib/msgp/msgp"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// AppendEncode implements rpcconn.Codec. What cannot be said is an error that tells what to write instead, where there
// is something: integers beyond 64 bits, ids that are no msgid, and params that are no array. An object as params is
// refused because neovim closes the connection on a map; no params are [].
//
// An error may be any value. An Err with code 0 and no message is its Data, unless that is null, and one that was
// decoded is sent as it came. Else it is a string, "message: data (code)", or with code 1 the array [1, "message:
// data"], which is what neovim shows: of another array or a map it says "unknown error". The code 0 is left out.
//
// A response without an id, or with a null one, is errors.ErrUnsupported too.
func (c *Codec) AppendEncode(dst []byte, p *rpcconn.Packet) ([]byte, error) {
	if p.Batch {
		return dst, rpcconn.Unsupported("MessagePack-RPC has no batches, send the calls one by one")
	}
	if len(p.Messages) != 1 {
		return dst, fmt.Errorf("encoding MessagePack-RPC: %d messages in a packet that is no batch, want 1",
			len(p.Messages))
	}
	frame, err := c.appendMessage(dst, &p.Messages[0])
	if err != nil {
		return dst, err
	}
	return frame, nil
}

func (c *Codec) appendMessage(dst []byte, m *rpcconn.Message) ([]byte, error) {
	if m.Extra != nil {
		return nil, errors.New("a message has no further members")
	}
	var err error
	switch m.Kind {
	case rpcconn.KindRequest:
		if dst, err = appendID(append(dst, 0x94, typeRequest), m.ID); err != nil {
			return nil, err
		}
		return c.appendCall(dst, m)
	case rpcconn.KindNotification:
		return c.appendCall(append(dst, 0x93, typeNotification), m)
	case rpcconn.KindResponse:
		if m.ID.IsNone() || m.ID.IsNull() {
			return nil, rpcconn.Unsupported("a response needs the id of its request")
		}
		if dst, err = appendID(append(dst, 0x94, typeResponse), m.ID); err != nil {
			return nil, err
		}
		return c.appendOutcome(dst, m)
	default:
		return nil, errors.New("an invalid message has no encoding")
	}
}

func appendID(dst []byte, id rpcconn.ID) ([]byte, error) {
	n, ok := id.Int()
	if !ok || n < 0 || n > math.MaxUint32 {
		return nil, fmt.Errorf("a msgid is an integer from 0 to 2^32-1, not %s", shorten(id.String()))
	}
	return msgp.AppendUint64(dst, uint64(n)), nil
}

func (c *Codec) appendCall(dst []byte, m *rpcconn.Message) ([]byte, error) {
	if !utf8.ValidString(m.Method) {
		return nil, errors.New("the method is not UTF-8")
	}
	dst = msgp.AppendString(dst, m.Method)
	if len(m.Params) == 0 {
		return msgp.AppendArrayHeader(dst, 0), nil
	}
	start := len(dst)
	dst, err := appendValue(dst, m.Params, c.shown())
	if err != nil {
		return nil, jsontext.AtMember("params", err)
	}
	if msgp.NextType(dst[start:]) != msgp.ArrayType {
		return nil, errors.New("params must be an array: MessagePack-RPC has no named arguments; write them in order," +
			" or put the one argument into an array")
	}
	return dst, nil
}

// appendOutcome appends the last two elements of a response, error and result.
func (c *Codec) appendOutcome(dst []byte, m *rpcconn.Message) ([]byte, error) {
	if m.Err != nil {
		text, err := errorText(m.Err)
		if err == nil {
			dst, err = appendValue(dst, text, c.shown())
		}
		if err != nil {
			return nil, jsontext.AtMember("error", err)
		}
	} else {
		dst = msgp.AppendNil(dst)
	}
	if len(m.Result) == 0 {
		return msgp.AppendNil(dst), nil
	}
	dst, err := appendValue(dst, m.Result, c.shown())
	if err != nil {
		return nil, jsontext.AtMember("result", err)
	}
	return dst, nil
}
