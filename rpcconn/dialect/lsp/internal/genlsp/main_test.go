package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const metaModel = `{"metaData":{"version":"9"},
"requests":[{"method":"a/b","typeName":"X","documentation":"prose","messageDirection":"clientToServer",
"serverCapability":"abProvider.full","params":{"kind":"reference","name":"ABParams"},
	"result":{"kind":"or","items":[{"kind":"base","name":"string"},{"kind":"base","name":"null"}]}}],
"notifications":[{"method":"c","messageDirection":"both","registrationMethod":"r",
"params":{"kind":"reference","name":"LSPAny"}},
	{"method":"$/logTrace","messageDirection":"clientToServer"}],
"structures":[
	{"name":"Base","properties":[{"name":"uri","type":{"kind":"base","name":"DocumentUri"},"documentation":"prose"},
	{"name":"kind","type":{"kind":"base","name":"string"}}]},
	{"name":"Mixin","properties":[{"name":"token","optional":true,"type":{"kind":"base","name":"uinteger"}}]},
	{"name":"ABParams","extends":[{"kind":"reference","name":"Base"}],
	"mixins":[{"kind":"reference","name":"Mixin"}],"properties":[
		{"name":"kind","type":{"kind":"stringLiteral","value":"ab"}},
		{"name":"all","optional":true,"deprecated":"prose",
		"type":{"kind":"array","element":{"kind":"reference","name":"Part"}}}]},
	{"name":"Part","properties":[{"name":"next","optional":true,"type":{"kind":"reference","name":"Part"}},
	{"name":"color","type":{"kind":"reference","name":"Color"}},
	{"name":"mood","type":{"kind":"reference","name":"Mood"}},
		{"name":"pair","type":{"kind":"tuple",
		"items":[{"kind":"base","name":"integer"},{"kind":"reference","name":"Alias"}]}},
		{"name":"none","type":{"kind":"literal","value":{"properties":[]}}},
		{"name":"both","optional":true,"deprecated":"prose",
		"type":{"kind":"and","items":[{"kind":"reference","name":"Mixin"}]}}]},
	{"name":"Unused","properties":[]}],
"enumerations":[{"name":"Color","type":{"kind":"base","name":"uinteger"},
"values":[{"name":"Red","value":1,"documentation":"prose"},{"name":"Blue","value":2}]},
	{"name":"Mood","supportsCustomValues":true,"type":{"kind":"base","name":"string"},
	"values":[{"name":"Good","value":"good"}]}],
"typeAliases":[{"name":"Alias","documentation":"prose",
"type":{"kind":"map","key":{"kind":"base","name":"string"},"value":{"kind":"base","name":"decimal"}}},
	{"name":"LSPAny","type":{"kind":"or","items":[]}}]}`

const wanted = `{"version":"9","methods":[
{"method":{"name":"a/b","kind":1,"params":[{"name":"uri","required":true,"schema":{"type":"string","format":"uri"}},
{"name":"kind","required":true,"schema":{"const":"ab"}},
{"name":"all","deprecated":true,"schema":{"type":"array","items":{"$ref":"#/components/schemas/Part"}}},
{"name":"token","schema":{"type":"integer","minimum":0}}],
"structure":"by-name","result":{"name":"result","schema":{"type":["string","null"]}},"source":"lsp"},
"capability":"abProvider.full"},
{"method":{"name":"c","kind":2,"open":true,"source":"lsp"},"registration":"r","both":true},
{"method":{"name":"$/logTrace","kind":2,"ours":true,"params":[],"structure":"by-name","source":"lsp"}}],
"definitions":{
"Alias":{"type":"object","additionalProperties":{"type":"number"}},
"Color":{"type":"integer","enum":[1,2],"description":"1 Red, 2 Blue"},
"Mixin":{"type":"object","properties":{"token":{"type":"integer","minimum":0}}},
"Mood":{"anyOf":[{"enum":["good"]},{"type":"string"}]},
"Part":{"type":"object","properties":{"next":{"$ref":"#/components/schemas/Part"},
"color":{"$ref":"#/components/schemas/Color"},"mood":{"$ref":"#/components/schemas/Mood"},
"pair":{"type":"array","prefixItems":[{"type":"integer"},{"$ref":"#/components/schemas/Alias"}],"minItems":2,
"maxItems":2},"none":{"type":"object"},
"both":{"allOf":[{"$ref":"#/components/schemas/Mixin"}],"deprecated":true}},"required":["color","mood","pair","none"]}}}`

func TestGenerate(t *testing.T) {
	got, err := generate([]byte(metaModel))
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(wanted, "\n", ""); string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	again, err := generate([]byte(metaModel))
	if err != nil || !bytes.Equal(got, again) {
		t.Errorf("a second time it is another file, %v", err)
	}
}

func TestGenerateSaysWhatItDoesNotKnow(t *testing.T) {
	method := func(params string) string {
		return `{"requests":[{"method":"m","result":` + params + `}]}`
	}
	for _, model := range []string{``, `5`, method(`{"kind":"new"}`), method(`{"kind":"base","name":"new"}`),
		method(`{"kind":"reference","name":"new"}`), method(`{"kind":"map","value":5}`)} {
		if data, err := generate([]byte(model)); err == nil {
			t.Errorf("%s gives %d bytes", model, len(data))
		}
	}
	if !json.Valid([]byte(metaModel)) {
		t.Error("the model of the test is no JSON")
	}
}

// TestSource checks that the model which is built in was made from the source that is named here.
func TestSource(t *testing.T) {
	if _, err := source().Unpack("../../lsp.json.gz"); err != nil {
		t.Error(err)
	}
}
