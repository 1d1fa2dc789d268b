package introspection

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"rpcsh/rpcconn/dialect/dialecttest"
)

func TestLearnIntrospection(t *testing.T) {
	tests := []struct {
		name    string
		answers map[string]string
		want    string
		asked   string
		peer    string
	}{
		{
			"aria2", map[string]string{
				"system.listMethods": `["aria2.addUri","aria2.getVersion","system.listMethods",` +
					`"system.listNotifications"]`, "system.listNotifications": `["aria2.onDownloadStart"]`,
				"aria2.getVersion": `{"enabledFeatures":["GZip"],"version":"1.36.0"}`,
			}, `
				by-position aria2.addUri(uris: [string], options?: object, position?: integer) → string # downloads a file that is at all of uris
				by-position aria2.getVersion() → object # the version, and what it was built with
				by-position system.listMethods() → [string] # the names of the methods
				by-position system.listNotifications() → [string] # the names of the notifications
				ours notification by-position aria2.onDownloadStart(event: object) # a download has begun`,
			"system.listMethods, system.listNotifications, aria2.getVersion", "aria2 1.36.0",
		}, {
			"aria2 with a secret", map[string]string{
				"system.listMethods": `["aria2.changePosition","aria2.getVersion","aria2.new","system.multicall"]`,
			}, `
				by-position aria2.changePosition(token: string, gid: string, pos: integer, how: "POS_SET"|"POS_CUR"|"POS_END") → integer # moves a download in the queue
				by-position aria2.getVersion(token: string) → object # the version, and what it was built with
				aria2.new
				by-position system.multicall(methods: [object]) → array # calls several methods, each given by methodName and params`,
			"system.listMethods, aria2.getVersion", "aria2",
		}, {
			"XML-RPC's way", map[string]string{
				"system.listMethods":              `["add","echo","none","many"]`,
				`system.methodSignature ["add"]`:  `[["int","int","double"]]`,
				`system.methodSignature ["echo"]`: `[["string"],["string","string"]]`,
				`system.methodSignature ["none"]`: `"undef"`,
				`system.methodSignature ["many"]`: `[["array","struct","what"]]`,
				`system.methodHelp ["add"]`:       `"Adds.\n\nTwo numbers."`,
			}, `
				by-position add(arg1: integer, arg2: number) → integer # Adds. # Two numbers.
				by-position echo(arg1?)
				none
				by-position many(arg1: object, arg2) → array`,
			`system.listMethods, system.methodSignature ["add"], system.methodSignature ["echo"], ` +
				`system.methodSignature ["none"], system.methodSignature ["many"], ` +
				`system.methodHelp ["add"], system.methodHelp ["echo"], system.listNotifications`, "",
		}, {
			"listed, and not answered", map[string]string{"system.listMethods": `["a","b","system.methodHelp"]`},
			"a\nb\nsystem.methodHelp",
			`system.listMethods, system.methodHelp ["a"]`, "",
		}, {
			"gone", map[string]string{"system.listMethods": `["a","b"]`, "system.methodSignature": "hang up"}, "a\nb",
			`system.listMethods, system.methodSignature ["a"]`, "",
		}, {
			"odd answers", map[string]string{
				"system.listMethods": `["a",5,"",null]`, "system.methodSignature": `[[],[5]]`,
				"system.methodHelp": `{}`, "system.listNotifications": `{}`,
			}, "a", `system.listMethods, system.methodSignature ["a"], system.methodHelp ["a"], ` +
				`system.listNotifications`, "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := dialecttest.Peer{Answers: test.answers}
			l, err := a.Learn(t, Dialect())
			if err != nil {
				t.Fatal(err)
			}
			dialecttest.CheckLearned(t, l, Source)
			if got := dialecttest.Signatures(l); got != dialecttest.Lines(test.want) {
				t.Errorf("got\n%s\nwant\n%s", got, dialecttest.Lines(test.want))
			}
			if asked := strings.Join(a.Asked, ", "); asked != test.asked {
				t.Errorf("asked %s\nwant  %s", asked, test.asked)
			}
			if l.Peer.String() != test.peer {
				t.Errorf("peer is %q", l.Peer)
			}
		})
	}
}

func TestIntrospectionIsBounded(t *testing.T) {
	var names []string
	for i := range 1000 {
		names = append(names, fmt.Sprintf(`"m%d"`, i))
	}
	a := dialecttest.Peer{Answers: map[string]string{"system.listMethods": "[" + strings.Join(names, ",") + "]",
		"system.methodHelp": `"help"`}}
	l, err := a.Learn(t, Dialect())
	if err != nil || len(l.Methods) != 1000 || len(l.Remarks) != 1 || len(a.Asked) > maxQuestions+10 {
		t.Errorf("asked %d times, remarks %q, %v", len(a.Asked), l.Remarks, err)
	}
}

func TestFromMethodListSaysWhatIsNone(t *testing.T) {
	for _, answer := range []string{``, `null`, `5`, `{}`, `"a"`} {
		if l, err := Read(json.RawMessage(answer)); err == nil {
			t.Errorf("%s is %+v", answer, l)
		}
	}
}

func FuzzFromMethodList(f *testing.F) {
	f.Add([]byte(`["a","b",5]`), []byte(`[["int","int"],["string"]]`), []byte(`"help\nmore"`))
	f.Fuzz(func(t *testing.T, answer, signature, help []byte) {
		l, err := Read(answer)
		if err != nil {
			return
		}
		for i := range l.Methods {
			readXMLRPCSignature(&l.Methods[i], signature)
			readMethodHelp(&l.Methods[i], help)
		}
		dialecttest.CheckLearned(t, l, Source)
	})
}
