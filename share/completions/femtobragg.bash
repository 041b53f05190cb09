# Completion for bash: flags, their values and commands by `femtobragg complete`, files by bash.
_femtobragg() {
  # Bash takes "--flag=value" for three words.
  local words=() word i join=
  for ((i = 0; i <= COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    if [[ -n $join || ($word == = && ${#words[@]} -gt 1) ]]; then
      words[-1]+=$word
      [[ $word == = ]] && join=1 || join=
    else
      words+=("$word")
    fi
  done
  local typed=${words[-1]}
  words[0]=${words[0]##*/}
  mapfile -t COMPREPLY < <(femtobragg complete "${words[@]}" 2> /dev/null)
  # Only what follows the last break is replaced.
  if [[ $typed == *=* && $COMP_WORDBREAKS == *=* ]]; then
    for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"${typed%%=*}="}; done
  fi
}
complete -o bashdefault -o default -F _femtobragg femtobragg nanoBragg nonBragg nb-compare
