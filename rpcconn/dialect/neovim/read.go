package neovim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// Source is the convention of Neovim (its manual, "api-metadata").
const Source catalog.Source = "nvim"

const methodAPIInfo = "nvim_get_api_info"

// metadata is the readable part of the metadata of the API.
type metadata struct {
	Version   json.RawMessage
	Functions json.RawMessage
	UIEvents  json.RawMessage `json:"ui_events"`
	Types     json.RawMessage

	types map[string]json.RawMessage
}

type function struct {
	Name            string
	Parameters      [][]string // of type and name
	ReturnType      string     `json:"return_type"`
	DeprecatedSince int        `json:"deprecated_since"`
}

// Read reads what nvim_get_api_info answers, [channel, metadata], or the metadata alone.
func Read(info json.RawMessage) (*catalog.Learned, error) {
	var answer []json.RawMessage
	if json.Unmarshal(info, &answer) == nil && len(answer) == 2 {
		info = answer[1]
	}
	var api metadata
	if err := json.Unmarshal(info, &api); err != nil {
		return nil, fmt.Errorf("reading Neovim's API: %w", err)
	}
	if jsontext.FirstByte(api.Functions) != '[' {
		return nil, fmt.Errorf("reading Neovim's API: it has no functions")
	}
	_ = json.Unmarshal(api.Types, &api.types) // none are known, where it is something else
	learned := &catalog.Learned{
		Source:      Source,
		Peer:        catalog.Identity{Name: "Neovim", Version: api.version()},
		Definitions: api.handles(),
	}
	unread := 0
	for _, raw := range jsontext.Elements(api.Functions) {
		var f function
		if json.Unmarshal(raw, &f) != nil || f.Name == "" {
			unread++
			continue
		}
		learned.Methods = append(learned.Methods, api.method(f))
	}
	if unread > 0 {
		learned.Remarks = append(learned.Remarks, fmt.Sprintf("%d of Neovim's functions could not be read", unread))
	}
	learned.Methods = append(learned.Methods, api.events()...)
	return learned, nil
}

