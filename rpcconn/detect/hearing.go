package detect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"rpcsh/rpcconn"
)

// A hearing is what a peer says on one connection, before and after a probe is sent. Words, and messages that are not
// believed, are passed over.
type hearing struct {
	peer  io.ReadWriter
	probe probe
	asked bool // the probe has been sent

	all     []byte // that the peer said
	rest    []byte // what has not been passed over
	words   bool   // what was passed over had words, which no framing has
	message []byte // the first that is believed
	own     bool   // it answers the probe by its id, which shows that all of the probe was read
}

// deadliner is what streams have whose Read can be given a time.
type deadliner interface{ SetReadDeadline(time.Time) error }

// settle listens for d, before anything is sent. The guess is zero where the peer says nothing that tells what it
// speaks. A peer that has begun to say something has the time to end it.
func (h *hearing) settle(ctx context.Context, d time.Duration) (Guess, error) {
	if d <= 0 {
		return Guess{}, nil
	}
	timed, ok := h.peer.(deadliner)
	if !ok || timed.SetReadDeadline(time.Now().Add(d)) != nil {
		sleep(ctx, d)
		return Guess{}, nil
	}
	g, err := h.hear()
	_ = timed.SetReadDeadline(time.Time{})
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return Guess{}, nil
	case err != nil && len(h.all) == 0 && ctx.Err() == nil:
		return Guess{}, &hangUpError{err: err, unasked: true}
	case err != nil:
		return Guess{}, h.unknown(ctx, err)
	}
	return g, nil
}

// ask sends the probe, and listens until the answer tells what the peer speaks.
func (h *hearing) ask(ctx context.Context) (Guess, error) {
	h.asked = true
	_, writeErr := io.WriteString(h.peer, h.probe.bytes) // a peer that has closed may have said why before
	g, err := h.hear()
	if err == nil {
		return h.asAsked(h.untilOwn(g)), nil
	}
	err = h.unknown(ctx, err)
	if hungUp := new(hangUpError); writeErr != nil && errors.As(err, &hungUp) {
		hungUp.err = writeErr
	}
	return Guess{}, err
}

// asAsked returns g with the framing line, where the probe was a line, and the answer looks like none only because it
// goes over several: there is one more line break behind it.
func (h *hearing) asAsked(g Guess) Guess {
	if g.Framing != "none" || h.probe.framing != "line" && h.probe.also != "line" {
		return g
	}
	if _, after := firstText(h.rest, g.Framing); bytes.HasPrefix(bytes.TrimLeft(after, " \t\r"), []byte("\n")) {
		g.Framing = "line"
	}
	return g
}

// untilOwn waits a moment for the answer with the probe's own id, where others come before it: a probe that can be read
// in two framings is more than one message in one of them.
func (h *hearing) untilOwn(g Guess) Guess {
	timed, ok := h.peer.(deadliner)
	if h.probe.also == "" || h.own || !ok || timed.SetReadDeadline(time.Now().Add(ownWait)) != nil {
		return g
	}
	defer func() { _ = timed.SetReadDeadline(time.Time{}) }()
	for !h.own {
		_, h.rest = firstText(h.rest, g.Framing)
		better, _, err := h.look() // more of them may have come at once
		if err == nil && better == (Guess{}) {
			better, err = h.hear()
		}
		if err != nil {
			break
		}
		g = better
	}
	return g
}

// ownWait is how long the answer with the probe's own id may come after another one.
const ownWait = 300 * time.Millisecond

// listen listens until what the peer says by itself tells what it speaks.
func (h *hearing) listen(ctx context.Context) (Guess, error) {
	g, err := h.hear()
	if err != nil {
		return Guess{}, h.unknown(ctx, err)
	}
	return g, nil
}

// unknown says what the peer did instead of saying what it speaks; err ended the hearing.
func (h *hearing) unknown(ctx context.Context, err error) error {
	var other *OtherError
	switch {
	case errors.As(err, &other):
		return err
	case len(h.all) > 0:
		hungUp := ctx.Err() == nil && !errors.Is(err, errTooMuch)
		return &unknownError{first: h.all[:min(len(h.all), maxShownSize)], hungUp: hungUp}
	case ctx.Err() != nil:
		return errSilent
	}
	return &hangUpError{err: err}
}

