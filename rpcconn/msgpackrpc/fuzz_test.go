package msgpackrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// FuzzDecode: whatever decodes is JSON that can be encoded, which decodes to the same message and is encoded to the
// same bytes.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"94 00 01 a161 92 01 02", "93 02 a161 91 c403000102", "94 01 05 92 01 a36f6f70 c0",
		"94 01 05 82 a7 6d657373616765 a16d a4 636f6465 03 c0",
		"94 01 05 c0 82 a161 82 a162 81 a163 01 02 03 05 c0", "93 00 07 a161",
		"94 01 05 c0 93 ca7fc00000 cb8000000000000000 d6ff00000001",
		"94 01 05 c0 92 81a4 24737472 a0 a2edc0", "94 01 05 c0 df00000001 d90161 d301", "c1", "dd00ffffff",
	} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		checkDecode(t, frame)
		checkDecode(t, append([]byte{0x94, typeResponse, 5, 0xc0}, frame...))                       // as a result
		checkDecode(t, append(append([]byte{0x94, typeResponse, 5}, frame...), 0xc0))               // as an error
		checkDecode(t, append([]byte{0x94, typeRequest, 5, 0xa1, 'm', 0xdc, 0, 2, 0xc0}, frame...)) // as params
	})
}

func checkDecode(t *testing.T, frame []byte) {
	t.Helper()
	before := bytes.Clone(frame)
	var p rpcconn.Packet
	New().Glean(frame)
	err := New().Decode(frame, &p)
	if !bytes.Equal(frame, before) {
		t.Fatal("Decode wrote to the frame")
	}
	if err != nil {
		var e *rpcconn.Error
		if !errors.As(err, &e) || e.Code != rpcconn.CodeParseError || len(p.Messages) != 0 {
			t.Fatalf("%x: %v with %d messages", frame, err, len(p.Messages))
		}
		return
	}
	if rest, err := msgp.Skip(frame); err != nil || len(rest) > 0 {
		t.Fatalf("%x is decoded, and no value: %v, %d bytes left", frame, err, len(rest))
	}
	m := p.Messages[0]
	for _, text := range []json.RawMessage{m.Params, m.Result, m.Raw} {
		if text != nil && jsontext.Valid(text) != nil {
			t.Fatalf("%x: %s is no JSON", frame, text)
		}
	}
	if m.Kind == rpcconn.KindInvalid || m.Params != nil && m.Params[0] != '[' {
		return
	}
	again, err := New().AppendEncode(nil, &p)
	if err != nil {
		t.Fatalf("%x: encoding %s: %v", frame, show(m), err)
	}
	if len(again) > len(frame) {
		t.Fatalf("%x is sent as %x, which is longer", frame, again)
	}
	var p2 rpcconn.Packet
	if err := New().Decode(again, &p2); err != nil {
		t.Fatalf("%x, encoded as %x: %v", frame, again, err)
	}
	if m.Err != nil {
		p2.Messages[0].Result = m.Result // of a failure, the result is not sent
	}
	p.Deviations = nil // what is sent follows the specification
	if !reflect.DeepEqual(p2, p) {
		t.Fatalf("%x, encoded as %x:\n got %s\nwant %s", frame, again, show(p2.Messages[0]), show(m))
	}
	if third, err := New().AppendEncode(nil, &p2); err != nil || !bytes.Equal(third, again) {
		t.Fatalf("%x, encoded as %x, and then as %x, %v", frame, again, third, err)
	}
}

