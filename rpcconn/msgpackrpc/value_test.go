package msgpackrpc

import (
	"bytes"
	"encoding/hex"
	"runtime"
	"strings"
	"testing"

	"rpcsh/rpcconn/jsontext"
)

// unhex returns the bytes that text gives in hexadecimal, with blanks.
func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// toJSON returns the JSON text of one value.
func toJSON(b []byte) (string, error) {
	tr := translator{frame: b}
	text, rest, err := tr.value(b)
	if err == nil {
		err = tr.end(rest)
	}
	return string(text), err
}

// TestValues are values in their shortest form, which is what is sent; all have been checked with the Python library
// msgpack.
func TestValues(t *testing.T) {
	long := strings.Repeat("x", 70_000)
	longHex := strings.Repeat("78", 70_000)
	tests := []struct{ binary, text string }{
		{"c0", "null"}, {"c3", "true"}, {"c2", "false"},

		{"00", "0"}, {"7f", "127"}, {"cc80", "128"}, {"ccff", "255"}, {"cd0100", "256"}, {"cdffff",
			"65535"}, {"ce00010000", "65536"},
		{"ceffffffff", "4294967295"}, {"cf0000000100000000", "4294967296"}, {"cf7fffffffffffffff",
			"9223372036854775807"},
		{"cfffffffffffffffff", "18446744073709551615"},
		{"ff", "-1"}, {"e0", "-32"}, {"d0df", "-33"}, {"d080", "-128"}, {"d1ff7f", "-129"}, {"d18000",
			"-32768"}, {"d2ffff7fff", "-32769"},
		{"d280000000", "-2147483648"}, {"d3ffffffff7fffffff", "-2147483649"}, {"d38000000000000000",
			"-9223372036854775808"},

		{"cb4008000000000000", "3.0"}, {"cb3ff8000000000000", "1.5"}, {"cb8000000000000000",
			"-0.0"}, {"cb0000000000000000", "0.0"},
		{"cb7fefffffffffffff", "1.7976931348623157e+308"}, {"cb0000000000000001", "5e-324"}, {"cb43e0000000000000",
			"9223372036854776000.0"},
		{"cb444b1ae4d6e2ef50", "1e+21"}, {"cb3eb0c6f7a0b5ed8d", "0.000001"},
		{"cb7ff8000000000000", `{"$float64":"NaN"}`}, {"cb7ff0000000000000",
			`{"$float64":"Infinity"}`}, {"cbfff0000000000000", `{"$float64":"-Infinity"}`},
		{"ca3fc00000", `{"$float32":1.5}`}, {"ca3dcccccd", `{"$float32":0.1}`}, {"ca40400000",
			`{"$float32":3.0}`}, {"ca80000000", `{"$float32":-0.0}`},
		{"ca7f7fffff", `{"$float32":3.4028235e+38}`}, {"ca00000001", `{"$float32":1e-45}`}, {"ca4b800000",
			`{"$float32":16777216.0}`},
		{"cbfff8000000000000", `{"$float64":"NaN(fff8000000000000)"}`}, {"cb7ff0000000000001",
			`{"$float64":"NaN(7ff0000000000001)"}`},
		{"caffc00000", `{"$float32":"NaN(ffc00000)"}`}, {"ca7f800001", `{"$float32":"NaN(7f800001)"}`},
		{"ca7fc00000", `{"$float32":"NaN"}`}, {"ca7f800000", `{"$float32":"Infinity"}`}, {"caff800000",
			`{"$float32":"-Infinity"}`},

		{"a0", `""`}, {"a161", `"a"`}, {"a5 22 5c 0a 01 7f", `"\"\\\n\u0001` + "\x7f" + `"`}, {"a7 c3a9 f09f9880 00",
			`"é😀\u0000"`},
		{"bf" + strings.Repeat("78", 31), `"` + long[:31] + `"`}, {"d920" + strings.Repeat("78", 32),
			`"` + long[:32] + `"`},
		{"da0100" + strings.Repeat("78", 256), `"` + long[:256] + `"`}, {"db00011170" + longHex, `"` + long + `"`},
		{"a1ff", `{"$str":"/w=="}`}, {"a3eda080", `{"$str":"7aCA"}`}, {"a2c080", `{"$str":"wIA="}`},
		{"c400", `{"$binary":""}`}, {"c403 00 01 ff", `{"$binary":"AAH/"}`},

		{"d40500", `{"$ext":{"type":5,"data":"AA=="}}`}, {"d5800001",
			`{"$ext":{"type":-128,"data":"AAE="}}`}, {"c700 7f", `{"$ext":{"type":127,"data":""}}`},

		{"d6ff 00000001", `{"$date":"1970-01-01T00:00:01Z"}`}, {"d6ff ffffffff", `{"$date":"2106-02-07T06:28:15Z"}`},
		{"d7ff 0000000100000000", `{"$date":"2106-02-07T06:28:16Z"}`},
		{"d7ff 1d6f34505f50be6b", `{"$date":"2020-09-03T09:59:07.123456788Z"}`},
		{"d7ff ee6b27ffffffffff", `{"$date":"2514-05-30T01:53:03.999999999Z"}`},
		{"c70cff 00000000 ffffffffffffffff", `{"$date":"1969-12-31T23:59:59Z"}`},
		{"c70cff 00000001 0000000400000000", `{"$date":"2514-05-30T01:53:04.000000001Z"}`},
		{"c70cff 3b9ac9ff 0000003afff4417f", `{"$date":"9999-12-31T23:59:59.999999999Z"}`},
		{"c70cff 00000000 fffffff1868b8400", `{"$date":"0000-01-01T00:00:00Z"}`},
		// Of the years that have no such text, in another form than the shortest, and none.
		{"c70cff 00000000 fffffff1868b83ff", `{"$ext":{"type":-1,"data":"AAAAAP////GGi4P/"}}`},
		{"c70cff 00000000 7fffffffffffffff", `{"$ext":{"type":-1,"data":"AAAAAH//////////"}}`},
		{"d7ff 0000000000000001", `{"$ext":{"type":-1,"data":"AAAAAAAAAAE="}}`},
		{"d7ff ee6b280000000000", `{"$ext":{"type":-1,"data":"7msoAAAAAAA="}}`},
		{"c70cff 00000000 0000000000000001", `{"$ext":{"type":-1,"data":"AAAAAAAAAAAAAAAB"}}`},
		{"d4ff 00", `{"$ext":{"type":-1,"data":"AA=="}}`},

		{"d803" + strings.Repeat("00", 16), `{"$ext":{"type":3,"data":"AAAAAAAAAAAAAAAAAAAAAA=="}}`}, {"c70300 010203",
			`{"$ext":{"type":0,"data":"AQID"}}`},
		{"c80100 04" + strings.Repeat("00", 256), `{"$ext":{"type":4,"data":"` + strings.Repeat("A", 342) + `=="}}`},

		{"90", "[]"}, {"93 01 c0 91 90", "[1,null,[[]]]"}, {"9f" + strings.Repeat("01", 15),
			"[1" + strings.Repeat(",1", 14) + "]"},
		{"dc0010" + strings.Repeat("01", 16), "[1" + strings.Repeat(",1", 15) + "]"}, {"dd00011170" +
			strings.Repeat("01", 70_000), "[1" + strings.Repeat(",1", 69_999) + "]"},

		{"80", "{}"}, {"81 a161 01", `{"a":1}`}, {"83 a162 01 a161 02 a162 80", `{"b":1,"a":2,"b":{}}`}, {"81 a0 c0",
			`{"":null}`},
		{"de0010" + strings.Repeat("a161c0", 16), `{"a":null` + strings.Repeat(`,"a":null`, 15) + "}"},
		{"81 01 02", `{"$map":[[1,2]]}`}, {"81 c0 c0", `{"$map":[[null,null]]}`}, {"81 90 80",
			`{"$map":[[[],{}]]}`}, {"81 a1ff 01", `{"$map":[[{"$str":"/w=="},1]]}`},
		{"81 c40161 01", `{"$map":[[{"$binary":"YQ=="},1]]}`}, {"81 81 a161 01 02", `{"$map":[[{"a":1},2]]}`},
		{"82 a161 01 02 03", `{"$map":[["a",1],[2,3]]}`}, {"82 01 a161 a162 c0", `{"$map":[[1,"a"],["b",null]]}`},
		{"82 a161 82 a162 01 02 03 a163 81 a164 05", `{"a":{"$map":[["b",1],[2,3]]},"c":{"d":5}}`},
		{"82 a161 82 a162 81 a163 01 02 03 05 c0", `{"$map":[["a",{"$map":[["b",{"c":1}],[2,3]]}],[5,null]]}`},
		{"de0010 01c0" + strings.Repeat("a161c0", 15), `{"$map":[[1,null]` + strings.Repeat(`,["a",null]`, 15) + "]}"},

		// Keys that look like a wrapper's.
		{"81 a4 24737472 a0", `{"$map":[["$str",""]]}`}, {"82 a7 2462696e617279 a0 a161 01",
			`{"$map":[["$binary",""],["a",1]]}`},
		{"81 a5 2464617465 01", `{"$map":[["$date",1]]}`},
		{"81 a4 246d6170 90", `{"$map":[["$map",[]]]}`}, {"82 a161 01 a4 246d6170 90",
			`{"a":1,"$map":[]}`}, {"81 a2 2461 01", `{"$a":1}`}, {"81 a1 24 01", `{"$":1}`},
	}
	for _, test := range tests {
		b := unhex(t, test.binary)
		text, err := toJSON(b)
		if err != nil || text != test.text {
			t.Errorf("%.60s is shown as %.100s, %v, want %.100s", test.binary, text, err, test.text)
		}
		if err := jsontext.Valid([]byte(text)); err != nil {
			t.Errorf("%.60s is shown as %.100s: %v", test.binary, text, err)
		}
		back, err := appendValue([]byte("before"), []byte(test.text), withoutHandles)
		if err != nil || !bytes.Equal(back, append([]byte("before"), b...)) {
			t.Errorf("%.100s is sent as %.60x, %v, want %.60x", test.text, back, err, b)
		}
	}
}

