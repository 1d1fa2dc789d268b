package catalog

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// Hoist returns schema with all its references leading to definitions, and puts what they refer to within schema ($defs, definitions, any
// other pointer that begins with "#") into those, under prefix and the last part of the pointer, or its own name where prefix is "". What
// refers elsewhere is not fetched: it may be anything. A schema that is no JSON becomes nil. The remarks say what is wrong with it.
func Hoist(schema json.RawMessage, prefix string, into Definitions) (hoisted json.RawMessage, remarks []string) {
	if jsontext.Valid(schema) != nil {
		return nil, []string{prefix + ": the schema is no JSON"}
	}
	h := newHoister(nil, into)
	hoisted = h.hoist(schema, prefix)
	h.finish()
	for _, line := range h.remarks.lines() {
		remarks = append(remarks, prefix+": "+line)
	}
	return hoisted, remarks
}

// A hoister moves what is referred to into definitions. What refers to overlapping parts of a document could make ever more of it, and
// so all that is read and written is bounded in proportion to the document.
type hoister struct {
	document *tree // what "#" is, nil where it is the schema at hand
	into     Definitions
	names    map[place]string // of what has been moved, or is to be
	waiting  []waiting
	budget   int // bytes
	remarks  *remarks
}

// A place is where a definition was.
type place struct {
	in      *tree
	pointer string
}

// waiting is a definition that has been named, and is not rewritten yet.
type waiting struct {
	name string
	text []byte
	home *tree // the schema that it is a part of
}

func newHoister(document *tree, into Definitions) *hoister {
	h := &hoister{document: document, into: into, names: make(map[place]string), budget: 1 << 20, remarks: &remarks{}}
	if document != nil {
		h.budget += 10 * len(document.text)
	}
	return h
}

