package profile

import (
	"encoding/json"

	"rpcsh/rpcconn/jsontext"
)

// member returns the member of an object, nil where there is none. It is the last one of that name, as decoders have it.
func member(object json.RawMessage, name string) (value json.RawMessage) {
	_, err := jsontext.Object(object, func(key, v []byte) error {
		if jsontext.Key(key) == name {
			value = v
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return value
}

// withMember returns an object with one member more, or another value of it; an absent object is an empty one. ok is false where it is no
// object.
func withMember(object json.RawMessage, name string, value json.RawMessage) (with json.RawMessage, ok bool) {
	with = append(with, '{')
	add := func(key, value []byte) {
		if len(with) > 1 {
			with = append(with, ',')
		}
		with = append(append(append(append(with, '"'), key...), '"', ':'), value...)
	}
	if len(object) > 0 && string(object) != "null" {
		_, err := jsontext.Object(object, func(key, v []byte) error {
			if jsontext.Key(key) != name {
				add(key, v)
			}
			return nil
		})
		if err != nil {
			return nil, false
		}
	}
	add([]byte(name), value)
	return append(with, '}'), true
}
