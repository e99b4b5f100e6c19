#!/usr/bin/env bash
# A run whose feed cannot be had, cannot be written, or is taken from it trains on: exit code 0, the
# bytes of an untroubled run, and one line that says so where there is something to say.
#
#   tests/live/trouble.sh PROGRAM READER FAULT

set -u
source "$(dirname "$(realpath "$0")")/../checks.sh"
program=$(realpath "$1") reader=$(realpath "$2") fault=$(realpath "$3")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

flags=(--steps 4000 --threads 1 --seed 3 --set sac.hidden=[32,32] --set sac.batch=32 --set sac.start_steps=200
  --set train.eval_every=1000 --set train.eval_episodes=2)

# same RUN LINES WORDS: how it went
same() {
  [ -n "$(digest plain.json)" ] && [ "$(digest "$1.json")" = "$(digest plain.json)" ] && [ "$(wc -l < "$1.err")" = "$2" ] &&
    cmp -s "$1/policy/best.safetensors" plain/policy/best.safetensors && { [ -z "$3" ] || grep -qF -- "$3" "$1.err"; }
  report $? "$1: the bytes of an untroubled run, $2 lines on stderr: $(cat "$1.err")"
}

"$program" train hopper "${flags[@]}" --run plain --json > plain.json 2> plain.err
report $? "an untroubled run"

# no space for it
LIVE_FAULT=space LD_PRELOAD=$fault "$program" train hopper "${flags[@]}" --run full --json > full.json 2> full.err
report $? "no space: exit code"
same full 1 "full/live: cannot be made: No space left on device; the run goes on, but cannot be watched"
[ ! -e full/live ]
report $? "no space: nothing half-made is left"
[ "$("$reader" full 0.05 | sed -n 's/.*"none": \([0-9]*\).*/\1/p')" -gt 0 ]
report $? "no space: a reader finds no feed"

# the disk refuses it from the beginning, and later
LIVE_FAULT=1 LD_PRELOAD=$fault "$program" train hopper "${flags[@]}" --run never --json > never.json 2> never.err
report $? "never written: exit code"
same never 1 "never/live: cannot be written: Input/output error; the run goes on, but cannot be watched"
for from in 5 11 30; do # a publish takes three writes
  LIVE_FAULT=$from LD_PRELOAD=$fault "$program" train hopper "${flags[@]}" --run "from$from" --json > "from$from.json" 2> "from$from.err"
  report $? "refused from write $from on: exit code"
  same "from$from" 0 ""
done

# taken from a running trainer: cut, scribbled over, removed, replaced by a pipe that nobody reads
"$program" train hopper "${flags[@]}" --run robbed --json > robbed.json 2> robbed.err &
trainer=$!
while kill -0 $trainer 2> /dev/null && [ "$(wc -l < robbed/progress.csv)" != 4 ]; do
  case $((RANDOM % 4)) in
    0) [ -e robbed/live ] && truncate -s $((RANDOM % 5000)) robbed/live ;;
    1) [ -f robbed/live ] && head -c $((RANDOM % 5000)) /dev/urandom 1<> robbed/live >&1 ;;
    2) [ -e robbed/live ] && truncate -s 0 robbed/live ;;
    3) "$reader" robbed 0.02 > /dev/null ;;
  esac
  sleep 0.01
done 2> /dev/null
wait $trainer
report $? "cut and scribbled over: exit code"
same robbed 0 ""
"$reader" robbed 0.1 > robbed.seen
grep -q '"state": "finished"' robbed.seen
report $? "the last publish made it whole again: $(cat robbed.seen)"

"$program" train hopper "${flags[@]}" --run gone --json > gone.json 2> gone.err &
trainer=$!
for _ in $(seq 500); do
  [ -s gone/live ] && break
  sleep 0.01
done
rm gone/live
mkfifo gone/live
wait $trainer
report $? "replaced by a pipe: exit code"
same gone 0 ""

# resumed where something else bears the name
rm gone/live
mkdir -p gone/live/in
"$program" resume gone --steps 4400 --threads 1 --json > more.json 2> more.err
report $? "resumed with a folder in its place: exit code"
[ "$(wc -l < more.err)" = 1 ] && grep -qF "gone/live: cannot be made: " more.err && grep -q '"TotalEnvInteracts": 4400' more.json
report $? "resumed with a folder in its place: $(cat more.err)"

# a folder that has a file of that name is not ours to begin a run in
mkdir theirs
echo theirs > theirs/live
"$program" train hopper "${flags[@]}" --run theirs > out 2> err
[ $? = 2 ] && grep -qF "theirs: holds a run already (live)" err && [ "$(cat theirs/live)" = theirs ]
report $? "somebody's file named live is left alone: $(cat err)"

finish
