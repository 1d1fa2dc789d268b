package bsonrpc

import (
	"errors"

	"rpcsh/rpcconn/jsontext"
)

var errUTF8 = errors.New("string is not UTF-8")

// appendString appends a BSON string, length and terminator and all, as a JSON string.
func appendString(dst, v []byte) ([]byte, error) {
	if v[len(v)-1] != 0 {
		return nil, errTerminator
	}
	return appendQuoted(dst, v[4:len(v)-1])
}

// appendQuoted appends s as a JSON string.
func appendQuoted(dst, s []byte) ([]byte, error) {
	dst, ok := jsontext.AppendString(dst, s)
	if !ok {
		return nil, errUTF8
	}
	return dst, nil
}
