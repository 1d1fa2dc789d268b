package main

import "rpcsh/rpcconn/home"

// A fileName is the value of a flag that names a file. A system's shell reads the ~ of --flag ~/x, and not that of
// --flag=~/x, which means the same to who types it.
type fileName string

// file returns the flag value that sets name.
func file(name *string) *fileName { return (*fileName)(name) }

func (n *fileName) String() string { return string(*n) }

func (n *fileName) Set(typed string) error {
	*n = fileName(home.Path(typed))
	return nil
}

func (*fileName) Type() string { return "string" }
