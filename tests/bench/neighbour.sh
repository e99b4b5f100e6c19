#!/usr/bin/env bash
# A busy neighbour on one core must not make two threads slower than 0.8 of one.
#
#   tests/bench/neighbour.sh PROGRAM [ROUNDS]
#
# In turns: one thread on a core of its own, and two threads on two cores of which the second is kept busy by
# somebody else all the time. Nothing else may run on the machine. Prints a JSON row per round and the
# ratio of the medians; exit code 1 when it is below 0.8, 77 with less than two processors.

set -euo pipefail
program=$(realpath "$1") rounds=${2:-3} neighbour=

mapfile -t cores < <(taskset -cp $$ | sed 's/.*: //' | tr ',' '\n' |
  while IFS=- read -r a b; do seq "$a" "${b:-$a}"; done | head -n 2)
[ "${#cores[@]}" = 2 ] || { echo "one processor alone has no neighbour"; exit 77; }

trap '[ -z "$neighbour" ] || kill "$neighbour" 2> /dev/null || true' EXIT
taskset -c "${cores[1]}" sh -c 'while :; do :; done' &
neighbour=$!

rate() { # rate THREADS CORES: updates per second
  taskset -c "$2" "$program" bench update --threads "$1" --json |
    sed -n 's/.*"name": "update".*"rate": \([^,]*\).*/\1/p'
}

median() { sort -g | awk '{ x[NR] = $1 } END { print (x[int((NR + 1) / 2)] + x[int(NR / 2) + 1]) / 2 }'; }

one=() two=()
for ((round = 0; round < rounds; round++)); do
  one+=("$(rate 1 "${cores[0]}")")
  two+=("$(rate 2 "${cores[0]},${cores[1]}")")
  echo "{\"round\": $round, \"one\": ${one[-1]}, \"two_beside_a_neighbour\": ${two[-1]}}"
done
ratio=$(awk "BEGIN { print $(printf '%s\n' "${two[@]}" | median) / $(printf '%s\n' "${one[@]}" | median) }")
echo "{\"name\": \"neighbour\", \"threads\": 2, \"rate\": $ratio, \"unit\": \"of one thread\"}"
awk "BEGIN { exit !($ratio >= 0.8) }"
