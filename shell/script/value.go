package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"rpcsh/rpcconn/jsontext"
)

// decode returns JSON text as a value. A number with a fraction or an exponent is a float, any other an int.
func decode(text json.RawMessage) (starlark.Value, error) {
	if err := jsontext.Valid(text); err != nil {
		return nil, err
	}
	r := decoder{jsontext.Cursor{Text: text}}
	return r.value()
}

// A decoder walks JSON text that is known to be valid.
type decoder struct{ jsontext.Cursor }

func (r *decoder) value() (starlark.Value, error) {
	r.Pos = jsontext.Space(r.Text, r.Pos)
	switch r.Text[r.Pos] {
	case '{':
		return r.object()
	case '[':
		return r.array()
	}
	text, err := r.Scan()
	if err != nil {
		return nil, err
	}
	switch text[0] {
	case '"':
		s, err := jsontext.Unquote(text)
		return starlark.String(s), err
	case 'n':
		return starlark.None, nil
	case 't', 'f':
		return starlark.Bool(text[0] == 't'), nil
	}
	return number(string(text))
}

func (r *decoder) array() (starlark.Value, error) {
	r.Pos++
	var elements []starlark.Value
	for r.More(']') {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		elements = append(elements, v)
	}
	return starlark.NewList(elements), nil
}

func (r *decoder) object() (starlark.Value, error) {
	r.Pos++
	members := new(starlark.Dict)
	for r.More('}') {
		key, err := r.value()
		if err != nil {
			return nil, err
		}
		r.More('}') // moves past the colon
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		if err := members.SetKey(key, v); err != nil {
			return nil, err
		}
	}
	return members, nil
}

// number returns a JSON number as an int or a float.
func number(text string) (starlark.Value, error) {
	if strings.ContainsAny(text, ".eE") {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("got %s, which is out of the range of a float", text)
		}
		return starlark.Float(f), nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return starlark.MakeInt64(n), nil
	}
	const most = 10_000 // digits; the time to read them grows with the square of their number
	n, ok := new(big.Int), false
	if len(text) <= most {
		n, ok = n.SetString(text, 10)
	}
	if !ok {
		return nil, fmt.Errorf("got a number of more than %d digits", most)
	}
	return starlark.MakeBigInt(n), nil
}

// encode returns a value as JSON text. It ends with ctx.
func encode(ctx context.Context, v starlark.Value) (json.RawMessage, error) {
	w := encoder{ctx: ctx}
	if err := w.value(v, 0); err != nil {
		return nil, err
	}
	return w.text, nil
}

type encoder struct {
	ctx  context.Context
	text []byte
}

func (w *encoder) value(v starlark.Value, depth int) error {
	switch {
	case depth > jsontext.MaxDepth:
		return fmt.Errorf("it is nested deeper than %d, or contains itself", jsontext.MaxDepth)
	case w.ctx.Err() != nil: // a value that is contained many times can be very long
		return context.Cause(w.ctx)
	}
	switch v := v.(type) {
	case starlark.NoneType:
		w.text = append(w.text, "null"...)
	case starlark.Bool:
		w.text = strconv.AppendBool(w.text, bool(v))
	case starlark.Int:
		w.text = append(w.text, v.String()...)
	case starlark.Float:
		if math.IsInf(float64(v), 0) || math.IsNaN(float64(v)) {
			return fmt.Errorf("JSON has no number for %s", v)
		}
		w.text = append(w.text, v.String()...)
	case starlark.String:
		w.text = jsontext.AppendQuote(w.text, string(v))
	case starlark.IterableMapping:
		return w.object(v.Items(), depth)
	case starlark.Iterable:
		return w.array(v, depth)
	case *starlarkstruct.Struct:
		return w.structure(v, depth)
	case *peerError:
		return w.structure(v.Struct, depth)
	default:
		return fmt.Errorf("JSON has nothing for a %s", v.Type())
	}
	return nil
}

func (w *encoder) array(v starlark.Iterable, depth int) error {
	w.text = append(w.text, '[')
	elements := v.Iterate()
	defer elements.Done()
	var e starlark.Value
	for i := 0; elements.Next(&e); i++ {
		if i > 0 {
			w.text = append(w.text, ',')
		}
		if err := w.value(e, depth+1); err != nil {
			return err
		}
	}
	w.text = append(w.text, ']')
	return nil
}

func (w *encoder) object(items []starlark.Tuple, depth int) error {
	w.text = append(w.text, '{')
	for i, item := range items {
		key, ok := item[0].(starlark.String)
		if !ok {
			return fmt.Errorf("a key is a %s; JSON has strings only", item[0].Type())
		}
		if i > 0 {
			w.text = append(w.text, ',')
		}
		w.text = append(jsontext.AppendQuote(w.text, string(key)), ':')
		if err := w.value(item[1], depth+1); err != nil {
			return err
		}
	}
	w.text = append(w.text, '}')
	return nil
}

func (w *encoder) structure(v *starlarkstruct.Struct, depth int) error {
	var items []starlark.Tuple
	for _, name := range v.AttrNames() {
		field, err := v.Attr(name)
		if err != nil {
			return err
		}
		items = append(items, starlark.Tuple{starlark.String(name), field})
	}
	return w.object(items, depth)
}

// params returns the params of a call with these arguments, or nil if there are none.
func params(ctx context.Context, args starlark.Tuple, kwargs []starlark.Tuple) (json.RawMessage, error) {
	switch {
	case len(args) > 0 && len(kwargs) > 0:
		return nil, errors.New("positional and named arguments do not mix in one call")
	case len(kwargs) > 0:
		w := encoder{ctx: ctx}
		err := w.object(kwargs, 0)
		return w.text, err
	case len(args) > 0:
		return encode(ctx, args)
	}
	return nil, nil
}
