package introspection

import (
	"encoding/json"
	"strings"

	"rpcsh/rpcconn/catalog"
	"rpcsh/rpcconn/schema"
)

// An aria2Method is what aria2's manual says of a method that it lists by name alone (aria2c(1), "RPC INTERFACE").
type aria2Method struct{ name, params, result, summary string }

func aria2Methods() []aria2Method {
	const how = `"POS_SET"|"POS_CUR"|"POS_END"`
	return []aria2Method{
		{"aria2.addUri", "uris: string[], options?: object, position?: int", "string",
			"downloads a file that is at all of uris"},
		{"aria2.addTorrent", "torrent: base64, uris?: string[], options?: object, position?: int", "string",
			"downloads by BitTorrent"},
		{"aria2.addMetalink", "metalink: base64, options?: object, position?: int", "string[]",
			"downloads what a Metalink file says"},
		{"aria2.remove", "gid: string", "string", "ends a download"},
		{"aria2.forceRemove", "gid: string", "string", "ends a download without saying goodbye"},
		{"aria2.pause", "gid: string", "string", "pauses a download"},
		{"aria2.pauseAll", "", "string", "pauses all downloads"},
		{"aria2.forcePause", "gid: string", "string", "pauses a download without saying goodbye"},
		{"aria2.forcePauseAll", "", "string", "pauses all downloads without saying goodbye"},
		{"aria2.unpause", "gid: string", "string", "goes on with a download"},
		{"aria2.unpauseAll", "", "string", "goes on with all downloads"},
		{"aria2.tellStatus", "gid: string, keys?: string[]", "object", "how far a download is"},
		{"aria2.tellActive", "keys?: string[]", "object[]", "the downloads that run"},
		{"aria2.tellWaiting", "offset: int, num: int, keys?: string[]", "object[]", "the downloads that wait"},
		{"aria2.tellStopped", "offset: int, num: int, keys?: string[]", "object[]", "the downloads that have ended"},
		{"aria2.getUris", "gid: string", "object[]", "where a download comes from"},
		{"aria2.getFiles", "gid: string", "object[]", "the files of a download"},
		{"aria2.getPeers", "gid: string", "object[]", "the peers of a BitTorrent download"},
		{"aria2.getServers", "gid: string", "object[]", "the servers that a download uses"},
		{"aria2.changePosition", "gid: string, pos: int, how: " + how, "int", "moves a download in the queue"},
		{"aria2.changeUri", "gid: string, fileIndex: int, delUris: string[], addUris: string[], position?: int",
			"int[]", "changes where a file comes from"},
		{"aria2.getOption", "gid: string", "object", "the options of a download"},
		{"aria2.changeOption", "gid: string, options: object", "string", "changes options of a download"},
		{"aria2.getGlobalOption", "", "object", "the options of all downloads"},
		{"aria2.changeGlobalOption", "options: object", "string", "changes options of all downloads"},
		{"aria2.getGlobalStat", "", "object", "the speed, and how many downloads there are"},
		{"aria2.purgeDownloadResult", "", "string", "forgets the downloads that have ended"},
		{"aria2.removeDownloadResult", "gid: string", "string", "forgets a download that has ended"},
		{"aria2.getVersion", "", "object", "the version, and what it was built with"},
		{"aria2.getSessionInfo", "", "object", "the id of the session"},
		{"aria2.shutdown", "", "string", "ends aria2"},
		{"aria2.forceShutdown", "", "string", "ends aria2 without saying goodbye"},
		{"aria2.saveSession", "", "string", "saves the downloads to the file of --save-session"},
		{"aria2.onDownloadStart", "event: object", "", "a download has begun"},
		{"aria2.onDownloadPause", "event: object", "", "a download is paused"},
		{"aria2.onDownloadStop", "event: object", "", "a download was ended"},
		{"aria2.onDownloadComplete", "event: object", "", "a download is complete"},
		{"aria2.onDownloadError", "event: object", "", "a download has failed"},
		{"aria2.onBtDownloadComplete", "event: object", "", "a BitTorrent download is complete, and is shared on"},
		{"system.multicall", "methods: object[]", "array",
			"calls several methods, each given by methodName and params"},
		{"system.listMethods", "", "string[]", "the names of the methods"},
		{"system.listNotifications", "", "string[]", "the names of the notifications"},
	}
}

// describeAria2 adds what aria2's manual says to methods whose names the peer has told. Where it takes a
// secret, that is the first param of its own methods.
func describeAria2(methods []catalog.Method, secret bool) {
	known := make(map[string]aria2Method)
	for _, a := range aria2Methods() {
		known[a.name] = a
	}
	for i := range methods {
		m := &methods[i]
		a, ok := known[m.Name]
		if !ok {
			continue
		}
		m.Summary, m.Params, m.Structure = a.summary, []catalog.Param{}, catalog.ByPosition
		if secret && !m.Ours && strings.HasPrefix(m.Name, "aria2.") {
			m.Params = append(m.Params, catalog.Param{
				Name: "token", Summary: "token:SECRET", Required: true,
				Schema: json.RawMessage(`{"type":"string","pattern":"^token:"}`),
			})
		}
		for _, p := range catalog.SplitArguments(a.params) {
			m.AddParam(p)
		}
		if schema := schema.TypeWord(a.result); schema != nil {
			m.Result = &catalog.Param{Name: "result", Schema: schema}
		}
	}
}
