package msgpackrpc

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/tinylib/msgp/msgp"
)

// handles says whether the types that Neovim's API has of its own are shown by name. What is an ext to MessagePack is a
// number within an ext to Neovim (its manual, "api-types"); both forms are read.
type handles bool

const (
	withoutHandles handles = false
	withHandles    handles = true
)

// The keys of wrappers for handles, by the number of their type: what nvim_get_api_info tells has been the same in all
// versions.
const (
	keyBuffer  = "$buffer"
	keyWindow  = "$window"
	keyTabpage = "$tabpage"
)

// handleKey returns the key for a type of ext, "" where that is no handle's.
func handleKey(number int8) string {
	switch number {
	case 0:
		return keyBuffer
	case 1:
		return keyWindow
	case 2:
		return keyTabpage
	}
	return ""
}

// appendHandle appends the handle that an ext is; ok is false if it is none, or would not be sent back as it came.
func (h handles) appendHandle(dst []byte, number int8, data []byte) (_ []byte, ok bool) {
	key := handleKey(number)
	if !bool(h) || key == "" {
		return dst, false
	}
	if kind := msgp.NextType(data); kind != msgp.IntType && kind != msgp.UintType {
		return dst, false
	}
	n, _, err := msgp.ReadInt64Bytes(data)
	var shortest [9]byte
	if err != nil || !bytes.Equal(appendInt(shortest[:0], n), data) {
		return dst, false
	}
	dst = append(append(append(dst, `{"`...), key...), `":`...)
	return append(strconv.AppendInt(dst, n, 10), '}'), true
}

// isHandle reports whether an object that begins with key is a handle.
func (h handles) isHandle(key []byte) bool {
	if !h {
		return false
	}
	switch string(key) {
	case keyBuffer, keyWindow, keyTabpage:
		return true
	}
	return false
}

// appendHandleExt appends the ext that the handle with that key stands for.
func appendHandleExt(dst []byte, key string, value []byte) ([]byte, error) {
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return nil, errors.New("want the number of a " + key[1:])
	}
	var number int8
	for handleKey(number) != key {
		number++
	}
	return msgp.AppendExtension(dst, &msgp.RawExtension{Type: number, Data: appendInt(nil, n)})
}
