package catalog

import (
	"encoding/json"
	"fmt"
	"slices"

	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// maxOperations is how many operations of a transaction have a param of their own; the method takes more.
const maxOperations = 2

// methods returns the methods of RFC 7047 section 4.1, and those of ovsdb-server(7) where its own database shows that it is one.
func (o *ovsdb) methods() []Method {
	db := requiredParam("db", `{"type":"string"}`)
	if len(o.names) > 0 {
		db = requiredParam("db", `{"enum":`+jsontext.QuoteList(o.names)+`}`)
	}
	db.Summary = "the database"
	id := requiredParam("id", "true")
	id.Summary = "any value; updates have it"
	lock := requiredParam("lock", `{"type":"string"}`)
	lock.Summary = "the name of the lock"
	requests := requiredParam("requests", schema.Ref("MonitorRequests"))
	requests.Summary = "what is watched, by table"
	updates := requiredParam("updates", `{"type":"object"}`)
	updates.Summary = "what changed, by table and row"

	transact := ovsdbMethod("transact", "runs operations on a database, all or none", `{"type":"array"}`, db)
	transact.Open = true
	for i := range maxOperations {
		op := Param{Name: fmt.Sprintf("op%d", i+1), Required: i == 0, Schema: json.RawMessage(schema.Ref("Operation"))}
		transact.Params = append(transact.Params, op)
	}
	echo := ovsdbMethod("echo", "answers its params", `{"type":"array"}`)
	echo.Open = true

	methods := []Method{
		ovsdbMethod(methodListDBs, "the names of the databases", `{"type":"array","items":{"type":"string"}}`),
		ovsdbMethod(methodGetSchema, "the schema of a database", `{"type":"object"}`, db),
		transact,
		ovsdbEvent("cancel", "gives up a transact that waits", requiredParam("id", `{"type":["integer","string"]}`)),
		ovsdbMethod("monitor", "the contents of tables, and then their changes by update", `{"type":"object"}`, db, id, requests),
		ovsdbMethod("monitor_cancel", "ends a monitor", `{"type":"object"}`, id),
		ovsdbMethod("lock", "asks for a lock", `{"type":"object"}`, lock),
		ovsdbMethod("steal", "takes a lock from who has it", `{"type":"object"}`, lock),
		ovsdbMethod("unlock", "gives a lock back", `{"type":"object"}`, lock),
		echo,
		ours(ovsdbEvent("update", "what a monitor saw", id, updates)),
		ours(ovsdbEvent("locked", "a lock is ours", lock)),
		ours(ovsdbEvent("stolen", "a lock is no longer ours", lock)),
		ours(echo),
	}
	if slices.Contains(o.names, "_Server") {
		methods = append(methods,
			ovsdbMethod("monitor_cond", "as monitor, of the rows that where picks", `{"type":"object"}`, db, id, requests),
			ovsdbMethod("monitor_cond_change", "changes what a monitor_cond picks", `{"type":"object"}`, id, requiredParam("newId", "true"), requests),
			ovsdbMethod("monitor_cond_since", "as monitor_cond, of what changed since a transaction", `{"type":"array"}`, db, id, requests, requiredParam("since", `{"type":"string"}`)),
			ovsdbMethod("set_db_change_aware", "whether we are told when databases come and go", `{"type":"object"}`, requiredParam("aware", `{"type":"boolean"}`)),
			ovsdbMethod("get_server_id", "the UUID of the server", `{"type":"string"}`),
			ours(ovsdbEvent("update2", "what a monitor_cond saw", id, updates)),
			ours(ovsdbEvent("update3", "what a monitor_cond_since saw", id, requiredParam("last", `{"type":"string"}`), updates)),
		)
	}
	return methods
}

func requiredParam(name, schema string) Param {
	return Param{Name: name, Required: true, Schema: json.RawMessage(schema)}
}

func ovsdbMethod(name, summary, result string, params ...Param) Method {
	return Method{
		Name: name, Summary: summary, Kind: KindRequest, Params: append([]Param{}, params...), Structure: ByPosition,
		Result: &Param{Name: "result", Schema: json.RawMessage(result)}, Source: SourceOVSDB,
	}
}

func ovsdbEvent(name, summary string, params ...Param) Method {
	m := ovsdbMethod(name, summary, "", params...)
	m.Kind, m.Result = KindNotification, nil
	return m
}

func ours(m Method) Method {
	m.Ours = true
	return m
}
