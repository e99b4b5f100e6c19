#!/usr/bin/env bash
# The window as the trainer sees it, played by stand-ins of all characters: whatever becomes of it,
# training goes on, its exit code and its bytes are its own, and there is at most one line on stderr.
#
#   tests/live/window.sh PROGRAM

set -u
source "$(dirname "$(realpath "$0")")/../checks.sh"
folder=$(mktemp -d)

# the stand-ins that are left, by their path, which is in a folder of our own
clean() {
  local pid
  for pid in $(pgrep -f "$folder/softgait-view"); do
    kill -KILL "$pid"
  done
  rm -rf "$folder"
} 2> /dev/null
trap clean EXIT
cp "$(realpath "$1")" "$folder/softgait"
cd "$folder" || exit 1
program=$folder/softgait window=$folder/softgait-view
number=0
unset DISPLAY WAYLAND_DISPLAY

# stand_in: what stands on stdin becomes the window, a shell script
stand_in() {
  { echo '#!/bin/bash'; cat; } > "$window"
  chmod +x "$window"
}

small=(train hopper --threads 1 --seed 3 --set sac.hidden=[16,16] --set sac.batch=32 --set sac.start_steps=100
  --set train.eval_every=200 --set train.eval_episodes=2)

# with_window LINES WORDS WHAT [FLAGS...]: exit code 0, so many lines on stderr of which one holds the words,
# stdout all JSON, the digest that of a run without
with_window() {
  local lines=$1 words=$2 what=$3 code; shift 3
  number=$((number + 1))
  timeout 60 "$program" "${small[@]}" --steps 600 --run "r$number" --view --json "$@" > out 2> err
  code=$?
  [ $code = 0 ] && [ "$(wc -l < err)" = "$lines" ] && { [ -z "$words" ] || grep -qF -- "$words" err; } &&
    cmp -s "r$number/policy/best.safetensors" alone.run/policy/best.safetensors && ! grep -qv '^{.*}$' out &&
    { [ ! -s out ] || [ "$(digest out)" = "$(digest alone)" ]; }
  report $? "$what: exit code $code, stderr: $(cat err)"
}

"$program" "${small[@]}" --steps 600 --run alone.run --json > alone
report $? "a run without a window"
[ -n "$(digest alone)" ]
report $? "its digest"

# nothing to show it on, and no program for it: known without starting anything
touch err
stand_in <<< 'touch started; exit 0'
with_window 1 "softgait: --view: no window: there is no display" "no display"
[ ! -e started ]
report $? "without a display nothing is started"
with_window 1 "there is no display" "no display, --quiet" --quiet
export DISPLAY=:77
rm "$window"
with_window 1 "softgait-view: No such file or directory" "no such program"
touch "$window"
chmod -x "$window"
with_window 1 "softgait-view: Permission denied" "no executable"
printf '\177ELFnothing' > "$window"
chmod +x "$window"
with_window 1 "softgait: --view: no window: " "no program at all"

# one that cannot open says so in one line; what its libraries have to say is kept back
stand_in <<< 'echo "libGL error: failed to load driver" >&2; echo "softgait-view: no window on :77" >&2; echo "and more" >&2; exit 5'
with_window 1 "softgait-view: no window on :77" "cannot open"
with_window 1 "softgait-view: no window on :77" "cannot open, --quiet" --quiet
stand_in <<< 'sleep 0.4; echo "softgait-view: late" >&2; exit 5'
with_window 1 "softgait-view: late" "cannot open, says so late"
stand_in <<< 'printf "softgait-view: no line break" >&2; exit 5'
with_window 1 "softgait-view: no line break" "a line without a break"

# one that dies without a word
stand_in <<< 'echo "XIO:  fatal IO error 11" >&2; exit 1'
with_window 1 "the window has ended with exit code 1: XIO:  fatal IO error 11; training is not affected" "dies of its display"
stand_in <<< 'kill -SEGV $$'
with_window 1 "the window has ended with signal 11" "crashes"
stand_in <<< 'exit 0'
with_window 0 "" "is closed at once"

# one that talks without end, and one that stands still
stand_in <<< 'while :; do echo "libGL: again and again and again and again" >&2 || exit 0; done'
with_window 0 "" "talks without end"
stand_in <<< 'kill -STOP $$; sleep 3'
with_window 0 "" "stands still"

# --no-view behind --view takes it back
rm -f started
stand_in <<< 'touch started'
with_window 0 "" "--no-view" --no-view
[ ! -e started ]
report $? "--no-view starts nothing"

