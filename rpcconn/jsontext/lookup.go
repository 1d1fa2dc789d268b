package jsontext

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// A Member is a member of an object.
type Member struct {
	Name  string
	Value json.RawMessage // part of the object's text
}

// FirstByte returns the first byte of a value, which tells its JSON type, or 0 if there is none.
func FirstByte(value []byte) byte {
	if i := Space(value, 0); i < len(value) {
		return value[i]
	}
	return 0
}

// Text returns the string that a value is, "" where it is none.
func Text(value []byte) string {
	s, _ := Unquote(value)
	return s
}

// Texts returns the strings of a value that is a string or an array of them. What is neither is left out.
func Texts(value []byte) (list []string) {
	if s, err := Unquote(value); err == nil {
		return []string{s}
	}
	for _, element := range Elements(value) {
		if s, err := Unquote(element); err == nil {
			list = append(list, s)
		}
	}
	return list
}

// Elements returns the elements of an array: none if it is not an array, and those before the mistake where it is
// broken.
func Elements(array []byte) (list []json.RawMessage) {
	if array == nil {
		return nil
	}
	_, _ = Array(array, func(value []byte) error {
		list = append(list, value)
		return nil
	})
	return list
}

// Members returns the members of an object in their order: none if it is not an object, and those before the mistake
// where it is broken.
func Members(object []byte) (members []Member) {
	_, _ = Object(object, func(key, value []byte) error {
		members = append(members, Member{Key(key), value})
		return nil
	})
	return members
}

// Index returns the members of an object by name, or the elements of an array by number. Of several members of one name
// it is the last one, as decoders have it.
func Index(value []byte) map[string][]byte {
	members := make(map[string][]byte)
	switch FirstByte(value) {
	case '{':
		_, _ = Object(value, func(key, value []byte) error {
			members[Key(key)] = value
			return nil
		})
	case '[':
		for i, element := range Elements(value) {
			members[strconv.Itoa(i)] = element
		}
	}
	return members
}

// Get returns a member of an object, nil if there is none or the text is not an object. Of several members of that name
// it is the last one, as decoders have it.
func Get(object []byte, name string) (value json.RawMessage) {
	_, err := Object(object, func(key, v []byte) error {
		if string(Plain(key)) == name {
			value = v
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return value
}

// With returns an object with one more member, or with another value of it. An absent object, and null, are an empty
// one. ok is false if the text is not an object.
func With(object []byte, name string, value []byte) (with json.RawMessage, ok bool) {
	with = append(with, '{')
	add := func(key, value []byte) {
		if len(with) > 1 {
			with = append(with, ',')
		}
		with = append(append(append(append(with, '"'), key...), '"', ':'), value...)
	}
	if len(object) > 0 && string(object) != "null" {
		_, err := Object(object, func(key, v []byte) error {
			if Key(key) != name {
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

// Quote returns s as a JSON string; see [AppendQuote].
func Quote(s string) string { return string(AppendQuote(nil, s)) }

// QuoteList returns list as a JSON array of strings.
func QuoteList(list []string) string {
	text := []byte{'['}
	for i, s := range list {
		if i > 0 {
			text = append(text, ',')
		}
		text = AppendQuote(text, s)
	}
	return string(append(text, ']'))
}

// Encode returns v as JSON text in which characters that mean something in HTML stay what they are, or null where v
// cannot be encoded.
func Encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return json.RawMessage("null")
	}
	return bytes.TrimSpace(b.Bytes())
}
