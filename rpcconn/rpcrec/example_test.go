package rpcrec_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"rpcsh/rpcconn/rpcrec"
)

// A recording is read record by record. A line that is none is told of and left out.
func ExampleReader() {
	const recording = `{"rpcrec":1,"start":"2026-11-29T17:15:11Z"}
{"t":0.000000,"c":1,"e":"open","x":{"target":"tcp://localhost:6000"}}
{"t":0.000412,"c":1,"d":">","m":{"id":1,"method":"add","params":[40, 2]}}
{"t":0.000951,"c":1,"d":"<","m":{"id":1,"result":42}}
{"t":0.500000,"c":1,"d":"<","m":{"meth`
	r := rpcrec.NewReader(strings.NewReader(recording))
	for {
		record, err := r.Next()
		var broken *rpcrec.LineError
		switch {
		case err == io.EOF:
			return
		case errors.As(err, &broken):
			fmt.Println(broken)
			continue
		case err != nil:
			fmt.Println(err)
			return
		case record.IsMessage():
			fmt.Println(record.At, record.Dir, string(record.Data))
		default:
			fmt.Println(record.At, record.Event, string(record.Details))
		}
	}
	// Output:
	// 0s open {"target":"tcp://localhost:6000"}
	// 412µs > {"id":1,"method":"add","params":[40, 2]}
	// 951µs < {"id":1,"result":42}
	// line 5, the last one, is cut off
}

// What is written is there after 100 ms at the latest, and after Flush.
func ExampleWriter() {
	w := rpcrec.NewWriter(os.Stdout, rpcrec.Header{
		Start: time.Date(2026, 11, 29, 17, 15, 11, 0, time.UTC), By: "example 1.0",
	}, rpcrec.WriterOptions{})
	for _, r := range []rpcrec.Record{
		{Conn: 1, Event: rpcrec.Open, Details: []byte(`{"target":"tcp://localhost:6000"}`)},
		{At: 412 * time.Microsecond, Conn: 1, Dir: rpcrec.Out, Data: []byte(`{"id":1,"method":"add","params":[4, 2]}`)},
		{At: 951 * time.Microsecond, Conn: 1, Dir: rpcrec.In, Data: []byte("{\"id\":1,\n\"result\":6}\n")},
	} {
		if err := w.Write(&r); err != nil {
			fmt.Println(err)
		}
	}
	if err := w.Flush(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {"rpcrec":1,"start":"2026-11-29T17:15:11.000000Z","by":"example 1.0"}
	// {"t":0.000000,"c":1,"e":"open","x":{"target":"tcp://localhost:6000"}}
	// {"t":0.000412,"c":1,"d":">","m":{"id":1,"method":"add","params":[4, 2]}}
	// {"t":0.000951,"c":1,"d":"<","s":"{\"id\":1,\n\"result\":6}\n"}
}
