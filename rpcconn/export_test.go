package rpcconn

// What the tests need to know of the limits.
const (
	MaxServing    = maxServing
	MaxUnreadable = maxUnreadable
)
