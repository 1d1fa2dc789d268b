package shell

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"rpcsh/rpcconn"
	"rpcsh/shell/jq"
	"rpcsh/shell/lang"
)

// allPeers is the peer that means every one.
const allPeers = "all"

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

// calls runs a statement that calls.
func (s *Shell) calls(ctx context.Context, st *lang.Statement) error {
	j, err := s.job(ctx, st)
	if err != nil {
		return err
	}
	peers, err := s.addressed(ctx, st)
	if err != nil {
		return err
	}
	if err := s.awaitGreeting(ctx, peers, st.Calls...); err != nil {
		return err
	}
	j.ready = make(map[*peer][]prepared, len(peers))
	for _, p := range peers {
		if j.ready[p], err = s.readyFor(p, j); err != nil {
			return err
		}
	}
	if err := s.showDocuments(ctx, j); err != nil {
		return err
	}
	if j.silent() {
		if st.Assign != "" || st.Filter != nil {
			return &lang.Error{Column: st.Calls[0].Column, Reason: "a notification has no result, neither to assign nor to filter"}
		}
		return s.notify(ctx, peers, j)
	}
	if st.Background {
		for _, p := range peers {
			s.waiting.Add(1)
			sent := make(chan struct{})
			s.tasks.Go(func() {
				defer s.waiting.Done()
				s.background(p, j, sync.OnceFunc(func() { close(sent) }))
			})
			<-sent // so that calls reach the peer in the order in which they were typed
		}
		return nil
	}
	if occasionOf(ctx) != nil {
		return s.aside(ctx, peers, j)
	}
	status, stop := s.showWork("waiting for " + j.title() + " …")
	defer stop()
	j.status = status
	return s.attend(ctx, peers, j)
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

// addressed returns the peers that a statement is for.
func (s *Shell) addressed(ctx context.Context, st *lang.Statement) ([]*peer, error) {
	if st.Peer != "" {
		sel, err := parseSelector(st.Peer)
		if err != nil {
			return nil, mistake(err, st.PeerColumn)
		}
		s.awaitPeers(ctx, sel)
		if sel.text == allPeers && s.peers.connected() == 0 {
			return nil, s.notConnected()
		}
		found, err := s.peers.choose(sel)
		return found, mistake(err, st.PeerColumn)
	}
	s.awaitPeers(ctx, selector{})
	p := s.current(ctx)
	if p == nil {
		return nil, s.notConnected()
	}
	return []*peer{p}, s.gone(p)
}

// gone returns the error of using a peer that has gone, nil while it is there.
func (s *Shell) gone(p *peer) error {
	if p.alive() {
		return nil
	}
	reason, _ := p.ending()
	hint := ".reconnect dials it again"
	if p.accepted {
		hint = "it has to connect again"
		if others := s.peers.list(); len(others) > 0 {
			hint = fmt.Sprintf(".use %d takes another", others[0].number)
		}
	}
	return connectionError("not connected: %s %s; %s", p.title(s), reason, hint)
}

func (s *Shell) notConnected() error {
	if s.listening() {
		return connectionError("not connected: nobody has connected yet (.peers shows who is there)")
	}
	return connectionError("not connected: .connect HOST:PORT dials a peer, .listen :PORT waits for some")
}

// ask runs j at p and waits for the answer.
func (s *Shell) ask(ctx context.Context, p *peer, j *job, sent func()) outcome {
	ctx, advance, cancelTime := j.limited(ctx)
	defer cancelTime()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	link := p.link.Load()
	o := outcome{peer: p}
	start := time.Now()
	var waiting []*call
	var answered atomic.Int64
	var requests []rpcconn.Call
	expected := int64(0)
	calls := j.ready[p]
	for i := range calls {
		if calls[i].Notify {
			continue
		}
		expected++
		s.track(p, &calls[i])
		if token := calls[i].token; token != "" {
			defer p.watch(token, &watched{status: j.status, advance: advance})()
		}
	}
	var typed []*prepared // for each of waiting
	for i := range calls {
		c := &calls[i]
		r := rpcconn.Call{Method: c.Method, Params: c.Params, Notify: c.Notify, Extra: c.Extra, OnSent: sent}
		r.OnID = func(id rpcconn.ID) {
			w := &call{peer: p, id: id, method: c.Method, since: start, cancel: cancel}
			waiting, typed = append(waiting, w), append(typed, c)
			o.id = id
			p.add(w)
			if j.shows || s.cfg.Log {
				s.showOutgoing(p, id, c.Call)
			}
		}
		r.OnResponse = func(resp *rpcconn.Response) {
			if s.cfg.Log {
				s.showReply(p, c.Method, resp, time.Since(start))
			}
			if answered.Add(1) == expected && !j.shows {
				o.answered, o.took = true, time.Since(start)
				if !j.gathered() {
					o.slot = s.screen.reserve()
				}
			}
		}
		requests = append(requests, r)
	}

	var responses []*rpcconn.Response
	if j.Batch {
		sent() // when it has been, nobody tells
		responses, o.err = link.Batch(ctx, requests)
	} else {
		var r *rpcconn.Response
		r, o.err = link.Do(ctx, &requests[0])
		responses = []*rpcconn.Response{r}
	}
	if o.took == 0 {
		o.took = time.Since(start)
	}
	if errors.Is(o.err, rpcconn.ErrClosed) {
		<-link.reported // so that the reason is always seen before its consequence
		if status := link.Status(); status != "" {
			o.err = fmt.Errorf("%w: it ended: %s", rpcconn.ErrClosed, status)
		}
	}
	for i, w := range waiting {
		p.remove(w, i >= len(responses) || responses[i] == nil)
		if i < len(responses) && responses[i] != nil {
			p.learnFrom(typed[i], responses[i])
		} else if ctx.Err() != nil && !errors.Is(o.err, rpcconn.ErrClosed) {
			s.tellCancelled(p, link, w.id)
		}
	}
	s.settle(&o, j, responses, ctx)
	for i, r := range responses {
		switch {
		case r == nil:
		case r.Err == nil && i < len(typed):
			o.remarks = append(o.remarks, p.remarkResult(j, typed[i], r.Result)...)
		case besideError(r) != "":
			o.remarks = append(o.remarks, besideError(r))
		}
	}
	return o
}

// callError says why a call has no answer.
func (s *Shell) callError(err error, j *job, ctx context.Context) error {
	switch cause := context.Cause(ctx); {
	case errors.Is(err, rpcconn.ErrClosed):
		return connectionError("%s: %w", j.title(), err)
	case errors.Is(cause, errTimeout):
		return fmt.Errorf("%s: %w: no answer within %s (.set timeout or -t changes that)", j.title(), errTimeout, j.timeout)
	case errors.Is(cause, errCancelled):
		return &failure{ExitInterrupted, fmt.Errorf("%s: cancelled", j.title())}
	case ctx.Err() != nil && s.interactive():
		return fmt.Errorf("%s: %w, a late answer will be shown", j.title(), errInterrupted)
	case ctx.Err() != nil:
		return fmt.Errorf("%s: %w", j.title(), errInterrupted)
	case errors.Is(err, errors.ErrUnsupported):
		return UsageError("%s: %w", j.title(), err)
	default:
		return &failure{ExitUsage, fmt.Errorf("%s: %w", j.title(), err)} // what cannot be said in the protocol
	}
}

// gathered reports whether what peers answer is shown when all of them have, in the order of their numbers.
func (j *job) gathered() bool { return j.several && j.output != OutputRaw }

// foreground asks peers and shows what they answer: that of one as it comes, that of several together.
func (s *Shell) foreground(ctx context.Context, peers []*peer, j *job) error {
	outcomes := make([]outcome, len(peers))
	start := time.Now()
	var answered atomic.Int64
	var wg sync.WaitGroup
	for i, p := range peers {
		wg.Go(func() {
			o := s.ask(ctx, p, j, func() {})
			n := answered.Add(1)
			switch {
			case j.gathered():
				o.shown = s.filtered(ctx, &o, j)
				if j.status != nil && time.Since(start) >= time.Second { // or it would flicker
					j.status(fmt.Sprintf("waiting for %s, %d of %d have answered …", j.title(), n, len(peers)))
				}
			default:
				if o.slot == nil {
					o.slot = s.screen.reserve()
				}
				if j.left.Load() {
					s.concludeLate(ctx, &o, j)
				} else {
					s.conclude(ctx, &o, j)
				}
			}
			outcomes[i] = o
			o.slot.release()
		})
	}
	wg.Wait()
	if j.several {
		s.assign(j.Assign, together(outcomes))
	} else if outcomes[0].result != nil {
		s.assign(j.Assign, outcomes[0].result)
	}
	if j.gathered() {
		return s.showTogether(j, outcomes)
	}
	for _, o := range outcomes {
		if o.err != nil {
			return o.err
		}
	}
	return nil
}

// filtered returns what is to be shown of an outcome's result; what is left of the result is the value to assign.
func (s *Shell) filtered(ctx context.Context, o *outcome, j *job) []json.RawMessage {
	if o.result == nil || j.filter == nil {
		return []json.RawMessage{o.result}
	}
	shown, err := j.filter.Run(ctx, o.result, j.values...)
	if err != nil && o.err == nil {
		o.err = &failure{ExitUsage, err}
	}
	o.result = oneValue(shown)
	return shown
}

// conclude filters an outcome's result and shows it in the outcome's slot.
func (s *Shell) conclude(ctx context.Context, o *outcome, j *job) {
	shown := s.filtered(ctx, o, j)
	s.showResults(o, j, shown)
	if o.err != nil && (s.interactive() || j.several) {
		o.err = s.showCallError(o, j)
	}
}

// background asks p and shows the answer when it comes; it calls sent when that much is done, or has failed.
func (s *Shell) background(p *peer, j *job, sent func()) {
	o := s.unattended(s.done, p, j, sent)
	s.noteFailure(&o)
}

// aside asks peers for a line of .on: what they answer is shown as that of calls in the background is, and waited for.
func (s *Shell) aside(ctx context.Context, peers []*peer, j *job) error {
	outcomes := make([]outcome, len(peers))
	var wg sync.WaitGroup
	for i, p := range peers {
		wg.Go(func() { outcomes[i] = s.unattended(ctx, p, j, func() {}) })
	}
	wg.Wait()
	if j.several {
		s.assign(j.Assign, together(outcomes))
	}
	for _, o := range outcomes {
		if o.err != nil {
			return &shownError{o.err}
		}
	}
	return nil
}

// unattended asks p and shows the answer, while the person does something else.
func (s *Shell) unattended(ctx context.Context, p *peer, j *job, sent func()) outcome {
	o := s.ask(ctx, p, j, sent)
	sent()
	if s.done.Err() != nil {
		return outcome{peer: p}
	}
	o.slot = s.screen.reserve()
	defer o.slot.release()
	s.concludeLate(ctx, &o, j)
	return o
}

// concludeLate filters an outcome's result, assigns what is left of it, and shows that in the outcome's slot, as of a call that nobody
// waits for.
func (s *Shell) concludeLate(ctx context.Context, o *outcome, j *job) {
	if o.err == nil && j.filter != nil {
		values, err := j.filter.Run(ctx, o.result, j.values...)
		o.result, o.err = oneValue(values), err
	}
	if o.err == nil && (j.Background || !j.several) {
		s.assign(j.Assign, o.result)
	}
	s.showBackground(o, j)
}

// noteFailure remembers that a background call failed, for a run that waits for all of them at its end.
func (s *Shell) noteFailure(o *outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed == nil && o.err != nil {
		s.failed = &shownError{o.err}
	}
}

// notify sends notifications: one, or a batch of them.
func (s *Shell) notify(ctx context.Context, peers []*peer, j *job) error {
	ctx, _, cancel := j.limited(ctx)
	defer cancel()
	var first error
	for _, p := range peers {
		var err error
		ready := j.ready[p]
		if j.Batch {
			var calls []rpcconn.Call
			for _, c := range ready {
				calls = append(calls, rpcconn.Call{Method: c.Method, Params: c.Params, Notify: true})
			}
			_, err = p.link.Load().Batch(ctx, calls)
		} else {
			_, err = p.link.Load().Do(ctx, &rpcconn.Call{Method: ready[0].Method, Params: ready[0].Params, Notify: true, Extra: ready[0].Extra})
		}
		if err != nil {
			err = s.callError(err, j, ctx)
		} else {
			for _, c := range ready {
				p.known.Observe(c.Method, false, c.Params, nil)
				if j.shows || s.cfg.Log {
					s.showNotification(p, c.Method, c.Params)
				}
			}
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// printValue shows a value: .print.
func (s *Shell) printValue(ctx context.Context, st *lang.Statement) error {
	j, err := s.job(ctx, st)
	if err != nil {
		return err
	}
	o := outcome{result: st.Print, slot: s.screen.reserve()}
	defer o.slot.release()
	s.conclude(ctx, &o, j)
	if o.result != nil {
		s.assign(st.Assign, o.result)
	}
	return o.err
}
