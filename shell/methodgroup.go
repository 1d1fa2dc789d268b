package shell

import (
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
)

// How methods are put into groups.
const (
	smallestGroup = 3  // methods; fewer stay with the others
	largestGroup  = 60 // methods; more are divided where their names allow it
	deepestGroup  = 4  // parts of a name
)

// A methodGroup is methods whose names begin alike, up to a separator.
type methodGroup struct {
	prefix  string // "" for those that begin like no others
	methods []catalog.Method
}

// inGroups puts methods into groups, both in order of name.
func inGroups(methods []catalog.Method) []methodGroup {
	groups := divide(methodGroup{methods: methods}, 0)
	slices.SortStableFunc(groups, func(a, b methodGroup) int { return strings.Compare(a.prefix, b.prefix) })
	return groups
}

// divide returns the groups of which g consists; those that are in none of them are a group with g's prefix.
func divide(g methodGroup, depth int) []methodGroup {
	parts := make(map[string][]catalog.Method)
	var order []string
	for _, m := range g.methods {
		prefix := nextPrefix(m.Name, len(g.prefix))
		if parts[prefix] == nil {
			order = append(order, prefix)
		}
		parts[prefix] = append(parts[prefix], m)
	}
	var groups []methodGroup
	rest := methodGroup{prefix: g.prefix}
	for _, prefix := range order {
		switch part := (methodGroup{prefix, parts[prefix]}); {
		case prefix == "" || len(part.methods) < smallestGroup:
			rest.methods = append(rest.methods, part.methods...)
		case len(part.methods) > largestGroup && depth < deepestGroup:
			groups = append(groups, divide(part, depth+1)...)
		default:
			groups = append(groups, part)
		}
	}
	if len(rest.methods) > 0 {
		slices.SortStableFunc(rest.methods, func(a, b catalog.Method) int { return strings.Compare(a.Name, b.Name) })
		groups = append(groups, rest)
	}
	return groups
}

// nextPrefix returns name up to the first separator after its first n bytes, that included; "" where there is none.
func nextPrefix(name string, n int) string {
	for i := n; i < len(name); i++ {
		if strings.IndexByte("._/:-", name[i]) >= 0 && i > n {
			return name[:i+1]
		}
	}
	return ""
}

// title names the group above its methods.
func (g methodGroup) title() string {
	name := visible(g.prefix, false)
	if name == "" {
		name = "others"
	}
	return fmt.Sprintf("%s (%s)", name, grouped(len(g.methods)))
}

// pattern returns a glob that means the group, and with it those that begin alike.
func (g methodGroup) pattern() string { return g.prefix + "*" }
