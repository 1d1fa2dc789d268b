# Completion of rpcsh's command lines in fish: rpcsh completion fish > ~/.config/fish/completions/rpcsh.fish
function __rpcsh_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l found (rpcsh completion words $words[2..-1] 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c rpcsh -f -a '(__rpcsh_complete)'
