//go:build !race

package rpctest

const race = false
