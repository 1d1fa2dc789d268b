package reach

import (
	"rpcsh/rpcconn/detect"
	"rpcsh/rpcconn/dial"
	"rpcsh/rpcconn/transport"
)

// isSettled reports whether t, for which cfg says what is spoken, is known to need no time before anything is sent.
func (d Dialler) isSettled(t transport.Target, cfg dial.Config) bool {
	w, err := cfg.Wire(t)
	if err != nil || cfg.Settle <= 0 || !detect.MayNeedTime(w.Framing) {
		return false
	}
	found := d.Findings.Load(t)
	return found != nil && found.Settled && found.Protocol == w.Protocol.Name && found.Framing == w.Framing
}

// LearnSettled waits for the first message on link, which was dialled by cfg, and remembers that the target needs no
// time before anything is sent, if the message shows that. It returns at once where there is nothing to learn.
func (d Dialler) LearnSettled(link *dial.Link, cfg dial.Config) {
	w, known := link.Wire()
	t := link.Target
	if cfg.Settle <= 0 || !known || !detect.MayNeedTime(w.Framing) || cfg.NeedsDetect(t) || d.isSettled(t, cfg) {
		return
	}
	first := make(chan bool, 1)
	stop := link.Watch(func(frame []byte, out bool, _ string) {
		if out {
			return
		}
		select {
		case first <- detect.NeedsTime(w.Framing, frame):
		default:
		}
	})
	defer stop()
	select {
	case <-link.Done():
	case needs := <-first:
		if !needs {
			found := &detect.Finding{Target: t, Protocol: w.Protocol.Name, Framing: w.Framing, Settled: true}
			d.Remark(d.Findings.Save(t, found))
		}
	}
}
