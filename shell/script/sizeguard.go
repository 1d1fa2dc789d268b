package script

import (
	"context"
	"fmt"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"rpcsh/shell/memory"
)

// How much a single operation may make. A script can be ended between two operations only, so an operation that takes
// all memory, or hours, has to be refused. Starlark's own limit is a thousand million elements.
const (
	maxElements = 3_000_000 // of a list, a tuple, or a range
	maxBytes    = 48 << 20  // of a text
	maxBits     = 1 << 24   // of a product of integers
)

// guardName is the name of the guard of operands in a parsed file. It is not an identifier, so no script can use it.
const guardName = "*"

// guardOperators makes each product in a file, which may repeat a list or a text, or be one of large integers, each sum
// and each % check the size of the result: it wraps an operand.
func guardOperators(f *syntax.File) {
	guard := func(operand syntax.Expr) syntax.Expr {
		start, end := operand.Span()
		return &syntax.CallExpr{
			Fn: &syntax.Ident{NamePos: start, Name: guardName}, Lparen: start, Args: []syntax.Expr{operand},
			Rparen: end,
		}
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryExpr:
			if n.Op == syntax.STAR || n.Op == syntax.PLUS || n.Op == syntax.PERCENT {
				n.X = guard(n.X)
			}
		case *syntax.AssignStmt:
			switch x, isName := n.LHS.(*syntax.Ident); {
			case n.Op == syntax.STAR_EQ:
				n.RHS = guard(n.RHS)
			case isName && (n.Op == syntax.PLUS_EQ || n.Op == syntax.PERCENT_EQ):
				// the operand stays what it is: a list is extended in its place, and % takes anything
				n.RHS = &syntax.CallExpr{
					Fn: &syntax.Ident{NamePos: n.OpPos, Name: guardName}, Lparen: n.OpPos, Rparen: n.OpPos,
					Args: []syntax.Expr{n.RHS, &syntax.Ident{NamePos: x.NamePos, Name: x.Name}, operator(n.Op)},
				}
			}
		}
		return true
	})
}

// operator returns an operator as a text in a file.
func operator(op syntax.Token) *syntax.Literal {
	text := strings.TrimSuffix(op.String(), "=")
	return &syntax.Literal{Token: syntax.STRING, Raw: text, Value: text}
}

// guardOperand is the builtin that guardOperators puts around an operand. One of an assignment has the other one and
// the operator with it, and stays what it is.
func guardOperand(
	thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple,
) (starlark.Value, error) {
	if len(args) > 1 {
		op, x, y := args[2], args[1], args[0]
		if op == starlark.String("+") {
			return y, running(thread).adds(x, y)
		}
		return y, running(thread).interpolates(x, y)
	}
	return guarded{args[0], running(thread)}, nil
}

// guarded is an operand that checks the size of the result. The result does not contain it.
type guarded struct {
	starlark.Value
	run *run
}

// Binary implements starlark.HasBinary.
func (g guarded) Binary(op syntax.Token, other starlark.Value, side starlark.Side) (starlark.Value, error) {
	x, y := g.Value, other
	if side == starlark.Right {
		x, y = y, x
	}
	if other, twice := y.(guarded); twice {
		y = other.Value
	}
	var err error
	switch op {
	case syntax.STAR:
		if err = checkProduct(x, y); err == nil {
			err = g.run.makes(productSize(x, y), inBytes)
		}
	case syntax.PLUS:
		err = g.run.adds(x, y)
	case syntax.PERCENT:
		err = g.run.interpolates(x, y)
	}
	if err != nil {
		return nil, err
	}
	return starlark.Binary(op, x, y)
}

// adds looks at the size of a sum.
func (r *run) adds(x, y starlark.Value) error {
	switch x := x.(type) {
	case starlark.String:
		if y, is := y.(starlark.String); is {
			return r.makes(len(x)+len(y), inBytes)
		}
	case starlark.Bytes:
		if y, is := y.(starlark.Bytes); is {
			return r.makes(len(x)+len(y), inBytes)
		}
	case *starlark.List:
		if n := starlark.Len(y); n > 0 {
			return r.makes(x.Len()+n, inElements)
		}
	case starlark.Tuple:
		if y, is := y.(starlark.Tuple); is {
			return r.makes(len(x)+len(y), inElements)
		}
	}
	return nil
}

// interpolates looks at the size of what % makes of a text.
func (r *run) interpolates(x, y starlark.Value) error {
	format, is := x.(starlark.String)
	if !is {
		return nil
	}
	return r.makes(sizeOfInterpolation(string(format), y), inBytes)
}

// makes refuses a result of one step that is too large, and ends the script if it takes too much with it.
func (r *run) makes(size int, of string) error {
	most, bytes := maxBytes, size
	if of == inElements {
		most, bytes = maxElements, elementSize*size
	}
	if size > most {
		return fmt.Errorf("the result may have more than %d %s", most, of)
	}
	if bytes < counted {
		return nil
	}
	memory.Grow(r.ctx, uint64(bytes))
	return context.Cause(r.ctx)
}

const (
	elementSize = 16       // bytes of an element of a list
	counted     = 64 << 10 // bytes of a result whose memory is looked at
)

// productSize returns how many bytes a product has that repeats something, 0 for others.
func productSize(x, y starlark.Value) int {
	n, isInt := x.(starlark.Int)
	if !isInt {
		x, y = y, x
		if n, isInt = x.(starlark.Int); !isInt {
			return 0
		}
	}
	times, _ := n.Int64()
	switch y := y.(type) {
	case starlark.String, starlark.Bytes:
		return max(0, starlark.Len(y)*int(times))
	case *starlark.List, starlark.Tuple:
		return max(0, starlark.Len(y)*int(times)) * elementSize
	}
	return 0
}

func checkProduct(x, y starlark.Value) error {
	n, isInt := x.(starlark.Int)
	if !isInt {
		x, y = y, x
		if n, isInt = x.(starlark.Int); !isInt {
			return nil // an error, or a product of floats
		}
	}
	switch y := y.(type) {
	case starlark.Int:
		return checkIntegers(n, y)
	case starlark.String, starlark.Bytes:
		return checkRepeat(starlark.Len(y), n, maxBytes, "bytes")
	case *starlark.List, starlark.Tuple:
		return checkRepeat(starlark.Len(y), n, maxElements, "elements")
	}
	return nil
}

func checkIntegers(x, y starlark.Int) error {
	_, small := x.Int64()
	_, smallToo := y.Int64()
	if small && smallToo || x.BigInt().BitLen()+y.BigInt().BitLen() <= maxBits {
		return nil
	}
	return fmt.Errorf("the product has more than %d bits", maxBits)
}

func checkRepeat(length int, times starlark.Int, most int64, of string) error {
	n, small := times.Int64()
	if length == 0 || times.Sign() <= 0 || small && n <= most/int64(length) {
		return nil
	}
	return fmt.Errorf("%d × %s %s are too many, %d at most", length, times, of, most)
}

// smallRange is range, but refuses ranges that would fill the memory as a list.
func smallRange(
	thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple,
) (starlark.Value, error) {
	r, err := starlark.Call(thread, starlark.Universe[b.Name()], args, kwargs)
	if err == nil && starlark.Len(r) > maxElements {
		return nil, fmt.Errorf("range: it would have %d numbers, %d at most: count with while",
			starlark.Len(r), maxElements)
	}
	return r, err
}