// TestLongerForms are values in a form that is longer than they need.
func TestLongerForms(t *testing.T) {
	for _, test := range []struct{ binary, text string }{
		{"cc01", "1"}, {"cd0001", "1"}, {"ce00000001", "1"}, {"cf0000000000000001", "1"},
		{"d001", "1"}, {"d10001", "1"}, {"d200000001", "1"}, {"d30000000000000001", "1"}, {"d3ffffffffffffffff", "-1"},
		{"d90161", `"a"`}, {"da000161", `"a"`}, {"db0000000161", `"a"`},
		{"c5000100", `{"$binary":"AA=="}`}, {"c60000000100", `{"$binary":"AA=="}`},
		{"c7010500", `{"$ext":{"type":5,"data":"AA=="}}`}, {"c8 0001 05 00",
			`{"$ext":{"type":5,"data":"AA=="}}`}, {"c9 00000001 05 00", `{"$ext":{"type":5,"data":"AA=="}}`},
		{"dc0001c0", "[null]"}, {"dd00000001c0", "[null]"}, {"de0001a161c0", `{"a":null}`}, {"df00000001a161c0",
			`{"a":null}`},
		{"82 db0000000161 c0 c0 c0", `{"$map":[["a",null],[null,null]]}`},
	} {
		if text, err := toJSON(unhex(t, test.binary)); err != nil || text != test.text {
			t.Errorf("%s is shown as %s, %v, want %s", test.binary, text, err, test.text)
		}
	}
}

