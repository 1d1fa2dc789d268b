package rpcconn_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A stage is what the other side sends in one write.
type stage struct {
	after int // how many frames, and then its end, we have sent before, as the capture shows
	bytes []byte
	end   bool // it closes the connection
}

// load returns what is fed to side, and the payloads that it must send.
func (c *conversation) load(t *testing.T, side string) (feed []stage, want [][]byte) {
	t.Helper()
	f, err := os.Open("../testdata/captures/pybsonrpc-" + c.name + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var ours []byte
	ended := 0
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var chunk struct {
			From, Hex string
			EOF       bool
		}
		if err := json.Unmarshal(lines.Bytes(), &chunk); err != nil {
			t.Fatal(err)
		}
		b, err := hex.DecodeString(chunk.Hex)
		switch {
		case err != nil:
			t.Fatal(err)
		case chunk.From != side:
			feed = append(feed, stage{len(want) + ended, b, chunk.EOF})
		case chunk.EOF:
			ended = 1
		}
		if chunk.From != side {
			continue
		}
		ours = append(ours, b...)
		for payload, n := c.split(ours); n > 0; payload, n = c.split(ours) {
			want = append(want, payload)
			ours = ours[n:]
		}
	}
	if len(feed) == 0 || len(want) == 0 || len(ours) > 0 {
		t.Fatalf("%s: not a whole conversation", f.Name())
	}
	return feed, want
}

// join makes one stage of those between which we send nothing.
func join(feed []stage) (joined []stage) {
	for _, s := range feed {
		if last := len(joined) - 1; last >= 0 && joined[last].after == s.after && !s.end {
			joined[last].bytes = slices.Concat(joined[last].bytes, s.bytes)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}

// shred makes a stage of each byte.
func shred(feed []stage) (shreds []stage) {
	for _, s := range feed {
		for i := range s.bytes {
			shreds = append(shreds, stage{after: s.after, bytes: s.bytes[i : i+1]})
		}
		if s.end {
			shreds = append(shreds, s)
		}
	}
	return shreds
}

func size(feed []stage) (n int) {
	for _, s := range feed {
		n += len(s.bytes)
	}
	return n
}

// cut makes two stages of the one that has the byte at offset at in it, if that is not its first byte.
func cut(feed []stage, at int) (pieces []stage) {
	for _, s := range feed {
		if 0 < at && at < len(s.bytes) {
			pieces = append(pieces, stage{after: s.after, bytes: s.bytes[:at]})
			pieces = append(pieces, stage{after: s.after, bytes: s.bytes[at:]})
		} else {
			pieces = append(pieces, s)
		}
		at -= len(s.bytes)
	}
	return pieces
}

// messages returns how many messages are in a frame.
func (c *conversation) messages(t *testing.T, payload []byte) int {
	if payload[0] != '[' || c.framing == "bson" {
		return 1
	}
	return len(parseJSON(t, payload).([]any))
}

// shape says how the bytes were fed.
func shape(feed []stage) string {
	var sizes []string
	for _, s := range feed {
		sizes = append(sizes, fmt.Sprint(len(s.bytes)))
	}
	if len(sizes) > 50 {
		return "fed byte by byte"
	}
	return "fed " + strings.Join(sizes, "+") + " bytes"
}

func splitRFC7464(stream []byte) (payload []byte, size int) {
	end := bytes.IndexByte(stream, '\n')
	if end < 0 || stream[0] != 0x1e {
		return nil, 0
	}
	return stream[1:end], end + 1
}

func splitNetstring(stream []byte) (payload []byte, size int) {
	head, rest, found := bytes.Cut(stream, []byte(":"))
	var n int
	if _, err := fmt.Sscanf(string(head), "%d", &n); err != nil || !found || len(rest) <= n || rest[n] != ',' {
		return nil, 0
	}
	return rest[:n], len(head) + 1 + n + 1
}

func splitNone(stream []byte) (payload []byte, size int) {
	d := json.NewDecoder(bytes.NewReader(stream))
	var value json.RawMessage
	if err := d.Decode(&value); err != nil {
		return nil, 0
	}
	return value, int(d.InputOffset())
}

func splitBSON(stream []byte) (payload []byte, size int) {
	if len(stream) < 4 {
		return nil, 0
	}
	n := int(binary.LittleEndian.Uint32(stream))
	if len(stream) < n {
		return nil, 0
	}
	return stream[:n], n
}

// equalJSON reports whether two messages say the same; the order of keys says nothing.
func equalJSON(t *testing.T, got, want []byte) bool {
	return reflect.DeepEqual(parseJSON(t, got), parseJSON(t, want))
}

func parseJSON(t *testing.T, text []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Errorf("%q: %v", text, err)
	}
	return v
}

// equalBSON reports whether two messages say the same: members may be in another order, also in errors, but each value
// has the same type and bytes.
func equalBSON(t *testing.T, got, want []byte) bool {
	return reflect.DeepEqual(parseBSON(t, got), parseBSON(t, want))
}

func parseBSON(t *testing.T, doc bson.Raw) map[string]any {
	if err := doc.Validate(); err != nil {
		t.Errorf("%x: %v", []byte(doc), err)
	}
	elements, err := doc.Elements()
	if err != nil {
		t.Errorf("%x: %v", []byte(doc), err)
	}
	members := make(map[string]any)
	for _, e := range elements {
		if v := e.Value(); e.Key() == "error" && v.Type == bson.TypeEmbeddedDocument {
			members[e.Key()] = parseBSON(t, v.Document())
		} else {
			members[e.Key()] = fmt.Sprintf("%s %x", v.Type, v.Value)
		}
	}
	if len(members) != len(elements) {
		t.Errorf("%x has a member twice", []byte(doc))
	}
	return members
}
