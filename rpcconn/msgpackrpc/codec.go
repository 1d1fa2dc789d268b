// Package msgpackrpc is the codec of MessagePack-RPC (https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md),
// the protocol of neovim: [0, msgid, method, params] is a request, [1, msgid, error, result] a response, [2, method,
// params] a notification, and there are no batches. A frame is one whole MessagePack value; where it ends in a stream
// is for the framings.
//
// Above the codec everything is JSON text, so values are translated here, to and from a form of JSON that keeps all
// types of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) apart:
//
//	int          3, -1, 18446744073709551615
//	float 64     3.0, 1e+300, -0.0; {"$float64":"NaN"}, "Infinity", "-Infinity", "NaN(fff8000000000001)"
//	float 32     {"$float32":0.1}, {"$float32":"NaN"}: sent back as a float 64 it would be another type to some peers
//	str          "text"; {"$str":"base64"} if it is not UTF-8
//	bin          {"$binary":"base64"}; "text" from a peer that writes text so, if it is UTF-8
//	timestamp    {"$date":"2020-09-03T10:00:00.123456789Z"}, if it is of the years 0 to 9999
//	ext          {"$ext":{"type":5,"data":"base64"}}, other timestamps too
//	map          {"key":1}; {"$map":[[key,value],[key,value]]} where a key is no str in UTF-8
//	array, bool, nil   [1,2], true, null
//
// A value that was received and is sent again is the same value of the same type, the order of keys and repeated keys
// included; of a NaN that is not the usual one the bits are in parentheses. It may only lose a longer encoding than
// necessary, since all libraries send the shortest one. JSON text that a person writes is read the same way; a lone
// surrogate escape in a string becomes U+FFFD.
//
// An object whose first key is one of the $-names above is read as that wrapper, and is an error if it is not one. A
// map whose first key is such a name becomes a {"$map":…}, and has to be written so. Other keys that begin with $ have
// no special meaning.
package msgpackrpc

import (
	"sync/atomic"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/internal/names"
)

// maxDepth is how deep arrays and maps may be nested, including the message itself. The JSON text of a value, in which
// a map may take three brackets, stays within jsontext.MaxDepth.
const maxDepth = 200

// The types of message.
const (
	typeRequest      = 0
	typeResponse     = 1
	typeNotification = 2
)

// A Codec translates between MessagePack-RPC and packets. It belongs to one connection.
type Codec struct {
	methods names.Table // decoded so far; only Decode uses them
	binText bool        // the peer writes text as bin, the names of methods for one; only Decode uses it
	handles atomic.Bool
}

var _ rpcconn.Codec = (*Codec)(nil)

// New returns a Codec for one connection.
func New() *Codec { return new(Codec) }

// ShowHandles makes c decode the handles of Neovim as {"$buffer":1}, {"$window":1000} and {"$tabpage":1} from now on.
// They are then wrappers like those of the package comment, and are encoded just like the {"$ext":…} that they stand
// for. It may be called at any time.
func (c *Codec) ShowHandles() { c.handles.Store(true) }

func (c *Codec) shown() handles { return handles(c.handles.Load()) }
