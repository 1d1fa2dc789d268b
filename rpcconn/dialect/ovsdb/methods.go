package ovsdb

import (
	"encoding/json"
	"fmt"
	"slices"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/jsontext"
	"rpcsh/rpcconn/schema"
)

// maxOperations is how many operations of a transaction have a param of their own; the method takes more.
const maxOperations = 2

// methods returns the methods of RFC 7047 section 4.1, and those of ovsdb-server(7) where its own database shows that
// it is one.
func (o *reader) methods() []catalog.Method {
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

	transact := request("transact", "runs operations on a database, all or none", `{"type":"array"}`, db)
	transact.Open = true
	for i := range maxOperations {
		op := requiredParam(fmt.Sprintf("op%d", i+1), schema.Ref("Operation"))
		op.Required = i == 0
		transact.Params = append(transact.Params, op)
	}
	echo := request("echo", "answers its params", `{"type":"array"}`)
	echo.Open = true

	methods := []catalog.Method{
		request(methodListDBs, "the names of the databases", `{"type":"array","items":{"type":"string"}}`),
		request(methodGetSchema, "the schema of a database", `{"type":"object"}`, db),
		transact,
		notification("cancel", "gives up a transact that waits", requiredParam("id", `{"type":["integer","string"]}`)),
		request("monitor", "the contents of tables, and then their changes by update", `{"type":"object"}`,
			db, id, requests),
		request("monitor_cancel", "ends a monitor", `{"type":"object"}`, id),
		request("lock", "asks for a lock", `{"type":"object"}`, lock),
		request("steal", "takes a lock from who has it", `{"type":"object"}`, lock),
		request("unlock", "gives a lock back", `{"type":"object"}`, lock),
		echo,
		ours(notification("update", "what a monitor saw", id, updates)),
		ours(notification("locked", "a lock is ours", lock)),
		ours(notification("stolen", "a lock is no longer ours", lock)),
		ours(echo),
	}
	if slices.Contains(o.names, "_Server") {
		methods = append(methods,
			request("monitor_cond", "as monitor, of the rows that where picks", `{"type":"object"}`, db, id, requests),
			request("monitor_cond_change", "changes what a monitor_cond picks", `{"type":"object"}`,
				id, requiredParam("newId", "true"), requests),
			request("monitor_cond_since", "as monitor_cond, of what changed since a transaction", `{"type":"array"}`,
				db, id, requests, requiredParam("since", `{"type":"string"}`)),
			request("set_db_change_aware", "whether we are told when databases come and go", `{"type":"object"}`,
				requiredParam("aware", `{"type":"boolean"}`)),
			request("get_server_id", "the UUID of the server", `{"type":"string"}`),
			ours(notification("update2", "what a monitor_cond saw", id, updates)),
			ours(notification("update3", "what a monitor_cond_since saw",
				id, requiredParam("last", `{"type":"string"}`), updates)),
		)
	}
	return methods
}

func requiredParam(name, schema string) catalog.Param {
	return catalog.Param{Name: name, Required: true, Schema: json.RawMessage(schema)}
}

func request(name, summary, result string, params ...catalog.Param) catalog.Method {
	return catalog.Method{
		Name: name, Summary: summary, Kind: catalog.KindRequest,
		Params: append([]catalog.Param{}, params...), Structure: catalog.ByPosition,
		Result: &catalog.Param{Name: "result", Schema: json.RawMessage(result)}, Source: Source,
	}
}

func notification(name, summary string, params ...catalog.Param) catalog.Method {
	m := request(name, summary, "", params...)
	m.Kind, m.Result = catalog.KindNotification, nil
	return m
}

func ours(m catalog.Method) catalog.Method {
	m.Ours = true
	return m
}
