#!/usr/bin/env bash
# The contract as people and programs meet it: inspect of one policy and of two, doctor on models that
# fit and on models that do not, --model on the commands that take a policy, and every sentence with its
# exit code.
#
#   tests/contract/test.sh PROGRAM MAKE_POLICY      UPDATE=1 writes expected/ anew

set -u
source "$(dirname "$(realpath "$0")")/../checks.sh"
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1") make_policy=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1

# refuse CODE WORDS ARGS...: exit code, one line on stderr that holds the words
refuse() {
  local code=$1 words=$2 got lines; shift 2
  "$program" "$@" > out 2> err < /dev/null
  got=$?
  lines=$(wc -l < err)
  [ "$got" = "$code" ] && [ "$lines" = 1 ] && grep -q '^softgait: ' err && grep -qF -- "$words" err
  report $? "softgait $*: exit code $got (wanted $code), $lines lines (wanted 1 with '$words')"
}

# accept ARGS...: exit code 0 and a silent stderr
accept() {
  "$program" "$@" > out 2> err < /dev/null && [ ! -s err ]
  report $? "softgait $*"
}

# noted WORDS ARGS...: exit code 0 and one note on stderr
noted() {
  local words=$1; shift
  "$program" "$@" > out 2> err < /dev/null && [ "$(wc -l < err)" = 1 ] && grep -q '^softgait: note: ' err &&
    grep -qF -- "$words" err
  report $? "softgait $*: one note with '$words'"
}

told() { # told WORDS: the last output holds them
  expect "the output tells: $1" grep -qF -- "$1" out
}

same_as() { # same_as NAME: the last output is the expected one
  if [ "${UPDATE:-}" = 1 ]; then
    cp out "$here/expected/$1"
  fi
  diff "$here/expected/$1" out > difference 2>&1
  report $? "the output is expected/$1: $(head -n 5 difference)"
}

edit() { "$here/edit_policy.py" "$@"; }

cp "$here/robot.xml" "$here/robot.yaml" .
"$make_policy" p.safetensors 4 2 8 3 2 1    # history, commands, a normaliser
"$make_policy" plain.safetensors 4 2 8
sha=$(sha256sum robot.xml | cut -d' ' -f1)
edit p.safetensors known.safetensors model sha256=0 "sha256=$sha"

# inspect
accept inspect p.safetensors
same_as inspect.txt
expect "the digest of the file is the one of sha256sum" grep -qF "sha256    $(sha256sum p.safetensors | cut -d' ' -f1)" out
expect "the inner digest is the file's own" grep -qF "digest    $(edit p.safetensors --show digest)" out
accept inspect p.safetensors --json
same_as inspect.jsonl
"$program" inspect --help > help
expect "every line is JSON, every field is in the help" python3 - out help << 'END'
import json, sys
help_text = open(sys.argv[2]).read().replace("[2]", "").replace("[]", "").split()
rows = [json.loads(line) for line in open(sys.argv[1])]
assert [row["row"] for row in rows[:2]] == ["policy", "observation"], rows[0]
assert all(key in help_text for row in rows for key in row if key != "row"), rows
END
accept inspect plain.safetensors
same_as plain.txt

# the difference of two
accept inspect p.safetensors p.safetensors
told "the two files are the same, byte for byte"
accept inspect plain.safetensors p.safetensors
same_as difference.txt
accept inspect plain.safetensors p.safetensors --json
same_as difference.jsonl
edit plain.safetensors renamed.safetensors observation qvel:joint_2 qvel:wrist timing 0.02 0.04 training step=1 step=2
accept inspect plain.safetensors renamed.safetensors
same_as renamed.txt
edit plain.safetensors later.safetensors training step=1 step=2
accept inspect plain.safetensors later.safetensors
told "training     step  1 -> 2"
told "contract  the same"
told "network   the same, number for number"

