#!/usr/bin/env bash
# A run that was stopped goes on as if nothing had happened: the state's digest, both policies and
# progress.csv (but for the columns that tell time) equal those of a run that was never stopped. Stopped
# by SIGINT and SIGTERM at random moments, killed outright, and in chains; on three robots, with 1 and 8
# environments, 1 and 2 threads.
#
#   tests/resume.sh PROGRAM [ROUNDS]

set -u
source "$(dirname "$(realpath "$0")")/checks.sh"
program=$(realpath "$1") rounds=${2:-1}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
splits=0 hits=0 whole=0


same() { # same STRAIGHT SPLIT WHAT
  [ -n "$(digest "$1.json")" ] && [ "$(digest "$1.json")" = "$(digest "$2.json")" ] &&
    cmp -s "$1/policy/best.safetensors" "$2/policy/best.safetensors" &&
    cmp -s "$1/policy/latest.safetensors" "$2/policy/latest.safetensors" &&
    cmp -s <(timeless "$1") <(timeless "$2")
  report $? "$3"
}

now() { date +%s%3N; } # milliseconds

# interrupt SIGNAL RUN ARGS...: run until it ends or a random moment comes, within half of the time that the
# straight run took: so the second signal finds a run under way too, on a fast machine and on a slow one
interrupt() {
  local signal=$1 run=$2 moment; shift 2
  "$program" "$@" --json > "$run.json" 2> "$run.err" &
  local pid=$!
  for _ in $(seq 200); do
    [ -s "$run/checkpoints/state.ckpt" ] && break
    sleep 0.02
  done
  moment=$((RANDOM % (whole / 2 + 1)))
  sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
  kill -"$signal" $pid 2> /dev/null
  { wait $pid; } 2> /dev/null
  [ $? = 0 ] || hits=$((hits + 1))
  splits=$((splits + 1))
}

check() { # check TASK ENVS THREADS STEPS
  local task=$1 envs=$2 threads=$3 name=$1-$2-$3 signal
  rm -rf "$name" "$name"-*  # of the round before
  local flags=(--steps "$4" --envs "$envs" --threads "$threads" --seed 5 --set sac.hidden=[32,32] --set sac.batch=32
    --set sac.start_steps=200 --set sac.replay=3000 --set train.eval_every=400 --set train.eval_episodes=1
    --set train.checkpoint_seconds=0.2)
  local start; start=$(now)
  "$program" train "$task" "${flags[@]}" --run "$name" --json > "$name.json" 2> "$name.err"
  report $? "$name: the straight run"
  whole=$(($(now) - start))
  for signal in INT TERM KILL; do
    local split=$name-$signal
    interrupt $signal "$split" train "$task" "${flags[@]}" --run "$split"
    interrupt $signal "$split" resume "$split" --threads $((3 - threads))
    "$program" resume "$split" --threads $((3 - threads)) --json > "$split.json" 2> "$split.err"
    same "$name" "$split" "$name stopped twice by SIG$signal: $(cat "$split.err")"
  done
}

for _ in $(seq "$rounds"); do
  check hopper 1 1 2000
  check hopper 8 2 3000
  check ant 1 2 1600
  check ant 8 1 3000
  check humanoid 1 1 1200
  check humanoid 8 2 2400
done

# the moments are random, but a test whose runs end before the signal comes would show nothing
[ $((2 * hits)) -gt "$splits" ]
report $? "$hits of $splits signals came before the run's end"

# a finished run says so again; a longer one goes on from there
"$program" resume hopper-1-1 --json > again.json 2> err
[ "$(digest again.json)" = "$(digest hopper-1-1.json)" ] && [ "$(wc -l < again.json)" = 1 ]
report $? "resuming a finished run prints its result"
"$program" resume hopper-1-1 --steps 2400 --json > longer.json 2> err
grep -q '"TotalEnvInteracts": 2400' longer.json && grep -q 'steps: 2400' hopper-1-1/config.yaml
report $? "resume --steps is the total"

"$program" resume hopper-1-1 --steps 2200 --json > shorter.json 2> err
[ $? = 2 ] && grep -qF 'has taken 2400 steps already' err && [ ! -s shorter.json ] && grep -q 'steps: 2400' hopper-1-1/config.yaml
report $? "a total that is passed already is refused, and config.yaml stays: $(cat err)"
"$program" resume hopper-8-2 --steps 2999 --json > eight.json 2> err
[ $? = 0 ] && [ "$(digest eight.json)" = "$(digest hopper-8-2.json)" ]
report $? "eight environments may end above the total: $(cat err)"

# what cannot be resumed is refused in one sentence
refuse() { # refuse CODE WORDS RUN
  "$program" resume "$3" > out 2> err
  local code=$?
  [ $code = "$1" ] && [ "$(wc -l < err)" = 1 ] && grep -qF -- "$2" err
  report $? "resume $3: code $code (wanted $1), '$(cat err)' (wanted '$2')"
}
refuse 3 "is no run folder" missing
cp -r ant-1-2 flipped && printf X | dd of=flipped/checkpoints/state.ckpt bs=1 seek=5000 conv=notrunc 2> /dev/null
refuse 3 "is damaged or no checkpoint" flipped
cp -r ant-1-2 cut && truncate -s -100 cut/checkpoints/state.ckpt
refuse 3 "is damaged or no checkpoint" cut
cp -r ant-1-2 gone && rm gone/checkpoints/state.ckpt
refuse 3 "cannot be opened" gone
cp -r ant-1-2 edited && sed -i 's/hidden: \[32, 32\]/hidden: [16, 16]/' edited/config.yaml
refuse 3 "does not fit the run's config.yaml" edited
cp -r ant-1-2 other && sed -i 's/backend: auto/backend: ref/' other/config.yaml
refuse 5 "this machine computes otherwise" other
cp -r ant-1-2 reward && sed -i '0,/weight: 1/s//weight: 2/' reward/model/ant.yaml
refuse 3 "model/ant.yaml: the task was changed since the run began" reward
cp -r ant-1-2 body && sed -i '0,/<mujoco/s//<!-- new --><mujoco/' body/model/ant.xml
refuse 3 "model/ant.xml: the model was changed since the run began" body
cp ant-1-2/model/ant.yaml reward/model/ && "$program" resume reward --json > back.json 2> err
[ "$(digest back.json)" = "$(digest ant-1-2.json)" ]
report $? "a task that was put back is resumed: $(cat err)"

# what a killed writer has left goes with the next resume, and nothing else
mkdir -p reward/policy/latest.safetensors.d
touch reward/config.yaml.a1B2c3 reward/policy/latest.safetensors.XyZ019 reward/policy/latest.safetensors.mine \
  reward/notes.a1B2c3
"$program" resume reward --json > back.json 2> err
[ ! -e reward/config.yaml.a1B2c3 ] && [ ! -e reward/policy/latest.safetensors.XyZ019 ] &&
  [ -e reward/policy/latest.safetensors.mine ] && [ -e reward/notes.a1B2c3 ] && [ -d reward/policy/latest.safetensors.d ]
report $? "half-written files are swept, others stay"

finish "$hits of $splits signals came before the end"
