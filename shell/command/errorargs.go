package command

import (
	"encoding/json"
	"strconv"
	"strings"

	"rpcsh/rpcconn"
	"rpcsh/rpcconn/jsontext"
)

// readErrorHead reads CODE MESSAGE.
func readErrorHead(a *arguments) (*rpcconn.Error, error) {
	code := a.word()
	n, err := strconv.ParseInt(code.Text, 10, 64)
	if err != nil {
		return nil, mistake(code, "an error code belongs here, such as -32000")
	}
	message := a.quoted()
	if message.Text == "" || strings.HasPrefix(message.Text, "--") {
		return nil, mistake(message, "a message belongs here, in quotes where it has blanks")
	}
	return &rpcconn.Error{Code: n, Message: unquote(message.Text)}, nil
}

// readError reads CODE MESSAGE [DATA]; flags may follow. DATA is JSON, or text.
func readError(a *arguments) (*rpcconn.Error, error) {
	e, err := readErrorHead(a)
	if err != nil || a.empty() || strings.HasPrefix(a.rest.Text, "--") {
		return e, err
	}
	rest := a.rest
	_, end, err := jsontext.Value([]byte(rest.Text))
	if err == nil && (end == len(rest.Text) || rest.Text[end] == ' ') {
		e.Data = json.RawMessage(rest.Text[:end])
		a.skip(end)
		return e, nil
	}
	data := a.quoted()
	switch {
	case err == nil && strings.ContainsAny(data.Text[:1], "{[\""):
		rest.Column += end
		return nil, mistake(rest, "a blank belongs behind the data")
	case strings.ContainsAny(data.Text[:1], "{["):
		return nil, mistake(rest, "the data is no JSON: "+err.Error())
	}
	e.Data = jsontext.AppendQuote(nil, unquote(data.Text))
	return e, nil
}