# doctor: what fits
accept doctor known.safetensors robot.xml
same_as doctor.txt
accept doctor p.safetensors robot.xml
told "note   model        other files than in training"
accept doctor p.safetensors robot.yaml
told "task         it sees 8 numbers and drives 2 actuators of its own"
sed '/<motor name="joint_0"/{h;d}; /<motor name="joint_1"/G' robot.xml > swapped.xml
accept doctor p.safetensors swapped.xml
told "the order differs (action 1, joint_1, is the model's actuator 0): bound by name"
sed 's|</actuator>|<motor name="tail" joint="joint_3" ctrlrange="-1 1"/></actuator>|' robot.xml > tail.xml
refuse 3 "p.safetensors does not fit tail.xml: 1 thing is wrong" doctor p.safetensors tail.xml
told "WRONG  action       tail: the model has this actuator, and the policy does not drive it: another robot"
accept doctor p.safetensors --model robot.xml
accept inspect known.safetensors --model robot.xml
told "known.safetensors fits robot.xml"

# doctor: what does not, and why
sed 's/"joint_2"/"joint2"/g' robot.xml > joint.xml
refuse 3 "p.safetensors does not fit joint.xml: 1 thing is wrong" doctor p.safetensors joint.xml
told "WRONG  observation  qvel:joint_2: the model has no joint 'joint_2'; did you mean 'joint2'?"
sed 's/name="joint_0"/name="joint_o"/' robot.xml > actuator.xml
refuse 3 "1 thing is wrong" doctor p.safetensors actuator.xml
told "WRONG  action       joint_0: the model has no actuator 'joint_0'; did you mean 'joint_o'?"
edit p.safetensors sensor.safetensors observation qvel:joint_3 sensor:gyros:2
refuse 3 "1 thing is wrong" doctor sensor.safetensors robot.xml
told "the model has no sensor 'gyros'; did you mean 'gyro'?"
edit p.safetensors sensor.safetensors observation qvel:joint_3 sensor:gyro:2
accept doctor sensor.safetensors robot.xml
edit p.safetensors sensor.safetensors observation qvel:joint_3 sensor:gyro
refuse 3 "1 thing is wrong" doctor sensor.safetensors robot.xml
told "'gyro' has 3 numbers here, one alone is meant"
edit p.safetensors sensor.safetensors observation qvel:joint_3 sensor:gyro:3
refuse 3 "1 thing is wrong" doctor sensor.safetensors robot.xml
told "'gyro' has 3 numbers here, there is no component 3"
sed 's/timestep="0.005"/timestep="0.004"/' robot.xml > step.xml
refuse 3 "1 thing is wrong" doctor p.safetensors step.xml
told "WRONG  time step    the model's time step is 0.004 s, 0.005 s in training"
sed 's/timestep="0.005"/timestep="0.003"/' robot.xml > step.xml
refuse 3 "2 things are wrong" doctor p.safetensors step.xml
told "the period is 0.02 s, which is no multiple of the model's time step of 0.003 s"
sed 's/frame_skip: 4/frame_skip: 5/' robot.yaml > period.yaml
refuse 3 "1 thing is wrong" doctor p.safetensors period.yaml
told "WRONG  period       the task's period is 0.025 s, 0.02 s in training"
sed 's/ctrlrange="-3 3"/ctrlrange="-1 1"/' robot.xml > range.xml
refuse 3 "1 thing is wrong" doctor p.safetensors range.xml
told "joint_1: its range is [-2.112, 2.693], the model cuts it to [-1, 1]"
printf '<mujoco><worldbody><body><freejoint name="root"/><geom size="1"/></body></worldbody></mujoco>' > other.xml
refuse 3 "things are wrong" doctor p.safetensors other.xml
told "qvel:joint_1: the model has no joint 'joint_1'"
refuse 3 "things are wrong" inspect p.safetensors --model other.xml
refuse 3 "things are wrong" inspect p.safetensors --model other.xml --json
told '"level":"wrong","what":"observation","name":"qpos:root"'

