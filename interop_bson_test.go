package main

import (
	"strings"
	"testing"

	"rpcsh/shell/exit"
)

// richResult is what server.py's rich returns, as Extended JSON. Python's date with a zone of +02:00 crosses as UTC.
const richResult = `{"oid":{"$oid":"5f50c31e1c9d440000a1b2c3"},` +
	`"aware":{"$date":"2020-09-03T10:00:00.123Z"},"naive":{"$date":"2020-09-03T12:00:00.123Z"},` +
	`"bin":{"$binary":{"base64":"AAH/","subType":"00"}},` +
	`"md5":{"$binary":{"base64":"AAAAAAAAAAAAAAAAAAAAAA==","subType":"05"}},` +
	`"big":9007199254740993,"float":1.5,"text":"héllo ✓","none":null,"nested":{"z":1,"a":[1,{"b":true}]}}`

// TestInteropBSON sends values of BSON's own types back and forth.
func TestInteropBSON(t *testing.T) {
	runInterop(t, []scenario{
		{name: "from the peer and back", run: bsonRich, only: (*interop).isBSON},
		{name: "to the peer and back", run: bsonSame, only: (*interop).isBSON},
		{name: "as the peer sees them", run: bsonSeen, only: (*interop).isBSON},
		{name: "in answers", run: bsonAnswers, only: (*interop).isBSON},
		{name: "what BSON cannot say", run: bsonUnsayable, only: (*interop).isBSON},
	})
}

func bsonRich(t *testing.T, in *interop) {
	_, sh, _ := in.connect(t)
	sh.do(t, "x = rich", "same [$x]", "same value=$x", "echo 1 $x", "same [$x] | .big", "same [$x.oid]")
	sh.stdout.next(t, richResult, richResult, richResult, `{"args":[1,`+richResult+`],"kwargs":{}}`, "9007199254740993",
		`{"$oid":"5f50c31e1c9d440000a1b2c3"}`)
	sh.exits(t, exit.Done)
}

// bsonSame leaves out UUIDs, which the library sends on with another subtype.
func bsonSame(t *testing.T, in *interop) {
	_, sh, _ := in.connect(t)
	for _, v := range []string{
		"3", "3.0", "-0.0", "2147483647", "2147483648", "9007199254740993", "9223372036854775807", "1.5e+300", "5e-324",
		`{"$numberLong":"3"}`, `{"$numberDouble":"NaN"}`, `{"$numberDouble":"-Infinity"}`,
		`{"$numberDecimal":"1.10"}`, `{"$numberDecimal":"9.999999999999999999999999999999999E+6144"}`,
		`{"$oid":"5f50c31e1c9d440000a1b2c3"}`, `{"$date":"2026-01-02T03:04:05.678Z"}`, `{"$date":{"$numberLong":"-1"}}`,
		`{"$binary":{"base64":"","subType":"00"}}`, `{"$binary":{"base64":"AP8=","subType":"80"}}`,
		`{"$timestamp":{"t":5,"i":6}}`, `{"$regularExpression":{"pattern":"^a.*\"","options":"i"}}`,
		`{"$minKey":1}`, `{"$maxKey":1}`,
		`{"deep":[{"$oid":"5f50c31e1c9d440000a1b2c3"},{"$numberLong":"-1"},{"d":{"$date":"1970-01-01T00:00:00Z"}}]}`,
	} {
		sh.do(t, "same ["+v+"]", "same value:="+v)
		sh.stdout.next(t, v, v)
	}
	sh.exits(t, exit.Done)
}

func bsonSeen(t *testing.T, in *interop) {
	server, sh, _ := in.connect(t)
	for _, c := range []struct{ arg, seen string }{
		{"3", "3"},
		{"3.0", "3.0"},
		{"3e0", "3.0"},
		{"9007199254740993", "9007199254740993"},
		{`{"$numberLong":"3"}`, "3"},
		{`{"$numberDouble":"3"}`, "3.0"},
		{`{"$oid":"5f50c31e1c9d440000a1b2c3"}`, `{"$oid": "5f50c31e1c9d440000a1b2c3"}`},
		{`{"$date":"2026-01-02T03:04:05.678Z"}`, `{"$date": "2026-01-02T03:04:05.678000"}`},
		{`{"$date":"2026-01-02T03:04:05.678+01:00"}`, `{"$date": "2026-01-02T02:04:05.678000"}`},
		{`{"$binary":{"base64":"AAH/","subType":"00"}}`, `{"$binary": {"base64": "AAH/", "subType": "00"}}`},
		{`{"$binary":{"base64":"AAH/","subType":"80"}}`, `{"$binary": {"base64": "AAH/", "subType": "80"}}`},
		{`"3"`, `"3"`},
		{"null", "null"},
	} {
		sh.do(t, "!log ["+c.arg+"]")
		server.stdout.says(t, `^log (.*)$`, c.seen)
	}
	sh.exits(t, exit.Done)
}

func bsonAnswers(t *testing.T, in *interop) {
	server, sh, _ := in.connect(t)
	sh.do(t,
		`.serve give {"oid":{"$oid":"5f50c31e1c9d440000a1b2c3"},"when":{"$date":"2026-01-02T03:04:05.678Z"},`+
			`"bin":{"$binary":{"base64":"AAH/","subType":"80"}},"big":9007199254740993,"f":3.0}`,
		`.serve refuse --error -32001 no {"oid":{"$oid":"5f50c31e1c9d440000a1b2c3"}}`,
		".serve same .[0]",
		"!log ready")
	server.stdout.until(t, `^log "ready"$`)
	for _, c := range []struct{ call, want string }{
		{"give",
			`result {"big": 9007199254740993, "bin": {"$binary": {"base64": "AAH/", "subType": "80"}}, "f": 3.0, ` +
				`"oid": {"$oid": "5f50c31e1c9d440000a1b2c3"}, "when": {"$date": "2026-01-02T03:04:05.678000"}}`},
		{"refuse", `error -32001 "no" {"oid": {"$oid": "5f50c31e1c9d440000a1b2c3"}}`},
		{"same 3", "result 3"},
		{"same 3.0", "result 3.0"},
		{"same 9007199254740993", "result 9007199254740993"},
	} {
		server.do(t, "call "+c.call)
		server.stdout.says(t, calledLine, c.want)
	}
	sh.exits(t, exit.Done)
}

func bsonUnsayable(t *testing.T, in *interop) {
	server, sh, _ := in.connect(t)
	sh.do(t, ".set stop off")
	for _, c := range []struct{ arg, reason string }{
		{"9223372036854775808", `9223372036854775808 does not fit 64 bits`},
		{"1e999", `1e999 is out of the range of a double`},
		{`{"$oid":"5f50"}`, `\$oid`},
		{`{"$date":"yesterday"}`, `\$date`},
		{`{"a\u0000b":1}`, `zero character`},
	} {
		sh.do(t, "same ["+c.arg+"]", "same 1")
		sh.stderr.until(t, `^rpcsh: same: .*`+c.reason)
		sh.stdout.next(t, "1")
	}
	sh.do(t, ".serve big 18446744073709551616", "!log ready")
	server.stdout.until(t, `^log "ready"$`)
	server.do(t, "call big")
	server.stdout.until(t, `^called \S+ error -32603 "Internal error" ".*does not fit 64 bits`)
	sh.exits(t, exit.Usage)
	// each is said once, the one that the exit code is of too
	if n := strings.Count(sh.stderr.String(), "rpcsh: same: "); n != 5 {
		t.Errorf("%d calls failed, want 5:\n%s", n, sh.stderr)
	}
}
