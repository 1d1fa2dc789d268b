package ovsdb

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/dialect"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// Source is the convention of the Open vSwitch Database Management Protocol (RFC 7047).
const Source catalog.Source = "ovsdb"

const (
	methodListDBs   = "list_dbs"
	methodGetSchema = "get_schema"
)

// maxDatabases bounds how many schemas are asked for.
const maxDatabases = 16

func learn(ctx context.Context, p dialect.Peer, _ json.RawMessage) (*catalog.Learned, error) {
	list, err := p.Call(ctx, methodListDBs, json.RawMessage("[]"))
	if err != nil {
		return nil, err
	}
	var names []string
	err = json.Unmarshal(list, &names)
	if err == nil && len(names) == 0 {
		return nil, dialect.ErrNotOffered // a server has a database about itself
	}
	if err != nil {
		return nil, fmt.Errorf("reading the names of databases: %s answered something else", methodListDBs)
	}
	var schemas []json.RawMessage
	var remarks []string
	for i, name := range names {
		if i == maxDatabases {
			remarks = append(remarks, fmt.Sprintf("the schemas of %d more databases were not asked for", len(names)-i))
			break
		}
		schema, err := p.Call(ctx, methodGetSchema, json.RawMessage("["+jsontext.Quote(name)+"]"))
		if err != nil {
			remarks = append(remarks, fmt.Sprintf("getting the schema of %s: %v", name, err))
			if ctx.Err() != nil {
				break
			}
			continue
		}
		if jsontext.FirstByte(jsontext.Get(schema, "tables")) != '{' {
			return nil, dialect.ErrNotOffered
		}
		schemas = append(schemas, schema)
	}
	learned := Read(names, schemas)
	learned.Remarks = append(remarks, learned.Remarks...)
	return learned, nil
}

// Read returns the methods of a server with these databases. schemas (RFC 7047 section 3.2) are those that are known.
func Read(names []string, schemas []json.RawMessage) *catalog.Learned {
	o := reader{
		names: names,
		learned: &catalog.Learned{
			Source:      Source,
			Peer:        catalog.Identity{Name: "OVSDB"},
			Definitions: make(schema.Definitions),
		},
	}
	for _, raw := range schemas {
		var s databaseSchema
		if err := json.Unmarshal(raw, &s); err != nil || !schema.IsIdentifier(s.Name) {
			o.remark("a schema could not be read")
			continue
		}
		o.learned.Peer.Modules = append(o.learned.Peer.Modules, strings.TrimSpace(s.Name+" "+s.Version))
		o.database(s)
	}
	o.operation()
	o.learned.Methods = o.methods()
	return o.learned
}

// A reader makes definitions of schemas. One definition, Operation, serves completion: it has the tables and columns of
// all databases. What belongs to one table is checked by a condition in it, which leads to definitions named
// DATABASE.TABLE and so on.
type reader struct {
	names      []string // of databases
	tables     []namedTable
	allColumns map[string]bool
	learned    *catalog.Learned
}

type databaseSchema struct {
	Name    string
	Version string
	Tables  map[string]json.RawMessage
}

// A namedTable is a table of one database or, under one name, of several.
type namedTable struct {
	name string
	refs []string // of its definitions, without what stands for their kind
}

func (o *reader) remark(format string, args ...any) {
	o.learned.Remarks = append(o.learned.Remarks, fmt.Sprintf(format, args...))
}

func (o *reader) define(name, schema string) { o.learned.Definitions[name] = json.RawMessage(schema) }

func (o *reader) database(s databaseSchema) {
	for _, name := range slices.Sorted(maps.Keys(s.Tables)) {
		var table struct{ Columns map[string]json.RawMessage }
		if json.Unmarshal(s.Tables[name], &table) != nil || !schema.IsIdentifier(name) {
			o.remark("table %s of %s could not be read", name, s.Name)
			continue
		}
		o.table(s.Name+"."+name, table.Columns)
		i := slices.IndexFunc(o.tables, func(t namedTable) bool { return t.name == name })
		if i < 0 {
			i = len(o.tables)
			o.tables = append(o.tables, namedTable{name: name})
		}
		o.tables[i].refs = append(o.tables[i].refs, s.Name+"."+name)
	}
}

