package bsonrpc

import (
	"encoding/hex"
	"errors"
	"unicode/utf8"
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
	if !utf8.Valid(s) {
		return nil, errUTF8
	}
	dst = append(dst, '"')
	plain := 0 // what precedes this index has been appended
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[plain:i]...)
		dst = appendEscape(dst, c)
		plain = i + 1
	}
	return append(append(dst, s[plain:]...), '"'), nil
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	default:
		return hex.AppendEncode(append(dst, `\u00`...), []byte{c})
	}
}
