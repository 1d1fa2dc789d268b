package dial

import (
	"cmp"
	"context"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/process"
)

// NeedsDetect reports whether cfg leaves open what is spoken with t.
func (cfg Config) NeedsDetect(t Target) bool { return cfg.isAuto(t) }

// Connect connects to t. If cfg leaves open what is spoken, found says it; if found is nil, it is detected.
func (cfg Config) Connect(
	ctx context.Context, t Target, found *detect.Finding, opts *rpcconn.Options,
) (*Link, *detect.Finding, error) {
	if !cfg.NeedsDetect(t) {
		link, err := cfg.Dial(ctx, t, opts)
		return link, nil, err
	}
	if found == nil {
		var err error
		if found, err = cfg.Detect(ctx, t, nil, nil); err != nil {
			return nil, nil, err
		}
	}
	if !found.Doubtful() {
		if link := cfg.takeOver(ctx, found, opts); link != nil {
			return link, found, nil
		}
	}
	link, err := cfg.dialFound(ctx, found, opts)
	if err != nil && detect.IsRefused(err) { // it may have been the only connection
		if kept := cfg.takeOver(ctx, found, opts); kept != nil {
			return kept, found, nil
		}
	}
	found.Release()
	return link, found, err
}

// dialFound connects anew to speak what was found.
func (cfg Config) dialFound(ctx context.Context, found *detect.Finding, opts *rpcconn.Options) (*Link, error) {
	cfg.Protocol, cfg.Framing = found.Protocol, found.Framing
	if found.Settled {
		cfg.Settle = 0
	}
	return cfg.Dial(ctx, found.Target, opts)
}

// WireOf returns the Wire of a finding. The error says that its protocol is not known.
func WireOf(f *detect.Finding) (Wire, error) { return wireOf(f.Protocol, f.Framing) }

// Findings returns the findings stored in file.
func Findings(file string) detect.Findings { return detect.Findings{File: file, Known: isKnown} }

// isKnown reports whether the protocol exists and, unless framing is "", so does the framing and fits it.
func isKnown(protocol, framing string) bool {
	if protocol == Auto || framing == Auto || (Config{Protocol: protocol, Framing: framing}).Check() != nil {
		return false
	}
	_, err := NewFraming(framing, 0)
	return framing == noFraming || err == nil
}

// detector returns the Detector for what cfg leaves open. trace may be nil.
func (cfg Config) detector(trace func(string)) detect.Detector {
	protocol, framing := cfg.named()
	return detect.Detector{
		Protocol: protocol, Framing: framing, Get: cfg.Get, Trace: trace, Waiting: cfg.Waiting, Stderr: cfg.Stderr,
		Settle: cfg.Settle, Limit: cfg.DetectLimit, Passive: cfg.Passive,
		Stream: func(ctx context.Context, t Target, stderr func(string)) (detect.Stream, error) {
			own := cfg // streams are opened side by side
			own.Grace, own.Stderr = detect.Grace, stderr
			stream, link, err := own.stream(ctx, t)
			if err != nil {
				return detect.Stream{}, err
			}
			return detect.Stream{ReadWriteCloser: stream, Remote: link.Remote, Status: link.status}, nil
		},
		Channel: func(ctx context.Context, t Target) (rpcconn.Channel, error) {
			own := cfg
			own.Ping = 0 // it is over too soon for that
			own.Grace = detect.Grace
			ch, _, err := own.open(ctx, t, Wire{Protocol: Protocols()[0]}, nil)
			own.hasten(ch)
			return ch, err
		},
	}
}

// Detect finds out what t speaks, if cfg does not say it, and gives up when ctx is done. likely, if not nil, is what t
// spoke earlier; trace, if not nil, is called with each step. See detect.Detector. The Finding may hold a connection
// for Connect; release it if Connect is not called.
func (cfg Config) Detect(
	ctx context.Context, t Target, likely *detect.Finding, trace func(string),
) (*detect.Finding, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	return cfg.detector(trace).Detect(ctx, t, likely)
}

// takeOver returns a link on the connection that found holds, or nil if there is none that can be used.
func (cfg Config) takeOver(ctx context.Context, found *detect.Finding, opts *rpcconn.Options) *Link {
	k := found.Take()
	if k == nil {
		return nil
	}
	if k.Doubtful && !k.IsOpen() {
		k.Release()
		return nil
	}
	w, err := wireOf(found.Protocol, found.Framing)
	if err != nil {
		k.Release()
		return nil
	}
	framing, err := w.channel(cfg.MaxMessage)
	if err != nil {
		k.Release()
		return nil
	}
	codec := w.Protocol.NewCodec()
	stream := framing(rereading(k.ReadWriteCloser, k.Read))
	cfg.hasten(stream)
	ch := &resumed{RawChannel: stream}
	stop := context.AfterFunc(ctx, k.Release) // unblocks Recv
	if k.Asked {
		err = ch.dropAnswer(codec, k.Own)
	}
	if !stop() || err != nil {
		_ = ch.Close()
		return nil
	}
	if p, ok := k.ReadWriteCloser.(*process.Process); ok {
		p.SetGrace(cmp.Or(cfg.Grace, process.DefaultGrace))
	}
	k.Hear(cfg.Stderr)
	link := &Link{
		codec: codec, Target: found.Target, Remote: k.Remote, wire: fixed(w), status: k.Status,
		unverified: cfg.TLS.Insecure && found.Target.IsTLS(),
	}
	return link.on(ch, codec, opts)
}
