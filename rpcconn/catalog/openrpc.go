package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// MethodDiscover is the method by which OpenRPC services list their methods (OpenRPC specification, "Service Discovery Method").
const MethodDiscover = "rpc.discover"

// An openRPC is what is read of an OpenRPC document.
type openRPC struct {
	OpenRPC string `json:"openrpc"`
	Info    struct {
		Title   string `json:"title"`
		Version string `json:"version"`
	} `json:"info"`
	Methods    []json.RawMessage `json:"methods"`
	Components struct {
		ContentDescriptors map[string]json.RawMessage `json:"contentDescriptors"`
	} `json:"components"`
}

// FromOpenRPC reads an OpenRPC document.
func FromOpenRPC(document json.RawMessage) (*Learned, error) {
	var doc openRPC
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, fmt.Errorf("reading the OpenRPC document: %w", err)
	}
	if doc.OpenRPC == "" && doc.Methods == nil {
		return nil, fmt.Errorf("reading the OpenRPC document: it has neither openrpc nor methods")
	}
	learned := &Learned{Source: SourceOpenRPC, Peer: Identity{Name: doc.Info.Title, Version: doc.Info.Version}}
	for _, raw := range doc.Methods {
		var m struct {
			Name        string            `json:"name"`
			Summary     string            `json:"summary"`
			Description string            `json:"description"`
			Params      []json.RawMessage `json:"params"`
		}
		if json.Unmarshal(raw, &m) != nil || m.Name == "" {
			continue // one odd entry is no reason to know nothing
		}
		method := Method{Name: m.Name, Summary: firstLine(m.Summary, m.Description), Source: SourceOpenRPC, Params: []Param{}}
		for _, p := range m.Params {
			if param, ok := doc.param(p); ok {
				method.Params = append(method.Params, param)
			}
		}
		learned.Methods = append(learned.Methods, method)
	}
	return learned, nil
}

// param reads a content descriptor, following one reference to the document's own components.
func (doc *openRPC) param(raw json.RawMessage) (Param, bool) {
	var p struct {
		Ref         string          `json:"$ref"`
		Name        string          `json:"name"`
		Summary     string          `json:"summary"`
		Description string          `json:"description"`
		Required    bool            `json:"required"`
		Schema      json.RawMessage `json:"schema"`
	}
	if json.Unmarshal(raw, &p) != nil {
		return Param{}, false
	}
	if name, ok := strings.CutPrefix(p.Ref, "#/components/contentDescriptors/"); ok {
		raw = doc.Components.ContentDescriptors[name]
		if p.Ref = ""; json.Unmarshal(raw, &p) != nil {
			return Param{}, false
		}
	}
	return Param{Name: p.Name, Summary: firstLine(p.Summary, p.Description), Required: p.Required, Schema: p.Schema}, p.Name != ""
}

func openRPCConvention() Convention {
	return Convention{
		Name: string(SourceOpenRPC), Summary: "OpenRPC's service discovery", Asks: []string{MethodDiscover},
		Learn: func(ctx context.Context, p Peer, _ json.RawMessage) (*Learned, error) {
			document, err := p.Call(ctx, MethodDiscover, nil)
			if err != nil {
				return nil, err
			}
			return FromOpenRPC(document)
		},
	}
}

// firstLine returns the first line of the first text that is not empty.
func firstLine(texts ...string) string {
	for _, t := range texts {
		if line, _, _ := strings.Cut(strings.TrimSpace(t), "\n"); line != "" {
			return line
		}
	}
	return ""
}
