# The installed program loads its module: renders an image and fits its fluence.   usage: fit_with_program.sh FEMTOBRAGG
set -eu
flags="-cell 70 80 90 -misset 10 20 30 -default_F 100 -N 5 -distance 100 -detpixels 64 -pixel 0.5"
# shellcheck disable=SC2086 -- a list of words
"$1" simulate $flags -fluence 1e26 -o to_fit.npy
"$1" refine --target to_fit.npy --refine fluence --levels 0 --quiet --report fitted -- $flags -fluence 1.1e26
