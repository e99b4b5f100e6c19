#!/usr/bin/env bash
# The real window on displays of all kinds: none, a wrong one, Wayland alone, X without GLX, X that
# dies in the middle, X with a software renderer. Training ends with code 0 and the bytes of a run without
# a window; stderr has one line where there is no window and none where there is. Then windows that
# come and go and are killed while a run is under way.
#
#   tests/live/display.sh PROGRAM [WINDOWS] [KILLS]     softgait-view lies beside PROGRAM; needs Xvfb and xdotool

set -u
source "$(dirname "$(realpath "$0")")/../checks.sh"
program=$(realpath "$1") windows=${2:-2} kills=${3:-5}
if ! command -v Xvfb > /dev/null || ! command -v xdotool > /dev/null; then
  echo "left out: no Xvfb or no xdotool; scripts/setup --tests installs them"
  exit 77
fi
folder=$(mktemp -d)
cd "$folder" || exit 1
server=0
unset DISPLAY WAYLAND_DISPLAY

# all that was started here: X servers, and windows by their run folder, which is in a folder of our own
clean() {
  local pid
  for pid in $(pgrep -f "softgait-view $folder/"); do
    kill -KILL "$pid"
  done
  [ $server = 0 ] || kill $server
  rm -rf "$folder"
} 2> /dev/null
trap clean EXIT

# start_x FLAGS...: an X server of its own; sets server and display
start_x() {
  rm -f number
  Xvfb -displayfd 9 -screen 0 1280x800x24 -nolisten tcp -noreset "$@" 9> number 2> x.err &
  server=$!
  for _ in $(seq 500); do
    [ -s number ] && break
    sleep 0.02
  done
  display=:$(cat number)
}

stop_x() {
  kill -KILL $server
  { wait $server; } 2> /dev/null
  server=0
}

# window_up: until there is a window of ours; how many tenths of a second that took
window_up() {
  local tenth
  for tenth in $(seq 150); do
    DISPLAY=$display xdotool search --class softgait > /dev/null 2>&1 && echo "$tenth" && return 0
    sleep 0.1
  done
  return 1
}

small=(train hopper --threads 1 --seed 3 --set sac.hidden=[16,16] --set sac.batch=32 --set sac.start_steps=100
  --set sac.replay=5000 --set train.eval_every=5000 --set train.eval_episodes=2)

# same RUN PLAIN CODE LINES WORDS
same() {
  local run=$1 plain=$2 code=$3 lines=$4 words=$5
  [ "$code" = 0 ] && [ "$(wc -l < "$run.err")" = "$lines" ] && { [ -z "$words" ] || grep -qF -- "$words" "$run.err"; }
  report $? "$run: exit code $code, $(wc -l < "$run.err") lines on stderr (wanted $lines): $(cat "$run.err")"
  [ -n "$(digest "$plain.json")" ] && [ "$(digest "$run.json")" = "$(digest "$plain.json")" ] &&
    cmp -s "$run/policy/best.safetensors" "$plain/policy/best.safetensors" && cmp -s <(timeless "$run") <(timeless "$plain")
  report $? "$run: the bytes of a run without a window"
}

# run NAME STEPS [VARIABLE=VALUE...]: with --view in that environment
run() {
  local name=$1 steps=$2; shift 2
  env "$@" "$program" "${small[@]}" --steps "$steps" --run "$folder/$name" --view --json > "$name.json" 2> "$name.err"
}

short=2000 long=16000
"$program" "${small[@]}" --steps $short --run "$folder/short" --json > short.json
"$program" "${small[@]}" --steps $long --run "$folder/long" --json > long.json

# nothing to open a window on
run none $short
same none short $? 1 "there is no display"
run wrong $short DISPLAY=:6553
same wrong short $? 1 "the display ':6553' does not answer"
run wayland $short WAYLAND_DISPLAY=wayland-0
same wayland short $? 1 "this GLFW needs X11"
start_x -extension GLX
run no_glx $short DISPLAY="$display"
same no_glx short $? 1 "gives no OpenGL"
stop_x

# X dies while the window is up
start_x
run dying $long DISPLAY="$display" &
trainer=$!
window_up > tenths
report $? "dying: the window came up"
stop_x
kill -0 $trainer 2> /dev/null
report $? "dying: the run was still under way"
wait $trainer
same dying long $? 1 "the display went away"

# a software renderer: the window comes up, outlives the run, and there is not a word
start_x
run software $long DISPLAY="$display" &
trainer=$!
window_up > tenths
report $? "software: the window came up"
echo "the window was up after $(cat tenths) tenths of a second"
wait $trainer
same software long $? 0 ""
pid=$(pgrep -f "softgait-view $folder/software")
kill -0 "$pid"
report $? "software: the window outlives the run"
kill -KILL "$pid"

# windows that come and go, and that are killed at any moment of their lives
"$program" "${small[@]}" --steps 100000000 --run "$folder/endless" --json > endless.json 2> endless.err &
trainer=$!
for _ in $(seq 500); do
  [ -s endless/policy/best.safetensors ] && break
  sleep 0.02
done
up=0
for _ in $(seq "$windows"); do
  DISPLAY=$display "$program" watch "$folder/endless" 2>> watch.err &
  pid=$!
  window_up > tenths && up=$((up + 1))
  kill -TERM $pid
  { wait $pid; } 2> /dev/null
done
[ $up = "$windows" ]
report $? "$up of $windows windows came up: $(cat watch.err)"
for _ in $(seq "$kills"); do
  DISPLAY=$display "$program" watch "$folder/endless" 2>> watch.err &
  pid=$!
  sleep "0.$((1 + RANDOM % 9))$((RANDOM % 10))"
  kill -KILL $pid
  { wait $pid; } 2> /dev/null
done
kill -0 $trainer
report $? "the run goes on after $windows windows and $kills killed ones"
kill -INT $trainer
wait $trainer
[ $? = 130 ]
report $? "and stops when it is asked to: $(cat endless.err)"

# the same run up to there, without anybody looking, has the same bytes
steps=$(sed -n 's/.*"TotalEnvInteracts": \([0-9]*\),.*/\1/p' endless.json | tail -n 1)
"$program" "${small[@]}" --steps 100000000 --run "$folder/again" --json > again.json 2> again.err &
trainer=$!
for _ in $(seq 20000); do
  grep -q "\"TotalEnvInteracts\": $steps," again.json && break
  sleep 0.02
done
kill -INT $trainer
wait $trainer
lines=$(wc -l < endless/progress.csv)
cmp -s <(timeless endless) <(timeless again | head -n "$lines") && [ "$lines" -gt 2 ]
report $? "the same table up to step $steps"

finish "$windows windows, $kills killed"
