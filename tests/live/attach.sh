#!/usr/bin/env bash
# Readers come, go and are killed while a run is under way, and the run's bytes do not know: the state's
# digest, both policies and progress.csv (but for the columns that tell time) equal those of a run that
# nobody looked at. On hopper, with 1 and with 4 environments, and through a run that is killed and
# resumed. A run with another seed shows that the comparison can fail.
#
#   tests/live/attach.sh PROGRAM READER [READERS] [KILLS]

set -u
source "$(dirname "$(realpath "$0")")/../checks.sh"
program=$(realpath "$1") reader=$(realpath "$2") readers=${3:-20} kills=${4:-5}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
long=$((6000 * ((readers + 19) / 20))) # steps: enough that all readers find the run under way

value() { sed -n "s/.*\"$2\": \"\?\([^,\"}]*\).*/\1/p" "$1"; }

equal() { # equal RUN RUN
  [ -n "$(digest "$1.json")" ] && [ "$(digest "$1.json")" = "$(digest "$2.json")" ] &&
    cmp -s "$1/policy/best.safetensors" "$2/policy/best.safetensors" &&
    cmp -s "$1/policy/latest.safetensors" "$2/policy/latest.safetensors" &&
    cmp -s <(timeless "$1") <(timeless "$2")
}

# wait_for FILE: until it is there and not empty
wait_for() {
  for _ in $(seq 500); do
    [ -s "$1" ] && return 0
    sleep 0.01
  done
  return 1
}

# crowd RUN N: N readers, a few at a time, each for some tenths of a second
crowd() {
  local run=$1 i
  for i in $(seq "$2"); do
    "$reader" "$run" "0.$((1 + RANDOM % 4))" > "$run.reader$i" 2>&1 || echo "reader $i failed" >> "$run.bad" &
    [ $((i % 10)) -ne 0 ] || sleep 0.3
  done
}

# massacre RUN N: N readers, each killed at a random moment
massacre() {
  local pid
  for _ in $(seq "$2"); do
    "$reader" "$1" 60 > /dev/null 2>&1 &
    pid=$!
    sleep "0.0$((1 + RANDOM % 9))"
    kill -KILL $pid
    { wait $pid; } 2> /dev/null
  done
}

check() { # check NAME STEPS FLAGS...
  local name=$1 steps=$2 trainer killer; shift 2
  local flags=(--steps "$steps" --seed 3 --threads 1 --set sac.hidden=[32,32] --set sac.batch=32 --set sac.start_steps=200
    --set sac.replay=5000 --set train.eval_every=1000 --set train.eval_episodes=2 --set train.checkpoint_seconds=0.5)
  "$program" train hopper "${flags[@]}" "$@" --run "$name-alone" --json > "$name-alone.json" 2> "$name.err"
  report $? "$name: the run that nobody looks at: $(cat "$name.err")"

  # one that is watched from all sides until it ends
  "$program" train hopper "${flags[@]}" "$@" --run "$name" --json > "$name.json" 2> "$name.err" &
  trainer=$!
  wait_for "$name/live"
  "$reader" "$name" 600 --until-end > "$name.whole" &
  local whole=$! round=0
  while kill -0 $trainer 2> /dev/null; do
    massacre "$name" $((round == 0 ? kills : 1)) &
    killer=$!
    crowd "$name" $((round == 0 ? readers : 3))
    wait $killer
    sleep 0.2
    round=$((round + 1))
  done
  wait $trainer
  report $? "$name: the run that is looked at: $(cat "$name.err")"
  wait $whole
  report $? "$name: a reader from beginning to end: $(cat "$name.whole")"
  wait
  [ ! -e "$name.bad" ]
  report $? "$name: $(cat "$name.bad" 2> /dev/null) $(cat "$name".reader* | grep -v '"backwards": 0' | head -n 3)"
  echo "$name: $(cat "$name.whole"), $(grep -l '"new": [1-9]' "$name".reader* | wc -l) of $(ls "$name".reader* | wc -l) readers saw something"
  equal "$name-alone" "$name"
  report $? "$name: the same bytes with $readers readers, $kills of them killed"
  [ "$(value "$name.whole" state)" = finished ] && [ "$(value "$name.whole" step)" = "$steps" ]
  report $? "$name: the feed tells how it ended: $(cat "$name.whole")"
  awk -v rate="$(value "$name.whole" rate)" -v new="$(value "$name.whole" new)" 'BEGIN { exit !(rate <= 60 && new > 20) }'
  report $? "$name: at most 60 publishes a second, and not few: $(cat "$name.whole")"
}

check one $long
check four $((long * 4 / 3)) --envs 4
[ "$(value four.whole shown)" = 4 ]
report $? "all 4 environments are shown"

# another seed, other bytes
"$program" train hopper --steps $long --seed 4 --threads 1 --set sac.hidden=[32,32] --set sac.batch=32 \
  --set sac.start_steps=200 --set sac.replay=5000 --set train.eval_every=1000 --set train.eval_episodes=2 \
  --run other --json > other.json 2> err
! equal one other
report $? "another seed gives other bytes"

# killed outright: the feed is known to be a dead trainer's; resumed: it is followed into the new one
"$program" train hopper --steps $long --seed 3 --threads 1 --set sac.hidden=[32,32] --set sac.batch=32 \
  --set sac.start_steps=200 --set sac.replay=5000 --set train.eval_every=1000 --set train.eval_episodes=2 \
  --set train.checkpoint_seconds=0.2 --run killed --json > first.json 2> err &
trainer=$!
wait_for killed/checkpoints/state.ckpt
"$reader" killed 600 --until-end > whole &
whole=$!
sleep 0.3
kill -KILL $trainer
{ wait $trainer; } 2> /dev/null
"$reader" killed 0.1 > dead
[ "$(value dead state)" = dead ]
report $? "the feed of a killed trainer: $(cat dead)"
"$program" resume killed --threads 1 --json > killed.json 2> err
report $? "resuming: $(cat err)"
wait $whole
report $? "a reader through death and resumption: $(cat whole)"
[ "$(value whole state)" = finished ] && equal one killed
report $? "the same bytes after all: $(cat whole)"

finish "$readers readers, $kills killed"
