package bsonrpc

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// corpusVariable names the folder of the BSON corpus: source/bson-corpus/tests of mongodb/specifications. Its licence
// keeps it out of ours.
const corpusVariable = "RPCSH_BSON_CORPUS"

// TestCorpus goes through the BSON corpus: valid documents come back byte for byte, and are read from the Extended JSON
// that others write; what is no BSON, and no Extended JSON, is refused.
func TestCorpus(t *testing.T) {
	dir := os.Getenv(corpusVariable)
	if dir == "" {
		t.Skip(corpusVariable + " does not say where the BSON corpus is: source/bson-corpus/tests of " +
			"github.com/mongodb/specifications")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus in %s: %v", dir, err)
	}
	documents := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var c corpus
		if err := json.Unmarshal(text, &c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		documents += len(c.Valid)
		t.Run(filepath.Base(file), c.check)
	}
	if documents < 728 {
		t.Errorf("the corpus has %d valid documents, it had 728", documents)
	}
}

// A corpus is one file of the BSON corpus.
type corpus struct {
	Type  string `json:"bson_type"`
	Valid []struct {
		Description string
		Canonical   string `json:"canonical_bson"`
		ExtJSON     string `json:"canonical_extjson"`
		Lossy       bool   // what others write says less than the document
	}
	DecodeErrors []struct{ Description, BSON string }
	ParseErrors  []struct{ Description, String string }
}

func (c *corpus) check(t *testing.T) {
	fromHex := func(text string) []byte {
		b, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, v := range c.Valid {
		document := fromHex(v.Canonical)
		text, err := toJSON(element{bsoncore.TypeEmbeddedDocument, document}, 0)
		if err != nil {
			t.Errorf("%s: %v", v.Description, err)
			continue
		}
		if back, _, err := appendValue(nil, text, 0); err != nil || !bytes.Equal(back, document) {
			t.Errorf("%s: %s is sent as %x, %v, want %x", v.Description, text, back, err, document)
		}
		back, _, err := appendValue(nil, []byte(v.ExtJSON), 0)
		if err != nil || !v.Lossy && !bytes.Equal(back, document) {
			t.Errorf("%s: %s is sent as %x, %v, want %x", v.Description, v.ExtJSON, back, err, document)
		}
	}
	for _, d := range c.DecodeErrors {
		if text, err := toJSON(element{bsoncore.TypeEmbeddedDocument, fromHex(d.BSON)}, 0); err == nil {
			t.Errorf("%s: %s is shown as %s", d.Description, d.BSON, text)
		}
	}
	for _, p := range c.ParseErrors {
		text := []byte(p.String)
		if c.Type == "0x13" { // of decimal128, the number alone
			quoted, err := json.Marshal(p.String)
			if err != nil {
				t.Fatal(err)
			}
			text = append(append([]byte(`{"$numberDecimal":`), quoted...), '}')
		}
		if back, _, err := appendValue(nil, text, 0); err == nil {
			t.Errorf("%s: %s is sent as %x", p.Description, text, back)
		}
	}
}
