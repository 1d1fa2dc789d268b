package dial

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rpcsh/rpcconn"
)

// NeedsDetect reports whether cfg leaves open what is spoken with t.
func (cfg Config) NeedsDetect(t Target) bool { return cfg.isAuto(t) }

// Connect connects to t. Where cfg leaves open what is spoken, found says it, or else it is found out.
func (cfg Config) Connect(ctx context.Context, t Target, found *Finding, opts *rpcconn.Options) (*Link, *Finding, error) {
	if !cfg.NeedsDetect(t) {
		link, err := cfg.Dial(ctx, t, opts)
		return link, nil, err
	}
	if found == nil {
		var err error
		if found, err = cfg.DetectKeeping(ctx, t, nil, nil); err != nil {
			return nil, nil, err
		}
	}
	if link := cfg.takeOver(ctx, found, opts); link != nil {
		return link, found, nil
	}
	link, err := found.Config(cfg).Dial(ctx, found.Target, opts)
	return link, found, err
}

// JSON returns a finding as -o json prints it.
func (f *Finding) JSON() string {
	text, err := json.Marshal(struct {
		URL      string  `json:"url"`
		Protocol string  `json:"protocol"`
		Framing  string  `json:"framing"`
		MS       float64 `json:"ms"`
	}{f.Target.String(), f.Protocol, f.Framing, float64(f.Took.Round(100*time.Microsecond)) / float64(time.Millisecond)})
	if err != nil {
		return "{}"
	}
	return string(text)
}

// String says what was found: "tcp://localhost:6000 · JSON-RPC 2.0, rfc7464".
func (f *Finding) String() string {
	w, err := wireOf(f.Protocol, f.Framing)
	if err != nil {
		return f.Target.String()
	}
	text := f.Target.String() + " · " + w.String()
	if f.Of > 1 {
		text += fmt.Sprintf(" · the first of %d that can be debugged, -p cdp lists them", f.Of)
	}
	return text
}

// takeOver returns a link on the connection that was kept when found was found, nil where there is none that can be used.
func (cfg Config) takeOver(ctx context.Context, found *Finding, opts *rpcconn.Options) *Link {
	k := found.kept
	if k == nil {
		return nil
	}
	found.kept = nil
	w, err := wireOf(found.Protocol, found.Framing)
	if err != nil {
		k.release()
		return nil
	}
	framing, err := w.channel(cfg.MaxMessage)
	if err != nil {
		k.release()
		return nil
	}
	codec := w.Protocol.NewCodec()
	ch := &resumed{RawChannel: framing(prefixed(k.nc, k.read))}
	stop := context.AfterFunc(ctx, k.release) // unblocks Recv
	err = ch.dropAnswer(codec)
	if !stop() || err != nil {
		_ = ch.Close()
		return nil
	}
	link := &Link{codec: codec, Target: found.Target, Remote: k.remote, wire: fixed(w), unverified: cfg.TLS.Insecure && found.Target.isTLS()}
	return link.on(ch, codec, opts)
}
