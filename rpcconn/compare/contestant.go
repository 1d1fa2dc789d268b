package main

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
)

// A contestant is one way to make calls over a connection.
type contestant struct {
	name      string
	limit     bool // it is what the others are compared with
	typed     bool // it does the work "typed"
	typedOnly bool // and no other

	serve func(net.Conn)              // answers the calls of one connection
	dial  func(net.Conn) client       // the other side
	hold  func(net.Conn)              // receives one message, keeps it, and answers it; nil: it is not measured
	frame func(message []byte) []byte // what is sent for a message of JSON-RPC 2.0; nil: there are no notifications
}

// A client is the calling side.
type client struct {
	echo   func(params json.RawMessage) error // calls what returns its params
	add    func() error                       // calls what adds two numbers, which are Go's on both sides
	window func(params []byte) error          // instead of many callers at a time: so many messages in one write
}

func contestants() []contestant {
	return slices.Concat(limits(), ours(), libraries())
}

func find(name string) (contestant, error) {
	all := contestants()
	i := slices.IndexFunc(all, func(c contestant) bool { return c.name == name })
	if i < 0 {
		return contestant{}, fmt.Errorf("there is no contestant %q", name)
	}
	return all[i], nil
}

const (
	noteText = `{"jsonrpc":"2.0","method":"my_note","params":[1,2]}`
	askText  = `{"jsonrpc":"2.0","id":1,"method":"my_add","params":[1,2]}`
)

// line is the frame of those for which a message is a line.
func line(message []byte) []byte { return append(slices.Clone(message), '\n') }

// message returns the request my_echo with the params.
func message(params []byte) []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"my_echo","params":%s}`, params)
}

// big returns what is sent for a request of not quite bigSize bytes.
func (c contestant) big() []byte {
	const probe = 1 << 20
	grown := float64(len(c.frame(message(records(probe))))) / probe
	return c.frame(message(records(int(float64(bigSize-bigSize/32) / grown))))
}
