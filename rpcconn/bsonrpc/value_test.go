package bsonrpc

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"

	"rpcsh/rpcconn"
)

var objectID = bson.ObjectID{0x5f, 0x50, 0xc3, 0x1e, 0x1c, 0x9d, 0x44, 0, 0, 0xa1, 0xb2, 0xc3}

// bsonOf returns the BSON value that the driver makes of v.
func bsonOf(t testing.TB, v any) element {
	t.Helper()
	value := bson.Raw(document(t, d("v", v))).Lookup("v")
	return element{bsoncore.Type(value.Type), value.Value}
}

func TestValues(t *testing.T) {
	date := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	decimal := func(text string) bson.Decimal128 {
		parsed, err := bson.ParseDecimal128(text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	tests := []struct {
		value any
		json  string
	}{
		{nil, `null`},
		{true, `true`},
		{false, `false`},
		{int32(0), `0`},
		{int32(math.MinInt32), `-2147483648`},
		{int32(math.MaxInt32), `2147483647`},
		{int64(math.MaxInt32 + 1), `2147483648`},
		{int64(math.MinInt32 - 1), `-2147483649`},
		{int64(1<<53 + 1), `9007199254740993`},
		{int64(math.MinInt64), `-9223372036854775808`},
		{int64(5), `{"$numberLong":"5"}`},
		{int64(math.MinInt32), `{"$numberLong":"-2147483648"}`},
		{0.0, `0.0`},
		{math.Copysign(0, -1), `-0.0`},
		{3.0, `3.0`},
		{-1.5, `-1.5`},
		{0.1, `0.1`},
		{1e20, `100000000000000000000.0`},
		{1e21, `1e+21`},
		{1e300, `1e+300`},
		{1e-7, `1e-07`},
		{5e-324, `5e-324`},
		{math.MaxFloat64, `1.7976931348623157e+308`},
		{math.Float64frombits(0x7ff8000000000000), `{"$numberDouble":"NaN"}`},
		{math.Inf(1), `{"$numberDouble":"Infinity"}`},
		{math.Inf(-1), `{"$numberDouble":"-Infinity"}`},
		{decimal("1.10"), `{"$numberDecimal":"1.10"}`},
		{decimal("-0E+3"), `{"$numberDecimal":"-0E+3"}`},
		{decimal("9.999999999999999999999999999999999E+6144"),
			`{"$numberDecimal":"9.999999999999999999999999999999999E+6144"}`},
		{decimal("1E-6176"), `{"$numberDecimal":"1E-6176"}`},
		{decimal("NaN"), `{"$numberDecimal":"NaN"}`},
		{decimal("-Infinity"), `{"$numberDecimal":"-Infinity"}`},
		{"", `""`},
		{"a\x00b\"\\/\n\r\t\x1f\u007f\u2028é✓😀", `"a\u0000b\"\\/\n\r\t\u001f` + "\u007f\u2028" + `é✓😀"`},
		{objectID, `{"$oid":"5f50c31e1c9d440000a1b2c3"}`},
		{date("2020-09-03T10:00:00.123Z"), `{"$date":"2020-09-03T10:00:00.123Z"}`},
		{date("2020-09-03T10:00:00.1Z"), `{"$date":"2020-09-03T10:00:00.100Z"}`},
		{date("1970-01-01T00:00:00Z"), `{"$date":"1970-01-01T00:00:00Z"}`},
		{date("9999-12-31T23:59:59.999Z"), `{"$date":"9999-12-31T23:59:59.999Z"}`},
		{date("1969-12-31T23:59:59.999Z"), `{"$date":{"$numberLong":"-1"}}`},
		{bson.DateTime(maxRelaxedDate + 1), `{"$date":{"$numberLong":"253402300800000"}}`},
		{bson.DateTime(math.MinInt64), `{"$date":{"$numberLong":"-9223372036854775808"}}`},
		{bson.Binary{Data: []byte{0, 1, 255}}, `{"$binary":{"base64":"AAH/","subType":"00"}}`},
		{bson.Binary{Subtype: 2, Data: []byte{255, 255}}, `{"$binary":{"base64":"//8=","subType":"02"}}`},
		{bson.Binary{Subtype: 0x80, Data: nil}, `{"$binary":{"base64":"","subType":"80"}}`},
		{bson.Timestamp{T: math.MaxUint32, I: 7}, `{"$timestamp":{"t":4294967295,"i":7}}`},
		{bson.Regex{Pattern: `^"a\b`, Options: "ix"}, `{"$regularExpression":{"pattern":"^\"a\\b","options":"ix"}}`},
		{bson.JavaScript("f()\n"), `{"$code":"f()\n"}`},
		{bson.CodeWithScope{Code: "f()", Scope: bson.D{}}, `{"$code":"f()","$scope":{}}`},
		{bson.CodeWithScope{Code: "", Scope: d("a", int64(1), "b", bson.A{"x"})},
			`{"$code":"","$scope":{"a":{"$numberLong":"1"},"b":["x"]}}`},
		{bson.Symbol("s"), `{"$symbol":"s"}`},
		{bson.Undefined{}, `{"$undefined":true}`},
		{bson.MinKey{}, `{"$minKey":1}`},
		{bson.MaxKey{}, `{"$maxKey":1}`},
		{bson.DBPointer{DB: "db.c", Pointer: objectID},
			`{"$dbPointer":{"$ref":"db.c","$id":{"$oid":"5f50c31e1c9d440000a1b2c3"}}}`},
		{bson.A{}, `[]`},
		{bson.A{int32(1), nil, bson.A{2.0}, d("a", objectID)},
			`[1,null,[2.0],{"a":{"$oid":"5f50c31e1c9d440000a1b2c3"}}]`},
		{bson.A{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, int32(10), "x"}, `[0,1,2,3,4,5,6,7,8,9,10,"x"]`},
		{bson.D{}, `{}`},
		{d("b", int32(1), "a", int32(2), "b", int32(3), "", nil, "é\n", true),
			`{"b":1,"a":2,"b":3,"":null,"é\n":true}`},
		{d("$ref", "c", "$id", objectID), `{"$ref":"c","$id":{"$oid":"5f50c31e1c9d440000a1b2c3"}}`},
		{d("a", int32(1), "$oid", "x"), `{"a":1,"$oid":"x"}`},
		{d("$regex", "a", "$options", "i"), `{"$regex":"a","$options":"i"}`},
		{math.Float64frombits(0xfff8000000000001), `{"$numberDouble":"NaN(fff8000000000001)"}`},
		{bson.NewDecimal128(0xfc00<<48, 0), `{"$numberDecimal":"NaN(fc000000000000000000000000000000)"}`},
		{bson.NewDecimal128(0x7e00<<48, 12), `{"$numberDecimal":"NaN(7e00000000000000000000000000000c)"}`},
		{bson.NewDecimal128(0x6c11ffffffffffff, math.MaxUint64),
			`{"$numberDecimal":"0E+3(6c11ffffffffffffffffffffffffffff)"}`},
		{bson.NewDecimal128(0xec10<<48, 7), `{"$numberDecimal":"-0(ec100000000000000000000000000007)"}`},
		{d("$oid", "x"), `{"$document":{"$oid":"x"}}`},
		{d("$document", d("$date", int32(1), "a", nil)),
			`{"$document":{"$document":{"$document":{"$date":1,"a":null}}}}`},
		{bson.CodeWithScope{Code: "f", Scope: d("$code", "f")}, `{"$code":"f","$scope":{"$document":{"$code":"f"}}}`},
	}
	for _, test := range tests {
		t.Run(test.json, func(t *testing.T) {
			e := bsonOf(t, test.value)
			got, err := toJSON(e, 0)
			if err != nil || string(got) != test.json {
				t.Errorf("to JSON: %s, %v, want %s", got, err, test.json)
			}
			checkFromJSON(t, test.json, e)
		})
	}
}

// TestFromJSON has the texts that are understood and never written.
func TestFromJSON(t *testing.T) {
	uuid := bson.Binary{Subtype: 4, Data: []byte{0xc8, 0xed, 0xab, 0xc3, 0xf7, 0x38, 0x4c, 0xa3, 0xb6, 0x8d, 0xab, 0x92,
		0xa9, 0x14, 0x78, 0xa3}}
	tests := []struct {
		json  string
		value any
	}{
		{" {\n \"a\" :\t[ 1 , 2 ] , \"b\" : { } }\r\n", d("a", bson.A{int32(1), int32(2)}, "b", bson.D{})},
		{`-0`, int32(0)},
		{`3e0`, 3.0},
		{`3E+2`, 300.0},
		{`1e-400`, 0.0},
		{`"\/\b\f\u00e9\ud83d\ude00"`, "/\b\fé😀"},
		{`"\ud83d\\\udc00"`, "\uFFFD\\\uFFFD"},
		{`{"\u0061":1}`, d("a", int32(1))},
		{`{"\u0024oid":"5F50C31E1C9D440000A1B2C3"}`, objectID},
		{`{"$numberInt":"3"}`, int32(3)},
		{`{"$numberLong":"9223372036854775807"}`, int64(math.MaxInt64)},
		{`{"$numberDouble":"3"}`, 3.0},
		{`{"$date":"2020-09-03T12:00:00.123+02:00"}`, bson.DateTime(1599127200123)},
		{`{"$date":{"$numberLong":"1599127200123"}}`, bson.DateTime(1599127200123)},
		{`{"$binary":{"subType":"0","base64":"AAH/"}}`, bson.Binary{Data: []byte{0, 1, 255}}},
		{`{"$binary":"AAH/","$type":"00"}`, bson.Binary{Data: []byte{0, 1, 255}}},
		{`{"$uuid":"c8edabc3-f738-4ca3-b68d-ab92a91478a3"}`, uuid},
		{`{"$timestamp":{"i":2,"t":1}}`, bson.Timestamp{T: 1, I: 2}},
	}
	for _, test := range tests {
		t.Run(test.json, func(t *testing.T) { checkFromJSON(t, test.json, bsonOf(t, test.value)) })
	}
}

func checkFromJSON(t *testing.T, text string, want element) {
	t.Helper()
	value, kind, err := appendValue([]byte("before"), []byte(text), 0)
	if err != nil {
		t.Fatalf("from JSON: %v", err)
	}
	if kind != want.kind || !bytes.Equal(value, append([]byte("before"), want.value...)) {
		t.Errorf("from JSON: %v %x, want %v %x", kind, value[len("before"):], want.kind, want.value)
	}
}

func TestFromJSONErrors(t *testing.T) {
	for _, text := range []string{
		``, `{`, `[1 2]`, `01`, `'a'`, `{a:1}`, `nul`, "\"\xff\"", `{"a":1,}`,
		`-9223372036854775809`, `1e309`, strings.Repeat(`{"a":`, 201) + `1` + strings.Repeat(`}`, 201),
		`{"$oid":5}`, `{"$oid":"5f"}`, `{"$oid":"zf50c31e1c9d440000a1b2c3"}`,
		`{"$oid":"5f50c31e1c9d440000a1b2c3","a":1}`,
		`{"$numberInt":"2147483648"}`, `{"$numberInt":3}`, `{"$numberLong":"x"}`,
		`{"$numberLong":"9223372036854775808"}`,
		`{"$numberDouble":"x"}`, `{"$numberDouble":1}`, `{"$numberDecimal":"x"}`, `{"$numberDecimal":1}`,
		`{"$numberDecimal":"1` + strings.Repeat("0", 10000) + `"}`,
		`{"$numberDecimal":"1(30400000000000000000000000000000)"}`, `{"$numberDecimal":"NaN(7c)"}`,
		`{"$numberDouble":"1_0"}`, `{"$numberDouble":"NaN(7ff0000000000000)"}`, `{"$numberDouble":"NaN(7ff8)"}`,
		`{"$date":"yesterday"}`, `{"$date":1.5}`, `{"$date":42}`, `{"$date":"2020-09-03T12:00:00.1234Z"}`,
		`{"$date":null}`, `{"$date":{}}`,
		`{"$date":{"$numberLong":"1","a":2}}`,
		`{"$binary":"AAH/"}`, `{"$binary":{"base64":"AAH/"}}`, `{"$binary":{"base64":"A","subType":"00"}}`,
		`{"$binary":{"base64":"AAH/","subType":"100"}}`, `{"$binary":{"base64":"AAH/","base64":"AAH/"}}`,
		`{"$binary":"AAH/","$type":0}`,
		`{"$uuid":"c8edabc3f7384ca3b68dab92a91478a3"}`, `{"$uuid":"c8edabc3-f738-4ca3-b68d-ab92a91478ax"}`,
		`{"$uuid":"----d264-44b3-4--9-90e8-e7d1dfc0----"}`, `{"$uuid":1}`,
		`{"$document":1}`, `{"$document":{},"a":1}`,
		`{"$timestamp":{"t":-1,"i":2}}`, `{"$timestamp":{"t":1,"i":4294967296}}`, `{"$timestamp":1}`,
		`{"$regularExpression":{"pattern":"a"}}`, `{"$regularExpression":{"pattern":"a","options":1}}`,
		`{"$regularExpression":{"pattern":"a\u0000","options":""}}`,
		`{"$code":1}`, `{"$code":"f","$scope":1}`, `{"$code":1,"$scope":{}}`,
		`{"$code":"f","$scope":{"$oid":"5f50c31e1c9d440000a1b2c3"}}`,
		`{"$code":"f","$scope":{"a":9223372036854775808}}`,
		`{"$symbol":1}`, `{"$undefined":false}`, `{"$minKey":2}`, `{"$maxKey":"1"}`,
		`{"$dbPointer":{"$ref":"a"}}`, `{"$dbPointer":{"$ref":1,"$id":{"$oid":"5f50c31e1c9d440000a1b2c3"}}}`,
		`{"$dbPointer":{"$ref":"a","$id":1}}`,
	} {
		value, kind, err := appendValue(nil, []byte(text), 0)
		if err == nil {
			t.Errorf("%s became %v %x, want an error", text, kind, value)
		}
	}
}

// TestRegexOptions keeps options in the order in which they came; the driver's own encoder sorts them.
func TestRegexOptions(t *testing.T) {
	e := element{bsoncore.TypeRegex, []byte("a\x00xi\x00")}
	text, err := toJSON(e, 0)
	if err != nil {
		t.Fatal(err)
	}
	checkFromJSON(t, string(text), e)
}

// TestLostInJSON holds the package comment to its word on what Extended JSON cannot say.
func TestLostInJSON(t *testing.T) {
	tests := []struct {
		name       string
		e          element
		json, want string // want: the bytes it goes back as
	}{
		{"keys of an array", element{bsoncore.TypeArray, []byte(doc("\x0a5\x00\x0aa\x00"))}, `[null,null]`,
			doc("\x0a0\x00\x0a1\x00")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := toJSON(test.e, 0)
			if err != nil || string(got) != test.json {
				t.Errorf("to JSON: %s, %v, want %s", got, err, test.json)
			}
			checkFromJSON(t, test.json, element{test.e.kind, []byte(test.want)})
		})
	}
}

// TestFromJSONPlace: an error says which value of the message is wrong, and how.
func TestFromJSONPlace(t *testing.T) {
	tests := []struct{ params, want string }{
		{`[{"a":[1,{"b c":{"$uuid":"x"}}]}]`, `params[0].a[1]["b c"]: $uuid: want a UUID such as ` +
			`"c8edabc3-f738-4ca3-b68d-ab92a91478a3"`},
		{`{"when":{"$date":"2020-13-01T00:00:00Z"}}`, `params.when: $date: want a time such as ` +
			`"2020-09-03T10:00:00.123Z", to the millisecond, or {"$numberLong":"1599127200123"}, ` +
			`milliseconds since 1970`},
		{`[1,{"$oid":5}]`, `params[1]: $oid: want a string of 24 hexadecimal digits`},
		{`[1,9223372036854775808]`, `params[1]: integer 9223372036854775808 does not fit 64 bits, and BSON has none ` +
			`longer: write 9223372036854775808e0 for a double, or {"$numberDecimal":"9223372036854775808"}`},
		{`[1,{"$oid":5]`, `params: offset 12: unexpected character ']', want ',' or '}'`},
		{`"x"`, `params must be an array or an object, not BSON string: put it into an array`},
	}
	for _, test := range tests {
		m := rpcconn.Message{Kind: rpcconn.KindNotification, Method: "m", Params: []byte(test.params)}
		_, err := New().AppendEncode(nil, &rpcconn.Packet{Messages: []rpcconn.Message{m}})
		if err == nil || err.Error() != test.want {
			t.Errorf("%s:\n%v, want\n%s", test.params, err, test.want)
		}
	}
}
