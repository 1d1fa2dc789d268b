package jq

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"github.com/itchyny/gojq"

	"rpcsh/shell/memory"
)

const (
	// maxStep is how many bytes a single operation may make: gojq can be interrupted between two only.
	maxStep = 100 << 20
	// maxText is how many bytes a value may have as text, which has to be in memory beside it.
	maxText = memory.Limit / 4
)

// The functions that guarded puts before operations whose results may be large. An expression can hardly mean them.
const (
	operandsName = "_rpcsh_operands" // of a product or a sum: [x, y]
	sizedName    = "_rpcsh_sized_"   // of what a function, whose name follows, makes of its input: .
	givenName    = "_rpcsh_given_"   // of what a function of one argument makes: [., argument]
	valueName    = "$_rpcsh_value"   // of +=
)

// guarded changes an expression so that it looks at the size of products, sums and texts before it makes them.
func guarded(query *gojq.Query) {
	guard(reflect.ValueOf(query))
}

// guard goes through a syntax tree.
func guard(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		guard(v.Elem())
		switch node := v.Interface().(type) {
		case *gojq.Query:
			guardOperation(node)
		case *gojq.Term:
			guardTerm(node)
		case *gojq.ObjectKeyVal:
			if node.KeyString != nil && node.KeyString.Queries != nil {
				node.KeyQuery, node.KeyString = interpolated(node.KeyString, textOf), nil
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			guard(v.Field(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			guard(v.Index(i))
		}
	}
}

// guardOperation has a product or a sum look at the size of the result first. That of += and *= becomes one that does.
func guardOperation(q *gojq.Query) {
	switch q.Op {
	case gojq.OpUpdateAdd, gojq.OpUpdateMul:
		op := gojq.OpAdd
		if q.Op == gojq.OpUpdateMul {
			op = gojq.OpMul
		}
		changed := mustParse(". " + op.String() + " " + valueName)
		guardOperation(changed)
		q.Left, q.Right = q.Right, &gojq.Query{Left: q.Left, Op: gojq.OpModify, Right: changed}
		q.Op, q.Patterns = gojq.OpPipe, []*gojq.Pattern{{Name: valueName}}
	case gojq.OpAdd, gojq.OpMul:
		operands := function(operandsName, q.Left, q.Right)
		q.Right = mustParse(".[0] " + q.Op.String() + " .[1]")
		q.Left, q.Op = operands, gojq.OpPipe
	}
}

// guardTerm has a term that makes text or an array look at the size of the result first.
func guardTerm(t *gojq.Term) {
	switch {
	case t.Type == gojq.TermTypeFunc:
		name := fmt.Sprintf("%s/%d", t.Func.Name, len(t.Func.Args))
		switch {
		case growing()[name] != nil && len(t.Func.Args) == 0:
			become(t, checked(name, &gojq.Query{Term: &gojq.Term{Type: t.Type, Func: t.Func}}))
		case growing()[name] != nil:
			call := mustParse(". as [$a, $b] | $a | " + t.Func.Name + "($b)")
			given := function(givenName+identifier(name), t.Func.Args[0])
			become(t, &gojq.Query{Left: given, Op: gojq.OpPipe, Right: call})
		case matches(t.Func):
			become(t, checked(matchName, &gojq.Query{Term: &gojq.Term{Type: t.Type, Func: t.Func}}))
		}
	case t.Type == gojq.TermTypeFormat && t.Str == nil:
		become(t, formatted(t.Format))
	case t.Type == gojq.TermTypeFormat:
		become(t, interpolated(t.Str, func() *gojq.Query { return formatted(t.Format) }))
	case t.Type == gojq.TermTypeString && t.Str.Queries != nil:
		become(t, interpolated(t.Str, textOf))
	}
}

func textOf() *gojq.Query { return checked("tostring/0", function("tostring")) }

// become has a term be a query, in front of the same suffixes.
func become(t *gojq.Term, q *gojq.Query) {
	*t = gojq.Term{Type: gojq.TermTypeQuery, Query: q, SuffixList: t.SuffixList}
}

// checked is a query that looks at what a function makes before it calls it.
func checked(name string, call *gojq.Query) *gojq.Query {
	return &gojq.Query{Left: function(sizedName + identifier(name)), Op: gojq.OpPipe, Right: call}
}

// formatted is a format, such as @html.
func formatted(name string) *gojq.Query {
	format := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFormat, Format: name}}
	if growing()[name] == nil {
		return format
	}
	return checked(name, format)
}

