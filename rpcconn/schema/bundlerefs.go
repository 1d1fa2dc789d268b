package schema

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"rpcsh/rpcconn/jsontext"
)

// BundleRefs returns schema with all its references leading to definitions. What they refer to within schema ($defs,
// definitions, any other pointer that begins with "#") goes into those, under prefix and the last part of the pointer,
// or under its own name where prefix is "". What is elsewhere is not fetched: it may be anything. A schema that is no
// JSON becomes nil. The remarks say what is wrong with it.
func BundleRefs(schema json.RawMessage, prefix string, into Definitions) (bundled json.RawMessage, remarks []string) {
	if jsontext.Valid(schema) != nil {
		return nil, []string{prefix + ": the schema is no JSON"}
	}
	b := NewBundler(nil, into)
	bundled = b.Bundle(schema, prefix)
	b.Finish()
	for _, line := range b.Remarks.Lines() {
		remarks = append(remarks, prefix+": "+line)
	}
	return bundled, remarks
}

// A Bundler moves what schemas refer to into definitions. References to overlapping parts of a document could multiply
// it, so the amount of text read and written is bounded in proportion to the document.
type Bundler struct {
	Definitions Definitions // what has been moved
	Remarks     *Remarks    // on what cannot be found

	document *tree            // what "#" is; nil if it is the schema at hand
	names    map[place]string // of definitions that have been or will be moved
	waiting  []waiting
	budget   int // bytes
}

// A place is where a definition was.
type place struct {
	in      *tree
	pointer string
}

// waiting is a definition that has a name but has not been rewritten yet.
type waiting struct {
	name string
	text []byte
	home *tree // the schema that it is a part of
}

// NewBundler returns a Bundler that moves definitions into a map. document is what references lead into where they do
// not lead into their own schema; nil: nothing.
func NewBundler(document []byte, into Definitions) *Bundler {
	b := &Bundler{Definitions: into, Remarks: &Remarks{}, names: make(map[place]string), budget: 1 << 20}
	if document != nil {
		b.document = &tree{text: document}
		b.budget += 10 * len(document)
	}
	return b
}

// Find returns what is at a pointer (RFC 6901) in the document, nil if nothing is or too much has been read of it.
func (b *Bundler) Find(pointer string) json.RawMessage {
	found := b.document.find(pointer, &b.budget)
	if found == nil || !b.spend(len(found)) {
		return nil
	}
	return found
}

