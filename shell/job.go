package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
)

// A job is a statement that calls, with what it needs while it runs.
type job struct {
	*lang.Statement
	settings
	filter  *jq.Filter
	names   []string          // of the variables that the filter may use
	values  []json.RawMessage // theirs
	several bool              // more than one peer may be asked, so results are shown with who gave them
	insists bool              // the line was refused just before
	shows   bool              // what is sent, and the answers, are shown as traffic
	ready   map[*peer][]prepared
	status  func(text string) // shows what is being waited for; nil: nothing does
	left    atomic.Bool       // nobody waits for it any more: it is shown like one in the background
}

// An outcome is what became of a job at one peer.
type outcome struct {
	peer     *peer
	id       rpcconn.ID // of a single request
	result   json.RawMessage
	err      error
	slot     *slot // where in the order of output the answer came
	answered bool
	took     time.Duration
	remarks  []string          // about the result
	shown    []json.RawMessage // of a table: what the filter made of the result
}

// job compiles what is to be compiled before anything is sent.
func (s *Shell) job(ctx context.Context, st *lang.Statement) (*job, error) {
	j := &job{Statement: st, settings: s.settings(), shows: st.Background}
	if occasionOf(ctx) != nil {
		j.shows = true
	} else {
		j.insists = s.insists()
	}
	if st.Peer != "" {
		sel, err := parseSelector(st.Peer)
		if err != nil {
			return nil, &lang.Error{Column: st.PeerColumn, Reason: err.Error()}
		}
		j.several = sel.several()
	}
	if empty := emptyParams[j.noParams]; empty != "" {
		for i := range st.Calls {
			if st.Calls[i].Params == nil {
				st.Calls[i].Params = json.RawMessage(empty)
			}
		}
	}
	if st.Filter == nil {
		return j, nil
	}
	for name, v := range s.allVariables(ctx) {
		j.names, j.values = append(j.names, name), append(j.values, v)
	}
	var err error
	j.filter, err = compile(*st.Filter, j.names...)
	return j, err
}

// compile compiles a jq expression of a line; its mistakes know their column.
func compile(text lang.Text, variables ...string) (*jq.Filter, error) {
	f, err := jq.Compile(text.Text, variables...)
	var mistake *jq.Error
	if errors.As(err, &mistake) {
		return nil, &lang.Error{Column: text.Column + mistake.Offset, Reason: mistake.Reason}
	}
	return f, err
}

// silent reports whether no answer is expected.
func (j *job) silent() bool {
	for _, c := range j.Calls {
		if !c.Notify {
			return false
		}
	}
	return true
}

// title names the job in what is said about it.
func (j *job) title() string {
	if j.Batch {
		return fmt.Sprintf("batch of %d", len(j.Calls))
	}
	return visible(j.Calls[0].Method, false)
}

// gathered reports whether what peers answer is shown when all of them have, in the order of their numbers.
func (j *job) gathered() bool { return j.several && j.output != OutputRaw }
