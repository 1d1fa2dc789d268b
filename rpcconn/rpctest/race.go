//go:build race

package rpctest

// Race says whether the race detector is at work, which makes pools forget.
const Race = true
