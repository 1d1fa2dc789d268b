package script

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// textGuard is the name of the guard of methods of texts in a parsed file. It is not an identifier, either.
const textGuard = "."

// textMethods returns what tells how large the result of a method of texts may be, nil for a method whose result is not
// much larger than what it is given. Of wrong arguments it tells nothing: the method itself says what is wrong.
func textMethods(name string) func(s string, args starlark.Tuple, kwargs []starlark.Tuple) (size int, of string) {
	switch name {
	case "replace":
		return sizeOfReplace
	case "join":
		return sizeOfJoin
	case "format":
		return sizeOfFormat
	case "split", "rsplit", "splitlines":
		return sizeOfSplit
	}
	return nil
}

// guardTexts makes the methods of texts in a file that may take all memory check the size of their result first.
func guardTexts(f *syntax.File) {
	syntax.Walk(f, func(n syntax.Node) bool {
		if dot, is := n.(*syntax.DotExpr); is && textMethods(dot.Name.Name) != nil {
			start, end := dot.X.Span()
			dot.X = &syntax.CallExpr{
				Fn: &syntax.Ident{NamePos: start, Name: textGuard}, Lparen: start, Args: []syntax.Expr{dot.X},
				Rparen: end,
			}
		}
		return true
	})
}

// guardText is the builtin that guardTexts puts around what stands before a method.
func guardText(
	_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple,
) (starlark.Value, error) {
	if s, is := args[0].(starlark.String); is {
		return guardedText{s, s}, nil
	}
	return args[0], nil
}

// A guardedText is a text before the dot of one of its methods. Nobody sees it.
type guardedText struct {
	starlark.Value
	text starlark.String
}

// AttrNames implements starlark.HasAttrs.
func (t guardedText) AttrNames() []string { return t.text.AttrNames() }

// Attr implements starlark.HasAttrs.
func (t guardedText) Attr(name string) (starlark.Value, error) {
	method, err := t.text.Attr(name)
	size := textMethods(name)
	if method == nil || size == nil {
		return method, err
	}
	return starlark.NewBuiltin(name, func(
		thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
	) (starlark.Value, error) {
		n, of := size(string(t.text), args, kwargs)
		if err := running(thread).makes(n, of); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return starlark.Call(thread, method, args, kwargs)
	}), nil
}

// guardedGetattr is getattr, whose result may be such a method, too.
func guardedGetattr(
	thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	if len(args) > 0 {
		if s, is := args[0].(starlark.String); is {
			args = append(starlark.Tuple{guardedText{s, s}}, args[1:]...)
		}
	}
	return starlark.Call(thread, starlark.Universe["getattr"], args, kwargs)
}

const (
	inBytes    = "bytes"
	inElements = "elements"
)

func sizeOfReplace(s string, args starlark.Tuple, _ []starlark.Tuple) (size int, of string) {
	var old, now string
	count := -1
	if starlark.UnpackPositionalArgs("replace", args, nil, 2, &old, &now, &count) != nil {
		return 0, inBytes
	}
	n := strings.Count(s, old)
	if count >= 0 {
		n = min(n, count)
	}
	return len(s) + n*max(0, len(now)-len(old)), inBytes
}

func sizeOfJoin(s string, args starlark.Tuple, _ []starlark.Tuple) (size int, of string) {
	if len(args) != 1 {
		return 0, inBytes
	}
	all := starlark.Iterate(args[0])
	if all == nil {
		return 0, inBytes
	}
	defer all.Done()
	for v := starlark.Value(nil); size <= maxBytes && all.Next(&v); {
		size += len(s) + textSize(v)
	}
	return size, inBytes
}

// sizeOfFormat takes each field for the longest value.
func sizeOfFormat(s string, args starlark.Tuple, kwargs []starlark.Tuple) (size int, of string) {
	longest := 0
	for _, v := range args {
		longest = max(longest, textSize(v))
	}
	for _, pair := range kwargs {
		longest = max(longest, textSize(pair[1]))
	}
	return len(s) + strings.Count(s, "{")*longest, inBytes
}

func sizeOfSplit(s string, args starlark.Tuple, _ []starlark.Tuple) (size int, of string) {
	separator, is := "", false
	if len(args) > 0 {
		separator, is = starlark.AsString(args[0])
	}
	if !is || separator == "" { // at white space, or at ends of lines
		return 2 * (strings.Count(s, " ") + strings.Count(s, "\n") + strings.Count(s, "\t") + 1), inElements
	}
	return 2 * (strings.Count(s, separator) + 1), inElements // a text in a list takes the memory of two numbers
}

// sizeOfInterpolation returns how large a text may be that % makes.
func sizeOfInterpolation(format string, value starlark.Value) int {
	longest := 0
	switch value := value.(type) {
	case starlark.Tuple:
		for _, v := range value {
			longest = max(longest, textSize(v))
		}
	default:
		longest = textSize(value)
	}
	return len(format) + strings.Count(format, "%")*longest
}

// textSize returns how many bytes the text of a value has, at least about, and not much more than maxBytes. A value
// that is in another one many times counts so often, as it does in the text.
func textSize(v starlark.Value) int {
	size := 0
	var add func(v starlark.Value, depth int)
	add = func(v starlark.Value, depth int) {
		size += 4
		if size > maxBytes || depth > maxTextDepth {
			return
		}
		switch v := v.(type) {
		case starlark.String:
			size += len(v)
		case starlark.Bytes:
			size += len(v)
		case starlark.Int:
			if _, small := v.Int64(); !small {
				size += v.BigInt().BitLen() / 3
			}
		case starlark.IterableMapping:
			for _, pair := range v.Items() {
				add(pair[0], depth+1)
				add(pair[1], depth+1)
			}
		case starlark.Indexable:
			for i := 0; i < v.Len() && size <= maxBytes; i++ {
				add(v.Index(i), depth+1)
			}
		case starlark.Iterable:
			all := v.Iterate()
			defer all.Done()
			for e := starlark.Value(nil); size <= maxBytes && all.Next(&e); {
				add(e, depth+1)
			}
		case *starlarkstruct.Struct:
			for _, name := range v.AttrNames() {
				member, _ := v.Attr(name)
				add(member, depth+1)
			}
		}
	}
	add(v, 0)
	return size
}

// maxTextDepth is how deep textSize looks: a value may contain itself.
const maxTextDepth = 1000

// sized returns a builtin that makes a text of its arguments, after a look at their size.
func sized(name string, make starlark.Value) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(
		thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
	) (starlark.Value, error) {
		if err := running(thread).makes(textSize(args), inBytes); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return starlark.Call(thread, make, args, kwargs)
	})
}

// sizedModule returns a module in which a member is sized.
func sizedModule(m *starlarkstruct.Module, name string) *starlarkstruct.Module {
	members := make(starlark.StringDict, len(m.Members))
	for n, member := range m.Members {
		members[n] = member
	}
	members[name] = sized(m.Name+"."+name, m.Members[name])
	return &starlarkstruct.Module{Name: m.Name, Members: members}
}
