package jsontext

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// texts are what the benchmarks scan, by name.
func texts() []struct{ name, text string } {
	records := func(n int) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = fmt.Sprintf(`{"id":%d,"name":"record number %d","price":%d.25,"tags":["new","sale"],`+
				`"active":true}`, i, i, i)
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	envelope := func(extra string) string {
		return `{"jsonrpc":"2.0","id":12345,"method":"my_add","params":[1,2` + extra + `]}`
	}
	return []struct{ name, text string }{
		{"small", envelope("")},
		{"1KiB", envelope("," + records(10))},
		{"64KiB", envelope("," + records(720))},
		{"64KiB-ascii", `"` + strings.Repeat("plain text ", 6000) + `"`},
		{"64KiB-cyrillic", `"` + strings.Repeat("простой текст ", 2500) + `"`},
		{"64KiB-numbers", "[" + strings.Repeat("-12.5e3,", 8000) + "0]"},
	}
}

func BenchmarkValid(b *testing.B) {
	for _, t := range texts() {
		text := []byte(t.text)
		b.Run(t.name+"/jsontext", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if err := Valid(text); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(t.name+"/encodingjson", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if !json.Valid(text) {
					b.Fatal("not valid")
				}
			}
		})
	}
}

func BenchmarkObject(b *testing.B) {
	for _, t := range texts()[:3] {
		text := []byte(t.text)
		b.Run(t.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				var id, params []byte
				_, err := Object(text, func(key, value []byte) error {
					switch string(key) {
					case "id":
						id = value
					case "params":
						params = value
					}
					return nil
				})
				if err != nil || id == nil || params == nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRuns(b *testing.B) {
	for _, t := range texts()[2:] {
		text := []byte(t.text)
		b.Run(t.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				for range Runs(text) {
				}
			}
		})
	}
}
