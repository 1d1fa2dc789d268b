// Genethereum makes ethereum.json.gz of package ethereum: the methods of Ethereum nodes as an OpenRPC document that has
// names, types and error codes only. It takes the execution API's document, refs-openrpc.json, to which it adds
// more.json, what nodes have besides that API, and summaries.txt, what methods do in a few words of ours.
//
//	go run ./internal/genethereum OUTPUT [DOCUMENT]
//
// DOCUMENT is a copy of the file that it is made from, which is downloaded otherwise.
package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"rpcsh/rpcconn/dialect/internal/pinned"
)

// source is the execution API as of August 2026: its branch assembled-spec-main has the document that "make build"
// makes.
func source() pinned.Source {
	const commit = "f56fd1d7d2217994680f8dd13a9daa206573e18a"
	return pinned.Source{
		URL:    "https://raw.githubusercontent.com/ethereum/execution-apis/" + commit + "/refs-openrpc.json",
		SHA256: "c5c5e33e77c3d8c08b9e4c28ebe53973eee632576a8305bfd4467de99212353b",
	}
}

//go:embed more.json
var more []byte

//go:embed summaries.txt
var summaries string

type document struct {
	OpenRPC    string     `json:"openrpc"`
	Info       info       `json:"info"`
	Methods    []method   `json:"methods"`
	Components components `json:"components"`
}

type info struct {
	Title   string `json:"title"`
	Version string `json:"version"`
}

type components struct {
	Schemas map[string]any `json:"schemas"`
}

type method struct {
	Name           string      `json:"name"`
	Summary        string      `json:"summary,omitempty"`
	ParamStructure string      `json:"paramStructure"`
	Params         []param     `json:"params"`
	Result         *param      `json:"result,omitempty"`
	Errors         []errorCode `json:"errors,omitempty"`
}

type param struct {
	Name     string `json:"name"`
	Required bool   `json:"required,omitempty"`
	Schema   any    `json:"schema"`
}

type errorCode struct {
	Code    int64  `json:"code"`
	Message string `json:"message"`
}

func main() { pinned.Main("genethereum", source(), generate) }

// generate returns the text of the document that the execution API's says.
func generate(source []byte) ([]byte, error) {
	var doc, ours document
	if err := json.Unmarshal(source, &doc); err != nil {
		return nil, fmt.Errorf("reading the document: %w", err)
	}
	if err := json.Unmarshal(more, &ours); err != nil {
		return nil, fmt.Errorf("reading more.json: %w", err)
	}
	doc.Methods = append(doc.Methods, ours.Methods...)
	doc.Info = info{Title: "Ethereum", Version: doc.Info.Version}
	words := readSummaries()
	for i := range doc.Methods {
		m := &doc.Methods[i]
		m.Summary = words[m.Name]
		m.ParamStructure = "by-position" // nodes take nothing else
		for j := range m.Params {
			m.Params[j].Name = identifier(m.Params[j].Name)
			m.Params[j].Schema = facts(m.Params[j].Schema)
		}
		if m.Result != nil {
			m.Result.Name = "result"
			m.Result.Schema = facts(m.Result.Schema)
		}
	}
	for name, schema := range doc.Components.Schemas {
		doc.Components.Schemas[name] = facts(schema)
	}
	return json.Marshal(doc)
}

// facts returns a schema without its prose. Nodes are more liberal than the document in two things, so that a check
// against it would warn of calls that work: they take hexadecimal digits in both cases, and members that it does not
// have, such as data beside input.
func facts(schema any) any {
	switch s := schema.(type) {
	case map[string]any:
		kept := make(map[string]any, len(s))
		for key, value := range s {
			switch key {
			case "title", "description", "examples", "example", "$comment", "externalDocs":
				if _, isText := value.(string); isText || key != "title" && key != "description" {
					continue // else it is a property of that name
				}
			case "additionalProperties":
				if value == false {
					continue
				}
			case "pattern":
				if text, ok := value.(string); ok {
					value = strings.ReplaceAll(strings.ReplaceAll(text, "a-fA-F", "a-f"), "a-f", "a-fA-F")
				}
			}
			kept[key] = facts(value)
		}
		return kept
	case []any:
		for i := range s {
			s[i] = facts(s[i])
		}
	}
	return schema
}

// identifier returns a name without blanks, as it is typed: "Block hash" is blockHash.
func identifier(name string) string {
	words := strings.Fields(name)
	for i, w := range words {
		runes := []rune(w)
		if i == 0 {
			runes[0] = unicode.ToLower(runes[0])
		} else {
			runes[0] = unicode.ToUpper(runes[0])
		}
		words[i] = string(runes)
	}
	return strings.Join(words, "")
}

func readSummaries() map[string]string {
	words := make(map[string]string)
	for line := range strings.Lines(summaries) {
		name, text, _ := strings.Cut(strings.TrimSpace(line), " ")
		words[name] = strings.TrimSpace(text)
	}
	return words
}