# --model: a task file beside the model, and none
noted "robot.xml is not the model of training" eval p.safetensors --model robot.yaml --json
cp out other.json
accept eval known.safetensors --model robot.xml --json
expect "the file's name for its model changes no number" cmp <(cut -d, -f1-6 other.json) <(cut -d, -f1-6 out)
accept eval known.safetensors --model robot.yaml --command 1,2 --json
expect "a command does" sh -c '! cmp -s other.json out'
accept eval known.safetensors --model robot.yaml --command 0,0 --json
expect "but not where it starts" cmp <(cut -d, -f1-6 other.json) <(cut -d, -f1-6 out)
cp robot.xml bare.xml
refuse 3 "bare.xml has no task file beside it, so nothing says what is rewarded" eval p.safetensors --model bare.xml

# rollout: a model alone is driven by the contract, whatever its order; history and commands included
echo "qpos_0,qpos_1,qpos_2,qpos_3,qvel_0,qvel_1,qvel_2,qvel_3" > start.csv
echo "0.1,-0.2,0.3,0,0,0.5,0,-0.5" >> start.csv
state() { awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i ~ /^q/) keep[i] = 1 }
                   { line = ""; for (i = 1; i <= NF; i++) if (i in keep) line = line "," $i; print line }' "$1"; }
accept rollout --model robot.yaml --start start.csv --policy known.safetensors --out task.csv --state --steps 50 --no-end
expect "obs is what the policy sees, not what the task does" test "$(sed -n 2p task.csv | cut -d, -f1-4)" = "0,0.10000000000000001,0.5,0"
noted "not the model of training" rollout --model bare.xml --start start.csv --policy p.safetensors --out bare.csv --state --steps 50
accept rollout --model bare.xml --start start.csv --policy known.safetensors --out bare.csv --state --steps 50
expect "a model alone moves as under its task" cmp <(state task.csv) <(state bare.csv)
expect "and has no reward" sh -c 'test "$(cut -d, -f6 bare.csv | sort -u | tr -d "\n")" = reward'
noted "not the model of training" rollout --model swapped.xml --start start.csv --policy known.safetensors --out swapped.csv --state --steps 50
expect "actuators in another order get what is theirs" cmp <(state bare.csv) <(state swapped.csv)
accept rollout --model bare.xml --start start.csv --policy known.safetensors --out command.csv --state --steps 50 --command -1,2
expect "a command moves it otherwise" sh -c '! cmp -s bare.csv command.csv'
accept rollout --model bare.xml --start start.csv --policy known.safetensors --out limit.csv
expect "a model alone ends after 1000 steps" test "$(wc -l < limit.csv)" = 1002
refuse 3 "joint.xml: qvel:joint_2: the model has no joint 'joint_2'" rollout --model joint.xml --start start.csv --policy p.safetensors --out x.csv
refuse 3 "bare.xml has no task file bare.yaml beside it" rollout --model bare.xml --start start.csv --actions start.csv --out x.csv
refuse 2 "so there is no task.weight to set" rollout --model bare.xml --start start.csv --policy known.safetensors --out x.csv --set task.weight=2
refuse 2 "--command is for a policy" rollout hopper --start start.csv --actions start.csv --out x.csv --command 1,2
refuse 2 "--command is '1', it needs 2 finite numbers: c0,c1" rollout --model bare.xml --start start.csv --policy known.safetensors --out x.csv --command 1
expect "a refused rollout writes nothing" test ! -e x.csv

# a run: its own copy of the model is the default and must not have changed
"$program" train inverted_pendulum --steps 300 --threads 1 --set sac.hidden=[16,16] --set sac.batch=32 \
  --set sac.start_steps=100 --set train.eval_every=100 --set train.eval_episodes=2 --quiet --run runs/pen > out 2> err
