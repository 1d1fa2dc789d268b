package rpcconn

import "context"

// A Pacer is a Channel that helps a Conn to do many small things at once: what one read has brought is answered by one
// write, and wakes all who wait for it together.
type Pacer interface {
	Channel

	// OnWait has f called by each Recv before it waits for the peer, on its goroutine. It is called once, before the
	// first Recv.
	OnWait(f func())

	// SendLater is Send for a frame that need not be written at once: it is written, at the latest, before Recv waits
	// for the peer, or by SendNow.
	SendLater(ctx context.Context, frame []byte) error

	// SendNow writes what SendLater has left.
	SendNow()

	// Reclaim gives back the memory of the last frame of Recv, which nobody uses any more. Whoever calls Recv calls it.
	Reclaim()
}

// noPacer is the Pacer that a Channel which is none has.
type noPacer struct{ Channel }

func (noPacer) OnWait(func())                                       {}
func (c noPacer) SendLater(ctx context.Context, frame []byte) error { return c.Send(ctx, frame) }
func (noPacer) SendNow()                                            {}
func (noPacer) Reclaim()                                            {}

// pacerOf returns ch as a Pacer, and whether it is one.
func pacerOf(ch Channel) (p Pacer, is bool) {
	tap, isTap := ch.(*Tap)
	if p, is = ch.(Pacer); is && isTap {
		_, is = pacerOf(tap.Channel)
	}
	if !is {
		p = noPacer{ch}
	}
	return p, is
}

// OnWait implements Pacer.
func (t *Tap) OnWait(f func()) {
	p, _ := pacerOf(t.Channel)
	p.OnWait(f)
}

// SendLater implements Pacer.
func (t *Tap) SendLater(ctx context.Context, frame []byte) error {
	p, _ := pacerOf(t.Channel)
	t.show(ctx, frame, true)
	return p.SendLater(ctx, frame)
}

// SendNow implements Pacer.
func (t *Tap) SendNow() {
	p, _ := pacerOf(t.Channel)
	p.SendNow()
}

// Reclaim implements Pacer.
func (t *Tap) Reclaim() {
	p, _ := pacerOf(t.Channel)
	p.Reclaim()
}
