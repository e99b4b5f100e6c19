#!/usr/bin/env bash
# A processor without AVX is told so, with exit code 5; one that has it is not.
#
#   tests/no_avx.sh PROGRAM        needs qemu-x86_64 of the package qemu-user

set -u
command -v qemu-x86_64 > /dev/null || { echo "install the package qemu-user"; exit 1; }

said=$(qemu-x86_64 -cpu Nehalem "$1" tasks 2>&1 > /dev/null)
code=$?
if [ $code != 5 ] || [ "$(grep -c "no AVX" <<< "$said")" != 1 ]; then
  echo "FAILED: without AVX: code $code, '$said'"
  exit 1
fi
if ! qemu-x86_64 -cpu max "$1" tasks > /dev/null 2>&1; then
  echo "FAILED: with AVX the program does not run"
  exit 1
fi
echo "a processor without AVX is told so"
