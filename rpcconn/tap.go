package rpcconn

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// A Tap is a Channel whose frames can be watched: as they come in, before anybody makes something of them, and before
// they go out. It costs next to nothing while nobody does.
type Tap struct {
	Channel
	watchers atomic.Pointer[[]*watcher] // not changed, but replaced; nil: nobody watches

	mu sync.Mutex // held while watchers is replaced
}

type watcher struct{ see func(frame []byte, out bool) }

var _ RawChannel = (*Tap)(nil)

// NewTap returns ch with a tap.
func NewTap(ch Channel) *Tap { return &Tap{Channel: ch} }

// Watch has see called with each frame until stop is called: with one that came in, on the goroutine that reads; with
// one that is about to go out, on that of who sends it, and with bytes that are no frame as they are given to SendRaw.
// The frame is valid until see returns, which must not wait for the channel. Both may be called at any time; see may
// be called once more while stop is.
func (t *Tap) Watch(see func(frame []byte, out bool)) (stop func()) {
	w := &watcher{see}
	t.replace(func(all []*watcher) []*watcher { return append(all, w) })
	return func() {
		t.replace(func(all []*watcher) []*watcher {
			return slices.DeleteFunc(all, func(v *watcher) bool { return v == w })
		})
	}
}

// replace replaces the watchers by what change makes of a copy of them.
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

// Recv implements Channel.
func (t *Tap) Recv() ([]byte, error) {
	frame, err := t.Channel.Recv()
	if err == nil {
		t.show(frame, false)
	}
	return frame, err
}

// Send implements Channel.
func (t *Tap) Send(ctx context.Context, frame []byte) error {
	t.show(frame, true)
	return t.Channel.Send(ctx, frame)
}

// show shows a frame to those who watch.
func (t *Tap) show(frame []byte, out bool) {
	all := t.watchers.Load()
	if all == nil {
		return
	}
	for _, w := range *all {
		w.see(frame, out)
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
	t.show(raw, true)
	return ch.SendRaw(ctx, raw, rate)
}