func (api *metadata) version() string {
	var v struct{ Major, Minor, Patch int }
	if json.Unmarshal(api.Version, &v) != nil {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
}

// handles returns the definitions of Buffer, Window and Tabpage. Neovim sends them as values of types of their own,
// which codecs show as objects, and takes plain integers for them.
func (api *metadata) handles() schema.Definitions {
	definitions := make(schema.Definitions)
	for name := range api.types {
		if !schema.IsIdentifier(name) {
			continue
		}
		number := jsontext.Quote("the number of a " + strings.ToLower(name) + ", 0 being the current one")
		definitions[name] = json.RawMessage(`{"type":["integer","object"],"description":` + number + `}`)
	}
	return definitions
}

func (api *metadata) method(f function) catalog.Method {
	m := catalog.Method{
		Name:       f.Name,
		Params:     api.params(f.Parameters),
		Structure:  catalog.ByPosition,
		Deprecated: f.DeprecatedSince > 0,
		Result:     &catalog.Param{Name: "result", Schema: api.schema(f.ReturnType)},
		Source:     Source,
	}
	if m.Result.Schema == nil {
		m.Result = nil
	}
	return m
}

func (api *metadata) params(parameters [][]string) []catalog.Param {
	params := []catalog.Param{}
	for i, p := range parameters {
		param := catalog.Param{Name: "arg" + strconv.Itoa(i+1), Required: true}
		if len(p) > 0 {
			param.Schema = api.schema(p[0])
		}
		if len(p) > 1 {
			param.Name = p[1]
		}
		params = append(params, param)
	}
	return params
}

// events returns what Neovim tells of itself: the events of a user interface come together in one notification, the
// others are those of its manual, "api-buffer-updates" and "rpc-errors", which the metadata does not have.
func (api *metadata) events() []catalog.Method {
	var names []string
	for _, raw := range jsontext.Elements(api.UIEvents) {
		var event struct{ Name string }
		if json.Unmarshal(raw, &event) == nil && event.Name != "" {
			names = append(names, event.Name)
		}
	}
	event := func(name string, parameters ...[]string) catalog.Method {
		return catalog.Method{
			Name:      name,
			Kind:      catalog.KindNotification,
			Ours:      true,
			Structure: catalog.ByPosition,
			Source:    Source,
			Params:    api.params(parameters),
		}
	}
	redraw := event("redraw")
	redraw.Open = true
	if names != nil {
		redraw.Params = []catalog.Param{
			{
				Name:     "event",
				Required: true,
				Schema: json.RawMessage(
					`{"type":"array","prefixItems":[{"enum":` + jsontext.QuoteList(names) + `}]}`,
				),
			},
		}
	}
	return []catalog.Method{
		redraw,
		event(
			"nvim_buf_lines_event",
			[]string{"Buffer", "buf"},
			[]string{"Object", "changedtick"},
			[]string{"Integer", "firstline"},
			[]string{"Integer", "lastline"},
			[]string{"ArrayOf(String)", "linedata"},
			[]string{"Boolean", "more"},
		),
		event("nvim_buf_changedtick_event", []string{"Buffer", "buf"}, []string{"Integer", "changedtick"}),
		event("nvim_buf_detach_event", []string{"Buffer", "buf"}),
		event("nvim_error_event", []string{"Integer", "type"}, []string{"String", "message"}),
	}
}

// maxTypeDepth bounds how deep types may be nested in one another.
const maxTypeDepth = 20

// schema returns the JSON Schema of a type of Neovim ("api-types"), nil if any value is one, or the type is not known.
func (api *metadata) schema(typ string) json.RawMessage { return api.nestedSchema(typ, maxTypeDepth) }

func (api *metadata) nestedSchema(typ string, depth int) json.RawMessage {
	if depth == 0 {
		return nil
	}
	name, inner, _ := strings.Cut(strings.TrimSpace(typ), "(")
	args := catalog.SplitArguments(strings.TrimSuffix(inner, ")"))
	if _, ok := api.types[name]; ok && schema.IsIdentifier(name) {
		return json.RawMessage(`{"$ref":` + jsontext.Quote(schema.Pointer(name)) + `}`)
	}
	switch name {
	case "Boolean":
		return json.RawMessage(`{"type":"boolean"}`)
	case "Integer":
		return json.RawMessage(`{"type":"integer"}`)
	case "Float":
		return json.RawMessage(`{"type":"number"}`)
	case "String":
		return json.RawMessage(`{"type":"string"}`)
	case "void":
		return json.RawMessage(`{"type":"null"}`)
	case "Array", "Tuple":
		return json.RawMessage(`{"type":"array"}`)
	case "Dictionary", "Dict", "DictOf", "DictAs":
		return json.RawMessage(`{"type":"object"}`)
	case "ArrayOf":
		return api.arraySchema(args, depth)
	case "Enum":
		return enumSchema(args)
	case "Union":
		return api.unionSchema(args, depth)
	}
	return nil
}

// arraySchema returns the schema of an array of args[0], args[1] of them where that is a number.
func (api *metadata) arraySchema(args []string, depth int) json.RawMessage {
	s := `{"type":"array"`
	if len(args) > 0 {
		if items := api.nestedSchema(args[0], depth-1); items != nil {
			s += `,"items":` + string(items)
		}
	}
	if len(args) > 1 {
		if n, err := strconv.ParseUint(args[1], 10, 16); err == nil {
			s += fmt.Sprintf(`,"minItems":%d,"maxItems":%[1]d`, n)
		}
	}
	return json.RawMessage(s + "}")
}

func (api *metadata) unionSchema(args []string, depth int) json.RawMessage {
	var parts []string
	for _, a := range args {
		part := api.nestedSchema(a, depth-1)
		if part == nil {
			return nil
		}
		parts = append(parts, string(part))
	}
	if parts == nil {
		return nil
	}
	return json.RawMessage(`{"anyOf":[` + strings.Join(parts, ",") + `]}`)
}

// enumSchema returns the schema of one of values, which are quoted.
func enumSchema(values []string) json.RawMessage {
	if values == nil {
		return nil
	}
	var words []string
	for _, v := range values {
		words = append(words, strings.Trim(v, `"'`))
	}
	return json.RawMessage(`{"enum":` + jsontext.QuoteList(words) + `}`)
}