// interpolated is the sum that gojq makes of a string with expressions in it, each of which text makes text.
func interpolated(s *gojq.String, text func() *gojq.Query) (sum *gojq.Query) {
	for _, part := range s.Queries {
		if part.Term.Str == nil {
			part = &gojq.Query{Left: part, Op: gojq.OpPipe, Right: text()}
		}
		if sum == nil {
			sum = part
			continue
		}
		sum = &gojq.Query{Left: sum, Op: gojq.OpAdd, Right: part}
		guardOperation(sum)
	}
	return sum
}

// identifier returns what of a function's name and number of arguments may be part of a name.
func identifier(name string) string { return strings.NewReplacer("/", "_", "@", "at_").Replace(name) }

// matches reports whether a function may find as many places in a text as it has characters.
func matches(f *gojq.Func) bool {
	switch f.Name {
	case "match", "capture", "scan", "splits", "sub", "gsub":
		return true
	}
	return f.Name == "split" && len(f.Args) == 2
}

func function(name string, args ...*gojq.Query) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: name, Args: args}}}
}

func mustParse(text string) *gojq.Query {
	q, err := gojq.Parse(text)
	if err != nil {
		panic(err)
	}
	return q
}

// runs are those of a Filter that are under way.
type runs struct {
	mu  sync.Mutex // protects what follows
	all map[context.Context]bool
}

// begin adds a run, which ends with end.
func (r *runs) begin(ctx context.Context) (end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = make(map[context.Context]bool)
	}
	r.all[ctx] = true
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.all, ctx)
	}
}

// makes refuses a result of one step that is too large, and ends runs that take too much with it: which of them makes
// it is not known, and the memory is that of the program.
func (r *runs) makes(size int) error {
	switch {
	case size > maxStep:
		return fmt.Errorf("the result may have more than %d bytes", maxStep)
	case size < 1<<16:
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for ctx := range r.all {
		memory.Grow(ctx, uint64(size))
	}
	return nil
}

// options returns what the functions of guarded do.
func (r *runs) options() []gojq.CompilerOption {
	checked := func(size func(v any, args []any) int, result func(v any, args []any) any) func(any, []any) any {
		return func(v any, args []any) any {
			if err := r.makes(size(v, args)); err != nil {
				return err
			}
			return result(v, args)
		}
	}
	self := func(v any, _ []any) any { return v }
	given := func(v any, args []any) any { return []any{v, args[0]} }
	options := []gojq.CompilerOption{
		gojq.WithFunction(operandsName, 2, 2, checked(sizeOfOperation, func(_ any, args []any) any { return args })),
	}
	for name, size := range growing() {
		if strings.HasSuffix(name, "/1") {
			options = append(options, gojq.WithFunction(givenName+identifier(name), 1, 1, checked(size, given)))
		} else {
			options = append(options, gojq.WithFunction(sizedName+identifier(name), 0, 0, checked(size, self)))
		}
	}
	return options
}

// sizeOfOperation returns how large a product or a sum may be, for both.
func sizeOfOperation(_ any, args []any) int {
	switch x := args[0].(type) {
	case string:
		switch y := args[1].(type) {
		case string:
			return len(x) + len(y)
		default:
			return repeated(x, y)
		}
	case []any:
		if y, is := args[1].([]any); is {
			return elementSize * (len(x) + len(y))
		}
	default:
		if y, is := args[1].(string); is {
			return repeated(y, x)
		}
	}
	return 0
}

// repeated returns how long a text is, so many times.
func repeated(text string, times any) int {
	var n float64
	switch times := times.(type) {
	case int:
		n = float64(times)
	case float64:
		n = times
	case json.Number:
		n, _ = times.Float64() // or it is far too large
	}
	if size := n * float64(len(text)); size > 0 {
		return int(min(size, 2*maxStep))
	}
	return 0
}
