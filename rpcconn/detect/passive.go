package detect

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// hear finds out what the peer says by itself. Nothing is sent to it.
func (d *detection) hear(ctx context.Context) (*Finding, error) {
	if d.target.IsWebSocket() {
		return d.hearMessage(ctx)
	}
	if !d.target.IsStream() {
		return nil, fmt.Errorf("%s never says anything by itself, as it is spoken to over HTTP", d.target)
	}
	a := d.try(ctx, probe{}, 0)
	d.trace("nothing is sent: %s", a.outcome())
	var connect *connectError
	switch {
	case errors.As(a.err, &connect):
		return nil, connect.err
	case errors.As(a.err, new(*OtherError)):
		return nil, a.err
	case errors.Is(a.err, errSilent):
		return nil, &QuietError{Target: d.target}
	case a.err != nil:
		return nil, &QuietError{Target: d.target, Said: a.err.Error()}
	case a.guess.Other != "":
		return nil, fmt.Errorf("%s speaks %s, in which the peer never says anything by itself", d.target,
			strings.ToUpper(a.guess.Other))
	}
	return d.found(a), nil
}

// hearMessage is hear for a peer over WebSocket, with which there is a handshake.
func (d *detection) hearMessage(ctx context.Context) (*Finding, error) {
	ch, err := d.Channel(ctx, d.target)
	if err != nil {
		return nil, err
	}
	said := newAnswer(ch)
	defer said.close()
	protocol, err := said.wait(ctx, d.target)
	switch {
	case errors.Is(err, errSilent):
		return nil, &QuietError{Target: d.target}
	case err != nil:
		return nil, err
	}
	d.trace("nothing is sent: said by itself, in %s", protocol)
	return &Finding{Target: d.target, Protocol: protocol}, nil
}
