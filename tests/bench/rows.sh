#!/usr/bin/env bash
# The bench tells what it promises: the rows and their keys, the textbook work of an update to a tenth of
# a MFLOP at two sizes, a share that is the quotient of its parts, all within 20 seconds; times of a
# policy's step in order, the work of one; a run whose parts add up. How fast the machine is, is not
# judged here.
#
#   tests/bench/rows.sh PROGRAM

set -u
source "$(dirname "$(realpath "$0")")/../checks.sh"
program=$(realpath "$1")

# the number or word behind a key of the row with that name
value() { # value ROWS NAME KEY
  grep -F "\"name\": \"$2\"" <<< "$1" | sed -n "s/.*\"$3\": \"\{0,1\}\([^,}\"]*\).*/\1/p"
}

# whether a comparison of numbers holds
holds() { # holds EXPRESSION
  awk "BEGIN { exit !($1) }"
}

check() { # check MFLOP ARGS...
  local mflop=$1 rows began key; shift
  began=$(date +%s)
  rows=$("$program" bench update "$@" --threads 1 --json)
  report $? "bench update $*"
  holds "$(date +%s) - $began <= 20"
  report $? "bench update $*: within 20 s"
  for key in threads rate gflops peak_gflops peak_share; do
    holds "$(value "$rows" update $key) > 0 && $(value "$rows" judge $key) > 0"
    report $? "bench update $*: $key is there and above 0"
  done
  [ "$(value "$rows" update unit)" = updates/s ]
  report $? "bench update $*: counts updates"
  holds "1000 * $(value "$rows" update gflops) / $(value "$rows" update rate) - $mflop < 0.05"
  report $? "bench update $*: at most $mflop MFLOP"
  holds "$mflop - 1000 * $(value "$rows" update gflops) / $(value "$rows" update rate) < 0.05"
  report $? "bench update $*: at least $mflop MFLOP"
  holds "$(value "$rows" judge gflops) <= 3 * $(value "$rows" judge peak_gflops)"
  report $? "bench update $*: products are no three times the peak (other work may run beside)"
  holds "($(sed -n 's/.*"share": \([^,}]*\).*/\1/p' <<< "$rows" | paste -sd+)) - 1 < 1e-6"
  report $? "bench update $*: the parts are the whole"
}

check_infer() { # check_infer TASK FLOP
  local rows last=0 row
  rows=$("$program" bench infer "$1" --json)
  report $? "bench infer $1"
  for row in infer infer.median infer.p99 infer.p999 infer.p9999 infer.max; do
    holds "$(value "$rows" $row rate) >= $last && $(value "$rows" $row rate) > 0"
    report $? "bench infer $1: $row is no less than the row above"
    last=$(value "$rows" $row rate)
  done
  # GFLOP/s times microseconds are thousands of operations
  holds "1000 * $(value "$rows" infer gflops) * $(value "$rows" infer rate) / $2 - 1 < 1e-6"
  report $? "bench infer $1: at most $2 operations"
  holds "1 - 1000 * $(value "$rows" infer gflops) * $(value "$rows" infer rate) / $2 < 1e-6"
  report $? "bench infer $1: at least $2 operations"
}

check_train() {
  local rows
  rows=$("$program" bench train --threads 1 --json)
  report $? "bench train"
  holds "$(value "$rows" train.simulate share) + $(value "$rows" train.update share) - 1 < 1e-9"
  report $? "bench train: simulating and updating are the whole"
  holds "$(value "$rows" train rate) < $(value "$rows" train.update rate)"
  report $? "bench train: a run is slower than its updates"
  holds "$(value "$rows" train.evaluate share) + $(value "$rows" train.log share) < 1"
  report $? "bench train: evaluating and logging are parts"
  holds "$(value "$rows" train.log rate) > 0 && $(value "$rows" train.log share) < 0.01"
  report $? "bench train: logging takes less than a hundredth"
  holds "$(value "$rows" train.first_step rate) > 0"
  report $? "bench train: the first step took time"
}

# twice 17 x 256 + 256 x 256 + 256 x 6, and with 348 and 17
check_infer half_cheetah 142848
check_infer humanoid 317952
check_train
check 577.1
check 1080.3 humanoid

finish
