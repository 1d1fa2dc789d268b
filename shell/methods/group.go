package methods

import (
	"fmt"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/shell/human"
	"rpcsh/shell/view"
)

// How methods are grouped.
const (
	smallestGroup = 3  // methods; fewer stay with the rest
	largestGroup  = 60 // methods; larger groups are divided if the names allow it
	deepestGroup  = 4  // parts of a name
)

// A group has the methods whose names share a prefix up to a separator.
type group struct {
	prefix  string // "" for methods that share none
	methods []catalog.Method
}

// inGroups returns methods in groups. Groups and their methods are sorted by name; those that share no prefix come
// last.
func inGroups(methods []catalog.Method) []group {
	groups := divide(group{methods: methods}, 0)
	slices.SortStableFunc(groups, func(a, b group) int {
		if a.prefix == "" || b.prefix == "" {
			return strings.Compare(b.prefix, a.prefix)
		}
		return strings.Compare(a.prefix, b.prefix)
	})
	return groups
}

// divide returns the groups into which g is divided. Methods that are in none of them are a group with g's prefix.
func divide(g group, depth int) []group {
	parts := make(map[string][]catalog.Method)
	var order []string
	for _, m := range g.methods {
		prefix := nextPrefix(m.Name, len(g.prefix))
		if parts[prefix] == nil {
			order = append(order, prefix)
		}
		parts[prefix] = append(parts[prefix], m)
	}
	var groups []group
	rest := group{prefix: g.prefix}
	for _, prefix := range order {
		switch part := (group{prefix, parts[prefix]}); {
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

// nextPrefix returns name up to and including the first separator after its first n bytes, or "" if there is none.
func nextPrefix(name string, n int) string {
	for i := n; i < len(name); i++ {
		if strings.IndexByte("._/:-", name[i]) >= 0 && i > n {
			return name[:i+1]
		}
	}
	return ""
}

// title names the group above its methods.
func (g group) title() string {
	name := view.Visible(g.prefix)
	if name == "" {
		name = "others"
	}
	return fmt.Sprintf("%s (%s)", name, human.Grouped(len(g.methods)))
}

// pattern returns a glob that matches the group, and its subgroups.
func (g group) pattern() string { return g.prefix + "*" }

// names returns the methods' names without the prefix, up to about the given number of bytes.
func (g group) names(enough int) string {
	var names strings.Builder
	for _, m := range g.methods {
		if names.Len() > 0 {
			names.WriteString(", ")
		}
		names.WriteString(view.Visible(strings.TrimPrefix(m.Name, g.prefix)))
		if names.Len() > enough {
			break
		}
	}
	return names.String()
}
