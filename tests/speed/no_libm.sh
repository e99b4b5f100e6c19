#!/usr/bin/env bash
# Nothing that runs in an update asks the C library for mathematics: object by object, no symbol that libm
# defines is wanted. The oracle's kernels, which do ask, show that the search can find one.
#
#   tests/speed/no_libm.sh BUILD

set -euo pipefail
build=$1
hot=(sac_update.c.o sac_measure.c.o replay.c.o adam.c.o mlp.c.o squash.c.o vec.c.o exp.c.o
  kernels_avx.c.o kernels_avx2.c.o kernels_avx512.c.o)
libm=$(ldconfig -p | awk '$1 == "libm.so.6" { print $NF; exit }')
mathematics=$(nm -D --defined-only "$libm" | awk '{ sub("@.*", "", $3); print $3 }' | sort -u)

wanted() { # wanted OBJECT: what it asks libm for
  local file
  file=$(find "$build/CMakeFiles" -path "*/sg_sac.dir/*" -name "$1" -o -path "*/sg_nn.dir/*" -name "$1" \
    -o -path "*/sg_math.dir/*" -name "$1")
  [ -n "$file" ] || { echo "no object $1" >&2; exit 1; }
  comm -12 <(nm -u "$file" | awk '{ print $2 }' | sort -u) <(echo "$mathematics")
}

for object in "${hot[@]}"; do
  found=$(wanted "$object")
  [ -z "$found" ] || { echo "FAILED: $object calls" $found; exit 1; }
done
found=$(wanted kernels_ref.c.o)
[[ "$found" == *tanh* ]] || { echo "FAILED: the search does not find the oracle's tanh"; exit 1; }
echo "${#hot[@]} objects call nothing of libm; the oracle's calls" $found
