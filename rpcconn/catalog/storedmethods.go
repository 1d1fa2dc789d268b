package catalog

import (
	"encoding/json"

	"rpcsh/rpcconn/jsontext"
)

// The functions of this file read methods as they are stored, of which there may be a hundred thousand. What they
// return are parts of the text, which is valid JSON.

func readMethods(array []byte) ([]Method, error) {
	if array == nil || string(array) == "null" { // there are none
		return nil, nil
	}
	number := 0
	_, _ = jsontext.Array(array, func([]byte) error { number++; return nil })
	methods := make([]Method, 0, number)
	_, err := jsontext.Array(array, func(text []byte) error {
		m, err := readMethod(text)
		methods = append(methods, m)
		return err
	})
	return methods, err
}

func readMethod(text []byte) (m Method, err error) {
	_, err = jsontext.Object(text, func(key, value []byte) (err error) {
		switch string(jsontext.Plain(key)) {
		case "name":
			m.Name, err = jsontext.Unquote(value)
		case "summary":
			m.Summary, err = jsontext.Unquote(value)
		case "description":
			m.Description, err = jsontext.Unquote(value)
		case "source":
			var source string
			source, err = jsontext.Unquote(value)
			m.Source = Source(source)
		case "params":
			m.Params = []Param{}
			_, err = jsontext.Array(value, func(text []byte) error {
				p, err := readParam(text)
				m.Params = append(m.Params, p)
				return err
			})
		case "result":
			m.Result = new(Param)
			*m.Result, err = readParam(value)
		case "kind":
			err = json.Unmarshal(value, &m.Kind)
		case "ours":
			err = json.Unmarshal(value, &m.Ours)
		case "open":
			err = json.Unmarshal(value, &m.Open)
		case "deprecated":
			err = json.Unmarshal(value, &m.Deprecated)
		case "inferred":
			err = json.Unmarshal(value, &m.Inferred)
		case "structure":
			err = json.Unmarshal(value, &m.Structure)
		case "errors":
			err = json.Unmarshal(value, &m.Errors)
		case "examples":
			err = json.Unmarshal(value, &m.Examples)
		case "tags":
			err = json.Unmarshal(value, &m.Tags)
		case "via":
			err = json.Unmarshal(value, &m.Via)
		}
		return err
	})
	return m, err
}

func readParam(text []byte) (p Param, err error) {
	_, err = jsontext.Object(text, func(key, value []byte) (err error) {
		switch string(jsontext.Plain(key)) {
		case "name":
			p.Name, err = jsontext.Unquote(value)
		case "summary":
			p.Summary, err = jsontext.Unquote(value)
		case "schema":
			p.Schema = value
		case "required":
			p.Required = string(value) == "true"
		case "deprecated":
			p.Deprecated = string(value) == "true"
		}
		return err
	})
	return p, err
}
