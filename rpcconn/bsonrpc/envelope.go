package bsonrpc

import "fmt"

// An envelope is a message whose members have been found but not decoded.
type envelope struct {
	version, id, method, params, result, err element

	unknown   bool   // there are other members too
	duplicate string // a member that occurs twice
}

// scan finds the members of the message that document is. The members alias document.
func (e *envelope) scan(document []byte) error {
	rest, err := elementsOf(document)
	if err != nil {
		return err
	}
	for len(rest) > 0 {
		key, found, after, err := nextElement(rest)
		if err != nil {
			return fmt.Errorf("message: %w", err)
		}
		rest = after
		switch string(key) {
		case memberVersion:
			e.set(&e.version, found, memberVersion)
		case memberID:
			e.set(&e.id, found, memberID)
		case memberMethod:
			e.set(&e.method, found, memberMethod)
		case memberParams:
			e.set(&e.params, found, memberParams)
		case memberResult:
			e.set(&e.result, found, memberResult)
		case memberError:
			e.set(&e.err, found, memberError)
		default:
			e.unknown = true
		}
	}
	return nil
}

func (e *envelope) set(member *element, found element, name string) {
	if member.kind != 0 {
		e.duplicate = name
	}
	*member = found
}
