#!/usr/bin/env bash
# The same bytes everywhere: the runtime, and the policy exported to C, compiled by several compilers for
# several processors, act on the same observations, and the digests of all output bytes must be one.
#
#   test.sh MAKE_POLICY SOFTGAIT           gcc -O2, gcc -O3 -march=native, clang -O2, 64-bit ARM: 2 000 of
#                                          a 17/6 policy, 100 000 of a tiny one with history and commands
#   test.sh MAKE_POLICY SOFTGAIT --soak [N]   more compilers, flags and 32-bit ARM; 1 million (N) of each
#                                          policy on what is compiled for this machine
#
# Controls must give other bytes and must fail the policy's own golden vectors: contraction to fused
# multiply-add, in both, and sums in another order. Exits with 77 when a compiler is missing and the rest
# agrees.

set -euo pipefail
cd "$(dirname "$0")/../.."
make_policy=$(realpath "$1") softgait=$(realpath "$2") soak=${3:-} n=${4:-1000000}
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
for policy in big tiny; do
  mkdir "$folder/$policy.c"
  "$softgait" export "$folder/$policy" --to c --name exported --out "$folder/$policy.c/exported.c" 2> /dev/null
done

# compile COMPILER FLAGS [LINEAR]: the runtime into $folder/program, with another file for the layers if
# named
compile() {
  local flags sources=(src/policy/*.c)
  read -ra flags <<< "$2"
  [ $# -lt 3 ] || sources=("${sources[@]/src\/policy\/linear.c/$3}")
  "$1" "${flags[@]}" -Isrc tests/policy_bytes/bytes.c "${sources[@]}" -o "$folder/program"
}

# compile_exported COMPILER FLAGS: both policies as C into $folder/big.program and $folder/tiny.program
compile_exported() {
  local flags policy
  read -ra flags <<< "$2"
  for policy in big tiny; do
    "$1" "${flags[@]}" -DEXPORTED -I"$folder/$policy.c" -Isrc tests/policy_bytes/bytes.c \
      src/policy/{sha256,tanh}.c -o "$folder/$policy.program" || return
  done
}

# digests RUNNER NBIG NTINY: of the actions of both policies; fails when a golden vector does
digests() {
  local status=0
  $1 "$folder/program" "$folder/big" "$2" || status=1
  $1 "$folder/program" "$folder/tiny" "$3" || status=1
  return $status
} 2> "$folder/err"

digests_exported() {
  local status=0
  $1 "$folder/big.program" "$2" || status=1
  $1 "$folder/tiny.program" "$3" || status=1
  return $status
} 2> "$folder/err"

few="" many="" compared=0 controls=0

# compare NAME COMPILER FLAGS RUNNER WHAT: compile, run, compare; WHAT is "" or _exported
compare() {
  local name=$1 got more
  "compile$5" "$2" "$3" || { complain "$name does not compile"; return 0; }
  got=$("digests$5" "$4" 2000 100000) || complain "$name: $(cat "$folder/err")"
  few=${few:-$got}
  [ "$got" = "$few" ] || complain "$name gives other bytes"
  if [ -n "$soak" ] && [ -z "$4" ]; then
    more=$("digests$5" "" "$n" "$n")
    many=${many:-$more}
    [ "$more" = "$many" ] || complain "$name gives other bytes in $n"
    got="$got $more"
  fi
  echo "  $(for digest in $got; do printf '%.12s ' "$digest"; done) $name"
  compared=$((compared + 1))
}

while IFS='|' read -r name compiler flags runner; do
  if ! command -v "$compiler" > /dev/null || ! command -v ${runner:-sh} > /dev/null; then
    echo "policy_bytes: $name is left out, $compiler $runner is not installed: scripts/setup --tests"
    missing=1
    continue
  fi
  compare "$name" "$compiler" "$flags" "$runner" ""
  compare "$name, exported to C" "$compiler" "$flags" "$runner" _exported
done <<< "$builds"

# noticed NAME WHAT: what was compiled must give other bytes and fail the golden vectors
noticed() {
  local got
  if got=$("digests$2" "" 2000 100000) || [ "$(head -1 <<< "$got")" = "$(head -1 <<< "$few")" ]; then
    complain "$1 goes unnoticed"
  else
    echo "  noticed: $1 ($(head -1 "$folder/err"))"
    controls=$((controls + 1))
  fi
}
if [ -n "$fma" ]; then
  compile gcc "-std=gnu17 -O2 $fma -ffp-contract=fast -include float.h -DSG_POLICY_STRICT_FLOAT_H_"
  noticed "contraction to fused multiply-add" ""
  sed -i '/^#pragma GCC optimize/d' "$folder"/*.c/exported.c
  compile_exported gcc "-std=gnu17 -O2 $fma -ffp-contract=fast"
  noticed "contraction in exported C" _exported
fi
compile gcc "$strict -O2" tests/policy_bytes/linear_reversed.c
noticed "sums in another order" ""

echo "$compared programs, the same bytes from $([ $wrong -eq 0 ] && echo all || echo NOT all), $controls controls noticed"
[ $wrong -eq 0 ] || exit 1
[ $missing -eq 0 ] || exit 77
