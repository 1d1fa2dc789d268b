package bsonrpc

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"reflect"
	"regexp"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"rpcsh/rpcconn"
)

// dollarKey finds what may be a document that looks like a wrapper, which may not go back as it came.
var dollarKey = regexp.MustCompile(`\$[a-z]`)

// FuzzDecode: whatever decodes is JSON, is encoded, and then decodes to the same message and is encoded to the same
// bytes.
func FuzzDecode(f *testing.F) {
	for _, file := range []string{"pybsonrpc-bson.jsonl", "pybsonrpc-bson-rich.jsonl"} {
		for _, frame := range capture(f, file) {
			f.Add(frame)
		}
	}
	f.Add([]byte(raw("\x0fa\x00\x13\x00\x00\x00\x02\x00\x00\x00a\x00" + doc("\x0aa\x00"))))
	f.Add([]byte("\x01a\x00\x00\x00\x00\x00\x00\x00\x08\x40\x03b\x00" + doc("\x0ba\x00b\x00\x00")))
	f.Add(document(f, d("id", "x", "result", bson.A{math.NaN(), bson.Binary{Subtype: 2}, bson.DBPointer{},
		bson.NewDecimal128(1, 2)})))
	f.Fuzz(func(t *testing.T, frame []byte) {
		checkDecode(t, frame)
		if len(frame) >= minDocument { // the same with the right length, without which little is reached
			checkDecode(t, []byte(doc(string(frame[4:len(frame)-1]))))
		}
		checkDecode(t, []byte(raw(string(frame)))) // as elements of the params
	})
}

func checkDecode(t *testing.T, frame []byte) {
	before := bytes.Clone(frame)
	var p rpcconn.Packet
	New().Glean(frame)
	err := New().Decode(frame, &p)
	if !bytes.Equal(frame, before) {
		t.Fatal("Decode wrote to the frame")
	}
	if err != nil {
		return
	}
	m := p.Messages[0]
	for _, text := range []json.RawMessage{m.Params, m.Result, m.Raw} {
		if text != nil && !json.Valid(text) {
			t.Fatalf("%s is no JSON", text)
		}
	}
	if m.Kind == rpcconn.KindInvalid || dollarKey.Match(frame) {
		return
	}
	again := encode(t, m)
	m2 := decode(t, again)
	if !reflect.DeepEqual(m2, normalID(m)) {
		t.Fatalf("decoded again: %+v, want %+v", m2, m)
	}
	if third := encode(t, m2); !bytes.Equal(third, again) {
		t.Fatalf("encoded again:\n%x, want\n%x", third, again)
	}
}

// normalID returns m as it is once it was sent: a response always has an id.
func normalID(m rpcconn.Message) rpcconn.Message {
	if m.Kind == rpcconn.KindResponse && m.ID.IsNone() {
		m.ID = rpcconn.NullID()
	}
	return m
}

