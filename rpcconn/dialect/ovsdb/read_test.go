package ovsdb

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/dialecttest"
	"rpcsh/rpcconn/schema"
)

func ovsdbTestSchema(t *testing.T) json.RawMessage {
	t.Helper()
	schema, err := os.ReadFile("testdata/switch.ovsschema")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestLearnOVSDB(t *testing.T) {
	a := dialecttest.Peer{Answers: map[string]string{"list_dbs": `["Switch","Other"]`,
		`get_schema ["Switch"]`: string(ovsdbTestSchema(t))}}
	l, err := a.Learn(t, Dialect())
	if err != nil {
		t.Fatal(err)
	}
	dialecttest.CheckLearned(t, l, Source)
	want := dialecttest.Lines(`
		request by-position list_dbs() → [string] # the names of the databases
		request by-position get_schema(db: "Switch"|"Other") → object # the schema of a database
		request by-position transact(db: "Switch"|"Other", op1: Operation, op2?: Operation, …) → array # runs operations on a database, all or none
		notification by-position cancel(id: integer|string) # gives up a transact that waits
		request by-position monitor(db: "Switch"|"Other", id, requests: MonitorRequests) → object # the contents of tables, and then their changes by update
		request by-position monitor_cancel(id) → object # ends a monitor
		request by-position lock(lock: string) → object # asks for a lock
		request by-position steal(lock: string) → object # takes a lock from who has it
		request by-position unlock(lock: string) → object # gives a lock back
		request by-position echo(…) → array # answers its params
		ours notification by-position update(id, updates: object) # what a monitor saw
		ours notification by-position locked(lock: string) # a lock is ours
		ours notification by-position stolen(lock: string) # a lock is no longer ours
		ours request by-position echo(…) → array # answers its params`)
	if got := dialecttest.Signatures(l); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if l.Peer.String() != "OVSDB (Switch 2.1.0)" || len(l.Remarks) != 1 ||
		!strings.Contains(l.Remarks[0], "the schema of Other") {
		t.Errorf("peer %q, remarks %q", l.Peer, l.Remarks)
	}
}

func TestOVSDBCompletes(t *testing.T) {
	d := Read([]string{"Switch"}, []json.RawMessage{ovsdbTestSchema(t)}).Definitions
	operation, monitor := json.RawMessage(schema.Ref("Operation")), json.RawMessage(schema.Ref("MonitorRequests"))
	const columns = `"_uuid" "_version" "external_ids" "fail_mode" "flood_vlans" "name" "one" "ports" "speed" "up"`
	for _, test := range []struct {
		schema json.RawMessage
		path   string
		want   string
	}{
		{operation, "", "op table where columns row rows mutations uuid-name uuid until timeout durable comment lock"},
		{operation, "op", `"select" "insert" "update" "mutate" "delete" "wait" "commit" "abort" "comment" "assert"`},
		{operation, "table", `"Bridge" "Port"`},
		{operation, "columns []", columns}, {operation, "where [] []", columns}, {operation, "mutations [] []",
			columns},
		{monitor, "", "Bridge Port"}, {monitor, "Bridge", "columns select"},
		{monitor, "Bridge columns []", `"_uuid" "_version" "external_ids" "fail_mode" "flood_vlans" "name" "ports"`},
		{monitor, "Bridge select", "initial insert delete modify"},
		{json.RawMessage(schema.Ref("Switch.Bridge")), "row", "external_ids fail_mode flood_vlans name ports"},
		{json.RawMessage(schema.Ref("Switch.Bridge")), "row fail_mode", `"standalone" "secure"`},
		{json.RawMessage(schema.Ref("Switch.Port")), "row up",
			"true false"}, {json.RawMessage(schema.Ref("Switch.Port")), "row one", `"only"`},
	} {
		if got := dialecttest.MemberNames(d, test.schema, strings.Fields(test.path)...); got != test.want {
			t.Errorf("%s %s: got %s, want %s", test.schema, test.path, got, test.want)
		}
	}
}

func TestOVSDBColumns(t *testing.T) {
	for _, test := range []struct{ column, want string }{
		{`{"type":"integer"}`, `{"type":"integer"}`},
		{`{"type":{"key":{"type":"integer","minInteger":-1,"maxInteger":9223372036854775807}}}`,
			`{"type":"integer","minimum":-1,"maximum":9223372036854775807}`},
		{`{"type":{"key":"real"}}`, `{"type":"number"}`}, {`{"type":"uuid"}`,
			`{"type":"array","minItems":2,"maxItems":2,"prefixItems":[{"enum":["uuid","named-uuid"]},` +
				`{"type":"string"}]}`},
		{`{"type":{"key":"boolean","min":0,"max":1}}`, `{"anyOf":[{"type":"boolean"},{"type":"array","minItems":2,` +
			`"maxItems":2,"prefixItems":[{"const":"set"},{"type":"array","items":{"type":"boolean"}}]}],` +
			`"description":"none or one boolean"}`},
		{`{"type":{"key":"string","value":{"type":"integer"},"min":0,"max":"unlimited"}}`,
			`{"type":"array","description":"map of string to integer","minItems":2,"maxItems":2,` +
				`"prefixItems":[{"const":"map"},{"type":"array","items":{"type":"array","minItems":2,"maxItems":2,` +
				`"prefixItems":[{"type":"string"},{"type":"integer"}]}}]}`},
		{`{"type":{"key":{"type":"string","enum":["set",[]]}}}`,
			`{"type":"string"}`}, {`{"type":{"key":{"type":"integer","enum":5}}}`, `{"enum":[5]}`},
		{`{"type":"new"}`, "true"}, {`{"type":""}`, "true"}, {`{}`, "true"}, {`5`, "true"}, {`{"type":{"key":5}}`,
			"true"}, {`{"type":{"key":"string","value":5}}`, "true"},
		{`{"type":{"key":{"type":5}}}`, "true"}, {`{"type":{"key":"string","min":"x"}}`, "true"},
	} {
		if got := columnSchema(json.RawMessage(test.column)); got != test.want {
			t.Errorf("%s is\n%s, want\n%s", test.column, got, test.want)
		}
	}
}

func TestOVSDBChecks(t *testing.T) {
	c := catalog.New()
	c.Replace(Read([]string{"Switch"}, []json.RawMessage{ovsdbTestSchema(t)}))
	m, _ := c.Find("transact")
	for _, test := range []struct {
		operation string
		right     bool
	}{
		{`{"op":"select","table":"Bridge","where":[["name","==","x"]],"columns":["name","_uuid"]}`,
			true}, {`{"op":"select","table":"Bridge","columns":["up"]}`, false},
		{`{"op":"select","table":"Port","columns":["up"]}`, true}, {`{"op":"select","table":"None"}`,
			false}, {`{"table":"Port"}`, false}, {`{"op":"go"}`, false},
		{`{"op":"select","table":"Bridge","where":[["up","==",true]]}`,
			false}, {`{"op":"select","table":"Bridge","where":[["name","is","x"]]}`, false},
		{`{"op":"insert","table":"Bridge","row":{"name":"x","ports":["set",[["named-uuid","p"]]],` +
			`"fail_mode":"secure","external_ids":["map",[["a","b"]]]},"uuid-name":"b"}`, true},
		{`{"op":"insert","table":"Bridge","row":{"fail_mode":"open"}}`,
			false}, {`{"op":"insert","table":"Bridge","row":{"up":true}}`, false},
		{`{"op":"insert","table":"Bridge","row":{"fail_mode":["set",[]]}}`, true},
		{`{"op":"insert","table":"Bridge","row":{"flood_vlans":["set",[1,4096]]}}`,
			false}, {`{"op":"mutate","table":"Bridge","where":[],"mutations":[["flood_vlans","insert",["set",[1]]]]}`,
			true},
		{`{"op":"comment","comment":"x"}`, true}, {`{"op":"wait","table":"Port","until":"==","timeout":0,` +
			`"rows":[{"name":"x"}],"where":[],"columns":["name"]}`, true},
	} {
		if problems := c.Check(m,
			json.RawMessage(`["Switch",`+test.operation+`]`)); (len(problems) == 0) != test.right {
			t.Errorf("%s: %v", test.operation, problems)
		}
	}
}

// Databases may have tables of the same name; then either's columns do.
func TestOVSDBSameTable(t *testing.T) {
	schemaOf := func(name, column string) json.RawMessage {
		return json.RawMessage(fmt.Sprintf(`{"name":%q,"tables":{"T":{"columns":{%q:{"type":"string"}}}}}`, name,
			column))
	}
	l := Read([]string{"A", "B", "_Server"}, []json.RawMessage{schemaOf("A", "a"), schemaOf("B", "b")})
	dialecttest.CheckLearned(t, l, Source)
	if got := dialecttest.MemberNames(l.Definitions, json.RawMessage(schema.Ref("Operation")), "columns",
		"[]"); got != `"_uuid" "_version" "a" "b"` {
		t.Errorf("columns are %s", got)
	}
	want := `"then":{"anyOf":[{"$ref":"#/components/schemas/A.T"},{"$ref":"#/components/schemas/B.T"}]}`
	if !strings.Contains(string(l.Definitions["Operation"]), want) {
		t.Errorf("operation is %s, want %s in it", l.Definitions["Operation"], want)
	}
	if !strings.Contains(dialecttest.Signatures(l), "get_server_id") {
		t.Error("what ovsdb-server has besides is missing")
	}
}

func TestOVSDBWhatIsBroken(t *testing.T) {
	l := Read(nil, []json.RawMessage{[]byte(`5`), []byte(`{"name":"a b"}`),
		[]byte(`{"name":"D","tables":{"odd name":{},"T":5,"U":{"columns":{"c":5}}}}`),
		[]byte(`{"name":"E","tables":5}`)})
	dialecttest.CheckLearned(t, l, Source)
	if len(l.Remarks) != 5 || len(l.Methods) == 0 {
		t.Errorf("remarks %q", l.Remarks)
	}
	for _, answer := range []string{`5`, `{"a":1}`, `[1]`, `[["a"]]`} {
		a := dialecttest.Peer{Answers: map[string]string{"list_dbs": answer}}
		if l, err := a.Learn(t, Dialect()); err == nil {
			t.Errorf("%s gives %+v", answer, l)
		}
	}
	many := dialecttest.Peer{Answers: map[string]string{"list_dbs": `["a` + strings.Repeat(`","a`, 100) + `"]`,
		"get_schema": `{"name":"a","tables":{}}`}}
	if l, err := many.Learn(t, Dialect()); err != nil || len(many.Asked) != 1+maxDatabases || len(l.Remarks) != 1 {
		t.Errorf("asked %d times: %v", len(many.Asked), err)
	}
	gone := dialecttest.Peer{Answers: map[string]string{"list_dbs": `["a","b"]`, "get_schema": "hang up"}}
	if l, err := gone.Learn(t, Dialect()); err != nil || len(l.Remarks) == 0 || len(gone.Asked) != 2 {
		t.Errorf("asked %q: %v", gone.Asked, err)
	}
}

func FuzzFromOVSDB(f *testing.F) {
	f.Add([]byte(`{"name":"A","version":"1","tables":{"T":{"columns":{"c":{"type":{"key":{"type":"uuid",` +
		`"refTable":"T"},"value":"real","max":"unlimited"}}}}}}`))
	f.Add([]byte(`{"name":"A","tables":{"T":{"columns":{"c":{"type":{"key":{"type":"integer","enum":["set",[1,2]]},` +
		`"min":0}}}}}}`))
	f.Fuzz(func(t *testing.T, schema []byte) {
		dialecttest.CheckLearned(t, Read([]string{"A"}, []json.RawMessage{schema}), Source)
	})
}

func TestOVSDBCompletesByTable(t *testing.T) {
	d := Read([]string{"Switch"}, []json.RawMessage{ovsdbTestSchema(t)}).Definitions
	port := d.Given(json.RawMessage(schema.Ref("Operation")), map[string]string{"op": "select", "table": "Port"})
	for path, want := range map[string]string{"columns": `"_uuid" "_version" "name" "one" "speed" "up"`,
		"row": "name one speed up"} {
		steps := []string{path}
		if path == "columns" {
			steps = append(steps, "[]")
		}
		if got := dialecttest.MemberNames(d, port, steps...); got != want {
			t.Errorf("%s are %s, want %s", path, got, want)
		}
	}
}
