package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestGenerate(t *testing.T) {
	document := `{"openrpc":"1.2.4","info":{"title":"T","version":"0.1","description":"prose"},"methods":[
		{"name":"eth_sign","summary":"prose","description":"prose",
		"params":[{"name":"Block hash","required":true,
		"schema":{"title":"prose","type":"string","pattern":"^0x[0-9a-f]*$"}}],
			"result":{"name":"prose","schema":{"$ref":"#/components/schemas/A"}},
			"errors":[{"code":3,"message":"m","data":"prose"}],"examples":[{"name":"prose"}]}],
		"components":{"schemas":{"A":{"type":"object","additionalProperties":false,"description":"prose","properties":{"description":{"type":"string"},"title":{"description":"prose"}}}}}}`
	text, err := generate([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	got := string(text)
	for _, want := range []string{
		`"info":{"title":"Ethereum","version":"0.1"}`,
		`{"name":"eth_sign","summary":"signs a message","paramStructure":"by-position","params":[{"name":"blockHash",` +
			`"required":true,"schema":{"pattern":"^0x[0-9a-fA-F]*$","type":"string"}}],` +
			`"result":{"name":"result","schema":{"$ref":"#/components/schemas/A"}},` +
			`"errors":[{"code":3,"message":"m"}]}`,
		`"A":{"properties":{"description":{"type":"string"},"title":{}},"type":"object"}`, `"name":"eth_subscription"`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(got, "prose") {
		t.Error("prose is kept")
	}
	if _, err := generate([]byte(`{`)); err == nil {
		t.Error("there was nothing to read")
	}
}

// What is ours must speak of methods that there are.
func TestSummariesAreOfMethods(t *testing.T) {
	text, err := source().Unpack("../../ethereum.json.gz") // made from the source that is named here
	if err != nil {
		t.Fatal(err)
	}
	var doc document
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	names := make(map[string]bool)
	for _, m := range doc.Methods {
		if names[m.Name] {
			t.Errorf("%s is there twice", m.Name)
		}
		names[m.Name] = true
	}
	for name := range readSummaries() {
		if !names[name] {
			t.Errorf("%s is no method", name)
		}
	}
}