func TestMalformedValues(t *testing.T) {
	const early = "the MessagePack value ends too early"
	for _, test := range []struct{ binary, want string }{
		{"", "offset 0: " + early}, {"c1", "offset 0: no type"}, {"92 01 c1", "offset 2: no type"},
		{"c0c0", "offset 1: 1 bytes after"}, {"9200", "offset 2: " + early}, {"dc", "offset 0: " + early}, {"dcffff",
			"offset 3: " + early},
		{"ddffffffff", "offset 5: " + early}, {"dfffffffff", "offset 5: " + early}, {"82 a161", "offset 3: " + early},
		{"dbffffffff61", "offset 0: " + early}, {"a261", "offset 0: " + early}, {"c6ffffffff",
			"offset 0: " + early}, {"c5ff", "offset 0: " + early},
		{"c9ffffffff0500", "offset 0: " + early}, {"c9ffff", "offset 0: " + early}, {"c9", "offset 0: " + early}, {"d4",
			"offset 0: " + early}, {"d405", "offset 0: " + early},
		{"c70105", "offset 0: " + early}, {"c7", "offset 0: " + early}, {"d8050000", "offset 0: " + early},
		{"cb00", "offset 0: " + early}, {"ca00", "offset 0: " + early}, {"d3ff", "offset 0: " + early}, {"cf",
			"offset 0: " + early}, {"cd00", "offset 0: " + early},
		{"82 a161 01 c1", "offset 4: no type"}, {"83 a161 01 02 03", "offset 6: " + early}, {"82 a161 01 a261",
			"offset 4: " + early},
		{"82 a161 01 02 c1", "offset 5: no type"},
		{strings.Repeat("91", maxDepth) + "c0", "offset 199: arrays and maps nested deeper than 200"},
		{strings.Repeat("81a161", maxDepth) + "c0", "offset 597: arrays and maps nested deeper than 200"},
		{strings.Repeat("8101", maxDepth) + "c0", "offset 398: arrays and maps nested deeper than 200"},
		{"82a161c001" + strings.Repeat("91", maxDepth) + "c0", "offset 203: arrays and maps nested deeper than 200"},
		{strings.Repeat("91", 1_000_000), "nested deeper"}, {strings.Repeat("81", 1_000_000), "nested deeper"},
	} {
		if text, err := toJSON(unhex(t, test.binary)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%.60s: %s, %v, want an error with %q", test.binary, text, err, test.want)
		}
	}
}

