#!/usr/bin/env bash
# The program as its users meet it: every kind of bad input with its exit code and its one sentence,
# and a short life of a run: train, evaluate, plot, list, repeat, interrupt.
#
#   tests/cli.sh PROGRAM DATA

set -u
source "$(dirname "$(realpath "$0")")/checks.sh"
program=$(realpath "$1") data=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# refuse CODE WORDS ARGS...: exit code, one line on stderr that holds the words, nothing on stdout
refuse() {
  local code=$1 words=$2 got lines; shift 2
  "$program" "$@" > out 2> err < /dev/null
  got=$?
  lines=$(wc -l < err)
  [ "$got" = "$code" ] && [ "$lines" = 1 ] && [ ! -s out ] && grep -q '^softgait: ' err && grep -qF -- "$words" err
  report $? "softgait $*: exit code $got (wanted $code), $lines lines (wanted 1 with '$words')"
}

# accept ARGS...: exit code 0 and a silent stderr
accept() {
  "$program" "$@" > out 2> err < /dev/null && [ ! -s err ]
  report $? "softgait $*"
}

small=(--steps 300 --threads 1 --set sac.hidden=[16,16] --set sac.batch=32 --set sac.start_steps=100 --set train.eval_every=100 --set train.eval_episodes=2)

# words
refuse 2 "there is no command 'trian'; did you mean 'train'?" trian
refuse 2 "there is no flag '--step'; did you mean '--steps'?" train hopper --step 5
refuse 2 "--steps needs a value" train hopper --steps
refuse 2 "one word too many" train hopper walker2d
refuse 2 "train needs a task" train
refuse 2 "there is no task 'hoper'; did you mean 'hopper'?" train hoper
refuse 2 "there is no preset 'spinup2'; did you mean 'spinup'?" train hopper --preset spinup2
refuse 2 "there is no key 'sac.lrr'; did you mean 'sac.lr'?" train hopper --set sac.lrr=1
refuse 2 "--set needs key=value" train hopper --set sac.lr
refuse 2 "sac.lr is 'nan'" train hopper --set sac.lr=nan
refuse 2 "sac.gamma is '1.5'" train hopper --set sac.gamma=1.5
refuse 2 "sac.target_entropy is 3" train hopper --set sac.target_entropy=3
refuse 2 "train.steps is '-5'" train hopper --steps -5
refuse 2 "--threads is '0'" train hopper --threads 0
refuse 2 "healthy_reward" train hopper --set task.healthy_rewrad=1
refuse 2 "task.healthy_reward is 'yes'" train hopper --set task.healthy_reward=yes
refuse 2 "rollout needs --start" rollout hopper
refuse 2 "plot needs runs" plot
refuse 2 "must end in .svg or .png" plot runs --out x.pdf
refuse 2 "bench knows" bench training
refuse 2 "--episodes is '0'" eval --episodes 0
refuse 2 "there is no flag '--zzzzz'; --help shows those there are" train --zzzzz
refuse 2 "--quiet takes no value" train hopper --quiet=yes
refuse 2 "--run needs the name of a folder" train hopper --run ""
refuse 2 "sac.hidden is '[]'" train hopper --set sac.hidden=[]
refuse 2 "sac.lr is 'inf'" train hopper --set sac.lr=inf
refuse 2 "there is no task 'hoper'; did you mean 'hopper'?" tasks hoper
refuse 2 "there is no task 'hoper'; did you mean 'hopper'?" config hoper
refuse 2 "there is no task 'hoper'; did you mean 'hopper'?" bench update hoper
refuse 2 "there is no task 'hoper'; did you mean 'hopper'?" rollout hoper --start a --actions b --out c
refuse 2 "--init needs a model" tasks --init
refuse 2 "one word too many" runs here
refuse 2 "doctor needs a policy and one model" doctor here
"$program" > out 2> err
expect "no words give a short help and 2" sh -c "test $? = 2 && test ! -s out && grep -qF 'softgait train hopper' err"

