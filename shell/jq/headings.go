package jq

import "github.com/itchyny/gojq"

// Headings returns what the columns are that an expression makes: for one that ends in [.name, .size], or makes an
// array of such arrays, "name" and "size". It is nil for others.
func Headings(expression string) []string {
	spelled := spellingFor(expression)
	query, err := gojq.Parse(spelled.expression(expression))
	if err != nil {
		return nil
	}
	row := lastOf(query)
	if row == nil || row.Type != gojq.TermTypeArray && row.Type != gojq.TermTypeFunc {
		return nil
	}
	if inner := lastOf(innerOf(row)); inner != nil && inner.Type == gojq.TermTypeArray && len(inner.SuffixList) == 0 {
		row = inner
	}
	if row.Type != gojq.TermTypeArray || row.Array.Query == nil {
		return nil
	}
	var headings []string
	for _, cell := range parts(row.Array.Query) {
		headings = append(headings, spelled.text(heading(cell)))
	}
	return headings
}

// lastOf returns the last step of a pipe; nil: it is none that stands for itself.
func lastOf(query *gojq.Query) *gojq.Term {
	for query != nil && query.Op == gojq.OpPipe {
		query = query.Right
	}
	if query == nil || query.Term == nil || len(query.Term.SuffixList) > 0 {
		return nil
	}
	return query.Term
}

// innerOf returns what makes the elements of an array, [F] or map(F); nil: term is neither.
func innerOf(term *gojq.Term) *gojq.Query {
	switch {
	case term.Type == gojq.TermTypeArray:
		return term.Array.Query
	case term.Type == gojq.TermTypeFunc && term.Func.Name == "map" && len(term.Func.Args) == 1:
		return term.Func.Args[0]
	}
	return nil
}

// parts returns the expressions between commas.
func parts(query *gojq.Query) []*gojq.Query {
	if query.Op == gojq.OpComma {
		return append(parts(query.Left), parts(query.Right)...)
	}
	return []*gojq.Query{query}
}

// heading returns what a cell is: the path of .a.b without its dot, or the expression.
func heading(cell *gojq.Query) string {
	text := cell.String()
	if len(text) > 1 && text[0] == '.' && text[1] != '[' && text[1] != '"' {
		return text[1:]
	}
	return text
}
