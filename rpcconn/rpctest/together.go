package rpctest

import "flag"

// RunTogether has eight tests of a program run at the same time, however few cores there are, where go test -parallel
// says nothing else: it is for tests that mostly wait. Under the race detector, which takes ten times the time, it
// changes nothing, or peers that are asked something would seem silent. It is called by TestMain.
func RunTogether() {
	if Race {
		return
	}
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
}