# files
refuse 3 "there is no such file" train missing.yaml
refuse 3 "there is no such file" train missing.xml
refuse 3 "no run under runs/" eval
refuse 3 "there is no such run or policy file" eval missing.safetensors
refuse 3 "cannot be opened" train hopper --config missing.yaml
printf 'task: x\n  model: [\n' > broken.yaml
refuse 3 "broken.yaml:2:" train broken.yaml
printf 'task: x\nmodel: gone.xml\ncontrol: {frame_skip: 1, episode_steps: 10}\naction: {actuators: all}\nobservation: [{term: qpos}]\n' > gone.yaml
refuse 3 "gone.xml: cannot be opened" train gone.yaml
printf '<mujoco><worldbody><body></worldbody></mujoco>' > bad.xml
sed 's/gone.xml/bad.xml/' gone.yaml > bad.yaml
refuse 3 "bad.xml: MuJoCo cannot compile the model" train bad.yaml
printf 'sac:\n  lr: fast\n' > config.yaml
refuse 3 "config.yaml:2:7: sac.lr is 'fast'" train hopper --config config.yaml
head -c 5000 /dev/urandom > noise.safetensors
refuse 3 "noise.safetensors" eval noise.safetensors
mkdir empty
refuse 3 "is no run folder and holds none" plot empty --out x.svg
refuse 3 "there is no such file" tasks gone.xml
refuse 3 "cannot be opened" tasks gone.xml --init
refuse 3 "is no run folder" eval empty
refuse 3 "cannot be opened" rollout hopper --start gone.csv --actions gone.csv --out x.csv

# folders that may not be read, for all but the superuser
unprivileged=()
[ "$(id -u)" != 0 ] || unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups)
if "${unprivileged[@]}" "$program" --version > out 2> err; then
  mkdir -p closed/runs && chmod 755 . && chmod 000 closed/runs
  for words in "eval closed/runs" "plot closed/runs --out x.svg" "resume closed/runs"; do
    # shellcheck disable=SC2086
    "${unprivileged[@]}" "$program" $words > out 2> err
    expect "$words: what cannot be read is not called empty" \
      sh -c "test $? = 3 && grep -qF 'closed/runs: cannot be read: Permission denied' err"
  done
  (cd closed && "${unprivileged[@]}" "$program" runs) > out 2> err
  expect "runs that cannot be read are not called none" sh -c "test $? = 3 && grep -qF 'runs: cannot be read' err"
  chmod 755 closed/runs && rmdir closed/runs closed
fi

# the machine
touch file
refuse 5 "file: is a file, a folder is needed" train hopper --run file
refuse 5 "cannot be made" train hopper --run /proc/nothing/run
refuse 5 "MB of memory are available; lower sac.replay" train hopper --set sac.replay=1e10 --run big
expect "a refused run leaves no folder" test ! -e big
(ulimit -f 8; "$program" train inverted_pendulum "${small[@]}" --quiet --run full --set sac.hidden=[64,64]) > out 2> err
expect "no room for the policy: 5 and one sentence" sh -c "test $? = 5 && test \$(wc -l < err) = 1 && grep -q '^softgait: ' err"
expect "nothing half-written remains" test -z "$(find full -name '*.safetensors*')"
if [ -w /dev/full ]; then
  "$program" tasks > /dev/full 2> err
  expect "output that cannot be written: 5" sh -c "test $? = 5 && grep -qF 'the output cannot be written' err"
fi
"$program" tasks 2> err | head -n 1 > out
expect "a reader who leaves early is no failure" test "${PIPESTATUS[0]}" = 0
"$program" train inverted_pendulum "${small[@]}" --run closed >&- 2> err
expect "a closed stdout: 0, and the table is in no file" sh -c "test $? = 0 && ! grep -rqF 'episodes' closed --include=lock --include=progress.csv"

# a short life
accept --help
accept --version
for command in train eval rollout tasks runs config plot bench doctor; do
  accept "$command" --help
  expect "examples come first" sh -c "sed -n 3p out | grep -qF '  softgait $command'"
  accept "$command" --version
done
accept tasks
accept tasks hopper
accept config hopper
accept config --json
accept doctor
accept train inverted_pendulum "${small[@]}" --run one
expect "the run says how to evaluate it" grep -qF "softgait eval one" out
expect "the table is boxed" grep -qF "╭" out
refuse 2 "one: holds a run already" train inverted_pendulum --run one
accept train --config one/config.yaml --run again --json --threads 2
expect "the repeated run has the same best policy" cmp one/policy/best.safetensors again/policy/best.safetensors
expect "the last JSON line holds the digest" sh -c 'tail -n 1 out | grep -qE "\"state_sha256\": \"[0-9a-f]{64}\""'
expect "JSON rows use the csv's names" sh -c 'head -n 1 out | grep -qF "\"AverageTestEpRet\": "'
expect "three rows and a result" test "$(wc -l < out)" = 4
accept train inverted_pendulum "${small[@]}" --run silent --quiet
expect "quiet is quiet" test ! -s out
accept eval one --episodes 3 --json
expect "eval knows the file's digest" grep -qF "$(sha256sum one/policy/best.safetensors | cut -d' ' -f1)" out
accept eval one/policy/latest.safetensors
accept train inverted_pendulum "${small[@]}" --quiet --run slow --set task.frame_skip=5
accept eval slow --json
cp out run.json
accept eval slow/policy/best.safetensors --json
expect "a policy in its run is evaluated with the run's parameters" cmp run.json out
accept eval "$folder/one" --seed 1 --json
expect "another seed, other start states" sh -c '! cmp -s run.json out'
accept train inverted_pendulum "${small[@]}" --run child --from one --steps 100
expect "a run from another begins with its networks" grep -qE '^from +.*/one: networks and targets, temperature' out
accept eval child --json
cp out child.json
accept eval one/policy/latest.safetensors --json
expect "before its first update it acts as the other did at its end" \
  test "$(sed 's/.*policy_sha/policy_sha/' child.json)" != "$(sed 's/.*policy_sha/policy_sha/' out)" -a \
  "$(cut -d, -f1-6 child.json)" = "$(cut -d, -f1-6 out)"
