package detect

import (
	"bytes"
	"fmt"
	"os"
	"time"
)

// SettleTime returns d, the time that a peer has before anything is sent to it, for this moment: longer where other
// programs want the processor. A peer on this machine then needs longer for the same, as we do ourselves.
func SettleTime(d time.Duration) time.Duration {
	text, err := os.ReadFile("/proc/self/schedstat") // Linux has it, see its Documentation/scheduler/sched-stats.rst
	if err != nil {
		return d
	}
	return settleTime(d, text)
}

// mostSlowed is how many times as long a peer is given on a busy machine.
const mostSlowed = 8

// settleTime is SettleTime where stat says how long we have run, and how long we have waited to run, in nanoseconds.
func settleTime(d time.Duration, stat []byte) time.Duration {
	var ran, waited float64
	if n, _ := fmt.Fscan(bytes.NewReader(stat), &ran, &waited); n < 2 || ran <= 0 {
		return d
	}
	return time.Duration(float64(d) * min(1+2*waited/ran, mostSlowed))
}

// slowed is how many times as long a peer has that has hung up on a probe: it may not have come to itself before.
const slowed = 2

// settleFor returns how long a peer has before it is asked by p; cut says that it has hung up before.
func (d *detection) settleFor(p probe, cut bool) time.Duration {
	switch f := d.settled; {
	case d.target.IsCommand():
		return 0 // what is written to it waits until it reads
	case f != nil && p.isOf(f.Protocol, f.Framing):
		return 0
	}
	settle := SettleTime(d.Settle)
	if cut {
		settle *= slowed
	}
	if d.Limit > 0 { // the other probes want their time, too
		settle = min(settle, max(d.Settle, d.Limit/10))
	}
	return settle
}
