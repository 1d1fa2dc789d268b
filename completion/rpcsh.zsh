#compdef rpcsh
# Completion of rpcsh's command lines in zsh: a file _rpcsh in a folder of $fpath, or source <(rpcsh completion zsh)
_rpcsh() {
	local -a names shown
	local name about
	while IFS=$'\t' read -r name about; do
		names+=("$name")
		shown+=("$name  $about")
	done < <(rpcsh completion words "${(@)words[2,CURRENT]}" 2>/dev/null)
	if (( ${#names} )); then
		compadd -l -d shown -a names
	else
		_files
	fi
}
if [ "${funcstack[1]}" = "_rpcsh" ]; then
	_rpcsh "$@"
else
	compdef _rpcsh rpcsh
fi
