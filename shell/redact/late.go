package redact

import (
	"bytes"

	"rpcsh/rpcconn/jsontext"
)

// lateNamesLocked returns the classes of those names that stand behind what they name, by the offset of the object that
// has both: {"value":"a=b","name":"Cookie"}. It looks at strings and brackets alone; nil: there are none.
func (m *Masker) lateNamesLocked(text []byte) (late map[int]class) {
	if !bytes.Contains(text, []byte(`"value"`)) {
		return nil
	}
	type object struct {
		start int
		named bool // there is a value already
	}
	var around []object
	for i := 0; i < len(text); {
		switch text[i] {
		case '{', '[':
			around = append(around, object{start: i})
			i++
		case '}', ']':
			if len(around) == 0 {
				return late
			}
			around = around[:len(around)-1]
			i++
		case '"':
			end := stringEnd(text, i)
			if end < 0 || len(around) == 0 {
				return late
			}
			name := text[i+1 : end-1]
			in := &around[len(around)-1]
			if i = jsontext.Space(text, end); i >= len(text) || text[i] != ':' {
				continue
			}
			i = jsontext.Space(text, i+1)
			switch roleOf(name) {
			case named:
				in.named = true
			case naming:
				end := -1
				if in.named && i < len(text) && text[i] == '"' {
					end = stringEnd(text, i)
				}
				if end < 0 {
					continue
				}
				if c := m.classLocked(text[i+1 : end-1]); c != public && c != secrets {
					if late == nil {
						late = make(map[int]class)
					}
					late[in.start] = max(late[in.start], c)
				}
			}
		default:
			i++
		}
	}
	return late
}
