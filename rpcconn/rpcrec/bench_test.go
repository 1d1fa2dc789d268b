package rpcrec

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
)

// messages are what the benchmarks write and read, by name.
func messages() []struct {
	name   string
	record Record
} {
	const envelope = `{"jsonrpc":"2.0","id":12345,"method":"my_add","params":[%s]}`
	rows := strings.Repeat(`{"name":"record number 12","price":12.25,"tags":["new","sale"],"active":true},`, 12)
	return []struct {
		name   string
		record Record
	}{
		{"small", Record{Conn: 1, Dir: In, Data: fmt.Appendf(nil, envelope, "1,2")}},
		{"1KiB", Record{Conn: 1, Dir: In, Data: fmt.Appendf(nil, envelope, rows+"1")}},
		{"text", Record{Conn: 1, Dir: In, Data: fmt.Appendf(nil, envelope+"\n", rows+"1")}},
		{"binary", Record{Conn: 1, Dir: In, Data: bytes.Repeat([]byte{0xff, 7}, 500)}},
	}
}

func BenchmarkReader(b *testing.B) {
	for _, m := range messages() {
		b.Run(m.name, func(b *testing.B) {
			var file bytes.Buffer
			w := NewWriter(&file, Header{Start: start}, WriterOptions{After: never})
			for file.Len() < 4<<20 {
				if err := w.Write(&m.record); err != nil {
					b.Fatal(err)
				}
			}
			_ = w.Flush()
			b.ReportAllocs()
			b.SetBytes(int64(file.Len()))
			for b.Loop() {
				r := NewReader(bytes.NewReader(file.Bytes()))
				for {
					if _, err := r.Next(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkWriter(b *testing.B) {
	for _, m := range messages() {
		b.Run(m.name, func(b *testing.B) {
			w := NewWriter(io.Discard, Header{Start: start}, WriterOptions{After: never})
			b.ReportAllocs()
			b.SetBytes(int64(max(len(m.record.Data), base64.StdEncoding.EncodedLen(len(m.record.Data)))))
			for b.Loop() {
				if err := w.Write(&m.record); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
