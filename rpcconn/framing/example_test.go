package framing_test

import (
	"bytes"
	"context"
	"fmt"
	"net"

	"rpcsh/rpcconn/framing"
)

// A framing of one's own: messages that a bar ends each.
func ExampleScan() {
	bar := framing.Framing{
		Name: "bar",
		Tail: "|",
		Split: framing.Scan(func(data []byte, _ bool) (used int, message []byte, err error) {
			if i := bytes.IndexByte(data, '|'); i >= 0 {
				return i + 1, data[:i], nil
			}
			return 0, nil, nil // more is needed
		}),
	}
	open, err := bar.New(1 << 20) // bytes of a message
	if err != nil {
		fmt.Println(err)
		return
	}
	here, there := net.Pipe()
	near, far := open(here), open(there)
	defer far.Close()
	defer near.Close()
	go func() {
		_ = near.Send(context.Background(), []byte("hello"))
		_ = near.Send(context.Background(), []byte("world"))
	}()
	for range 2 {
		message, err := far.Recv()
		fmt.Printf("%s %v\n", message, err)
	}
	// Output:
	// hello <nil>
	// world <nil>
}