// What can be received can be shown and sent, however deep.
func TestDeepest(t *testing.T) {
	for _, level := range []string{"91", "81a161", "8101"} {
		b := unhex(t, strings.Repeat(level, maxDepth-1)+"c0")
		text, err := toJSON(b)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := appendValue(nil, []byte(text), withoutHandles); err != nil || !bytes.Equal(back, b) {
			t.Errorf("%.40s is sent as %.20x, %v", text, back, err)
		}
	}
}

// A map that turns out at its end to be no object must not be translated anew for each map around it: that would take
// forever.
func TestMixedMapsInMixedMaps(t *testing.T) {
	const levels = 150
	b := unhex(t, strings.Repeat("82a161", levels)+"c0"+strings.Repeat("01c0", levels))
	text, err := toJSON(b)
	if want := strings.Repeat(`{"$map":[["a",`, levels) + "null" + strings.Repeat("],[1,null]]}", levels); err != nil ||
		text != want {
		t.Errorf("shown as %s, %v", text, err)
	}
}

// TestWritten is what someone may write.
func TestWritten(t *testing.T) {
	for _, test := range []struct{ text, binary string }{
		{" [ 1 , 2.0 , \"\\u0061\\ud800\" ] ", "93 01 cb4000000000000000 a4 61 efbfbd"},
		{"1e2", "cb4059000000000000"}, {"-0", "00"}, {"0E0", "cb0000000000000000"}, {"1e-400", "cb0000000000000000"},
		{`{"$float64":3}`, "cb4008000000000000"}, {`{"$float32": 1e0 }`, "ca3f800000"}, {`{"$float32":0.1}`,
			"ca3dcccccd"},
		{`{ "$\u0073tr" : "\u002fw==" }`, "a1ff"}, {`{"$str":"YQ=="}`, "a161"},
		{`{"$ext":{"data":"AA==","type":-1}}`, "d4ff00"},
		{`{"$map": [ [ 1 , 2 ] , ["a",[]] ] }`, "82 01 02 a161 90"}, {`{"$map":[]}`, "80"}, {`{"a":1,"$str":2}`,
			"82 a161 01 a4 24737472 02"},
		{`{"$date":"2020-09-03T11:59:07.5+02:00"}`, "d7ff 773594005f50be6b"},
	} {
		b, err := appendValue(nil, []byte(test.text), withoutHandles)
		if want := unhex(t, test.binary); err != nil || !bytes.Equal(b, want) {
			t.Errorf("%s is sent as %x, %v, want %x", test.text, b, err, want)
		}
	}
}