// hoist returns schema, which is valid JSON, rewritten. finish must follow at the end.
func (h *hoister) hoist(schema json.RawMessage, prefix string) json.RawMessage {
	if bytes.IndexByte(schema, '$') < 0 && !bytes.Contains(schema, []byte(`"definitions"`)) && !bytes.Contains(schema, []byte(`"\`)) && !hasOddType(schema) {
		return schema
	}
	if h.document == nil {
		h.budget += 10 * len(schema)
	}
	return h.rewrite(schema, &tree{text: schema, prefix: prefix})
}

// finish rewrites the definitions that were met, and those that are met on the way.
func (h *hoister) finish() {
	for len(h.waiting) > 0 {
		w := h.waiting[0]
		h.waiting = h.waiting[1:]
		h.into[w.name] = h.rewrite(w.text, w.home)
		if h.circles(w.name) {
			h.remarks.add("%v refers to itself and to nothing else", w.name)
		}
	}
}

// circles reports whether a definition leads back to itself, by nothing but references, so that nobody can say what it is. All of a circle
// have been rewritten when the last of them has.
func (h *hoister) circles(name string) bool {
	at := name
	for range maxDepth {
		next, ok := definitionName(text(read(h.into[at]).ref))
		if !ok {
			return false
		}
		if at = next; at == name {
			return true
		}
	}
	return false
}

func (h *hoister) rewrite(schema []byte, home *tree) json.RawMessage {
	c := &jsontext.Cursor{Text: schema, Pos: jsontext.Space(schema, 0)}
	return h.schema(make([]byte, 0, len(schema)), c, home)
}

// schema appends the schema at the cursor.
func (h *hoister) schema(dst []byte, c *jsontext.Cursor, home *tree) []byte {
	if c.Text[c.Pos] != '{' {
		return appendScanned(dst, c)
	}
	c.Pos++
	dst = append(dst, '{')
	empty := len(dst)
	for c.More('}') {
		before := len(dst)
		if before > empty {
			dst = append(dst, ',')
		}
		key := len(dst)
		dst = appendScanned(dst, c)
		keyword := jsontext.Key(dst[key+1 : len(dst)-1])
		dst = append(dst, ':')
		c.More('}')
		switch first := c.Text[c.Pos]; {
		case first == '"' && keyword == "$ref":
			ref := text(scanned(c))
			if name, ok := h.name(ref, home); ok {
				dst = jsontext.AppendQuote(dst, definitionRef(name))
			} else {
				dst = dst[:before]
			}
		case keyword == "$defs" || keyword == "definitions",
			first == '"' && (keyword == "$schema" || keyword == "$id"): // they would change what references are relative to
			scanned(c)
			dst = dst[:before]
		case keyword == "type" && first != '{':
			value := scanned(c)
			if odd := oddType(value); odd != nil {
				h.remarks.add("%s is no type of JSON Schema", appendClipped(nil, string(odd), maxRemarked))
			}
			dst = append(dst, value...)
		case first == '{' && ofSchemas(keyword):
			dst = h.each(dst, c, home, '}')
		case first == '[' && (keyword == "allOf" || keyword == "anyOf" || keyword == "oneOf" || keyword == "prefixItems" || keyword == "items"):
			dst = h.each(dst, c, home, ']')
		case first == '{' && isSchema(keyword):
			dst = h.schema(dst, c, home)
		default:
			dst = appendScanned(dst, c)
		}
	}
	return append(dst, '}')
}

// each appends the object or array of schemas at the cursor.
func (h *hoister) each(dst []byte, c *jsontext.Cursor, home *tree, closing byte) []byte {
	dst = append(dst, c.Text[c.Pos])
	c.Pos++
	for first := true; c.More(closing); first = false {
		if !first {
			dst = append(dst, ',')
		}
		if closing == '}' {
			dst = append(appendScanned(dst, c), ':')
			c.More(closing)
		}
		dst = h.schema(dst, c, home)
	}
	return append(dst, closing)
}

// ofSchemas reports whether a keyword is an object of schemas by name.
func ofSchemas(keyword string) bool {
	switch keyword {
	case "properties", "patternProperties", "dependentSchemas", "dependencies":
		return true
	}
	return false
}

// isSchema reports whether a keyword is a schema.
func isSchema(keyword string) bool {
	switch keyword {
	case "items", "additionalItems", "unevaluatedItems", "contains", "additionalProperties", "unevaluatedProperties", "propertyNames",
		"not", "if", "then", "else", "contentSchema":
		return true
	}
	return false
}

// hasOddType reports whether schema may have a type that JSON Schema does not: what stands there need not be a keyword.
func hasOddType(schema []byte) bool {
	for {
		_, rest, found := bytes.Cut(schema, []byte(`"type"`))
		if !found {
			return false
		}
		schema = rest
		at := jsontext.Space(rest, 0)
		if at == len(rest) || rest[at] != ':' {
			continue
		}
		rest = rest[at+1:]
		if start, end, err := jsontext.Value(rest); err == nil && rest[start] != '{' && oddType(rest[start:end]) != nil {
			return true
		}
	}
}

// oddType returns what in the value of the keyword type is no type, nil where all is.
func oddType(value []byte) []byte {
	names := [][]byte{value}
	if firstByte(value) == '[' {
		names = nil
		for _, name := range elements(value) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		switch string(name) {
		case `"null"`, `"boolean"`, `"object"`, `"array"`, `"number"`, `"string"`, `"integer"`:
		default:
			return name
		}
	}
	return nil
}

// scanned returns the key or value at the cursor, and goes past it.
func scanned(c *jsontext.Cursor) []byte {
	value, err := c.Scan()
	if err != nil {
		panic(err) // it has been found valid as a whole
	}
	return value
}

func appendScanned(dst []byte, c *jsontext.Cursor) []byte { return append(dst, scanned(c)...) }

// name returns the name of the definition for what ref refers to, false where that is not there.
func (h *hoister) name(ref string, home *tree) (string, bool) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok || pointer != "" && pointer[0] != '/' {
		h.remarks.add("schemas that are elsewhere are not fetched, such as %v", ref)
		return "", false
	}
	for _, in := range []*tree{home, h.document} {
		if in == nil {
			continue
		}
		at := place{in, pointer}
		if name, ok := h.names[at]; ok {
			return name, true
		}
		if found := in.find(pointer, &h.budget); found != nil && h.spend(len(found)) {
			name := h.free(in.prefix, pointer)
			h.names[at] = name
			h.into[name] = nil // taken
			if in == h.document {
				home = &tree{text: found, prefix: name} // it may have definitions of its own
			}
			h.waiting = append(h.waiting, waiting{name, found, home})
			return name, true
		}
	}
	h.remarks.add("nothing is at %v, which a schema refers to", ref)
	return "", false
}

func (h *hoister) spend(n int) bool {
	h.budget -= n
	return h.budget >= 0
}

// free returns a name that no definition has.
func (h *hoister) free(prefix, pointer string) string {
	pointer = strings.TrimSuffix(pointer, "/schema") // of a content descriptor
	name := pointerPart(pointer[strings.LastIndexByte(pointer, '/')+1:])
	if prefix != "" {
		name = strings.TrimSuffix(prefix+"."+name, ".")
	}
	unique := name
	for i := 2; ; i++ {
		if _, taken := h.into[unique]; !taken {
			return unique
		}
		unique = name + "-" + strconv.Itoa(i)
	}
}

// A tree is a JSON document in which pointers are looked up.
type tree struct {
	text    []byte
	prefix  string // of the names of what is found
	members map[string]map[string][]byte
}

// find returns what is at an RFC 6901 pointer, in the form of a URL's fragment without its "#"; nil where nothing is. What it has to read
// for that is taken from budget.
func (t *tree) find(pointer string, budget *int) []byte {
	if pointer == "" {
		return t.text
	}
	if strings.Count(pointer, "/") > jsontext.MaxDepth {
		return nil
	}
	slash := strings.LastIndexByte(pointer, '/')
	if slash < 0 {
		return nil
	}
	parent := pointer[:slash]
	members, ok := t.members[parent]
	if !ok {
		text := t.find(parent, budget)
		if *budget -= len(text); *budget < 0 {
			return nil
		}
		members = index(text)
		if t.members == nil {
			t.members = make(map[string]map[string][]byte)
		}
		t.members[parent] = members
	}
	return members[pointerPart(pointer[slash+1:])]
}

// index returns the members of an object by name, or the elements of an array by number.
func index(text []byte) map[string][]byte {
	members := make(map[string][]byte)
	switch firstByte(text) {
	case '{':
		_, _ = jsontext.Object(text, func(key, value []byte) error {
			members[jsontext.Key(key)] = value
			return nil
		})
	case '[':
		for i, element := range elements(text) {
			members[strconv.Itoa(i)] = element
		}
	}
	return members
}
