package script

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// rpcName is the name of a first parameter that gets an rpcValue.
const rpcName = "rpc"

// A signature is a function's parameters, as its callers see them.
type signature struct {
	rpc        bool        // its first parameter is rpc
	positional []parameter // given by position or by name
	named      []parameter // given by name only
	args       string      // the name of *args; "": there is none
	kwargs     string
}

type parameter struct {
	name  string
	value starlark.Value // the default; nil: it must be given
}

func signatureOf(fn *starlark.Function) signature {
	var s signature
	n := fn.NumParams()
	if fn.HasKwargs() {
		n--
		s.kwargs, _ = fn.Param(n)
	}
	if fn.HasVarargs() {
		n--
		s.args, _ = fn.Param(n)
	}
	for i := range n {
		name, _ := fn.Param(i)
		switch p := (parameter{name, fn.ParamDefault(i)}); {
		case i >= n-fn.NumKwonlyParams():
			s.named = append(s.named, p)
		case i == 0 && name == rpcName:
			s.rpc = true
		default:
			s.positional = append(s.positional, p)
		}
	}
	return s
}

// check returns what is wrong with arguments, in the words that Python puts after a function's name.
func (s *signature) check(args starlark.Tuple, kwargs []starlark.Tuple) error {
	given := make(map[string]bool)
	for i, p := range s.positional {
		given[p.name] = i < len(args)
	}
	for _, p := range s.named {
		given[p.name] = false
	}
	if len(args) > len(s.positional) && s.args == "" {
		return fmt.Errorf("takes %s but %d %s given", s.takes(), len(args), wasOrWere(len(args)))
	}
	for _, kw := range kwargs {
		name := string(kw[0].(starlark.String))
		was, known := given[name]
		switch {
		case was, s.rpc && name == rpcName && s.kwargs != "":
			return fmt.Errorf("got multiple values for argument '%s'", name)
		case !known && s.kwargs == "":
			return fmt.Errorf("got an unexpected keyword argument '%s'", name)
		}
		given[name] = true
	}
	if err := missing("positional", s.positional, given); err != nil {
		return err
	}
	return missing("keyword-only", s.named, given)
}

// takes says how many arguments may be given by position.
func (s *signature) takes() string {
	most, least := len(s.positional), 0
	for _, p := range s.positional {
		if p.value == nil {
			least++
		}
	}
	number := fmt.Sprint(most)
	if least < most {
		number = fmt.Sprintf("from %d to %d", least, most)
	}
	if most == 1 {
		return number + " positional argument"
	}
	return number + " positional arguments"
}

func wasOrWere(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// missing says which required parameters were not given.
func missing(kind string, parameters []parameter, given map[string]bool) error {
	var names []string
	for _, p := range parameters {
		if p.value == nil && !given[p.name] {
			names = append(names, "'"+p.name+"'")
		}
	}
	switch n := len(names); n {
	case 0:
		return nil
	case 1:
		return fmt.Errorf("missing 1 required %s argument: %s", kind, names[0])
	default:
		return fmt.Errorf("missing %d required %s arguments: %s and %s",
			n, kind, strings.Join(names[:n-1], ", "), names[n-1])
	}
}

// String returns the signature as it is written, without rpc.
func (s *signature) String() string {
	var all []string
	for _, p := range s.positional {
		all = append(all, p.String())
	}
	switch {
	case s.args != "":
		all = append(all, "*"+s.args)
	case len(s.named) > 0:
		all = append(all, "*")
	}
	for _, p := range s.named {
		all = append(all, p.String())
	}
	if s.kwargs != "" {
		all = append(all, "**"+s.kwargs)
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func (p parameter) String() string {
	if p.value == nil {
		return p.name
	}
	return p.name + "=" + defaultText(p.value)
}

// defaultText returns a short default as it is written, and … for a long one.
func defaultText(value starlark.Value) string {
	const most = 40
	short := starlark.Len(value) <= 0
	switch value := value.(type) {
	case starlark.String:
		short = len(value) <= most
	case starlark.Int:
		_, short = value.Int64()
	}
	if !short {
		return "…"
	}
	return value.String()
}
