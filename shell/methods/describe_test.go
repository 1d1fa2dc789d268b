package methods

import (
	"encoding/json"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/openrpc"
)

func TestDescribe(t *testing.T) {
	learned, err := openrpc.Read([]byte(`{"openrpc":"1.3.2","info":{"title":"T","version":"1"},"methods":[
		{"name":"tree.find","summary":"Finds a node.","deprecated":true,"tags":[{"name":"slow"}],
			"paramStructure":"by-name","params":[
			{"name":"root","required":true,"schema":{"$ref":"#/components/schemas/Node"}},
			{"name":"depth","schema":{"type":"integer","default":3},"summary":"How far down."}],
			"result":{"name":"found","schema":{"type":"boolean"}},
			"errors":[{"code":7,"message":"no such\nnode"}],
			"examples":[{"name":"e","params":[{"name":"root","value":{"leaf":true}}],"result":{"name":"r","value":true}}]}],
		"components":{"schemas":{"Node":{"type":"object","properties":{
			"leaf":{"type":"boolean","description":"Has no children."},
			"children":{"type":"array","items":{"$ref":"#/components/schemas/Node"}}}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	known := catalog.New()
	known.Replace(learned)
	m, defs := known.Methods()[0], known.Definitions()
	p := plainPage()
	p.Width = 80
	const want = `tree.find(root: Node, depth?: integer) → boolean
  learned by rpc.discover · deprecated · tags: slow

  Finds a node.

parameters, by name
  root         Node     required
    .leaf      boolean  optional   Has no children.
    .children  [Node]   optional
  depth        integer  default 3  How far down.

result
  found  boolean

errors
  7  no such\nnode

example
  tree.find root={"leaf":true}
    true
`
	if got := p.Describe(m, defs, Example(m, defs)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var object struct{ Name string }
	if err := json.Unmarshal(Object(m, defs), &object); err != nil || object.Name != m.Name {
		t.Errorf("the object is %s: %v", Object(m, defs), err)
	}
}

// A result of which nothing is known but a name has no section.
func TestDescribeResult(t *testing.T) {
	for text, says := range map[string]bool{
		`{"name":"result","schema":{}}`:                                            false,
		`{"name":"result","schema":{},"summary":"The sum."}`:                       true,
		`{"name":"result","schema":{"type":"number"}}`:                             true,
		`{"name":"result","schema":{"properties":{"sum":{"type":"number"}}}}`:      true,
		`{"name":"result","schema":{"description":"The sum, which is a number."}}`: true,
	} {
		learned, err := openrpc.Read([]byte(`{"openrpc":"1.3.2","info":{"title":"T","version":"1"},"methods":[
			{"name":"m","params":[],"result":` + text + `}]}`))
		if err != nil {
			t.Fatal(err)
		}
		got := plainPage().Describe(learned.Methods[0], learned.Definitions, "m")
		if strings.Contains(got, "\nresult\n") != says {
			t.Errorf("of %s is said\n%s", text, got)
		}
	}
}
