package jsonrpc

import "rpcsh/rpcconn/jsontext"

// plainVersion is how nearly all messages of JSON-RPC 2.0 begin.
const plainVersion = `{"jsonrpc":"` + version + `",`

// readPlain reads frame if it is one object as programs write it: its members are known ones, each of them once, and
// there is no white space but a blank behind a colon or a comma. It reports false for all else, mistakes included,
// which is then read in the way that tells what it is. What it takes has been checked as thoroughly.
func (m *members) readPlain(frame []byte) bool {
	i := 1
	switch {
	case len(frame) > len(plainVersion) && string(frame[:len(plainVersion)]) == plainVersion:
		m.version = frame[len(plainVersion)-len(version)-3 : len(plainVersion)-1 : len(plainVersion)-1]
		i = len(plainVersion)
	case len(frame) == 0 || frame[0] != '{':
		return false
	}
	for {
		i = blank(frame, i)
		field, name := m.plainField(frame[i:])
		if field == nil || *field != nil {
			break
		}
		i = blank(frame, i+len(name))
		end, err := jsontext.Within(frame, i)
		if err != nil || end == len(frame) {
			break
		}
		*field = frame[i:end:end]
		i = end + 1
		if frame[end] == '}' && i == len(frame) {
			return true
		}
		if frame[end] != ',' {
			break
		}
	}
	*m = members{extra: m.extra}
	return false
}

// blank returns the offset of the first byte of b, from offset i on, that is no blank, if there is at most one.
func blank(b []byte, i int) int {
	if i < len(b) && b[i] == ' ' {
		return i + 1
	}
	return i
}

// plainField returns the field for the member that text begins with, and its key with quotes and colon; nil: none.
func (m *members) plainField(text []byte) (field *[]byte, name string) {
	if len(text) < 2 {
		return nil, ""
	}
	switch text[1] {
	case 'i':
		field, name = &m.id, `"id":`
	case 'm':
		field, name = &m.method, `"method":`
	case 'p':
		field, name = &m.params, `"params":`
	case 'r':
		field, name = &m.result, `"result":`
	case 'e':
		field, name = &m.err, `"error":`
	case 'j':
		field, name = &m.version, `"jsonrpc":`
	default:
		return nil, ""
	}
	if len(text) < len(name) || string(text[:len(name)]) != name {
		return nil, ""
	}
	return field, name
}
