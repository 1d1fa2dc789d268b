package rpcconn_test

import (
	"io"
	"slices"
	"testing"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsonrpc"
	"rpcsh/rpcconn/rpctest"
)

// A deviant channel returns errors before its frames.
type deviant struct {
	rpcconn.Channel
	before []error
}

func (d *deviant) Recv() ([]byte, error) {
	if len(d.before) == 0 {
		return nil, io.EOF
	}
	err := d.before[0]
	d.before = d.before[1:]
	return nil, err
}

// TestDeviationsAreTold checks that a deviation ends nothing, and is told once each rule.
func TestDeviationsAreTold(t *testing.T) {
	near, _ := rpctest.Pipe()
	mark := &rpcconn.Deviation{Rule: "mark", Text: "a mark"}
	var told []string
	ch := &deviant{near, []error{mark, &rpcconn.Deviation{Rule: "end", Text: "an end"}, mark}}
	c := rpcconn.New(ch, jsonrpc.New(), &rpcconn.Options{
		OnDeviation: func(d *rpcconn.Deviation) { told = append(told, d.Rule+": "+d.Error()) },
	})
	<-c.Done()
	if c.Err() != io.EOF {
		t.Errorf("the connection ended by %v", c.Err())
	}
	if want := []string{"mark: a mark", "end: an end"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}
