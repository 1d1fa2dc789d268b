package rpcconn

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// A Tap is a Channel whose incoming frames can be watched before they are decoded. It costs next to nothing while
// nobody watches.
type Tap struct {
	Channel
	watchers atomic.Pointer[[]*watcher] // replaced as a whole, never changed; nil: nobody watches

	mu sync.Mutex // held while watchers is replaced
}

type watcher struct{ see func(frame []byte) }

var _ RawChannel = (*Tap)(nil)

// NewTap returns ch with a tap.
func NewTap(ch Channel) *Tap { return &Tap{Channel: ch} }

// Watch calls see with each incoming frame, on the reading goroutine, until stop is called. The frame is valid until
// see returns. Watch and stop may be called at any time; see may run once more while stop runs.
func (t *Tap) Watch(see func(frame []byte)) (stop func()) {
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

// Recv implements Channel.
func (t *Tap) Recv() ([]byte, error) {
	frame, err := t.Channel.Recv()
	if all := t.watchers.Load(); all != nil && err == nil {
		for _, w := range *all {
			w.see(frame)
		}
	}
	return frame, err
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
	return ch.SendRaw(ctx, raw, rate)
}
