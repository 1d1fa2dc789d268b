package schema

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"rpcsh/rpcconn/jsontext"
)

const (
	maxSchema = 128 << 10 // bytes of a schema and all that it refers to: compiling takes quadratic time
	maxValue  = 1 << 20   // bytes of a value that is checked
)

// A Checker checks values against schemas, which it compiles when they are first used. It may be used by any number of
// goroutines.
type Checker struct {
	definitions Definitions
	mu          sync.Mutex                    // protects what follows
	schemas     map[string]*jsonschema.Schema // by their text; nil: one that cannot be used
}

// NewChecker returns a Checker of schemas that refer to definitions.
func NewChecker(d Definitions) *Checker {
	return &Checker{definitions: d, schemas: make(map[string]*jsonschema.Schema)}
}

// Check returns what is wrong with value; nothing if that cannot be determined.
func (c *Checker) Check(schema, value json.RawMessage) []Problem {
	if c := jsontext.FirstByte(schema); c != '{' && c != 'f' || len(value) > maxValue {
		return nil
	}
	s := c.get(schema)
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	if s == nil || err != nil || !reasonable(v) || tooLong(s, v) {
		return nil
	}
	var invalid *jsonschema.ValidationError
	if !errors.As(s.Validate(v), &invalid) {
		return nil
	}
	return problemsOf(invalid, v)
}

// get returns the compiled schema, nil if it cannot be used.
func (c *Checker) get(schema json.RawMessage) *jsonschema.Schema {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, known := c.schemas[string(schema)]
	if !known {
		s = c.compile(schema)
		c.schemas[string(schema)] = s
	}
	return s
}

// compile compiles schema as the newest draft or, if that fails, as the draft of OpenRPC.
func (c *Checker) compile(schema json.RawMessage) *jsonschema.Schema {
	for _, draft := range []*jsonschema.Draft{jsonschema.Draft2020, jsonschema.Draft7} {
		l := &loader{definitions: c.definitions, budget: maxSchema}
		document, err := l.document(schema)
		if err != nil {
			return nil
		}
		compiler := jsonschema.NewCompiler()
		compiler.DefaultDraft(draft)
		compiler.UseLoader(l)
		compiler.UseRegexpEngine(pattern)
		if compiler.AddResource(schemaURL, document) != nil {
			return nil
		}
		if s, err := compiler.Compile(schemaURL); err == nil {
			return s
		}
	}
	return nil
}

// The addresses of the schema that is compiled, and of definitions. Nobody serves them.
const (
	schemaURL     = "rpcsh:///schema"
	definitionURL = "rpcsh:///definition/" // and the name in hexadecimal digits
)

// A loader gives the compiler the definitions that schemas refer to.
type loader struct {
	definitions Definitions
	budget      int // bytes
}

// Load returns a definition. A missing one allows any value.
func (l *loader) Load(url string) (any, error) {
	name, err := hex.DecodeString(strings.TrimPrefix(url, definitionURL))
	if d, ok := l.definitions[string(name)]; ok && err == nil {
		return l.document(d)
	}
	return true, nil
}

// document returns a schema as the compiler wants it.
func (l *loader) document(schema json.RawMessage) (any, error) {
	if l.budget -= len(schema); l.budget < 0 {
		return nil, fmt.Errorf("it is larger than %d bytes", maxSchema)
	}
	if err := jsontext.Valid(schema); err != nil {
		return nil, err
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err == nil && !reasonable(document) {
		err = errors.New("it has numbers of too many digits")
	}
	localize(document)
	return document, err
}

// localize points references in a schema to definitions, and removes other references and keywords that change their
// meaning.
func localize(schema any) {
	switch s := schema.(type) {
	case []any:
		for _, element := range s {
			localize(element)
		}
	case map[string]any:
		for key, value := range s {
			text, isText := value.(string)
			switch name, ok := definitionName(text); {
			case !isText:
				localize(value)
			case key == "$ref" && ok:
				s[key] = definitionURL + hex.EncodeToString([]byte(name))
			case strings.HasPrefix(key, "$") && key != "$comment":
				delete(s, key)
			}
		}
	}
}

// maxDigits is how many characters a number may have, and how large its exponent may be: the validator calculates
// exactly.
const maxDigits = 400

// reasonable reports whether calculating with the numbers in v is cheap.
func reasonable(v any) bool {
	switch v := v.(type) {
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(string(v)), "e")
		n, err := strconv.Atoi(strings.TrimPrefix(exponent, "+"))
		return len(v) <= maxDigits && (exponent == "" || err == nil && -maxDigits <= n && n <= maxDigits)
	case []any:
		for _, element := range v {
			if !reasonable(element) {
				return false
			}
		}
	case map[string]any:
		for _, member := range v {
			if !reasonable(member) {
				return false
			}
		}
	}
	return true
}

// pattern compiles a regular expression. One that Go does not support matches everything.
func pattern(expression string) (jsonschema.Regexp, error) {
	if re, err := regexp.Compile(expression); err == nil {
		return re, nil
	}
	return everything(expression), nil
}

type everything string

func (everything) MatchString(string) bool { return true }

func (e everything) String() string { return string(e) }
