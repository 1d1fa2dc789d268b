package catalog

import "encoding/json"

// OpenRPC returns what is known of a peer's own methods as an OpenRPC document, whatever the convention by which it was learned.
// FromOpenRPC reads it back; what OpenRPC has no word for is in members that begin with x-rpcsh-.
func (c *Catalog) OpenRPC(title string) json.RawMessage { return nil }
