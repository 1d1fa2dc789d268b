// Genethereum makes ethereum.json.gz of package ethereum: the methods of Ethereum nodes as an OpenRPC document that has names, types and
// error codes only. It takes the execution API's document, refs-openrpc.json (of the branch assembled-spec-main of
// github.com/ethereum/execution-apis, or made by "make build" there), to which it adds more.json, what nodes have beside that API, and
// summaries.txt, what methods do in a few words of ours.
//
//	go run ./internal/genethereum refs-openrpc.json ethereum.json.gz
package main

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"unicode"
)

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

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: genethereum refs-openrpc.json ethereum.json.gz")
	}
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

func generate(from, to string) error {
	source, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var doc, ours document
	if err := json.Unmarshal(source, &doc); err != nil {
		return fmt.Errorf("reading %s: %w", from, err)
	}
	if err := json.Unmarshal(more, &ours); err != nil {
		return fmt.Errorf("reading more.json: %w", err)
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
	return write(doc, to)
}

func write(doc document, to string) error {
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(to, packed.Bytes(), 0o644)
}

// facts returns a schema without its prose. Nodes are more liberal than the document in two things, so that a check against it would
// warn of calls that work: they take hexadecimal digits in both cases, and members that it does not have, such as data beside input.
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