// FuzzEncodeParams: JSON text that can be sent comes back as equivalent text, which is then sent as the same bytes.
func FuzzEncodeParams(f *testing.F) {
	for _, text := range []string{
		`[1,2.5,"x",null,true,{"a":[]}]`, `{"b":1,"a":{"$oid":"5f50c31e1c9d440000a1b2c3"}}`, `[9223372036854775808]`,
		`["\ud800\u0000"]`,
		`[{"$date":"2020-09-03T10:00:00.123Z"},{"$date":1},{"$binary":{"base64":"AAH/","subType":"02"}},` +
			`{"$numberDecimal":"1.10"}]`,
		`[{"$code":"f","$scope":{"a":1}},{"$regularExpression":{"pattern":"a","options":"i"}},{"$timestamp":{"t":1,` +
			`"i":2}}]`,
		`[{"$dbPointer":{"$ref":"a","$id":{"$oid":"5f50c31e1c9d440000a1b2c3"}}},` +
			`{"$uuid":"c8edabc3-f738-4ca3-b68d-ab92a91478a3"}]`,
		`[{"$minKey":1},{"$undefined":true},{"$symbol":"s"},{"$numberDouble":"-0"},{"$numberLong":"7"}]`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := rpcconn.Message{Kind: rpcconn.KindNotification, Method: "m", Params: json.RawMessage(text)}
		frame, err := New().AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{m}})
		if err != nil {
			return
		}
		if err := bson.Raw(frame).Validate(); err != nil {
			t.Fatalf("the driver says of %s: %v", text, err)
		}
		back := decode(t, frame)
		if again := encode(t, back); !bytes.Equal(again, frame) {
			t.Fatalf("%s became %s and\n%x, want\n%x", text, back.Params, again, frame)
		}
		if !bytes.Contains([]byte(text), []byte("$")) && !bytes.Contains([]byte(text), []byte(`\`)) {
			var want, got any
			if json.Unmarshal([]byte(text), &want) == nil && (json.Unmarshal(back.Params, &got) != nil ||
				!reflect.DeepEqual(got, want)) {
				t.Fatalf("%s became %s", text, back.Params)
			}
		}
	})
}

// FuzzValues: values of all types, made from a seed, go through JSON without a changed byte, and the driver reads the
// same from the JSON.
func FuzzValues(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		value := randomValue(rand.New(rand.NewPCG(seed, 0)), 0)
		e := bsonOf(t, bson.A{value})
		text, err := toJSON(e, 0)
		if err != nil {
			t.Fatal(err)
		}
		back, kind, err := appendValue(nil, text, 0)
		if err != nil || kind != e.kind || !bytes.Equal(back, e.value) {
			t.Fatalf("%s became %v, %v\n%x, want\n%x", text, err, kind, back, e.value)
		}
		var byDriver bson.D
		if err := bson.UnmarshalExtJSON([]byte(`{"v":`+string(text)+`}`), false, &byDriver); err != nil {
			t.Fatalf("the driver says of %s: %v", text, err)
		}
		if bytes.Contains(text, []byte(`"$numberDouble":"NaN"`)) {
			return // for which the driver has the bits of Go's NaN
		}
		if want := bsonOf(t, byDriver[0].Value); !bytes.Equal(want.value, e.value) {
			t.Fatalf("the driver makes of %s\n%x, want\n%x", text, want.value, e.value)
		}
	})
}

func randomValue(r *rand.Rand, depth int) any {
	kinds := 19
	if depth > 4 {
		kinds -= 3 // those that contain others
	}
	switch r.IntN(kinds) {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 1
	case 2:
		return int32(r.Uint32())
	case 3:
		return int64(r.Uint64()) >> r.IntN(64)
	case 4:
		if f := math.Float64frombits(r.Uint64()); !math.IsNaN(f) {
			return f
		}
		return math.Float64frombits(0x7ff8 << 48)
	case 5:
		return float64(r.IntN(1000)-500) / 4
	case 6:
		return randomString(r)
	case 7:
		var id bson.ObjectID
		binary.LittleEndian.PutUint64(id[:], r.Uint64())
		return id
	case 8:
		return bson.DateTime(int64(r.Uint64()) >> r.IntN(40))
	case 9:
		return bson.Binary{Subtype: byte(r.IntN(256)), Data: []byte(randomString(r))}
	case 10:
		decimal, _ := bson.ParseDecimal128FromBigInt(big.NewInt(int64(r.Uint64())), r.IntN(12000)-6000)
		return decimal
	case 11:
		return bson.Timestamp{T: r.Uint32(), I: r.Uint32()}
	case 12:
		return bson.Regex{Pattern: randomKey(r), Options: "i"}
	case 13:
		return bson.JavaScript(randomString(r))
	case 14:
		return bson.Symbol(randomString(r))
	case 15:
		return []any{bson.MinKey{}, bson.MaxKey{}, bson.Undefined{}, bson.DBPointer{DB: randomString(r)}}[r.IntN(4)]
	case 16:
		return bson.CodeWithScope{Code: bson.JavaScript(randomString(r)), Scope: randomDocument(r, depth)}
	case 17:
		array := bson.A{}
		for range r.IntN(14) {
			array = append(array, randomValue(r, depth+1))
		}
		return array
	default:
		return randomDocument(r, depth)
	}
}

func randomDocument(r *rand.Rand, depth int) bson.D {
	doc := bson.D{}
	for range r.IntN(5) {
		doc = append(doc, bson.E{Key: randomKey(r), Value: randomValue(r, depth+1)})
	}
	return doc
}

var alphabet = []rune("ab\"\\/\n\x01\x7fé✓😀\u2028 ${}0")

func randomKey(r *rand.Rand) string {
	s := make([]rune, r.IntN(6))
	for i := range s {
		s[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(s)
}

func randomString(r *rand.Rand) string {
	if r.IntN(8) == 0 {
		return randomKey(r) + "\x00" + randomKey(r)
	}
	return randomKey(r) + randomKey(r)
}