// table defines, for a table, .columns, the names of its columns; .row, the values in them; and the table itself, what
// an operation on it may have.
func (o *reader) table(name string, columns map[string]json.RawMessage) {
	names := append([]string{"_uuid", "_version"}, slices.Sorted(maps.Keys(columns))...)
	if o.allColumns == nil {
		o.allColumns = make(map[string]bool)
	}
	var row []string
	for _, column := range names {
		o.allColumns[column] = true
		if raw, ok := columns[column]; ok {
			row = append(row, jsontext.Quote(column)+":"+columnSchema(raw))
		}
	}
	o.define(name+".columns", `{"enum":`+jsontext.QuoteList(names)+`}`)
	o.define(name+".row", `{"type":"object","properties":{`+strings.Join(row, ",")+`},"additionalProperties":false}`)
	o.define(
		name,
		`{"type":"object","properties":{`+operationMembers(schema.Ref(name+".columns"), schema.Ref(name+".row"))+`}}`,
	)
	o.define(name+".monitor", monitorSchema(schema.Ref(name+".columns")))
}

// operationMembers returns the properties of an operation that name these columns or have such rows (RFC 7047 section
// 5.2).
func operationMembers(columns, row string) string {
	condition := `{"type":"array","minItems":3,"maxItems":3,"prefixItems":[` + columns + `,{"enum":["==","!=","<",` +
		`"<=",">",">=","includes","excludes"]},true]}`
	mutation := `{"type":"array","minItems":3,"maxItems":3,"prefixItems":[` + columns + `,{"enum":["+=","-=","*=",` +
		`"/=","%=","insert","delete"]},true]}`
	return `"where":{"type":"array","items":` + condition + `},` +
		`"columns":{"type":"array","items":` + columns + `},` +
		`"row":` + row + `,` +
		`"rows":{"type":"array","items":` + row + `},` +
		`"mutations":{"type":"array","items":` + mutation + `}`
}

// monitorSchema returns the schema of what is monitored of a table, once or, for several sets of columns, in an array
// (section 4.1.5).
func monitorSchema(columns string) string {
	one := `{"type":"object","properties":{"columns":{"type":"array","items":` + columns + `},` +
		`"select":{"type":"object","properties":{` +
		`"initial":{"type":"boolean"},"insert":{"type":"boolean"},"delete":{"type":"boolean"},` +
		`"modify":{"type":"boolean"}}}}}`
	return `{"anyOf":[` + one + `,{"type":"array","items":` + one + `}]}`
}

// operation defines Operation and MonitorRequests.
func (o *reader) operation() {
	columns := `{"type":"string"}`
	table := `{"type":"string"}`
	var conditions, monitors []string
	exampleOperation, exampleRequests := "", ""
	if o.tables != nil {
		columns = schema.Ref("Column")
		// any string will do: what a table does not have is said by its condition, once
		o.define(
			"Column",
			`{"anyOf":[{"enum":`+jsontext.QuoteList(slices.Sorted(maps.Keys(o.allColumns)))+`},{"type":"string"}]}`,
		)
		table = schema.Ref("Table")
		var names []string
		for _, t := range o.tables {
			names = append(names, t.name)
			is := `{"properties":{"table":{"const":` + jsontext.Quote(t.name) + `}},"required":["table"]}`
			conditions = append(conditions, `{"if":`+is+`,"then":`+anyOf(t.refs, "")+`}`)
			monitors = append(monitors, jsontext.Quote(t.name)+":"+anyOf(t.refs, ".monitor"))
		}
		o.define("Table", `{"enum":`+jsontext.QuoteList(names)+`}`)
		exampleOperation = `,"examples":[{"op":"select","table":` + jsontext.Quote(names[0]) + `,"where":[]}]`
		exampleRequests = `,"examples":[{` + jsontext.Quote(names[0]) + `:{}}]`
	}
	s := `{"type":"object"` + exampleOperation + `,"required":["op"],"properties":{` +
		`"op":{"enum":["select","insert","update","mutate","delete","wait","commit","abort","comment","assert"]},` +
		`"table":` + table + `,` +
		operationMembers(columns, `{"type":"object"}`) +
		`,"uuid-name":{"type":"string"},"uuid":{"type":"string"},"until":{"enum":["==","!="]},` +
		`"timeout":{"type":"integer"},` +
		`"durable":{"type":"boolean"},"comment":{"type":"string"},"lock":{"type":"string"}}`
	if conditions != nil {
		s += `,"allOf":[` + strings.Join(conditions, ",") + `]`
	}
	o.define("Operation", s+"}")
	o.define("MonitorRequests", `{"type":"object"`+exampleRequests+`,"properties":{`+strings.Join(monitors, ",")+`}}`)
}

// anyOf returns the schema of what fits any of the definitions.
func anyOf(names []string, suffix string) string {
	var refs []string
	for _, name := range names {
		refs = append(refs, schema.Ref(name+suffix))
	}
	if len(refs) == 1 {
		return refs[0]
	}
	return `{"anyOf":[` + strings.Join(refs, ",") + `]}`
}
