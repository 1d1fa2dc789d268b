package ethereum

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/openrpc"
	"rpcsh/rpcconn/schema"
)

// packed is made from the execution API's document: ethereum.json.gz.source says which, and internal/genethereum how.
//
//go:generate go run ./internal/genethereum ethereum.json.gz
//go:embed ethereum.json.gz
var packed []byte

// Source is the convention of Ethereum nodes.
const Source catalog.Source = "ethereum"

const (
	methodModules       = "rpc_modules"
	methodClientVersion = "web3_clientVersion"
)

func learn(ctx context.Context, p dialect.Peer, _ json.RawMessage) (*catalog.Learned, error) {
	modules, err := p.Call(ctx, methodModules, nil)
	if refused := new(rpcconn.Error); err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	if modules != nil && readModules(modules) == nil {
		return nil, dialect.ErrNotOffered
	}
	version, err := p.Call(ctx, methodClientVersion, nil)
	if err != nil && modules == nil {
		return nil, err
	}
	return Read(modules, version)
}

// Read returns the methods of a node from its answers to rpc_modules and web3_clientVersion; either may be nil. A node
// that names no modules is assumed to have the common ones, and those that its version implies.
func Read(modules, version json.RawMessage) (*catalog.Learned, error) {
	client := readClientVersion(version)
	names := readModules(modules)
	named := names != nil
	if !named {
		if client.Name == "" {
			return nil, dialect.ErrNotOffered
		}
		names = commonModules()
		if slices.Contains([]string{"anvil", "hardhatnetwork"}, strings.ToLower(client.Name)) {
			names = append(names, "anvil", "evm", "debug", "txpool")
		}
	} else {
		client.Modules = names
	}
	learned, err := readDocument()
	if err != nil {
		return nil, err
	}
	learned.Peer = client
	learned.Methods = slices.DeleteFunc(learned.Methods, func(m catalog.Method) bool {
		module, _, _ := strings.Cut(m.Name, "_")
		if m.Name == methodModules {
			return !named
		}
		return !slices.Contains(names, module)
	})
	prune(learned)
	return learned, nil
}

// table returns the methods of all modules. The document is part of the program, and can be read.
func table() *catalog.Learned {
	learned, err := readDocument()
	if err != nil {
		return new(catalog.Learned)
	}
	return learned
}

// tabled reports whether the module of a method is in the document.
func tabled(method string) bool {
	switch module, _, _ := strings.Cut(method, "_"); module {
	case "anvil", "debug", "engine", "eth", "evm", "net", "rpc", "testing", "txpool", "web3":
		return true
	}
	return false
}

// prune leaves out the definitions that no method needs: those of modules that the node does not have.
func prune(l *catalog.Learned) {
	needed := make(schema.Definitions)
	var need func(text []byte)
	need = func(text []byte) {
		for _, name := range schema.References(text) {
			if definition, ok := l.Definitions[name]; ok && needed[name] == nil {
				needed[name] = definition
				need(definition)
			}
		}
	}
	for _, m := range l.Methods {
		for _, p := range m.Params {
			need(p.Schema)
		}
		if m.Result != nil {
			need(m.Result.Schema)
		}
	}
	l.Definitions = needed
}

// readDocument unpacks the document at each call: a node is asked once a connection, and it takes some milliseconds.
func readDocument() (*catalog.Learned, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpacking the methods of Ethereum nodes: %w", err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpacking the methods of Ethereum nodes: %w", err)
	}
	learned, err := openrpc.Read(text)
	if err != nil {
		return nil, err
	}
	learned.Source = Source
	for i := range learned.Methods {
		m := &learned.Methods[i]
		m.Source, m.Kind = Source, catalog.KindRequest
		// it is told by name, all else is asked by position (go-ethereum, "Real-time events")
		if m.Name == "eth_subscription" {
			m.Ours, m.Kind, m.Structure = true, catalog.KindNotification, catalog.ByName
		}
	}
	return learned, nil
}

// readModules returns the names in {"eth":"1.0",…} in order, nil if it is something else. All nodes have one of the
// common modules.
func readModules(modules json.RawMessage) []string {
	var versions map[string]string
	if json.Unmarshal(modules, &versions) != nil {
		return nil
	}
	names := slices.Sorted(maps.Keys(versions))
	for _, name := range append(commonModules(), "engine", "rpc") {
		if versions[name] != "" {
			return names
		}
	}
	return nil
}

// commonModules returns the modules that a node has which names none.
func commonModules() []string { return []string{"eth", "net", "web3"} }

// readClientVersion reads NAME/VERSION/…, such as Geth/v1.13.14-stable/linux-amd64/go1.21.7; what is no such text is
// the zero Identity.
func readClientVersion(version json.RawMessage) catalog.Identity {
	var text string
	if json.Unmarshal(version, &text) != nil {
		return catalog.Identity{}
	}
	name, rest, found := strings.Cut(text, "/")
	if !found || rest == "" {
		return catalog.Identity{}
	}
	number, _, _ := strings.Cut(rest, "/")
	return catalog.Identity{Name: name, Version: number}
}
