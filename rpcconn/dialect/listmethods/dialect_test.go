package listmethods

import (
	"encoding/json"
	"errors"
	"testing"

	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/dialect/dialecttest"
)

func TestLearn(t *testing.T) {
	a := dialecttest.Peer{Answers: map[string]string{"__listMethods": `["__listMethods","sum","",  "a.b"]`}}
	l, err := a.Learn(t, Dialect())
	if err != nil {
		t.Fatal(err)
	}
	dialecttest.CheckLearned(t, l, Source)
	if got, want := dialecttest.Signatures(l), "__listMethods\nsum\na.b\n"; got != want {
		t.Errorf("got\n%s", got)
	}
}

// Who has the method names it, too.
func TestReadSaysWhatIsNone(t *testing.T) {
	for _, answer := range []string{
		``, `null`, `"ok"`, `{}`, `[]`, `["sum"]`, `["__listMethods"]`, `["__listMethods",1]`,
	} {
		if l, err := Read(json.RawMessage(answer)); !errors.Is(err, dialect.ErrNotOffered) {
			t.Errorf("%s: %+v, %v", answer, l, err)
		}
	}
}
