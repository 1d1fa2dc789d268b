// Genlsp makes lsp.json.gz of package lsp from the meta model of the Language Server Protocol: the names of methods,
// and the names and types of what they take and give. The model's prose is left out.
//
//	go run ./internal/genlsp OUTPUT [METAMODEL]
//
// METAMODEL is a copy of the file that it is made from, which is downloaded otherwise.
package main

import (
	"encoding/json"
	"fmt"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/internal/pinned"
	"rpcsh/rpcconn/dialect/lsp"
	"rpcsh/rpcconn/schema"
)

// source is the meta model of version 3.18.0, as of release/client/10.1.0 of its repository.
func source() pinned.Source {
	const repository = "https://raw.githubusercontent.com/microsoft/vscode-languageserver-node/"
	const commit = "ba098d38f1bc40dd85ae72a79e8f30ba14484b53"
	return pinned.Source{
		URL:    repository + commit + "/protocol/metaModel.json",
		SHA256: "35ebcc0b607eeda105dd092c990182eb338852d82130053d3a27499ff34c89a2",
	}
}

func main() { pinned.Main("genlsp", source(), generate) }

// generate returns the text of the lsp.Model that a meta model says.
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
	return json.Marshal(out)
}
