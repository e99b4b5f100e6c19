# What the shell tests share: to count what was checked and end with the count, and what of a run must be equal
# to the byte. For `source`.
#
#   report FINE WHAT        one check: FINE is 0, or WHAT failed; the file err, if there is one, may tell why
#   expect WHAT COMMAND...  one check: the command succeeds; what it says goes to err
#   finish [WORDS]          print the count, and succeed when nothing failed
#   digest FILE             the state's digest at the end of what --json printed; nothing when it has none
#   timeless RUN            progress.csv without the columns that tell time

passed=0 failed=0

report() {
  if [ "$1" = 0 ]; then
    passed=$((passed + 1))
    return
  fi
  failed=$((failed + 1))
  echo "FAILED: $2"
  [ ! -s err ] || sed 's/^/    /' err | head -n 5
}

expect() {
  local what=$1; shift
  "$@" > /dev/null 2>> err
  report $? "$what"
}

finish() {
  echo "$passed checks passed, $failed failed${1:+; $1}"
  [ "$failed" = 0 ]
}

digest() { tail -n 1 "$1" | sed -n 's/.*"state_sha256": "\([0-9a-f]*\)".*/\1/p'; }
timeless() { cut -d, -f1-26,29- "$1/progress.csv"; }
