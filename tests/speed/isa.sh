#!/usr/bin/env bash
# Which kernels a processor gets, on processors that qemu plays: the best of its own where there is a tuned
# one, OpenBLAS where there is none; what is asked for by math.isa is given, or refused with exit code 5.
#
#   tests/speed/isa.sh PROGRAM        needs qemu-x86_64 of the package qemu-user

set -u
command -v qemu-x86_64 > /dev/null || { echo "install the package qemu-user"; exit 1; }
program=$1 passed=0 failed=0 folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# a run of a few steps on a processor; what it says it runs on
check() { # check CPU CODE WORDS SETTINGS...
  local cpu=$1 code=$2 words=$3 said got setting flags=(); shift 3
  for setting in "$@"; do flags+=(--set "$setting"); done
  rm -rf "$folder/run"
  said=$(timeout 300 qemu-x86_64 -cpu "$cpu" "$program" train inverted_pendulum --steps 20 --threads 1 --run "$folder/run" \
    --set sac.hidden=[8,8] --set sac.batch=8 --set sac.start_steps=10 --set train.eval_episodes=1 \
    --set sac.replay=1000 "${flags[@]}" 2>&1)
  got=$?
  if [ $got = "$code" ] && grep -qF "$words" <<< "$said"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $cpu $*: code $got, wanted $code and '$words', said: $said"
  fi
}

# processors by what they have: AVX alone; AVX2 and FMA; no AVX
check SandyBridge 0 "openblas (Sandybridge)"
check SandyBridge 0 "own (avx)" math.isa=avx
check SandyBridge 0 "own (avx)" math.backend=own
check SandyBridge 5 "this processor lacks" math.isa=avx2
check SandyBridge 5 "this processor lacks" math.isa=avx512
check Haswell 0 "own (avx2)"
check Haswell 0 "openblas (Haswell)" math.backend=openblas
check Haswell 5 "this processor lacks" math.isa=avx512
check Nehalem 5 "no AVX"

# this one: every path it has can be forced
for isa in avx512 avx2 avx; do
  case $isa in
    avx512) flags="avx512f avx512bw avx512dq avx512vl fma" ;;
    avx2) flags="avx2 fma" ;;
    avx) flags="avx" ;;
  esac
  has=0
  for flag in $flags; do grep -qw "$flag" /proc/cpuinfo || has=5; done
  rm -rf "$folder/run"
  said=$("$program" train inverted_pendulum --steps 20 --threads 1 --run "$folder/run" --set sac.hidden=[8,8] \
    --set sac.start_steps=10 --set train.eval_episodes=1 --set "math.isa=$isa" 2>&1)
  if [ $? = $has ] && { [ $has = 5 ] || grep -qF "own ($isa)" <<< "$said"; }; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: math.isa=$isa here: $said"
  fi
done

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