accept train --config child/config.yaml --steps 300 --run child2
accept train inverted_pendulum "${small[@]}" --run child3 --from ./one/
expect "config.yaml repeats a run from another" cmp child2/policy/latest.safetensors child3/policy/latest.safetensors
expect "which is another than one from the beginning" sh -c '! cmp -s child3/policy/latest.safetensors one/policy/latest.safetensors'
accept resume child --steps 300
expect "resumed, it is the same, too" cmp child/policy/latest.safetensors child3/policy/latest.safetensors
"$program" train --config child/config.yaml --from slow --quiet --steps 100 --run child4 > out 2> err
expect "a flag is above the file's from" grep -qE '^from: .*/slow' child4/config.yaml
refuse 3 "gone: there is no such run" train inverted_pendulum --run x --from gone
refuse 3 "is no run folder" train inverted_pendulum --run x --from empty
refuse 3 "layers [16, 16] for the policy, [16, 16] for the critics, here they have [256, 256]" train inverted_pendulum --run x --from one
refuse 3 "take 4 observations and give 1 actions, this task has 11 and 3" train hopper --set sac.hidden=[16,16] --run x --from one
expect "and no folder is made" test ! -e x
refuse 2 "stands on preset sac" train --config one/config.yaml --preset spinup --run x
accept train --config one/config.yaml --preset sac --seed 7 --quiet --run seven
expect "a flag is above the file" grep -qE '^  seed: 7 +# flag' seven/config.yaml
accept train inverted_pendulum "${small[@]}" --run "it's"
expect "a folder's name is quoted for the shell" grep -qF "softgait eval 'it'\\''s'" out
"$program" train inverted_pendulum "${small[@]}" --quiet --view --run viewed > out 2> err
expect "--view without a viewer is one line" sh -c "test $? = 0 && test \$(wc -l < err) = 1 && test ! -s out"
expect "and changes no byte" cmp one/policy/best.safetensors viewed/policy/best.safetensors
accept eval one --model "$folder/one/model/inverted_pendulum.yaml"
sed 's/timestep="0.02"/timestep="0.01"/' one/model/inverted_pendulum.xml > one/model/other.xml
sed 's/inverted_pendulum.xml/other.xml/' one/model/inverted_pendulum.yaml > one/model/other.yaml
refuse 3 "was trained on another model" eval one --model one/model/other.yaml
cp one/policy/best.safetensors flipped.safetensors
printf 'X' | dd of=flipped.safetensors bs=1 seek=3000 conv=notrunc 2> /dev/null
refuse 3 "flipped.safetensors" eval flipped.safetensors
"$program" plot one silent --out plot.svg > out 2> err
expect "plot draws" grep -qF "</svg>" plot.svg
"$program" plot one --out "it's.svg" > out 2> err
expect "plot draws under any name" test -s "it's.svg"
refuse 5 "/proc/x.png: cannot be written" plot one --out /proc/x.png
mkdir bin && ln -s "$(command -v sh)" bin/sh
env PATH="$folder/bin" "$program" plot one --out x.svg > out 2> err
expect "without gnuplot: 5 and its package" sh -c "test $? = 5 && grep -qF 'install the package gnuplot-nox' err && test ! -e x.svg"
"$program" plot one --out plot.png > out 2> err
expect "plot draws a png" sh -c 'head -c 4 plot.png | grep -qF PNG'
accept train inverted_pendulum --steps 50 --quiet --set train.eval_episodes=1 --run short
"$program" plot short --out x.svg > out 2> err
expect "a run of one row gets a sentence" sh -c "test $? = 3 && grep -qF 'it has one evaluation and a line needs two' err && test ! -e x.svg"
cp -r short none && : > none/progress.csv
"$program" plot none --out x.svg > out 2> err
expect "a run without a row gets one, too" sh -c "test $? = 3 && grep -qF 'it has no evaluation and a line needs two' err && test ! -e x.svg"
cp -r one long
awk -F, -v OFS=, 'NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i } NR > 1 { $place["TotalEnvInteracts"] *= 5 } { print }' \
  one/progress.csv > long/progress.csv
