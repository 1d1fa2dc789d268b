package openrpc

import (
	"encoding/json"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
)

// The functions of this file read what there may be a hundred thousand times in a document. What they return are parts
// of its text.

// readMethod returns what the text of a methodObject, which is valid, says; members of other types are left out.
func readMethod(text json.RawMessage) (o methodObject) {
	_, _ = jsontext.Object(text, func(key, value []byte) error {
		switch string(jsontext.Plain(key)) {
		case "name":
			o.Name = jsontext.Text(value)
		case "tags":
			o.Tags = jsontext.Elements(value)
		case "summary":
			o.Summary = jsontext.Text(value)
		case "description":
			o.Description = jsontext.Text(value)
		case "params":
			o.Params = value
		case "result":
			o.Result = value
		case "deprecated":
			o.Deprecated = isTrue(value)
		case "errors":
			o.Errors = jsontext.Elements(value)
		case "paramStructure":
			o.Structure = jsontext.Text(value)
		case "examples":
			o.Examples = jsontext.Elements(value)
		case "x-rpcsh-kind":
			unmarshal(value, &o.Kind)
		case "x-rpcsh-open":
			o.Open = isTrue(value)
		case "x-rpcsh-params-unknown":
			o.Unknown = isTrue(value)
		case "x-rpcsh-source":
			o.Source = catalog.Source(jsontext.Text(value))
		case "x-rpcsh-inferred":
			o.Inferred = isTrue(value)
		case "x-rpcsh-via":
			unmarshal(value, &o.Via)
		}
		return nil
	})
	return o
}

// readContentDescriptor is readMethod for a contentDescriptor.
func readContentDescriptor(text json.RawMessage) (d contentDescriptor) {
	_, _ = jsontext.Object(text, func(key, value []byte) error {
		switch string(jsontext.Plain(key)) {
		case "name":
			d.Name = jsontext.Text(value)
		case "summary":
			d.Summary = jsontext.Text(value)
		case "description":
			d.Description = jsontext.Text(value)
		case "required":
			d.Required = isTrue(value)
		case "schema":
			d.Schema = value
		case "deprecated":
			d.Deprecated = isTrue(value)
		}
		return nil
	})
	return d
}

func isTrue(value []byte) bool { return string(value) == "true" }
