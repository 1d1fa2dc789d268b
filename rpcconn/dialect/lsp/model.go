package lsp

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// Source is the convention of the Language Server Protocol.
const Source catalog.Source = "lsp"

// modelData is made from the meta model of version 3.18.0: lsp.json.gz.source says which, and internal/genlsp how.
//
//go:generate go run ./internal/genlsp lsp.json.gz
//go:embed lsp.json.gz
var modelData []byte

// A Model is the Language Server Protocol: all its methods, and the types that they refer to.
type Model struct {
	Version     string             `json:"version"`
	Methods     []ModelMethod      `json:"methods"`
	Definitions schema.Definitions `json:"definitions"`
}

// A ModelMethod is a method of the Language Server Protocol.
type ModelMethod struct {
	Method catalog.Method `json:"method"`
	// of servers that have it, a path of members with dots between; "": all have
	Capability   string `json:"capability,omitempty"`
	Registration string `json:"registration,omitempty"` // under which it is registered later; "": its own name
	Both         bool   `json:"both,omitempty"`         // either side may send it
}

// model returns the protocol. It is read once, when it is needed: most peers are no language servers. It is not to be
// changed.
var model = sync.OnceValue(func() *Model {
	m, err := readModel(modelData)
	if err != nil {
		panic(err) // it is our own, and a test reads it
	}
	return m
})

func readModel(data []byte) (*Model, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("reading the model of LSP: %w", err)
	}
	var m Model
	if err := json.NewDecoder(r).Decode(&m); err != nil {
		return nil, fmt.Errorf("reading the model of LSP: %w", err)
	}
	return &m, nil
}
