#!/usr/bin/env bash
# Fuzz the policy reader, and the running of whatever loads, under address and undefined sanitizers.
#
#   tests/fuzz/test.sh [RUNS]      of each, default 50000; exits with 77 when clang has no libFuzzer
#   tests/fuzz/test.sh --grow N    fuzz N runs of each and keep what reaches new code in the corpus
#
# An input that breaks something is printed in base64.

set -euo pipefail
cd "$(dirname "$0")/../.."
grow=""
[ "${1:-}" != --grow ] || { grow=yes; shift; }
runs=${1:-50000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

echo 'int LLVMFuzzerTestOneInput(const char* d, unsigned long n) { return d && n ? 0 : 0; }' > "$folder/probe.c"
if ! clang -fsanitize=fuzzer,address "$folder/probe.c" -o "$folder/probe" 2> /dev/null; then
  echo "fuzz: left out, clang or its libFuzzer is not installed: scripts/setup --tests"
  exit 77
fi

for way in read run; do
  clang -g -O1 -std=gnu99 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
    -DFUZZ_${way^^} -Isrc tests/fuzz/fuzz_policy.c src/policy/*.c -o "$folder/$way"
  mkdir "$folder/new_$way"
  corpus=tests/fuzz/corpus_$way
  if ! "$folder/$way" -runs="$runs" -seed=1 -max_len=6000 -timeout=10 -rss_limit_mb=2048 -dict=tests/fuzz/policy.dict \
      -artifact_prefix="$folder/broken-" -print_final_stats=1 "$folder/new_$way" "$corpus" 2> "$folder/log"; then
    tail -40 "$folder/log"
    for file in "$folder"/broken-*; do base64 "$file"; done
    exit 1
  fi
  echo "fuzz_$way: $(sed -n 's/.*#[0-9]*\tDONE *\(.*\)/\1/p' "$folder/log"), $(sed -n 's/stat::number_of_executed_units: //p' "$folder/log") runs"
  if [ -n "$grow" ]; then
    mkdir "$folder/merged_$way"
    "$folder/$way" -set_cover_merge=1 -max_len=6000 "$folder/merged_$way" "$folder/new_$way" "$corpus" 2> /dev/null
    rm -f "$corpus"/*
    cp "$folder/merged_$way"/* "$corpus"
  fi
done