// errTooMuch reports that a peer has said much that tells nothing.
var errTooMuch = fmt.Errorf("more than %d bytes", maxSniff)

// hear reads until what came can be told.
func (h *hearing) hear() (Guess, error) {
	buf := make([]byte, 4<<10)
	for {
		n, err := h.peer.Read(buf)
		h.all, h.rest = append(h.all, buf[:n]...), append(h.rest, buf[:n]...)
		g, more, other := h.look()
		switch {
		case other != nil:
			return Guess{}, other
		case g != (Guess{}):
			if more && err == nil {
				g = h.trailing(g)
			}
			return h.named(g), nil
		case err != nil:
			return Guess{}, err
		case len(h.all) >= maxSniff:
			return Guess{}, errTooMuch
		}
	}
}

// look interprets what has not been passed over, and passes over what is not believed. more means that further bytes
// may tell more of the framing.
func (h *hearing) look() (g Guess, more bool, err error) {
	for len(h.rest) > 0 {
		g, more = Sniff(h.rest)
		if g == (Guess{}) && more || g.Other != "" {
			return g, more, nil
		}
		believed, after, err := h.next(g)
		switch {
		case err != nil:
			return Guess{}, false, err
		case believed:
			return g, more, nil
		case after == nil:
			return Guess{}, true, nil
		}
		h.rest = after
	}
	return Guess{}, true, nil
}

// next reports whether the first thing that has not been passed over, which looks like g, is believed, and what comes
// after it; nil: it is not whole yet, or nothing behind it can be read.
func (h *hearing) next(g Guess) (believed bool, after []byte, err error) {
	switch g.Framing {
	case "":
		line, after, found := bytes.Cut(h.rest, []byte("\n"))
		if !found {
			return false, nil, nil
		}
		h.words = true
		if at := rpcconn.IndexHeader(line); at > 0 { // the words have no end of their own
			after = h.rest[at:]
		}
		return false, after, nil
	case "msgpack":
		believed, h.own = believesMessagePack(h.rest)
		return believed, nil, nil
	case "bson":
		believed, h.own = believesBSON(h.rest)
		return believed, nil, nil
	}
	text, after := firstText(h.rest, g.Framing)
	if text == nil {
		return len(h.rest) >= maxSniff, nil, nil // it is long, and what it is shows
	}
	if name, said := otherProtocol(text); name != "" {
		return false, nil, &OtherError{Protocol: name, Said: said}
	}
	h.message, h.own = text, isAnswer(text) && !isRefusalOfAll(text)
	return isAnswer(text) || isMessage(text, h.probe.text()), after, nil
}

// named gives a guess the name of a protocol that only its words tell.
func (h *hearing) named(g Guess) Guess {
	if g.Protocol == "msgpackrpc" && isNeovim(h.rest) {
		g.Protocol = "nvim"
	}
	return g
}

// trailing waits a moment for the line break that may follow the first message, since it distinguishes line from none.
func (h *hearing) trailing(g Guess) Guess {
	timed, ok := h.peer.(deadliner)
	if !ok || timed.SetReadDeadline(time.Now().Add(TrailingWait)) != nil {
		return g
	}
	buf := make([]byte, 16)
	n, _ := h.peer.Read(buf)
	_ = timed.SetReadDeadline(time.Time{})
	h.all, h.rest = append(h.all, buf[:n]...), append(h.rest, buf[:n]...)
	if better, _ := Sniff(h.rest); better != (Guess{}) {
		return better
	}
	return g
}

// canBeRead reports whether the connection can be read further in the form of g, from its beginning.
func (h *hearing) canBeRead(g Guess) bool { return g.Other == "" && (!h.words || g.Framing == "line") }

// isUsable reports whether the connection can be used further, now that g is what the peer speaks: what was sent has
// been read in the way it was meant.
func (h *hearing) isUsable(g Guess) bool {
	return !h.asked || h.own || h.probe.also == "" && h.probe.framing == g.Framing
}

// maxShownSize is how much of an unknown answer is kept, in bytes: more than an error shows.
const maxShownSize = 2 * rpcconn.ExcerptSize
