package shell

import (
	"strings"
	"testing"

	"rpcsh/shell/call"
	"rpcsh/shell/exit"
	"rpcsh/shell/lang"
)

// What has come of an answer is said whoever gave its call up.
func TestExplainSaysWhatCame(t *testing.T) {
	const part = "12 of 60 bytes of a message have come"
	j := &job{Statement: &lang.Statement{Calls: []lang.Call{{Method: "m"}}}}
	for _, cause := range []error{exit.ErrCancelled, exit.ErrTimeout} {
		err := new(runner).explain(&call.Unanswered{Cause: cause, Seen: part}, j)
		if !strings.HasPrefix(err.Error(), "m: ") || !strings.Contains(err.Error(), "; "+part) {
			t.Errorf("%v: %v", cause, err)
		}
		err = new(runner).explain(&call.Unanswered{Cause: cause}, j)
		if strings.Contains(err.Error(), ";") {
			t.Errorf("%v, when nothing came: %v", cause, err)
		}
	}
}