"$program" plot long --out marks.svg > out 2> err
expect "marks beyond a thousand steps tell them apart" sh -c 'grep -qF ">1k<" marks.svg && grep -qF ">1.2k<" marks.svg'
mkdir -p runs/inverted_pendulum && mv one runs/inverted_pendulum/20000101-000000-s0-0001
accept runs
expect "runs lists it as finished" grep -qF "finished" out
accept eval

# rollout agrees with the recording, number by number
# the state of a recording: its lists qpos and qvel as one row
start() {
  tr -d ' \n' < "$1" | sed 's/.*"qpos":\[\([^]]*\)\].*"qvel":\[\([^]]*\)\].*/\1;\2/' | tr ';' '\n' |
    awk -F, '{ for (i = 1; i <= NF; i++) { names = names "," (NR == 1 ? "qpos_" : "qvel_") (i - 1); row = row "," $i } }
      END { print substr(names, 2); print substr(row, 2) }'
}
# every column of a trace but the step within 1e-9 of the recording's column of that name, in all rows
same_trace() { # same_trace GOLDEN TRACE
  awk -F, 'FNR == 1 { file++; for (i = 1; i <= NF; i++) if (file == 1) place[$i] = i; else name[i] = $i; next }
    file == 1 { for (i = 1; i <= NF; i++) golden[FNR - 1, i] = $i; rows = FNR - 1; next }
    FNR == 2 { next }
    { seen++
      for (i = 2; i <= NF; i++) {
        if (!(name[i] in place)) { bad = 1; continue }
        d = $i - golden[FNR - 2, place[name[i]]]
        if (!(d <= 1e-9 && d >= -1e-9)) bad = 1
      } }
    END { exit bad || rows == 0 || seen != rows }' "$1" "$2"
}
for name in hopper_a_uniform half_cheetah_b_sinus walker2d_e_gentle; do
  start "$data/golden/$name.json" > start.csv
  accept rollout "${name%_?_*}" --start start.csv --actions "$data/golden/$name.csv" --out trace.csv
  expect "$name: the trace equals the recording within 1e-9" same_trace "$data/golden/$name.csv" trace.csv
  awk -F, -v OFS=, 'NR == 5 { $3 += 1e-8 } { print }' trace.csv > off.csv
  expect "and 1e-8 in one number is seen" sh -c '! test "$1" = 0' sh "$(same_trace "$data/golden/$name.csv" off.csv; echo $?)"
done
printf 'x\n1\n' > wrong.csv
refuse 3 "has no column qpos_0" rollout hopper --start wrong.csv --actions "$data/golden/hopper_a_uniform.csv" --out x.csv
refuse 3 "rows, one is needed" rollout hopper --start "$data/golden/walker2d_a_uniform.csv" --actions "$data/golden/hopper_a_uniform.csv" --out x.csv
start "$data/golden/hopper_a_uniform.json" > start.csv
refuse 3 "has no column action_0" rollout hopper --start start.csv --actions start.csv --out x.csv
sed '3s/[^,]*$/nan/' "$data/golden/hopper_a_uniform.csv" | sed '3s/^\([^,]*\),[^,]*/\1,nan/' > nan.csv
refuse 3 "nan.csv:3: column action_0 holds no finite number" rollout hopper --start start.csv --actions nan.csv --out x.csv
sed '4s/^/x/' "$data/golden/hopper_a_uniform.csv" > word.csv
refuse 3 "word.csv:4: column" rollout hopper --start start.csv --actions word.csv --out x.csv
sed '2s/^[^,]*/inf/' start.csv > inf.csv
refuse 3 "inf.csv:2: column qpos_0 holds no finite number" rollout hopper --start inf.csv --actions "$data/golden/hopper_a_uniform.csv" --out x.csv
{ cat start.csv; tail -n 1 start.csv; } > two.csv
refuse 3 "two.csv:3: the table has 2 rows, one is needed" rollout hopper --start two.csv --actions "$data/golden/hopper_a_uniform.csv" --out x.csv
refuse 2 "only task.* parameters" rollout hopper --start start.csv --actions "$data/golden/hopper_a_uniform.csv" --out x.csv --set sac.lr=1e-3
accept rollout hopper --start start.csv --actions "$data/golden/hopper_a_uniform.csv" --out five.csv --steps 5
expect "--steps bounds a rollout" test "$(wc -l < five.csv)" = 7
refuse 5 "cannot be written" rollout hopper --start start.csv --actions "$data/golden/hopper_a_uniform.csv" --out /proc/nothing/x.csv
expect "a refused rollout leaves nothing" test ! -e x.csv
printf 'qpos_0,qpos_1,qvel_0,qvel_1\n0,0.01,0,0\n' > start.csv
accept rollout inverted_pendulum --start start.csv --policy runs/inverted_pendulum/20000101-000000-s0-0001 --out p.csv --state --steps 20 --no-end
expect "a policy's rollout has its steps" test "$(wc -l < p.csv)" = 22
refuse 3 "takes 4 observations and gives 1 actions" rollout hopper --start start.csv --policy runs/inverted_pendulum/20000101-000000-s0-0001 --out x.csv

