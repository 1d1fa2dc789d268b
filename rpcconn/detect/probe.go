package detect

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"rpcsh/rpcconn/transport"
)

// A probe is a harmless request in one protocol and framing: rpc.discover, which only describes a service, or something
// that servers of another kind answer.
type probe struct {
	protocol, framing string
	also              string // another framing in which it can be read; "": there is none
	bytes             string
}

func (p probe) String() string {
	switch {
	case p.framing == "":
		return p.protocol
	case p.also != "":
		return p.protocol + ", " + p.framing + " or " + p.also
	}
	return p.protocol + ", " + p.framing
}

// text is the request of p where that is JSON.
func (p probe) text() string { return probeText(p.protocol) }

// name names p among the probes.
func (p probe) name() string { return cmp.Or(p.framing, p.protocol) }

// probeID is the id of a probe.
const probeID = 1

// probeText is the request of a probe in the JSON-RPC of this protocol.
func probeText(protocol string) string {
	if protocol == "jsonrpc1" {
		return fmt.Sprintf(`{"id":%d,"method":"rpc.discover","params":[]}`, probeID)
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"rpc.discover"}`, probeID)
}

// bsonProbe is {"bsonrpc":"2.0","id":1,"method":"rpc.discover"}.
const bsonProbe = "\x37\x00\x00\x00" +
	"\x02bsonrpc\x00\x04\x00\x00\x002.0\x00" +
	"\x10id\x00\x01\x00\x00\x00" +
	"\x02method\x00\x0d\x00\x00\x00rpc.discover\x00\x00"

// msgpackProbe is [0, 1, "rpc.discover", []].
const msgpackProbe = "\x94\x00\x01\xacrpc.discover\x90"

// isNeovim reports whether an answer to a probe is in Neovim's own words: to msgpackProbe, and to what is no
// MessagePack-RPC.
func isNeovim(answer []byte) bool {
	return bytes.Contains(answer, []byte("Invalid method: rpc.discover")) ||
		bytes.Contains(answer, []byte("Message is not an array"))
}

// isOf reports whether p belongs to that protocol and framing. Neovim has no probe of its own: its answer identifies
// it. JSON-RPC 2.0 without framing is asked for in 1.0.
func (p probe) isOf(protocol, framing string) bool {
	return p.framing == framing && (p.protocol == protocol || framing == "none" || framing == "msgpack")
}

// tlsProbe is a ClientHello (RFC 5246 section 7.4.1.2) without extensions, which servers of every version answer, if
// only by an alert.
const tlsProbe = "\x16\x03\x01\x00\x2f" + // a handshake record
	"\x01\x00\x00\x2b\x03\x03" + // TLS 1.2
	"rpcsh finds out what is spoken.." + // 32 bytes at random
	"\x00" + // no session
	"\x00\x04\xc0\x2f\xc0\x2b" + // AES-128-GCM with ECDHE
	"\x01\x00" // no compression

// tlsProbeOf asks for TLS.
func tlsProbeOf() probe { return probe{OtherTLS, "", "", tlsProbe} }

// probes returns the probes for a stream to host. A peer with another framing than a probe's often answers with an
// error in its own, so that the first may find any.
//
// HTTP is asked for as its clients do, by a GET; who lets that wait, or hangs up on it, by what it is there for.
func probes(host string) []probe {
	text := probeText("jsonrpc")
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(text)))
	return []probe{
		{"jsonrpc", "rfc7464", "", "\x1e" + text + "\n"},
		{"jsonrpc", "line", "", text + "\n"},
		{OtherHTTP, "GET", "", "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"},
		{OtherHTTP, "POST", "",
			"POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\n" + inHeader(text)},
		{"msgpackrpc", "msgpack", "", msgpackProbe},
		{"bsonrpc", "bson", "", bsonProbe},
		{"jsonrpc", "header", "", inHeader(text)},
		{"jsonrpc1", "none", "", probeText("jsonrpc1")}, // which those who speak 2.0 answer, too
		{"jsonrpc", "netstring", "", fmt.Sprintf("%d:%s,", len(text), text)},
		{"jsonrpc", "nul", "", text + "\x00"},
		{"jsonrpc", "length", "", string(length[:]) + text},
	}
}

func inHeader(text string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(text), text)
}

// probesOf returns the probes for t, the likeliest first.
func probesOf(t transport.Target) []probe {
	host := t.DialAddress()
	if t.Scheme == transport.SchemeUnix {
		host = "localhost"
	}
	all := probes(host)
	if t.Scheme == transport.SchemeTCP {
		all = append(all, tlsProbeOf())
	}
	return all
}

// childProbes returns the probes for a child process, each of which needs a new one. The first can be read with a
// header, and by who reads lines after two that say nothing: the line break behind the message is within its length.
func childProbes() []probe {
	text := probeText("jsonrpc") + "\n"
	return []probe{
		{"jsonrpc", "header", "line", inHeader(text)},
		{"jsonrpc", "line", "", text},
		{"msgpackrpc", "msgpack", "", msgpackProbe},
	}
}

// preferred moves the probes to the front that f reports.
func preferred(all []probe, f func(probe) bool) []probe {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b probe) int { return rank(f(a)) - rank(f(b)) })
	return all
}

// after returns the probes that are left, in the order in which they are likely to be answered by a peer that has hung
// up on a probe, been silent on one, or each of them. Who hangs up has read that it is wrong; who is silent waits for
// more: for the rest of a document, a header or a line. Servers of HTTP do the one or the other.
func after(hungUp, silent bool, left []probe) []probe {
	var order []string
	switch {
	case hungUp && silent:
		order = []string{
			"GET", "netstring", "none", "bson", "header", "line", "POST", "msgpack", OtherTLS, "nul", "length",
		}
	case hungUp:
		order = []string{
			"none", "bson", "netstring", "GET", "line", "msgpack", "POST", OtherTLS, "header", "nul", "length",
		}
	default:
		order = []string{
			"bson", "GET", "header", "line", "POST", "none", "msgpack", "nul", "length", "netstring", OtherTLS,
		}
	}
	left = slices.Clone(left)
	slices.SortStableFunc(left, func(a, b probe) int {
		return slices.Index(order, a.name()) - slices.Index(order, b.name())
	})
	return left
}
