// Package bsonrpc is the codec of BSON-RPC 2.0, the protocol of the Python library py-bson-rpc: JSON-RPC 2.0 in BSON
// documents, with a member bsonrpc in place of jsonrpc, and without batches. BSON documents carry their length, by
// which Framing tells those of a stream apart.
//
// Above the codec everything is JSON text, so values are translated here, to and from MongoDB Extended JSON v2 (the
// page "MongoDB Extended JSON (v2)" of the MongoDB specifications), in a form of it that keeps all types apart:
//
//	int32            3
//	int64            5000000000; {"$numberLong":"5"} where it would fit an int32
//	double           3.0, 1e+300, -0.0; {"$numberDouble":"NaN"}, "Infinity", "-Infinity", "NaN(fff8000000000001)"
//	decimal128       {"$numberDecimal":"1.10"}, "0E+3(6c110000000000000000000000000000)"
//	UTC datetime     {"$date":"2020-09-03T10:00:00.123Z"}; {"$date":{"$numberLong":"-1"}} outside 1970 to 9999
//	ObjectId         {"$oid":"5f50c31e1c9d440000a1b2c3"}
//	binary           {"$binary":{"base64":"AAH/","subType":"00"}}
//	timestamp        {"$timestamp":{"t":1,"i":2}}
//	regex            {"$regularExpression":{"pattern":"^a","options":"i"}}
//	code             {"$code":"f()"}, {"$code":"f()","$scope":{}}
//	rest             {"$symbol":"s"}, {"$undefined":true}, {"$minKey":1}, {"$maxKey":1},
//	                 {"$dbPointer":{"$ref":"db.c","$id":{"$oid":"5f50c31e1c9d440000a1b2c3"}}}
//	document         {"key":1}; {"$document":{"$oid":1}} where the first key is a $-name of this list
//
// What Extended JSON cannot say has a form of ours: the bits of a number stand behind its text, in hexadecimal, where
// that text is read as other bits; and the document of the last line.
//
// A value that was received and is sent again has the same bytes, the order of keys and repeated keys included. Only
// the keys of an array that are not 0, 1, 2 …, as BSON wants them, become so. JSON text that someone writes is read the
// same way; {"$numberInt":"3"}, {"$uuid":"…"} and {"$binary":"AAH/","$type":"00"} are understood besides. A lone
// surrogate escape in a string becomes U+FFFD. What begins with a $-name of the list and is not of its form is an
// error, which says where it stands. All other keys that begin with $ are keys like any other.
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
