// Genlsp makes lsp.json.gz of package lsp from the meta model of the Language Server Protocol, metaModel.json: the names of methods,
// and the names and types of what they take and give. The model's prose is left out.
//
//	go run ./internal/genlsp METAMODEL OUTPUT
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/lsp"
	"rpcsh/rpcconn/schema"
)

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("name the meta model and the file to write"))
	}
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	out, err := generate(data)
	if err != nil {
		fail(err)
	}
	if err := os.WriteFile(os.Args[2], out, 0o644); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "genlsp:", err)
	os.Exit(1)
}

// generate returns the compressed lsp.Model that a meta model says.
func generate(metaModel []byte) ([]byte, error) {
	var m model
	if err := json.Unmarshal(metaModel, &m); err != nil {
		return nil, fmt.Errorf("reading the meta model: %w", err)
	}
	t := &translator{model: m.index(), definitions: make(schema.Definitions)}
	out := lsp.Model{Version: m.MetaData.Version, Definitions: t.definitions}
	for _, r := range m.Requests {
		out.Methods = append(out.Methods, t.method(r, catalog.KindRequest))
	}
	for _, n := range m.Notifications {
		out.Methods = append(out.Methods, t.method(n, catalog.KindNotification))
	}
	t.define()
	if t.err != nil {
		return nil, t.err
	}
	text, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one that there is
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