// Bundle returns schema, which is valid JSON, rewritten. Finish must follow at the end.
func (b *Bundler) Bundle(schema json.RawMessage, prefix string) json.RawMessage {
	if bytes.IndexByte(schema, '$') < 0 && !bytes.Contains(schema, []byte(`"definitions"`)) &&
		!bytes.Contains(schema, []byte(`"\`)) &&
		!hasOddType(schema) {
		return schema
	}
	if b.document == nil {
		b.budget += 10 * len(schema)
	}
	return b.rewrite(schema, &tree{text: schema, prefix: prefix})
}

// Finish rewrites the definitions that were met, and those that are met on the way.
func (b *Bundler) Finish() {
	for len(b.waiting) > 0 {
		w := b.waiting[0]
		b.waiting = b.waiting[1:]
		b.Definitions[w.name] = b.rewrite(w.text, w.home)
		if b.circles(w.name) {
			b.Remarks.Add("%v refers to itself and to nothing else", w.name)
		}
	}
}

// circles reports whether a definition leads back to itself through references alone, so that it has no meaning. A
// circle is found when its last definition has been rewritten.
func (b *Bundler) circles(name string) bool {
	at := name
	for range maxDepth {
		next, ok := definitionName(jsontext.Text(read(b.Definitions[at]).ref))
		if !ok {
			return false
		}
		if at = next; at == name {
			return true
		}
	}
	return false
}

func (b *Bundler) rewrite(schema []byte, home *tree) json.RawMessage {
	c := &jsontext.Cursor{Text: schema, Pos: jsontext.Space(schema, 0)}
	return b.schema(make([]byte, 0, len(schema)), c, home)
}

// schema appends the schema at the cursor.
func (b *Bundler) schema(dst []byte, c *jsontext.Cursor, home *tree) []byte {
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
			ref := jsontext.Text(scanned(c))
			if name, ok := b.name(ref, home); ok {
				dst = jsontext.AppendQuote(dst, Pointer(name))
			} else {
				dst = dst[:before]
			}
		case keyword == "$defs" || keyword == "definitions",
			// they would change the base of references
			first == '"' && (keyword == "$schema" || keyword == "$id"):
			scanned(c)
			dst = dst[:before]
		case keyword == "type" && first != '{':
			value := scanned(c)
			if odd := oddType(value); odd != nil {
				b.Remarks.Add("%s is no type of JSON Schema", appendClipped(nil, string(odd), maxRemarked))
			}
			dst = append(dst, value...)
		case first == '{' && ofSchemas(keyword):
			dst = b.each(dst, c, home, '}')
		case first == '[' && listsSchemas(keyword):
			dst = b.each(dst, c, home, ']')
		case first == '{' && isSchema(keyword):
			dst = b.schema(dst, c, home)
		default:
			dst = appendScanned(dst, c)
		}
	}
	return append(dst, '}')
}

// each appends the object or array of schemas at the cursor.
func (b *Bundler) each(dst []byte, c *jsontext.Cursor, home *tree, closing byte) []byte {
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
		dst = b.schema(dst, c, home)
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

// listsSchemas reports whether a keyword is an array of schemas.
func listsSchemas(keyword string) bool {
	switch keyword {
	case "allOf", "anyOf", "oneOf", "prefixItems", "items":
		return true
	}
	return false
}

// isSchema reports whether a keyword is a schema.
func isSchema(keyword string) bool {
	switch keyword {
	case "items", "additionalItems", "unevaluatedItems", "contains", "additionalProperties", "unevaluatedProperties",
		"propertyNames", "not", "if", "then", "else", "contentSchema":
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
		if start, end, err := jsontext.Value(rest); err == nil && rest[start] != '{' &&
			oddType(rest[start:end]) != nil {
			return true
		}
	}
}

// oddType returns what in the value of the keyword type is not a type, nil if all is.
func oddType(value []byte) []byte {
	names := [][]byte{value}
	if jsontext.FirstByte(value) == '[' {
		names = nil
		for _, name := range jsontext.Elements(value) {
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

// name returns the name of the definition for what ref refers to, false if that is not there.
func (b *Bundler) name(ref string, home *tree) (string, bool) {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok || pointer != "" && pointer[0] != '/' {
		b.Remarks.Add("schemas that are elsewhere are not fetched, such as %v", ref)
		return "", false
	}
	for _, in := range []*tree{home, b.document} {
		if in == nil {
			continue
		}
		at := place{in, pointer}
		if name, ok := b.names[at]; ok {
			return name, true
		}
		if found := in.find(pointer, &b.budget); found != nil && b.spend(len(found)) {
			name := b.free(in.prefix, pointer)
			b.names[at] = name
			b.Definitions[name] = nil // taken
			if in == b.document {
				home = &tree{text: found, prefix: name} // it may have definitions of its own
			}
			b.waiting = append(b.waiting, waiting{name, found, home})
			return name, true
		}
	}
	b.Remarks.Add("nothing is at %v, which a schema refers to", ref)
	return "", false
}

func (b *Bundler) spend(n int) bool {
	b.budget -= n
	return b.budget >= 0
}

// free returns a name that no definition has.
func (b *Bundler) free(prefix, pointer string) string {
	pointer = strings.TrimSuffix(pointer, "/schema") // of a content descriptor
	name := pointerPart(pointer[strings.LastIndexByte(pointer, '/')+1:])
	if prefix != "" {
		name = strings.TrimSuffix(prefix+"."+name, ".")
	}
	unique := name
	for i := 2; ; i++ {
		if _, taken := b.Definitions[unique]; !taken {
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

// find returns what is at an RFC 6901 pointer, in the form of a URL's fragment without its "#"; nil if nothing is. What
// it has to read for that is taken from budget.
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
		members = jsontext.Index(text)
		if t.members == nil {
			t.members = make(map[string]map[string][]byte)
		}
		t.members[parent] = members
	}
	return members[pointerPart(pointer[slash+1:])]
}
