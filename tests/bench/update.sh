#!/usr/bin/env bash
# The bench tells what it promises: the rows and their keys, the textbook work of an update to a tenth of
# a MFLOP at two sizes, a share that is the quotient of its parts, all within 20 seconds. How fast the
# machine is, is not judged here.
#
#   tests/bench/update.sh PROGRAM

set -u
program=$(realpath "$1")
passed=0 failed=0

report() { # report FINE WHAT
  if [ "$1" = 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $2"
  fi
}

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
  holds "$(value "$rows" judge gflops) <= 1.1 * $(value "$rows" judge peak_gflops)"
  report $? "bench update $*: products stay below the peak"
  holds "($(sed -n 's/.*"share": \([^,}]*\).*/\1/p' <<< "$rows" | paste -sd+)) - 1 < 1e-6"
  report $? "bench update $*: the parts are the whole"
}

check 577.1
check 1080.3 humanoid

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
