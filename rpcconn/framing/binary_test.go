package framing_test

import (
	"rpcsh/rpcconn/bsonrpc"
	"rpcsh/rpcconn/framing"
	"rpcsh/rpcconn/msgpackrpc"
)

func init() { framing.Binary = []framing.Framing{bsonrpc.Framing(), msgpackrpc.Framing()} }
