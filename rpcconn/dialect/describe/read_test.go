package describe

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialecttest"
)

func TestFromDescription(t *testing.T) {
	tests := []struct{ name, answer, want string }{
		{"names", `["a","b.c"]`, "a\nb.c"},
		{"names in methods", `{"methods":["a"],"version":1}`, "a"},
		{"objects", `[{"name":"a","summary":"S","description":"D","params":[{"name":"x","type":"int",` +
			`"required":true},{"name":"y"}],"returns":"string"},{"method":"b"}]`,
			"a(x: integer, y?) → string # S # D\nb"},
		{"nothing said of what is required",
			`[{"name":"a","params":[{"name":"x"},{"name":"y","optional":true},{"name":"z","default":5}]}]`,
			"a(x, y?, z?)"},
		{"by name: texts", `{"a":"Does a.\nMore.","b":""}`, "a # Does a. # More.\nb"},
		{"by name: objects", `{"a":{"description":"d","args":["x","y: int = 5","*rest"]},"b":{}}`,
			"a(x, y?: integer, …) # d\nb"},
		{"by name: params", `{"a":["x","int y"],"b":[]}`, "a(x, y: integer)\nb()"},
		{"Mopidy", `{"core.playback.seek":{"description":"Seeks.","params":[{"name":"time_position"},{"name":"tl",` +
			`"default":null},{"name":"more","kwargs":true}]}}`,
			"core.playback.seek(time_position, tl?, …) # Seeks."},
		{"JSON-RPC 1.1", `{"sdversion":"1.0","name":"Demo","version":"2","procs":[{"name":"sum",` +
			`"params":[{"name":"a","type":"num"},{"name":"b","type":"arr"}],"return":{"type":"num"}}]}`,
			"sum(a: number, b: array) → number"},
		{"signatures", `{"a":{"signature":"(x: int, y=[1, 2]) -> str","doc":"d"}}`, "a(x: integer, y?) # d"},
		{"JSON Schema", `[{"name":"a","inputSchema":5,"params":{"type":"object","properties":{"y":{"type":"string"},` +
			`"x":{"type":"integer"}},"required":["x"]}}]`, "by-name a(y?: string, x: integer)"},
		{"params by name", `[{"name":"a","params":{"x":"int","y":{"type":"string","optional":true}}}]`,
			"by-name a(x: integer, y?: string)"},
		{"deprecated", `[{"name":"a","deprecated":true,"params":null}]`, "a deprecated"},
		{"types of its own", `{"methods":{"f":{"params":[{"name":"x","$ref":"T.U"},{"name":"y","type":"T.U"}],` +
			`"returns":{"$ref":"T.U"}}},"types":{"T.U":{"type":"string","enum":["p","q"]}}}`,
			"f(x: T.U, y: T.U) → T.U"},
		{"help", `"== Blocks ==\ngetblock \"blockhash\" ( verbosity )\ngetblockcount\n\n== Wallet ==\nsend ` +
			`[{\"address\":amount},...] <to> ( \"comment\" ) [more] ...\nwalletpassphrase \"p\" timeout\n"`,
			"getblock(blockhash: string, verbosity?) [Blocks]\ngetblockcount() [Blocks]\nsend(arg1: array, to, " +
				"comment?: string, more?, …) [Wallet]\nwalletpassphrase(p: string, timeout) [Wallet]"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, err := Read(json.RawMessage(test.answer))
			if err != nil {
				t.Fatal(err)
			}
			dialecttest.CheckLearned(t, l, Source)
			if got := dialecttest.Signatures(l); got != dialecttest.Lines(test.want) {
				t.Errorf("got\n%s\nwant\n%s", got, dialecttest.Lines(test.want))
			}
		})
	}
}

func TestFromDescriptionSaysWhatIsNone(t *testing.T) {
	for _, answer := range []string{
		``, `{`, `null`, `5`, `true`, `[]`, `{}`, `""`, `[1,2]`, `[["a"]]`, `{"methods":5}`,
		`{"version":"1.0","name":"x"}`, `{"uptime":5,"name":"x"}`, `{"status":"ok"}`,
		`{"a":{"uptime":5}}`, `["a b","c\nd"]`, `{"a b":"c"}`, `"unknown command"`,
		`"Usage: help COMMAND\nSays what a command does.\nAsk for one of them."`,
		`"error\nmethod help is not known here at all\n"`,
	} {
		if l, err := Read(json.RawMessage(answer)); err == nil {
			t.Errorf("%s is %s", answer, dialecttest.Signatures(l))
		}
	}
}

