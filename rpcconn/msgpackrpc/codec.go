// Package msgpackrpc is the codec of MessagePack-RPC (https://github.com/msgpack-rpc/msgpack-rpc/blob/master/spec.md),
// the protocol of neovim: [0, msgid, method, params] is a request, [1, msgid, error, result] a response, [2, method,
// params] a notification, and there are no batches. A frame is one whole MessagePack value; where it ends in a stream
// is for the framings.
//
// Above the codec everything is JSON text, so values are translated here, to and from a form of JSON that keeps all
// types of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md) apart:
//
//	int          3, -1, 18446744073709551615
//	float 64     3.0, 1e+300, -0.0; {"$float64":"NaN"}, "Infinity", "-Infinity"
//	float 32     {"$float32":1.5}, {"$float32":"NaN"}: sent back as a float 64 it would be another type to some peers
//	str          "text"; {"$str":"base64"} where it is no UTF-8
//	bin          {"$binary":"base64"}
//	ext          {"$ext":{"type":-1,"data":"base64"}}, timestamps too
//	map          {"key":1}; {"$map":[[key,value],[key,value]]} where a key is no str in UTF-8
//	array, bool, nil   [1,2], true, null
//
// A value that was received and is sent again is the same value of the same type, the order of keys and repeated keys
// included. All it may lose is a longer form than it needs, as all libraries send the shortest (an int has no width, a
// string no size of its length), and the sign and payload of a NaN. JSON text that someone writes is read the same way;
// a lone surrogate escape in a string becomes U+FFFD.
//
// An object whose first key is one of the $-names above is that wrapper, and refused when it is not; a map whose first
// key is that text is received, and has to be written, as a {"$map":…}. All other keys that begin with $ are keys like
// any other.
package msgpackrpc

import (
	"sync/atomic"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/internal/names"
)

// maxDepth is how deep arrays and maps may be nested, the message itself being the first. The JSON text of a value, in
// which a map may take three brackets, stays within jsontext.MaxDepth.
const maxDepth = 200

// The types of message.
const (
	typeRequest      = 0
	typeResponse     = 1
	typeNotification = 2
)

// A Codec translates between MessagePack-RPC and packets. It belongs to one connection.
type Codec struct {
	methods names.Table // those decoded so far; for Decode only
	handles atomic.Bool
}

var _ rpcconn.Codec = (*Codec)(nil)

// New returns a Codec for one connection.
func New() *Codec { return &Codec{methods: make(names.Table)} }

// ShowHandles has c, from now on, show the handles of Neovim as {"$buffer":1}, {"$window":1000} and {"$tabpage":1},
// which are wrappers then as those of the package comment are, and read these beside the {"$ext":…} that they stand
// for. It may be called at any time.
func (c *Codec) ShowHandles() { c.handles.Store(true) }

func (c *Codec) shown() handles { return handles(c.handles.Load()) }
