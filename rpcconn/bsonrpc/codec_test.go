package bsonrpc

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rpcsh/rpcconn"
)

// d returns the document of the given keys and values, in turn.
func d(keysAndValues ...any) bson.D {
	doc := bson.D{}
	for i := 0; i < len(keysAndValues); i += 2 {
		doc = append(doc, bson.E{Key: keysAndValues[i].(string), Value: keysAndValues[i+1]})
	}
	return doc
}

// document returns a BSON document with the members of d.
func document(t testing.TB, d bson.D) []byte {
	t.Helper()
	doc, err := bson.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// decode returns the one message of frame.
func decode(t testing.TB, frame []byte) rpcconn.Message {
	t.Helper()
	var p rpcconn.Packet
	if err := New().Decode(frame, &p); err != nil {
		t.Fatalf("Decode(%x): %v", frame, err)
	}
	if p.Batch || len(p.Messages) != 1 {
		t.Fatalf("Decode(%x): %+v, want one message", frame, p)
	}
	return p.Messages[0]
}

func encode(t testing.TB, m rpcconn.Message) []byte {
	t.Helper()
	frame, err := New().AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{m}})
	if err != nil {
		t.Fatalf("AppendEncode(%+v): %v", m, err)
	}
	return frame
}

// capture returns the documents that went over the wire in a capture, in order.
func capture(t testing.TB, file string) (frames [][]byte) {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pending := map[string][]byte{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var chunk struct{ From, Hex string }
		if err := json.Unmarshal(lines.Bytes(), &chunk); err != nil {
			t.Fatal(err)
		}
		b, err := hex.DecodeString(chunk.Hex)
		if err != nil {
			t.Fatal(err)
		}
		b = append(pending[chunk.From], b...)
		for len(b) >= 4 && len(b) >= int(binary.LittleEndian.Uint32(b)) {
			n := int(binary.LittleEndian.Uint32(b))
			frames, b = append(frames, b[:n:n]), b[n:]
		}
		pending[chunk.From] = b
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return frames
}

func TestCaptures(t *testing.T) {
	tests := []struct {
		file string
		want []string // "id method params" of calls, "id = result" and "id ! code message data" of responses
	}{
		{"pybsonrpc-bson.jsonl", []string{
			`1 my_progress_add [2,2]`,
			` report_progress ["hi"]`,
			`1 my_double [3]`,
			`1 = 6`,
			`1 = 4`,
			` log ["hey"]`,
			`2 boom [1]`,
			`2 ! error -32000: Server error "boom (1,)"`,
			`3 nosuch [1]`,
			`3 ! error -32601: Method not found`,
			`4 bye `,
			`4 = "bye"`,
		}},
		{"pybsonrpc-bson-rich.jsonl", []string{
			`1 rich `,
			`1 = {"oid":{"$oid":"5f50c31e1c9d440000a1b2c3"},"when":{"$date":"2026-11-22T07:00:00Z"},` +
				`"bin":{"$binary":{"base64":"AAH/","subType":"00"}},"big":9007199254740993,"f":1.5,"u":"héllo ✓",` +
				`"none":null,` +
				`"nested":{"z":1,"a":[1,{"b":true}]}}`,
			`2 echo [1,"x",null,[1,2.5]]`,
			`2 = {"args":[1,"x",null,[1,2.5]],"kwargs":{}}`,
			`3 echo {"name":"åäö","big":1099511627776}`,
			`3 = {"args":[],"kwargs":{"name":"åäö","big":1099511627776}}`,
			`4 none `,
			`4 = null`,
		}},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			var got []string
			for _, frame := range capture(t, test.file) {
				m := decode(t, frame)
				switch {
				case m.Kind != rpcconn.KindResponse:
					got = append(got, m.ID.String()+" "+m.Method+" "+string(m.Params))
				case m.Err != nil:
					got = append(got, m.ID.String()+" ! "+m.Err.Error())
				default:
					got = append(got, m.ID.String()+" = "+string(m.Result))
				}
				if again := encode(t, m); !bytes.Equal(again, frame) {
					t.Errorf("encoded again:\n%x, want\n%x", again, frame)
				}
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// TestAllocations: a small message costs the memory of its params, which whoever gets it may keep, and no more.
func TestAllocations(t *testing.T) {
	c := New()
	call := rpcconn.Packet{Messages: []rpcconn.Message{{
		Kind: rpcconn.KindRequest, ID: rpcconn.IntID(7), Method: "my_progress_add",
		Params: json.RawMessage(`[2,2.5,{"a":"b"}]`),
	}}}
	frame := encode(t, call.Messages[0])
	var p rpcconn.Packet
	tests := []struct {
		name string
		want float64
		run  func() error
	}{
		{"envelope", 0, func() error { var e envelope; return e.scan(frame) }},
		{"decode", 1, func() error { return c.Decode(frame, &p) }},
		{"encode", 0, func() error { _, err := c.AppendEncode(frame[:0], &call); return err }},
	}
	for _, test := range tests {
		got := testing.AllocsPerRun(100, func() {
			if err := test.run(); err != nil {
				t.Fatal(err)
			}
		})
		if got > test.want {
			t.Errorf("%s: %v allocations, want %v", test.name, got, test.want)
		}
	}
}

func TestExtraIsRefused(t *testing.T) {
	call := rpcconn.Packet{Messages: []rpcconn.Message{{
		Kind: rpcconn.KindNotification, Method: "m", Extra: json.RawMessage(`{"sessionId":"A"}`),
	}}}
	if _, err := New().AppendEncode(nil, &call); err == nil {
		t.Error("a further member was dropped without a word")
	}
}
