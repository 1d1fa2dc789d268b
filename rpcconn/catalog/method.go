package catalog

import (
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/schema"
)

// Kind says how a method is called.
type Kind uint8

// The kinds of method.
const (
	KindEither       Kind = iota // unknown, or both
	KindRequest                  // has an answer
	KindNotification             // has none
)

// Structure says how a method takes its params (OpenRPC's paramStructure).
type Structure string

// The structures.
const (
	Either     Structure = ""
	ByName     Structure = "by-name"
	ByPosition Structure = "by-position"
)

// A Method is what is known about one method.
type Method struct {
	Name        string        `json:"name"`
	Kind        Kind          `json:"kind,omitempty"`
	Ours        bool          `json:"ours,omitempty"` // the peer calls it on us
	Open        bool          `json:"open,omitempty"` // it takes further params
	Deprecated  bool          `json:"deprecated,omitempty"`
	Inferred    bool          `json:"inferred,omitempty"`    // params and result, from calls, whatever the source is
	Summary     string        `json:"summary,omitempty"`     // one line
	Description string        `json:"description,omitempty"` // Markdown, without the summary
	Params      []Param       `json:"params,omitzero"`       // by position; nil: not known, empty: none
	Structure   Structure     `json:"structure,omitempty"`
	Result      *Param        `json:"result,omitempty"` // nil: not known
	Errors      []MethodError `json:"errors,omitempty"`
	Examples    []Example     `json:"examples,omitempty"`
	Tags        []string      `json:"tags,omitempty"`
	Source      Source        `json:"source"`
	// how it is called by another method; nil: directly
	Via *Via `json:"via,omitempty"`
}

// A Param is a parameter of a method, or its result.
type Param = schema.Property

// A MethodError is an error that a method may answer with.
type MethodError struct {
	Code    int64           `json:"code"`
	Message string          `json:"message,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// An Example is a valid call.
type Example struct {
	Name   string          `json:"name,omitempty"`
	Params json.RawMessage `json:"params,omitempty"` // as they are sent: an array or an object
	Result json.RawMessage `json:"result,omitempty"`
}

// Via says how a thing that is no method of its own, such as an MCP tool, is called: Method is sent with Fixed, an
// object, as its params, to which is added what the person gave, an object too, under the name Member.
type Via struct {
	Method string          `json:"method"`
	Fixed  json.RawMessage `json:"fixed,omitempty"`
	Member string          `json:"member,omitempty"` // "": the person's params are members of the params themselves
}

// An Identity is a peer's own name and version.
type Identity struct {
	Name    string   `json:"name,omitempty"`
	Version string   `json:"version,omitempty"`
	Modules []string `json:"modules,omitempty"`
}

// String returns the identity in a few words: "name version (module, module)".
func (i Identity) String() string {
	s := strings.TrimSpace(i.Name + " " + i.Version)
	if len(i.Modules) > 0 {
		s = strings.TrimSpace(s + " (" + strings.Join(i.Modules, ", ") + ")")
	}
	return s
}

// Learned is what a convention tells about a peer.
type Learned struct {
	Source      Source
	Peer        Identity
	Methods     []Method
	Definitions schema.Definitions
	Remarks     []string // what could not be read, a line each
}
