package complete

import (
	"encoding/json"
	"strings"
	"testing"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect/ovsdb"
)

// What is completed may hang on what stands beside it: the columns of OVSDB on the table.
func TestCompletesByWhatIsGiven(t *testing.T) {
	known := catalog.New()
	known.Replace(ovsdb.Read([]string{"D"}, []json.RawMessage{json.RawMessage(
		`{"name":"D","tables":{"Port":{"columns":{"up":{"type":"boolean"}}},` +
			`"Bridge":{"columns":{"mode":{"type":{"key":{"type":"string","enum":["set",["a","b"]]}}}}}}}`)}))
	s := knowing(t, known)
	for _, tt := range []struct{ line, want string }{
		{`transact D {"op":"select","table":"`, `"Bridge" | "Port"`},
		{`transact D {"op":"select","table":"Port","columns":["`, `"_uuid" | "_version" | "up"`},
		{`transact D {"op":"select","table":"Bridge","where":[["`, `"_uuid" | "_version" | "mode"`},
		{`transact D {"op":"select","columns":["`, `"_uuid" | "_version" | "mode" | "up"`},
		{`transact D {"op":"insert","table":"Port","row":{"`, `"up":`},
		{`transact D {"op":"insert","table":"Bridge","row":{"mode":"`, `"a" | "b"`},
		{`monitor D 1 {"Port":{"columns":["`, `"_uuid" | "_version" | "up"`},
	} {
		var got []string
		for _, g := range s.Complete(tt.line, len(tt.line)) {
			got = append(got, strings.TrimSpace(g.Text[strings.LastIndexAny(strings.TrimSpace(g.Text), `{[,`)+1:]))
		}
		for i, g := range got {
			if _, value, found := strings.Cut(g, `":"`); found {
				got[i] = `"` + value
			}
		}
		if text := strings.Join(got, " | "); text != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.line, text, tt.want)
		}
	}
}
