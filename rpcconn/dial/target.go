package dial

import "rpcsh/rpcconn/transport"

// A Target says where a peer is, or where to listen for peers; transport.ParseTarget reads one.
type Target = transport.Target