func TestWrittenErrors(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"18446744073709551616", "write 18446744073709551616e0"}, {"-9223372036854775809",
			"does not fit 64 bits"}, {"1e400", "out of the range"},
		{strings.Repeat("9", 100), strings.Repeat("9", 50) + "…"},
		{`{"$float32":1e39}`, "$float32: want a number within the range of 32 bits"}, {`{"$float32":"1"}`,
			"want a number"}, {`{"$float64":"inf"}`, "want a number"},
		{`{"$float64":null}`, "want a number"}, {`{"$float64":[]}`, "want a number"},
		{`{"$float32":"NaN(7ff8000000000000)"}`, "want a number"}, {`{"$float64":"NaN(7ff0000000000000)"}`,
			"want a number"}, {`{"$float32":"NaN(7fc00000"}`, "want a number"},
		{`{"$date":1}`, "$date: want a time such as"}, {`{"$date":"2020-02-30T00:00:00Z"}`, "want a time"},
		{`[1,{"a":[{"$date":"now"}]}]`, "[1].a[0]: $date: want a time"}, {`{"$map":[[1,{"$str":1}]]}`,
			".$map[0][1]: $str: want"},
		{`{"$str":1}`, "want a string of base64"}, {`{"$binary":"A"}`,
			"$binary: want a string of base64"},
		{`{"$binary":{"base64":"","subType":"00"}}`, "want a string of base64"},
		{`{"$ext":1}`, "$ext: want"}, {`{"$ext":{"type":1}}`, "want {"}, {`{"$ext":{"type":128,"data":""}}`,
			"-128…127"}, {`{"$ext":{"type":1,"data":"","x":1}}`, "want {"},
		{`{"$ext":{"type":1,"data":1}}`, "want a string of base64"}, {`{"$ext":{"type":"1","data":""}}`,
			"want {"}, {`{"$ext":{"type":1,"type":1}}`, "want {"},
		{`{"$map":{}}`, "want an array of pairs"}, {`{"$map":[1]}`, "want an array of pairs"}, {`{"$map":[[]]}`,
			"want an array of pairs"},
		{`{"$map":[[1]]}`, "want an array of pairs"}, {`{"$map":[[1,2,3]]}`,
			"want an array of pairs"}, {`{"$map":[[1e999,1]]}`, "out of the range"},
		{`{"$binary":"","a":1}`, `write {"$map":[[key,value],…]}`}, {`{"$map":[],"a":1}`, "no other members"},
		{`[1`, "ends too early"}, {``, "ends too early"}, {`1 2`, "want nothing more"}, {"\"\xff\"", "invalid UTF-8"},
		{strings.Repeat("[", 200) + strings.Repeat("]", 200), "nested deeper than 200"}, {strings.Repeat(`{"":`, 200) +
			"1" + strings.Repeat("}", 200), "nested deeper than 200"},
		{strings.Repeat(`{"$map":[[`, 200) + "1" + strings.Repeat(",1]]}", 200), "nested deeper than 200"},
	} {
		if b, err := appendValue(nil, []byte(test.text), withoutHandles); err == nil ||
			!strings.Contains(err.Error(), test.want) {
			t.Errorf("%.60s is sent as %x, %v, want an error with %q", test.text, b, err, test.want)
		}
	}
}

// A length that lies must not cost more memory than what came.
func TestLyingLengths(t *testing.T) {
	for _, text := range []string{"ddffffffff", "dfffffffff", "dbffffffff", "c6ffffffff", "c9ffffffff00"} {
		b := unhex(t, text)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := toJSON(b); err == nil {
			t.Errorf("%s is no error", text)
		}
		runtime.ReadMemStats(&after)
		if size := after.TotalAlloc - before.TotalAlloc; size > 1<<20 {
			t.Errorf("%s allocates %d bytes", text, size)
		}
	}
}

// TestDepthOfMixedMaps nests arrays in a map with keys of several types so deep that no stack would hold them.
func TestDepthOfMixedMaps(t *testing.T) {
	frame := append(unhex(t, "82a161c001"), bytes.Repeat([]byte{0x91}, 1<<24)...)
	if _, err := toJSON(frame); err == nil || !strings.Contains(err.Error(), errTooDeep.Error()) {
		t.Errorf("got %v", err)
	}
}