# the user's own robot
cp "$(dirname "$data")/../models/half_cheetah/half_cheetah.xml" mine.xml
refuse 3 "has no task file mine.yaml beside it" train mine.xml
"$program" tasks mine.xml --init > mine.yaml 2> err
report $? "tasks mine.xml --init"
accept train mine.xml "${small[@]}" --quiet --run mine

# physics that goes wrong: the episode ends, the run goes on, what led there can be played
sed 's/gear="120"/gear="1e12"/' mine.xml > wild.xml
sed 's/mine/wild/' mine.yaml > wild.yaml
"$program" train wild.yaml "${small[@]}" --run wild > out 2> err
report $? "a run with wild physics ends well"
expect "it says so once" sh -c 'test "$(wc -l < err)" = 1 && grep -q "physics went wrong in environment 0" err'
expect "failed episodes are counted" awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i }
  END { exit !($place["FailedEpisodes"] > 0 && $place["TotalEnvInteracts"] == 300) }' wild/progress.csv
"$program" rollout wild.yaml --start wild/failed/*-start.csv --actions wild/failed/*-actions.csv --out wild.csv > out 2> err
expect "the recording can be played, and the failure is told" sh -c "test $? = 0 && grep -q 'the simulation failed' err"
expect "the recording ends in the failure" sh -c 'tail -n 1 wild.csv | grep -q ",1$"'

# interrupts: finish the update, save, say how to go on
for signal in INT TERM; do
  "$program" train hopper --threads 1 --steps 1000000 --run "sig$signal" > out 2> err < /dev/null &
  pid=$!
  for _ in $(seq 100); do
    [ -s "sig$signal/progress.csv" ] && break
    sleep 0.1
  done
  kill -"$signal" "$pid"
  wait "$pid"
  code=$?
  [ "$signal" = INT ] && wanted=130 || wanted=143
  expect "SIG$signal gives $wanted (got $code)" test "$code" = "$wanted"
  expect "and the commands to go on" grep -qF "softgait train --config sig$signal/config.yaml" out
  accept eval "sig$signal" --episodes 1
done

# a disk too full for a checkpoint: the policy is there, and nothing is promised that would fail
(ulimit -f 8; exec "$program" train inverted_pendulum "${small[@]}" --steps 100000000 --set train.eval_every=50000000 --run nocheck) > out 2> err < /dev/null &
pid=$!
for _ in $(seq 100); do
  [ -s nocheck/progress.csv ] && break
  sleep 0.1
done
kill -INT "$pid"
wait "$pid"
expect "without its checkpoint a run does not offer to go on" \
  sh -c "test $? = 130 && grep -qF 'the policy is saved' out && ! grep -qF resume out && grep -qF 'cannot be written' err"
accept eval nocheck --episodes 1

# a second signal leaves at once, in the midst of an update that takes seconds
"$program" train inverted_pendulum --threads 1 --set math.backend=ref --set sac.hidden=[2048,2048] --set sac.start_steps=5 \
  --set train.eval_episodes=1 --run twice > out 2> err < /dev/null &
pid=$!
for _ in $(seq 100); do
  [ -s twice/progress.csv ] && break
  sleep 0.1
done
sleep 0.5
kill -INT "$pid"
sleep 0.2
began=$(date +%s)
kill -INT "$pid"
wait "$pid"
code=$?
expect "a second SIGINT gives 130 (got $code) at once" test "$code" = 130 -a "$(($(date +%s) - began))" -le 1
expect "without waiting for the update" sh -c '! grep -qF "is saved" out'

finish