// FuzzEncode: JSON text that can be sent comes back as text of the same meaning, which is then sent as the same bytes.
func FuzzEncode(f *testing.F) {
	for _, text := range []string{
		`[1,2.5,"x",null,true,{"a":[]}]`, `[9223372036854775808,-1e-7,1e400]`, `["\ud800\u0000\u00e9"]`,
		`[{"$float32":0.1},{"$float64":"-Infinity"}]`,
		`[{"$map":[[1,{"$str":"/w=="}],["a",{"$binary":"AAEC"}]]}]`, `[{"$ext":{"type":-1,"data":"AAAAAQ=="}}]`,
		`[{"$map":[["$map",[]]]},{"a":1,"$map":2}]`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		frame, err := appendValue(nil, []byte(text), withoutHandles)
		if err != nil {
			return
		}
		back, err := toJSON(frame)
		if err != nil {
			t.Fatalf("%s is sent as %x: %v", text, frame, err)
		}
		if again, err := appendValue(nil, []byte(back), withoutHandles); err != nil || !bytes.Equal(again, frame) {
			t.Fatalf("%s became %s, %v and\n%x, want\n%x", text, back, err, again, frame)
		}
		if !bytes.ContainsAny([]byte(text), `$\`) {
			var want, got any
			if json.Unmarshal([]byte(text), &want) == nil && (json.Unmarshal([]byte(back), &got) != nil ||
				!reflect.DeepEqual(got, want)) {
				t.Fatalf("%s became %s", text, back)
			}
		}
	})
}

// FuzzValues: values of all types in their shortest form, made from a seed, go through JSON without a changed byte.
func FuzzValues(f *testing.F) {
	for seed := range uint64(200) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		b := appendRandom(nil, rand.New(rand.NewPCG(seed, 0)), 0)
		text, err := toJSON(b)
		if err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		if back, err := appendValue(nil, []byte(text), withoutHandles); err != nil || !bytes.Equal(back, b) {
			t.Fatalf("%s is sent as\n%x, %v, want\n%x", text, back, err, b)
		}
	})
}

func appendRandom(b []byte, r *rand.Rand, depth int) []byte {
	kinds := 11
	if depth > 4 {
		kinds -= 2 // those that contain others
	}
	switch r.IntN(kinds) {
	case 0:
		return msgp.AppendNil(b)
	case 1:
		return msgp.AppendBool(b, r.IntN(2) == 1)
	case 2:
		return msgp.AppendUint64(b, r.Uint64()>>r.IntN(64))
	case 3:
		return msgp.AppendInt64(b, -1-int64(r.Uint64()>>(1+r.IntN(63))))
	case 4:
		return msgp.AppendFloat64(b, float64(int64(r.Uint64())>>r.IntN(64))/float64(uint64(1)<<r.IntN(64)))
	case 5:
		if r.IntN(2) == 0 {
			return append(b, 0xca, byte(r.Uint32())|0x7f, 0x80|byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()))
		}
		return msgp.AppendFloat32(b, float32(r.NormFloat64()))
	case 6, 7:
		return msgp.AppendStringFromBytes(b, randomBytes(r))
	case 8:
		if r.IntN(2) == 0 {
			return msgp.AppendBytes(b, randomBytes(r))
		}
		ext := &msgp.RawExtension{Type: int8(r.Uint32()), Data: randomBytes(r)}
		if r.IntN(2) == 0 { // perhaps a time
			ext.Type, ext.Data = extTimestamp, make([]byte, 4*r.IntN(4))
			for i := range ext.Data {
				ext.Data[i] = byte(r.Uint32() >> (r.IntN(5) * 8))
			}
		}
		b, _ = msgp.AppendExtension(b, ext)
		return b
	case 9:
		size := r.IntN(20)
		b = msgp.AppendArrayHeader(b, uint32(size))
		for range size {
			b = appendRandom(b, r, depth+2)
		}
		return b
	default:
		size := r.IntN(5)
		b = msgp.AppendMapHeader(b, uint32(size))
		for range size {
			if r.IntN(4) > 0 {
				b = msgp.AppendStringFromBytes(b, randomBytes(r))
			} else {
				b = appendRandom(b, r, depth+1)
			}
			b = appendRandom(b, r, depth+1)
		}
		return b
	}
}

func randomBytes(r *rand.Rand) []byte {
	const alphabet = "ab\"\\/\n\x01\x7f é✓😀$0"
	if r.IntN(4) == 0 {
		return []byte([]string{keyMap, keyStr, keyExt, keyDate, "$other", "\xff", "\xed\xa0\x80"}[r.IntN(7)])
	}
	b := make([]byte, 0, 8)
	runes := []rune(alphabet)
	for range r.IntN(40) {
		b = append(b, string(runes[r.IntN(len(runes))])...)
	}
	return b
}
