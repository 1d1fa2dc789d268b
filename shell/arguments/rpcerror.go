package arguments

import (
	"encoding/json"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// ErrorHead reads CODE MESSAGE.
func ErrorHead(a *Args) (*rpcconn.Error, error) {
	code := a.Word()
	n, err := strconv.ParseInt(code.Text, 10, 64)
	if err != nil {
		return nil, Mistake(code, "an error code belongs here, such as -32000")
	}
	message := a.Quoted()
	if message.Text == "" || strings.HasPrefix(message.Text, "--") {
		return nil, Mistake(message, "a message belongs here, in quotes where it has blanks")
	}
	return &rpcconn.Error{Code: n, Message: Unquote(message.Text)}, nil
}

// Error reads CODE MESSAGE [DATA]; flags may follow. DATA is JSON, or text.
func Error(a *Args) (*rpcconn.Error, error) {
	e, err := ErrorHead(a)
	if err != nil || a.Empty() || strings.HasPrefix(a.Rest.Text, "--") {
		return e, err
	}
	rest := a.Rest
	_, end, err := jsontext.Value([]byte(rest.Text))
	if err == nil && (end == len(rest.Text) || rest.Text[end] == ' ') {
		e.Data = json.RawMessage(rest.Text[:end])
		a.Skip(end)
		return e, nil
	}
	data := a.Quoted()
	switch {
	case err == nil && strings.ContainsAny(data.Text[:1], "{[\""):
		rest.Column += end
		return nil, Mistake(rest, "a blank belongs after the data")
	case strings.ContainsAny(data.Text[:1], "{["):
		return nil, Mistake(rest, "the data is not JSON: "+err.Error())
	}
	e.Data = jsontext.AppendQuote(nil, Unquote(data.Text))
	return e, nil
}
