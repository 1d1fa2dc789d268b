// Hello links what the user has given, and does nothing with it: no program with a prompt starts faster.
package main

import (
	"fmt"

	"github.com/c-bata/go-prompt"
	"github.com/fatih/color"
	"github.com/spf13/pflag"
)

func main() {
	version := pflag.Bool("version", false, "print the version")
	pflag.Parse()
	if *version {
		fmt.Println(color.New().Sprint("hello"), prompt.Suggest{})
	}
}
