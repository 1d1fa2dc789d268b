package macro_test

import (
	"errors"
	"slices"
	"testing"

	"rpcsh/shell/lang"
	"rpcsh/shell/macro"
)

func TestExpand(t *testing.T) {
	args := []string{"1", "two", `"t h"`, `{"a":1}`, "'its ${1}'", `$x["a b"].c`, "$7", `"a\"${x}"`}
	for _, tt := range []struct{ line, want string }{
		{"my_add $1 2", "my_add 1 2"},
		{`echo {"got":$1,"list":[$4]}`, `echo {"got":1,"list":[{"a":1}]}`},
		{"echo a=$2 b:=$4", `echo a=two b:={"a":1}`},
		{".connect tcp://$2:6000", ".connect tcp://two:6000"},
		{"echo $@", `echo 1 two "t h" {"a":1} 'its ${1}' $x["a b"].c $7 "a\"${x}"`},
		{"echo @$2 > $2", "echo @two > two"},
		{"echo | select(. == $2) + $3", `echo | select(. == "two") + "t h"`},
		{"echo | . + $1", "echo | . + 1"},
		{`echo "$1" '$2'`, `echo "$1" '$2'`},
		{`echo "a\"$1" $1`, `echo "a\"$1" 1`},
		{"echo it's $1", "echo it's 1"},
		{`echo "${1} ${2}, ${3}: ${4}" a="${1}"`, `echo "1 two, t h: {\"a\":1}" a="1"`},
		{`echo "${5}|${6}|${7}|${8}"`, `echo "its \u0024{1}|${x["a b"].c}|$7|a\"${x}"`},
		{`echo "\${1} ${0} ${12} ${1" '${1}'`, `echo "\${1} ${0} ${12} ${1" '${1}'`},
		{`echo {"a":"${1}"} ["${1}"]`, `echo {"a":"${1}"} ["${1}"]`},
		{`echo {} "${1}" | "${1}"`, `echo {} "1" | "${1}"`},
		{"echo $x $_1 $12 $$1 a$1 $1a $#1 $0 $", "echo $x $_1 $12 $$1 a$1 $1a $#1 $0 $"},
		{"# $7 is not looked at", "# $7 is not looked at"},
	} {
		if got, err := macro.Expand(tt.line, args); got != tt.want || err != nil {
			t.Errorf("%s is %s, %v, want %s", tt.line, got, err, tt.want)
		}
	}
	var missing *lang.Error
	if _, err := macro.Expand("echo $4 $5", args[:4]); !errors.As(err, &missing) || missing.Column != 8 {
		t.Errorf("an argument that is missing: %v", err)
	}
	if _, err := macro.Expand(`echo "${4}${5}"`, args[:4]); !errors.As(err, &missing) || missing.Column != 10 {
		t.Errorf("one that is missing in a text: %v", err)
	}
}

func TestWords(t *testing.T) {
	words := []string{"1", "two words", `{"a": 1}`, "$x", "a=b", "localhost:6000", "", `"3"`, "|", " 1"}
	want := []string{"1", `"two words"`, `{"a": 1}`, `"$x"`, `"a=b"`, "localhost:6000", `""`, `"3"`, `"|"`, `" 1"`}
	if got := macro.Words(words); !slices.Equal(got, want) {
		t.Errorf("%q are %q, want %q", words, got, want)
	}
}

func TestAliases(t *testing.T) {
	a := macro.Aliases{"add": "my_add $1 $2", "ll": ".methods", "all": ".call echo $@", "name": "echo | .[$1]",
		"greet": `echo "hi ${1}" $2`}
	for _, tt := range []struct{ line, want string }{
		{"add 1 2", "my_add 1 2"},
		{`  x = add $y [1, 2] | . + 1`, `  x = my_add $y [1, 2] | . + 1`},
		{"x=@2 add 1 'a b' &", "x=@2 my_add 1 'a b' &"},
		{"add 1 2 > out.json", "my_add 1 2 > out.json"},
		{"ll", ".methods"},
		{"ll my_ x", ".methods my_ x"},
		{"all", ".call echo"},
		{"all 1 2", ".call echo 1 2"},
		{"name 'a b'", `echo | .["a b"]`},
		{"greet 'a b' 5", `echo "hi a b" 5`},
		{"greet $x", `greet takes 2 arguments, not 1: it is echo "hi ${1}" $2`},
		{"add", "add takes 2 arguments, not 0: it is my_add $1 $2"},
		{"add 1 2 3", "add takes 2 arguments, not 3: it is my_add $1 $2"},
		{"adder 1 2", "adder 1 2"},
		{".call add 1 2", ".call add 1 2"},
		{"!add 1 2", "!add 1 2"},
		{"add == 1", "my_add == 1"},
		{"", ""},
		{"x =", "x ="},
	} {
		got, _, err := a.Expand(tt.line)
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s is %s, want %s", tt.line, got, tt.want)
		}
	}
}
