package main

import "encoding/json"

// A model is what is read of a meta model; its types are those of metaModel.schema.json beside it.
type model struct {
	MetaData      struct{ Version string }
	Requests      []method
	Notifications []method
	Structures    []structure
	Enumerations  []enumeration
	TypeAliases   []alias
}

type method struct {
	Method             string
	MessageDirection   string
	ServerCapability   string
	RegistrationMethod string
	Params             *typ
	Result             *typ
}

type structure struct {
	Name            string
	Extends, Mixins []typ
	Properties      []property
}

type property struct {
	Name       string
	Type       typ
	Optional   bool
	Deprecated string // why; "": it is not
}

type enumeration struct {
	Name                 string
	Type                 typ
	SupportsCustomValues bool
	Values               []struct {
		Name  string
		Value json.RawMessage
	}
}

type alias struct {
	Name string
	Type typ
}

// A typ is a type of any kind; Value is a type, a literal or a structure, as the kind has it.
type typ struct {
	Kind    string
	Name    string
	Element *typ
	Items   []typ
	Value   json.RawMessage
}

// An index finds what is referred to by name.
type index struct {
	structures   map[string]structure
	enumerations map[string]enumeration
	aliases      map[string]alias
}

func (m model) index() index {
	i := index{make(map[string]structure), make(map[string]enumeration), make(map[string]alias)}
	for _, s := range m.Structures {
		i.structures[s.Name] = s
	}
	for _, e := range m.Enumerations {
		i.enumerations[e.Name] = e
	}
	for _, a := range m.TypeAliases {
		i.aliases[a.Name] = a
	}
	return i
}
