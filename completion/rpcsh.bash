# Completion of rpcsh's command lines in bash: source <(rpcsh completion bash)
_rpcsh() {
	local line="${COMP_LINE:0:COMP_POINT}" full candidate about separator before
	local -a words
	read -ra words <<<"$line"
	if [[ $line == *[[:blank:]] ]]; then
		words+=("")
	fi
	full="${words[${#words[@]} - 1]}"
	# What bash completes begins behind the last of its word breaks, or with it if that is an @: so do the candidates.
	before=""
	for separator in ":" "@" "="; do
		if [[ $COMP_WORDBREAKS == *"$separator"* && $full == *"$separator"* ]]; then
			candidate="${full%"${full##*"$separator"}"}"
			candidate="${candidate%@}"
			if ((${#candidate} > ${#before})); then
				before="$candidate"
			fi
		fi
	done
	COMPREPLY=()
	while IFS=$'\t' read -r candidate about; do
		COMPREPLY+=("${candidate#"$before"}")
	done < <(rpcsh completion words "${words[@]:1}" 2>/dev/null)
}
complete -o default -F _rpcsh rpcsh
