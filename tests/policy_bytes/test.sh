#!/usr/bin/env bash
# The same bytes everywhere: the runtime, compiled by several compilers for several processors, acts on
# the same observations, and the digests of all output bytes must be one.
#
#   tests/policy_bytes/test.sh MAKE_POLICY           gcc -O2, gcc -O3 -march=native, clang -O2, 64-bit ARM:
#                                                    2 000 of a 17/6 policy, 100 000 of a tiny one
#   tests/policy_bytes/test.sh MAKE_POLICY --soak    more compilers, flags and 32-bit ARM; 1 million of
#                                                    each policy on what is compiled for this machine
#
# Two controls must give other bytes and must fail the policy's own golden vectors: contraction to fused
# multiply-add, and sums in another order. Exits with 77 when a compiler is missing and the rest agrees.

set -euo pipefail
cd "$(dirname "$0")/../.."
make_policy=$(realpath "$1") soak=${2:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
missing=0 wrong=0
complain() { echo "policy_bytes: $*"; wrong=1; }

strict="-std=c99 -pedantic -Wall -Wextra -Wconversion -Werror"
sanitized="-O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
fma="" && grep -q '^flags.* fma' /proc/cpuinfo && fma="-mfma -mavx2"

# name | compiler | flags | runner
builds="gcc -O2|gcc|$strict -O2|
gcc -O3 -march=native|gcc|$strict -O3 -march=native|
clang -O2|clang|$strict -O2|
64-bit ARM|aarch64-linux-gnu-gcc|$strict -O2 -static|qemu-aarch64"
[ -z "$soak" ] || builds="$builds
gcc -O0|gcc|$strict -O0|
gcc gnu17 -mfma|gcc|-std=gnu17 -O3 $fma|
gcc sanitized|gcc|$strict $sanitized|
clang -O0|clang|$strict -O0|
clang -O3 -march=native|clang|$strict -O3 -march=native|
clang gnu17 -mfma|clang|-std=gnu17 -O3 $fma|
clang sanitized|clang|$strict $sanitized|
64-bit ARM gnu17 -O3|aarch64-linux-gnu-gcc|-std=gnu17 -O3 -static|qemu-aarch64
32-bit ARM|arm-linux-gnueabihf-gcc|$strict -O2 -static|qemu-arm
32-bit ARM gnu17 -O3 NEON|arm-linux-gnueabihf-gcc|-std=gnu17 -O3 -mfpu=neon-vfpv4 -static|qemu-arm"

"$make_policy" "$folder/big" 17 6 256
"$make_policy" "$folder/tiny" 4 2 8 3 2 1

# compile COMPILER FLAGS [LINEAR]: into $folder/program, with another file for the layers if named
compile() {
  local flags sources=(src/policy/*.c)
  read -ra flags <<< "$2"
  [ $# -lt 3 ] || sources=("${sources[@]/src\/policy\/linear.c/$3}")
  "$1" "${flags[@]}" -Isrc tests/policy_bytes/bytes.c "${sources[@]}" -o "$folder/program"
}

# digests RUNNER NBIG NTINY: of the actions of both policies; fails when a golden vector does
digests() {
  local status=0
  $1 "$folder/program" "$folder/big" "$2" || status=1
  $1 "$folder/program" "$folder/tiny" "$3" || status=1
  return $status
} 2> "$folder/err"

few="" many=""
while IFS='|' read -r name compiler flags runner; do
  if ! command -v "$compiler" > /dev/null || ! command -v ${runner:-sh} > /dev/null; then
    echo "policy_bytes: $name is left out, $compiler $runner is not installed: scripts/setup --tests"
    missing=1
    continue
  fi
  compile "$compiler" "$flags" || { complain "$name does not compile"; continue; }
  got=$(digests "$runner" 2000 100000) || complain "$name: $(cat "$folder/err")"
  few=${few:-$got}
  [ "$got" = "$few" ] || complain "$name gives other bytes"
  if [ -n "$soak" ] && [ -z "$runner" ]; then
    more=$(digests "" 1000000 1000000)
    many=${many:-$more}
    [ "$more" = "$many" ] || complain "$name gives other bytes in 1 million"
    got="$got $more"
  fi
  echo "  $(for digest in $got; do printf '%.12s ' "$digest"; done) $name"
done <<< "$builds"

# control NAME FLAGS [LINEAR]
control() {
  compile gcc "${@:2}"
  if got=$(digests "" 2000 100000) || [ "$(head -1 <<< "$got")" = "$(head -1 <<< "$few")" ]; then
    complain "$1 goes unnoticed"
  else
    echo "  noticed: $1 ($(head -1 "$folder/err"))"
  fi
}
[ -z "$fma" ] || control "contraction to fused multiply-add" \
  "-std=gnu17 -O2 $fma -ffp-contract=fast -include float.h -DSG_POLICY_STRICT_FLOAT_H_"
control "sums in another order" "$strict -O2" tests/policy_bytes/linear_reversed.c

[ $wrong -eq 0 ] || exit 1
[ $missing -eq 0 ] || exit 77
