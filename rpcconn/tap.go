package rpcconn

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// A Tap is a Channel whose frames can be watched: incoming ones before they are decoded, outgoing ones before they are
// sent. It costs next to nothing while nobody watches.
type Tap struct {
	Channel
	watchers atomic.Pointer[[]*watcher] // replaced as a whole, never changed; nil: nobody watches

	mu sync.Mutex // held while watchers is replaced
}

type watcher struct{ see See }

// A See is told of a frame. out says that it is about to be sent, purpose for what, though it may be no message; see
// OnPurpose.
type See func(frame []byte, out bool, purpose string)

type purposeKey struct{}

// OnPurpose returns a context for SendFrame and SendRaw: who watches the channel is told that their bytes are sent for
// this purpose, such as a fault that a test makes.
func OnPurpose(ctx context.Context, purpose string) context.Context {
	return context.WithValue(ctx, purposeKey{}, purpose)
}

func purposeOf(ctx context.Context) string {
	purpose, _ := ctx.Value(purposeKey{}).(string)
	return purpose
}

var (
	_ RawChannel = (*Tap)(nil)
	_ Demander   = (*Tap)(nil)
	_ Flusher    = (*Tap)(nil)
	_ Holder     = (*Tap)(nil)
)

// NewTap returns ch with a tap.
func NewTap(ch Channel) *Tap { return &Tap{Channel: ch} }

// Watch calls see with each frame until stop is called: with an incoming one on the reading goroutine, with an outgoing
// one on the goroutine that sends it, and with bytes of SendRaw, which need not be a frame. The frame is valid until
// see returns; see must not wait for the channel. Watch and stop may be called at any time; see may run once more while
// stop runs.
func (t *Tap) Watch(see See) (stop func()) {
	w := &watcher{see}
	t.replace(func(all []*watcher) []*watcher { return append(all, w) })
	return func() {
		t.replace(func(all []*watcher) []*watcher {
			return slices.DeleteFunc(all, func(v *watcher) bool { return v == w })
		})
	}
}

// replace replaces the watchers by the result of change on a copy of them.
func (t *Tap) replace(change func([]*watcher) []*watcher) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []*watcher
	if p := t.watchers.Load(); p != nil {
		all = slices.Clone(*p)
	}
	if all = change(all); len(all) == 0 {
		t.watchers.Store(nil)
		return
	}
	t.watchers.Store(&all)
}

// Demands reports whether the peer waits for an answer to each frame.
func (t *Tap) Demands() bool { return demands(t.Channel) }

// Flush implements Flusher.
func (t *Tap) Flush(ctx context.Context) error { return Flush(ctx, t.Channel) }

// Partial implements Holder.
func (t *Tap) Partial() *Partial { return PartialOf(t.Channel) }

// Recv implements Channel.
func (t *Tap) Recv() ([]byte, error) {
	frame, err := t.Channel.Recv()
	if err == nil {
		t.show(context.Background(), frame, false)
	}
	return frame, err
}

// Send implements Channel.
func (t *Tap) Send(ctx context.Context, frame []byte) error {
	t.show(ctx, frame, true)
	return t.Channel.Send(ctx, frame)
}

// show shows a frame to those who watch. ctx is that with which it is sent.
func (t *Tap) show(ctx context.Context, frame []byte, out bool) {
	all := t.watchers.Load()
	if all == nil {
		return
	}
	purpose := ""
	if out {
		purpose = purposeOf(ctx)
	}
	for _, w := range *all {
		w.see(frame, out, purpose)
	}
}

// AppendFrame implements RawChannel.
func (t *Tap) AppendFrame(dst, frame []byte) ([]byte, error) {
	raw, err := Raw(t.Channel)
	if err != nil {
		return dst, err
	}
	return raw.AppendFrame(dst, frame)
}

// SendRaw implements RawChannel.
func (t *Tap) SendRaw(ctx context.Context, raw []byte, rate int) error {
	ch, err := Raw(t.Channel)
	if err != nil {
		return err
	}
	t.show(ctx, raw, true)
	return ch.SendRaw(ctx, raw, rate)
}
