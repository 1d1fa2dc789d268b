package detect

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// isAnswer reports whether text, JSON, answers a probe: it has the probe's own id, or it is an error of JSON-RPC with
// the id null, as parse errors have it (https://www.jsonrpc.org/specification#response_object). The same in a batch
// will do. An error object of another kind, such as that of a web page that is not there, answers nothing.
func isAnswer(text []byte) bool {
	if i := jsontext.Space(text, 0); i < len(text) && text[i] == '[' {
		var all []json.RawMessage
		return json.Unmarshal(text, &all) == nil &&
			slices.ContainsFunc(all, func(one json.RawMessage) bool { return one[0] == '{' && isAnswer(one) })
	}
	return isOwnAnswer(text) || isRefusalOfAll(text)
}

// isOwnAnswer reports whether text is an object with the probe's own id, and with a result or an error; or with nothing
// else than the version, as servers answer whose function returned nothing. A string with the id in it is taken: such a
// peer is one, and its answers are told of later.
func isOwnAnswer(text []byte) bool {
	m := membersOf(text)
	return isProbeID(string(m["id"])) && (m["result"] != nil || m["error"] != nil || m["jsonrpc"] != nil && len(m) == 2)
}

// IsProbe reports whether id is that of a probe.
func IsProbe(id rpcconn.ID) bool { return isProbeID(id.String()) }

func isProbeID(text string) bool {
	n, err := strconv.ParseFloat(strings.Trim(text, `"`), 64)
	return err == nil && n == probeID
}

// isRefusalOfAll reports whether text is an error for no request in particular: its id is null or, where the version
// shows that it is JSON-RPC, left out.
func isRefusalOfAll(text []byte) bool {
	m := membersOf(text)
	if id := string(m["id"]); id != "null" && (id != "" || m["jsonrpc"] == nil) {
		return false
	}
	e := membersOf(m["error"])
	var code float64
	var message string
	return e != nil && json.Unmarshal(e["code"], &code) == nil && string(e["code"]) != "null" &&
		json.Unmarshal(e["message"], &message) == nil && string(e["message"]) != "null"
}

// membersOf returns the members of a JSON object, nil if text is none.
func membersOf(text []byte) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if len(text) == 0 || json.Unmarshal(text, &m) != nil {
		return nil
	}
	return m
}

// isMessage reports whether text is a message of the peer's own, a request, a notification, or a batch of them. What
// it was asked is none: it comes from who sends everything back.
func isMessage(text []byte, asked string) bool {
	first := text
	if i := jsontext.Space(text, 0); i < len(text) && text[i] == '[' {
		if all := jsontext.Elements(text); len(all) > 0 {
			first = all[0]
		}
	}
	var method string
	return json.Unmarshal(membersOf(first)["method"], &method) == nil && method != "" &&
		string(bytes.TrimSpace(text)) != asked
}

// otherProtocol returns the protocol of JSON objects that text belongs to and that is not JSON-RPC, and the error that
// it reports: that of QEMU's monitor, QMP (https://www.qemu.org/docs/master/interop/qmp-spec.html), or one like it. Its
// errors have a class and a description.
func otherProtocol(text []byte) (name, said string) {
	m := membersOf(text)
	if m["QMP"] != nil {
		return "QMP", ""
	}
	e := membersOf(m["error"])
	if e == nil || e["class"] == nil || e["desc"] == nil || m["jsonrpc"] != nil {
		return "", ""
	}
	return "a protocol like QMP", jsontext.Text(e["desc"])
}

// believesBSON reports whether b begins with a document of BSON-RPC other than the probe; own says that it answers the
// probe.
func believesBSON(b []byte) (believed, own bool) {
	if len(b) < 4 {
		return false, false
	}
	doc := b[:min(int(binary.LittleEndian.Uint32(b)), len(b))]
	if string(doc) == bsonProbe || !bytes.Contains(doc, []byte("\x02bsonrpc\x00")) {
		return false, false
	}
	return true, bytes.Contains(doc, []byte("\x10id\x00\x01\x00\x00\x00"))
}

// believesMessagePack reports whether b begins with a message of MessagePack-RPC other than the probe; own says that it
// answers the probe.
func believesMessagePack(b []byte) (believed, own bool) {
	const response, null = 1, 0xc0
	switch {
	case len(b) < 4, strings.HasPrefix(msgpackProbe, string(b)), strings.HasPrefix(string(b), msgpackProbe):
		return false, false
	case b[1] != response || isNeovim(b):
		return true, b[1] == response && b[2] == probeID
	}
	return b[2] == probeID || b[2] == null, b[2] == probeID
}

// firstText returns the first JSON text of b in framing, and what comes after it; a nil text is not whole yet.
func firstText(b []byte, framing string) (text, after []byte) {
	switch b = unmarked(b); framing {
	case "rfc7464":
		b = bytes.TrimLeft(b, "\x1e \t\r\n\x00")
	case "netstring":
		_, b, _ = bytes.Cut(b, []byte(":"))
	case "header":
		b, _ = bodyOf(b)
	case "length":
		b = b[min(4, len(b)):]
	default:
		b = bytes.TrimLeft(b, " \t\r\n\x00")
	}
	b = unmarked(b)
	start, end, err := jsontext.Value(b)
	if err != nil {
		return nil, nil
	}
	if framing == "netstring" {
		return b[start:end], bytes.TrimPrefix(b[end:], []byte(","))
	}
	return b[start:end], b[end:]
}
