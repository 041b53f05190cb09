#compdef femtobragg nanoBragg nonBragg nb-compare
# Completion for zsh: flags, their values and commands by `femtobragg complete`, files by zsh.
_femtobragg() {
  local -a candidates
  candidates=("${(@f)$(femtobragg complete ${words[1]:t} ${(Q)words[2,CURRENT]} 2> /dev/null)}")
  candidates=(${candidates:#})
  if (( ${#candidates} )); then
    compadd -U -- $candidates
  elif [[ ${words[CURRENT]} == *=* ]]; then
    compset -P '*='
    _files
  else
    _files
  fi
}
if [[ $funcstack[1] == _femtobragg ]]; then _femtobragg "$@"; else compdef _femtobragg femtobragg nanoBragg nonBragg nb-compare; fi
