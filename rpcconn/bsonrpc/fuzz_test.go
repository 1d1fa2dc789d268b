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
	"strconv"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn"
)

// beyondDriver finds what the driver does not read: forms of ours for what it reads as another value.
var beyondDriver = regexp.MustCompile(`\$document|NaN|\([0-9a-f]{32}\)`)

// FuzzDecode: whatever decodes is JSON, and is encoded to the bytes that its values had, but for keys of arrays. That
// decodes to the same message again.
func FuzzDecode(f *testing.F) {
	for _, file := range []string{"pybsonrpc-bson.jsonl", "pybsonrpc-bson-rich.jsonl"} {
		for _, frame := range capture(f, file) {
			f.Add(frame)
		}
	}
	f.Add([]byte(raw("\x01a\x00\x01\x02\x03\x04\x05\x06\xff\x7f\x13b\x00" + strings.Repeat("\x12", 15) + "\x6c")))
	f.Add([]byte(raw("\x03a\x00" + doc("\x10$oid\x00\x05\x00\x00\x00\x0ab\x00"))))
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
	if m.Kind == rpcconn.KindInvalid {
		return
	}
	again := encode(t, m)
	for member, text := range map[string]json.RawMessage{memberParams: m.Params, memberResult: m.Result} {
		if text == nil || m.Kind == rpcconn.KindResponse && bson.Raw(frame).Lookup(memberResult).Type == 0 {
			continue
		}
		came, went := bson.Raw(frame).Lookup(member), bson.Raw(again).Lookup(member)
		same := came.Type == went.Type && bytes.Equal(came.Value, went.Value)
		if !same && !oddKeys(element{bsoncore.Type(came.Type), came.Value}) {
			t.Fatalf("%s came as %v %x\nand went as %v %x", member, came.Type, came.Value, went.Type, went.Value)
		}
	}
	m2 := decode(t, again)
	if !reflect.DeepEqual(m2, normalID(m)) {
		t.Fatalf("decoded again: %+v, want %+v", m2, m)
	}
	if third := encode(t, m2); !bytes.Equal(third, again) {
		t.Fatalf("encoded again:\n%x, want\n%x", third, again)
	}
}

// oddKeys reports whether an array in e has other keys than 0, 1, 2 …
func oddKeys(e element) bool {
	doc := e.value
	switch e.kind {
	case bsoncore.TypeCodeWithScope:
		_, doc, _ = splitCodeWithScope(e.value)
	case bsoncore.TypeArray, bsoncore.TypeEmbeddedDocument:
	default:
		return false
	}
	rest, _ := elementsOf(doc)
	for i := 0; len(rest) > 0; i++ {
		key, inner, after, _ := nextElement(rest)
		if e.kind == bsoncore.TypeArray && string(key) != strconv.Itoa(i) || oddKeys(inner) {
			return true
		}
		rest = after
	}
	return false
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
		if beyondDriver.Match(text) {
			return
		}
		var byDriver bson.D
		if err := bson.UnmarshalExtJSON([]byte(`{"v":`+string(text)+`}`), false, &byDriver); err != nil {
			t.Fatalf("the driver says of %s: %v", text, err)
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
		return math.Float64frombits(r.Uint64() | uint64(r.IntN(4)/3*0x7ff)<<52)
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
		if r.IntN(3) == 0 {
			return bson.NewDecimal128(r.Uint64(), r.Uint64())
		}
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
	if r.IntN(9) == 0 {
		keys := []string{"$oid", "$date", "$code", "$document"}
		doc = append(doc, bson.E{Key: keys[r.IntN(len(keys))], Value: randomValue(r, depth+1)})
	}
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
