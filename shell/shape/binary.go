package shape

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/shell/columns"
	"rpcsh/shell/human"
)

// A Binary is a value that is bytes.
type Binary struct {
	kind string // what they are; "": nothing but bytes
	data []byte
}

// BinaryOf returns the bytes that value stands for, where it is a wrapper of package bsonrpc or msgpackrpc:
// {"$binary":{"base64":"AAH/","subType":"00"}}, {"$binary":"AAH/","$type":"00"}, {"$binary":"AAH/"}, {"$str":"/w=="}
// or {"$ext":{"type":5,"data":"AAH/"}}.
func BinaryOf(value []byte) (b Binary, ok bool) {
	key := firstKey(value)
	inner := jsontext.Get(value, key)
	switch key {
	case "$binary":
		if jsontext.FirstByte(inner) == '{' {
			inner = jsontext.Get(inner, "base64")
		}
	case "$str":
		b.kind = "text that is not UTF-8"
	case "$ext":
		b.kind = "extension type " + string(jsontext.Get(inner, "type"))
		inner = jsontext.Get(inner, "data")
	default:
		return Binary{}, false
	}
	text, err := jsontext.Unquote(inner)
	if err != nil {
		return Binary{}, false
	}
	b.data, err = base64.StdEncoding.DecodeString(text)
	return b, err == nil
}

// Rows returns a hexdump, as Hexdump, and above it what the bytes are.
func (b Binary) Rows(width, most int) []string {
	rows := Hexdump(b.data, width, most)
	if b.kind != "" {
		rows = append([]string{b.kind + ", " + human.Size(len(b.data)) + ":"}, rows...)
	}
	return rows
}

// isWrapper reports whether value is an object that stands for a value that JSON lacks: its keys begin with a $.
func isWrapper(value []byte) bool { return strings.HasPrefix(firstKey(value), "$") }

// firstKey returns the first key of an object; "": value is none, or empty.
func firstKey(value []byte) (first string) {
	if jsontext.FirstByte(value) != '{' {
		return ""
	}
	_, _ = jsontext.Object(value, func(key, _ []byte) error {
		first = jsontext.Key(key)
		return io.EOF // the others do not matter
	})
	return first
}

// Bytes of a row of a hexdump, in a wide window and in a narrow one.
const (
	wideRow   = 16
	narrowRow = 8
)

// Hexdump returns bytes as rows of at most width columns where 8 bytes have room there: the place of the first, in
// hexadecimal digits, the bytes, and those that are characters of ASCII. Of more than most rows, the others are
// counted; 0: all are shown.
func Hexdump(data []byte, width, most int) []string {
	size := wideRow
	if len(hexRow(0, make([]byte, wideRow), wideRow)) > width {
		size = narrowRow
	}
	var rows []string
	for at := 0; at < len(data); at += size {
		if most > 0 && len(rows) == most {
			return append(rows, "… "+human.Size(len(data)-at)+" more")
		}
		rows = append(rows, hexRow(at, data[at:min(at+size, len(data))], size))
	}
	if len(rows) == 0 {
		rows = []string{"(no bytes)"}
	}
	return rows
}

func hexRow(at int, data []byte, size int) string {
	var digits, chars strings.Builder
	for i := range size {
		if i == narrowRow {
			digits.WriteByte(' ')
		}
		if i >= len(data) {
			digits.WriteString("   ")
			continue
		}
		fmt.Fprintf(&digits, " %02x", data[i])
		if c := data[i]; c >= ' ' && c <= '~' {
			chars.WriteByte(c)
		} else {
			chars.WriteByte('.')
		}
	}
	return fmt.Sprintf("%08x %s  |%s|", at, digits.String(), chars.String())
}

// cell returns b in at most room columns: how many bytes there are, and the first of them.
func (b Binary) cell(room int) string {
	text := human.Size(len(b.data))
	if b.kind != "" {
		text = b.kind + ", " + text
	}
	if len(b.data) > 0 {
		text += fmt.Sprintf(": % x", b.data[:min(len(b.data), room)])
	}
	return columns.Clip(text, room, "…")
}
