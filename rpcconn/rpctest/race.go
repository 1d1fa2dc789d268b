//go:build race

package rpctest

const race = true
