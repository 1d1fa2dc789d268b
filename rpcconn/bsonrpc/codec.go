// Package bsonrpc is the codec of BSON-RPC 2.0, the protocol of the Python library py-bson-rpc: JSON-RPC 2.0 in BSON
// documents, with a member bsonrpc in place of jsonrpc, and without batches. BSON documents carry their length, by
// which Framing tells those of a stream apart.
//
// Above the codec everything is JSON text, so values are translated here, to and from MongoDB Extended JSON v2 (the
// page "MongoDB Extended JSON (v2)" of the MongoDB specifications), in a form of it that keeps all types apart:
//
//	int32            3
//	int64            5000000000; {"$numberLong":"5"} where it would fit an int32
//	double           3.0, 1e+300, -0.0; {"$numberDouble":"NaN"}, "Infinity", "-Infinity"
//	decimal128       {"$numberDecimal":"1.10"}
//	UTC datetime     {"$date":"2020-09-03T10:00:00.123Z"}; {"$date":{"$numberLong":"-1"}} outside 1970 to 9999
//	ObjectId         {"$oid":"5f50c31e1c9d440000a1b2c3"}
//	binary           {"$binary":{"base64":"AAH/","subType":"00"}}
//	timestamp        {"$timestamp":{"t":1,"i":2}}
//	regex            {"$regularExpression":{"pattern":"^a","options":"i"}}
//	code             {"$code":"f()"}, {"$code":"f()","$scope":{}}
//	rest             {"$symbol":"s"}, {"$undefined":true}, {"$minKey":1}, {"$maxKey":1},
//	                 {"$dbPointer":{"$ref":"db.c","$id":{"$oid":"5f50c31e1c9d440000a1b2c3"}}}
//
// A value that was received and is sent again has the same bytes, the order of keys and repeated keys included. JSON
// text that someone writes is read the same way; {"$numberInt":"3"}, {"$date":1599127200123}, {"$uuid":"…"} and
// {"$binary":"AAH/","$type":"00"} are understood besides. A lone surrogate escape in a string becomes U+FFFD.
//
// What Extended JSON cannot say is lost: the keys of an array that are not 0, 1, 2 …, the sign and payload of a NaN,
// decimal128 encodings that are not canonical. And a document whose first key is one of the $-names above cannot be
// told from the wrapper of a value: received, it is shown as it is; sent, it is read as the wrapper, and refused when
// it is none. All other keys that begin with $ are keys like any other.
package bsonrpc

import (
	"rpcsh/rpcconn"
	"rpcsh/rpcconn/internal/names"
)

const (
	version = "2.0" // of the bsonrpc member

	// maxDepth is how deep documents and arrays may be nested, the message itself being the first.
	maxDepth = 200
)

// The names of the members of a message.
const (
	memberVersion = "bsonrpc"
	memberID      = "id"
	memberMethod  = "method"
	memberParams  = "params"
	memberResult  = "result"
	memberError   = "error"

	memberCode    = "code"
	memberMessage = "message"
	memberData    = "data"
)

// A Codec translates between BSON-RPC 2.0 documents and packets. It belongs to one connection.
type Codec struct {
	methods names.Table // names seen by Decode, which alone uses it
}

var _ rpcconn.Codec = (*Codec)(nil)

// New returns a Codec for one connection.
func New() *Codec { return new(Codec) }
