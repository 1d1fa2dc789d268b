package script

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// How much a single operation may make. A script can be ended between two operations only, so an operation that takes
// all memory, or hours, has to be refused. Starlark's own limit is a thousand million elements.
const (
	maxElements = 10_000_000 // of a list, a tuple, or a range
	maxBytes    = 100 << 20  // of a text
	maxBits     = 1 << 24    // of a product of integers
)

// guardName is the name of the guard of products in a parsed file. It is not an identifier, so no script can use it.
const guardName = "*"

// guardProducts makes each product in a file, which may repeat a list or a text, or be one of large integers, check its
// size: it wraps an operand.
func guardProducts(f *syntax.File) {
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
			if n.Op == syntax.STAR {
				n.X = guard(n.X)
			}
		case *syntax.AssignStmt:
			if n.Op == syntax.STAR_EQ {
				n.RHS = guard(n.RHS)
			}
		}
		return true
	})
}

// guardOperand is the builtin that guardProducts puts around an operand.
func guardOperand(
	_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple,
) (starlark.Value, error) {
	return guarded{args[0]}, nil
}

// guarded is an operand that checks the size of its product. The product does not contain it.
type guarded struct{ starlark.Value }

// Binary implements starlark.HasBinary.
func (g guarded) Binary(op syntax.Token, other starlark.Value, side starlark.Side) (starlark.Value, error) {
	x, y := g.Value, other
	if side == starlark.Right {
		x, y = y, x
	}
	if err := checkProduct(x, y); err != nil {
		return nil, err
	}
	return starlark.Binary(op, x, y)
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