// What Kodi tells is of draft 3 of JSON Schema, with names in place of references.
func TestFromDescriptionOfKodi(t *testing.T) {
	l, err := Read(json.RawMessage(`{"description":"JSON-RPC API","id":"x","version":"13.0.0",
		"methods":{"Player.Seek":{"type":"method","description":"Seek through the playing item","params":[
			{"$ref":"Player.Id","name":"playerid","required":true},
			{"name":"value","required":true,
			"type":[{"$ref":"Percentage"},{"enum":["smallforward","bigforward"],"type":"string"},
				{"type":"object","properties":{"seconds":{"type":"integer","required":true},"extra":{"type":"any"}},
				"additionalProperties":false}]},
			{"name":"wait","type":"boolean","default":true,"required":false}],
			"returns":{"type":"object","properties":{}}}},
		"notifications":{"Player.OnPlay":{"type":"notification",
		"params":[{"name":"sender","type":"string","required":true},
		{"name":"data","type":"object","required":true}],"returns":null}},
		"types":{"Player.Id":{"type":"integer","minimum":0,"exclusiveMinimum":true,"id":"Player.Id"},
		"Percentage":{"extends":"Number","maximum":100,"divisibleBy":5},"Number":{"type":"number"},
			"Loop":{"$ref":"Loop"},"Odd":5}}`))
	if err != nil {
		t.Fatal(err)
	}
	dialecttest.CheckLearned(t, l, Source)
	want := dialecttest.Lines(`
		Player.Seek(playerid: Player.Id, value: Percentage|"smallforward"|"bigforward"|object, wait?: boolean) → object # Seek through the playing item
		ours notification Player.OnPlay(sender: string, data: object)`)
	if got := dialecttest.Signatures(l); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for name, want := range map[string]string{
		"Player.Id":  `{"minimum":0,"type":"integer"}`,
		"Percentage": `{"allOf":[{"$ref":"#/components/schemas/Number"}],"maximum":100,"multipleOf":5}`,
	} {
		if got := string(l.Definitions[name]); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got := string(l.Methods[0].Params[1].Schema); !strings.Contains(got, `"required":["seconds"]`) ||
		strings.Contains(got, `"required":true`) {
		t.Errorf("value is %s", got)
	}
}

func TestLearnDescription(t *testing.T) {
	for _, test := range []struct {
		name    string
		answers map[string]string
		want    string
		fails   string
	}{
		{"the first that is answered", map[string]string{"rpc.serverInfo": `{"methods":["a"]}`,
			"core.describe": `["b"]`}, "a", ""},
		{"the first that can be read", map[string]string{"help": `"what?"`, "core.describe": `["b"]`}, "b", ""},
		{"none", nil, "", dialect.ErrNotOffered.Error()},
		{"none that can be read", map[string]string{"help": `"what?"`}, "", "reading the answer to help"},
		{"gone", map[string]string{"help": "hang up"}, "", dialecttest.ErrHungUp.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := dialecttest.Peer{Answers: test.answers}
			l, err := a.Learn(t, Dialect())
			if test.fails != "" {
				if err == nil || !strings.Contains(err.Error(), test.fails) {
					t.Errorf("got %v, want %s", err, test.fails)
				}
				if errors.Is(err, dialecttest.ErrHungUp) && len(a.Asked) != 1 {
					t.Errorf("asked %q", a.Asked)
				}
				return
			}
			if err != nil || dialecttest.Signatures(l) != test.want+"\n" {
				t.Errorf("got %v, %v", l, err)
			}
		})
	}
}

func FuzzFromDescription(f *testing.F) {
	f.Add([]byte(`{"methods":{"a":{"params":[{"name":"x","$ref":"T","default":1},"y: int=2"],"returns":"T"}},` +
		`"types":{"T":{"type":["integer",{"extends":"T"}],"properties":{"p":{"required":true}}}},` +
		`"notifications":["n"]}`))
	f.Add([]byte(`"== A ==\na \"x\" ( y [z] {\"a\":1} ) ...\nb <c>\n"`))
	f.Add([]byte(`[{"name":"a","params":{"properties":{"x":{"type":"str"}},"required":["x"]}},"b",{"method":"c",` +
		`"signature":"c(*a, b=1)"}]`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		if l, err := Read(answer); err == nil {
			dialecttest.CheckLearned(t, l, Source)
		}
	})
}
