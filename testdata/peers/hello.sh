# says hello
hello() { echo hi; }
hello