# what it is given: the run folder, a session of its own, no terminal, no pipe of ours; and it outlives the run,
# which does not wait for it, nor does whoever reads the run's output
stand_in <<'END'
{
  echo "words $#: $*"
  echo "session $(ps -o sid= -p $$ | tr -d ' ') process $$"
} > window.facts.new
mv window.facts.new window.facts
exec sleep 600
END
start=$SECONDS
timeout 30 "$program" "${small[@]}" --steps 600 --run given --view 2>&1 | cat > out
[ $((SECONDS - start)) -lt 15 ] && grep -q '^done at step 600' out
report $? "the run's readers do not wait for the window"
pid=$(sed -n 's/^session .* process //p' window.facts)
files=$(readlink /proc/"$pid"/fd/* | sed 's/pipe:.*/pipe/' | paste -sd ' ')
kill -0 "$pid"
report $? "the window outlives the run"
kill "$pid"
[ "$files" = "/dev/null /dev/null pipe" ]
report $? "its files are nothing and one pipe: $files"
grep -qx 'words 1: given' window.facts && grep -qx "session $pid process $pid" window.facts
report $? "its words and its session: $(cat window.facts)"

# Ctrl-C goes to everything in the terminal's foreground: the trainer stops, the window stays
rm -f window.facts
setsid "$program" "${small[@]}" --steps 1000000 --run broken --view > out 2> err &
trainer=$!
for _ in $(seq 500); do
  [ -s window.facts ] && [ -s broken/policy/best.safetensors ] && break
  sleep 0.02
done
pid=$(sed -n 's/^session .* process //p' window.facts)
kill -INT -$trainer
wait $trainer
code=$?
sleep 0.1
[ $code = 130 ] && kill -0 "$pid"
report $? "Ctrl-C: exit code $code, wanted 130, and a window that lives: $(cat err)"
grep -q '^watch     softgait watch broken$' out && grep -q '^go on     softgait resume broken$' out
report $? "Ctrl-C prints the command to watch: $(cat out)"
kill "$pid"

# killed and reaped while the run goes on; resume opens one, too
stand_in <<< 'echo $$ > window.pid.new; mv window.pid.new window.pid; exec sleep 600'
rm -f window.pid
"$program" resume broken --steps 1000000 --threads 1 --view > out 2> err &
trainer=$!
for _ in $(seq 500); do
  [ -s window.pid ] && break
  sleep 0.02
done
kill -KILL "$(cat window.pid)"
for _ in $(seq 150); do
  [ ! -e "/proc/$(cat window.pid)" ] && break
  sleep 0.02
done
[ -s window.pid ] && [ ! -e "/proc/$(cat window.pid)" ] && kill -0 $trainer
report $? "resume --view: a killed window is reaped and the run goes on"
kill -INT $trainer
wait $trainer
code=$?
[ $code = 130 ] && [ "$(grep -c 'the window has ended with signal 9' err)" = 1 ]
report $? "resume --view: exit code $code, stderr: $(cat err)"

# watch: its exit code is the window's, its words what was found
stand_in <<< 'echo "window: $*"; exit 7'
watch() { # watch CODE STDOUT STDERR ARGS...
  local code=$1 out=$2 err=$3 got; shift 3
  "$program" watch "$@" > out 2> err < /dev/null
  got=$?
  [ $got = "$code" ] && { [ -z "$out" ] || grep -qx -- "$out" out; } && { [ -z "$err" ] || grep -qF -- "$err" err; } &&
    [ "$(wc -l < err)" = "$([ -z "$err" ] && echo 0 || echo 1)" ]
  report $? "softgait watch $*: exit code $got (wanted $code), $(cat out err)"
}
watch 7 "window: alone.run" "" alone.run
watch 7 "window: alone.run/policy/best.safetensors" "" alone.run/policy/best.safetensors
watch 7 "window: alone.run/policy/best.safetensors --model alone.run/model/hopper.xml" "" alone.run --model alone.run/model/hopper.xml
watch 3 "" "there is no run under runs/ yet"
watch 3 "" "nowhere: there is no such run or policy file" nowhere
watch 3 "" "is no run folder" "$folder"
watch 3 "" "nowhere.xml: there is no such model or task file" alone.run --model nowhere.xml
head -c 3000 alone.run/policy/best.safetensors > half.safetensors
watch 3 "" "half.safetensors" half.safetensors
watch 2 "" "one word too many" a b
"$program" "${small[@]}" --steps 200 > /dev/null
watch 7 "window: runs/hopper/.*-s3-.*" ""
unset DISPLAY
watch 5 "" "there is no display" alone.run
watch 3 "" "nowhere: there is no such run or policy file" nowhere
export WAYLAND_DISPLAY=wayland-0
watch 7 "window: alone.run" "" alone.run
rm "$window"
watch 5 "" "softgait-view: No such file or directory" alone.run

finish
