package httprpc

import (
	"bytes"
	"encoding/binary"
	"mime"
	"net/http"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ruleCharset is the rule of the Deviation of a body that is no UTF-8.
const ruleCharset = "charset"

// inUTF8 returns body, that of a response with header, in UTF-8, which JSON has to be in (RFC 8259 section 8.1).
// Servers that send something else say so by charset, or by a byte order mark.
func (c *client) inUTF8(header http.Header, body []byte) []byte {
	_, params, _ := mime.ParseMediaType(header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	name, decode, order := "UTF-16", decodeUTF16, binary.ByteOrder(binary.BigEndian)
	switch {
	case bytes.HasPrefix(body, []byte("\xff\xfe\x00\x00")), charset == "utf-32le":
		name, decode, order = "UTF-32", decodeUTF32, binary.LittleEndian
	case bytes.HasPrefix(body, []byte("\x00\x00\xfe\xff")), charset == "utf-32be":
		name, decode = "UTF-32", decodeUTF32
	case bytes.HasPrefix(body, []byte("\xff\xfe")), charset == "utf-16le":
		order = binary.LittleEndian
	case bytes.HasPrefix(body, []byte("\xfe\xff")), charset == "utf-16be":
	case (charset == "iso-8859-1" || charset == "latin1" || charset == "windows-1252") && !utf8.Valid(body):
		name = charset
		decode = func(body []byte, _ binary.ByteOrder) []rune {
			text := make([]rune, len(body))
			for i, b := range body {
				text[i] = rune(b)
			}
			return text
		}
	default:
		return body
	}
	c.deviates(ruleCharset, "sends JSON in "+name+", not in UTF-8 (RFC 8259 section 8.1)")
	return bytes.TrimPrefix([]byte(string(decode(body, order))), byteOrderMark)
}

func decodeUTF16(body []byte, order binary.ByteOrder) []rune {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return utf16.Decode(units)
}

func decodeUTF32(body []byte, order binary.ByteOrder) []rune {
	text := make([]rune, len(body)/4)
	for i := range text {
		text[i] = rune(order.Uint32(body[4*i:]))
	}
	return text
}
