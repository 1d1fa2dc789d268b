package msgpackrpc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"

	"github.com/tinylib/msgp/msgp"

	"rpcsh/rpcconn/jsontext"
)

// extTimestamp is the type of ext that the specification of MessagePack gives to times.
const extTimestamp = -1

// appendTimestamp appends the time that an ext is; ok is false if it is none, or would not be sent back as it came.
func appendTimestamp(dst []byte, number int8, data []byte) (_ []byte, ok bool) {
	if number != extTimestamp {
		return dst, false
	}
	var seconds int64
	var nanoseconds uint32
	switch len(data) {
	case 4:
		seconds = int64(binary.BigEndian.Uint32(data))
	case 8:
		both := binary.BigEndian.Uint64(data)
		seconds, nanoseconds = int64(both&(1<<34-1)), uint32(both>>34)
	case 12:
		nanoseconds, seconds = binary.BigEndian.Uint32(data), int64(binary.BigEndian.Uint64(data[4:]))
	default:
		return dst, false
	}
	when := time.Unix(seconds, int64(nanoseconds)).UTC()
	var again [12]byte
	if year := when.Year(); year < 0 || year > 9999 || !bytes.Equal(appendTime(again[:0], when), data) {
		return dst, false
	}
	dst = append(append(dst, `{"`...), keyDate...)
	return append(when.AppendFormat(append(dst, `":"`...), time.RFC3339Nano), `"}`...), true
}

// appendTime appends the data of the ext of a time, in the shortest form.
func appendTime(dst []byte, when time.Time) []byte {
	seconds, nanoseconds := when.Unix(), uint64(when.Nanosecond())
	switch {
	case seconds>>34 != 0:
		dst = binary.BigEndian.AppendUint32(dst, uint32(nanoseconds))
		return binary.BigEndian.AppendUint64(dst, uint64(seconds))
	case nanoseconds != 0 || seconds>>32 != 0:
		return binary.BigEndian.AppendUint64(dst, nanoseconds<<34|uint64(seconds))
	default:
		return binary.BigEndian.AppendUint32(dst, uint32(seconds))
	}
}

// appendDate appends the ext of the time that value, a JSON string, is.
func appendDate(dst, value []byte) ([]byte, error) {
	text, err := jsontext.Unquote(value)
	var when time.Time
	if err == nil {
		when, err = time.Parse(time.RFC3339Nano, text)
	}
	if err != nil {
		return nil, errors.New(`want a time such as "2020-09-03T10:00:00.123456789Z"`)
	}
	return msgp.AppendExtension(dst, &msgp.RawExtension{Type: extTimestamp, Data: appendTime(nil, when)})
}
