package detect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"rpcsh/rpcconn/transport"
)

// A probe is a harmless request in one protocol and framing: rpc.discover, which only describes a service, or something
// that servers of another kind answer.
type probe struct {
	protocol, framing string
	bytes             string
}

func (p probe) String() string {
	if p.framing == "" {
		return p.protocol
	}
	return p.protocol + ", " + p.framing
}

// probeText is the request of a probe in the JSON-RPC of this protocol.
func probeText(protocol string) string {
	if protocol == "jsonrpc1" {
		return `{"id":1,"method":"rpc.discover","params":[]}`
	}
	return `{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}`
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
// it.
func (p probe) isOf(protocol, framing string) bool {
	return p.framing == framing && (p.protocol == protocol || p.protocol == "msgpackrpc" && protocol == "nvim")
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
func tlsProbeOf() probe { return probe{OtherTLS, "", tlsProbe} }

// probes returns the probes for a stream, the likeliest first. A peer with another framing than the first probe's often
// answers with an error in its own, or closes the connection, so that no time is lost; the other probes follow in turn.
func probes() []probe {
	text := probeText("jsonrpc")
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(text)))
	return []probe{
		{"jsonrpc", "rfc7464", "\x1e" + text + "\n"},
		{"jsonrpc", "line", text + "\n"},
		{OtherHTTP, "", "HEAD / HTTP/1.0\r\n\r\n"},
		{"msgpackrpc", "msgpack", msgpackProbe},
		{"bsonrpc", "bson", bsonProbe},
		{"jsonrpc", "header", fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(text), text)},
		{"jsonrpc1", "none", probeText("jsonrpc1")},
		{"jsonrpc", "netstring", fmt.Sprintf("%d:%s,", len(text), text)},
		{"jsonrpc", "nul", text + "\x00"},
		{"jsonrpc", "length", string(length[:]) + text},
	}
}

// probesOf returns the probes for t.
func probesOf(t transport.Target) []probe {
	switch all := probes(); t.Scheme {
	case transport.SchemeExec: // each probe starts a new child
		var some []probe
		for _, p := range all {
			switch p.framing {
			case "line", "header", "msgpack":
				some = append(some, p)
			}
		}
		return some
	case transport.SchemeTCP:
		return append(all, tlsProbeOf())
	default:
		return all
	}
}
