package rpctest

import "syscall"

// ErrReset is how the system says that a peer has reset a connection.
const ErrReset = syscall.WSAECONNRESET