report $? "train"
accept inspect
told "policy    runs/pen/policy/best.safetensors"
told "all reproduced"
accept inspect runs/pen runs/pen/policy/best.safetensors
told "byte for byte"
accept doctor runs/pen inverted_pendulum
told "fits   model        the files of training"
accept eval runs/pen
cp runs/pen/policy/best.safetensors away.safetensors
accept eval away.safetensors
refuse 2 "this policy has no command inputs" eval runs/pen --command 1
refuse 3 "takes 4 observations and gives 1 actions, task hopper has 11 and 3 (qpos:slider" eval runs/pen --model hopper
sed -i 's/density="1000"/density="1001"/; s/size="0.1 0.1"/size="0.1 0.11"/' runs/pen/model/inverted_pendulum.xml
printf '\n' >> runs/pen/model/inverted_pendulum.xml
refuse 3 "whose files differ; to try it on this one all the same, name it with --model" eval runs/pen
noted "is not the model of training" eval runs/pen --model runs/pen/model/inverted_pendulum.yaml
accept eval away.safetensors

# tasks: entry by entry
accept tasks robot.yaml
same_as task.txt
accept tasks hopper
sed -i 's,^\(task file  *\|model  *\)/.*/,\1,' out
same_as hopper.txt
accept tasks humanoid
told "  253  qfrc_actuator:abdomen_z        N m    actuator force on a joint *"
told "  - reward_contact  5e-07 x sum of squares of cfrc_ext:world:0 .. cfrc_ext:left_lower_arm:5 (84), all clipped to [-inf, 10]"
accept tasks pusher
told "qpos of obj_slidey .. obj_slidex (2): uniform in [-0.3, 0] x [-0.2, 0.2], farther than 0.17 from zero"
accept tasks inverted_double_pendulum
told "unless"
for task in $("$program" tasks | awk 'NR > 1 { print $1 }'); do
  accept tasks "$task"
  expect "$task has no empty description" sh -c '! grep -qE "x \$|of \$|unless \$" out'
done
accept tasks bare.xml --init
same_as init.yaml
cp out bare.yaml
accept tasks bare.xml
told "velocity of the mass centre along x"
rm bare.yaml

# files and words
refuse 3 "there is no such run or policy file" inspect gone.safetensors
refuse 3 "there is no such run or policy file" inspect p.safetensors gone.safetensors
refuse 3 "there is no such run or policy file" doctor gone.safetensors robot.xml
refuse 3 "gone.xml: there is no such file" doctor p.safetensors gone.xml
refuse 3 "gone.yaml: there is no such file" eval p.safetensors --model gone.yaml
refuse 3 "hoper: is no task file or model" eval p.safetensors --model hoper
refuse 3 "belongs to task 'test', which is not here; name its files with --model" eval p.safetensors
printf '<mujoco><worldbody><body></worldbody></mujoco>' > broken.xml
refuse 3 "broken.xml: MuJoCo cannot compile the model" doctor p.safetensors broken.xml
refuse 3 "broken.xml: MuJoCo cannot compile the model" eval p.safetensors --model broken.xml
head -c 3000 p.safetensors > cut.safetensors
refuse 3 "cut.safetensors: " inspect cut.safetensors
expect "a bad file prints nothing" test ! -s out
cp p.safetensors flipped.safetensors
printf 'X' | dd of=flipped.safetensors bs=1 seek=2000 conv=notrunc 2> /dev/null
refuse 3 "flipped.safetensors: " inspect flipped.safetensors
refuse 3 "flipped.safetensors: " inspect p.safetensors flipped.safetensors
edit p.safetensors wrong.safetensors golden 0x1 0x2
refuse 3 "golden vector" inspect wrong.safetensors
refuse 2 "doctor needs a policy and one model" doctor p.safetensors
refuse 2 "doctor needs a policy and one model" doctor p.safetensors robot.xml --model robot.xml
refuse 2 "one word too many" doctor p.safetensors robot.xml robot.xml
refuse 2 "one word too many" inspect p.safetensors p.safetensors p.safetensors
refuse 2 "--model goes with one policy" inspect p.safetensors p.safetensors --model robot.xml
(cd / && "$program" inspect) > out 2> err
expect "no run to inspect: 3" sh -c "test $? = 3 && grep -qF 'there is no run' err"

finish
