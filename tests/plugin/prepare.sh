#!/usr/bin/env bash
# Make what the hosts drive: a policy for each task, a second one for the hopper, and a chain whose policy has
# history, normaliser and commands.
#
#   tests/plugin/prepare.sh MAKE_TASK_POLICY MAKE_POLICY FOLDER

set -euo pipefail
make_task_policy=$1 make_policy=$2 folder=$3
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$folder"
for task in half_cheetah hopper walker2d ant humanoid humanoid_standup swimmer reacher pusher inverted_pendulum; do
  "$make_task_policy" $task "$folder/$task.safetensors" 0 1
done
"$make_task_policy" inverted_double_pendulum "$folder/inverted_double_pendulum.safetensors" 4 0.3  # others break the physics
"$make_task_policy" hopper "$folder/hopper2.safetensors" 1 1
"$make_policy" "$folder/chain.safetensors" 5 3 32 3 2 1
cp "$here/chain.xml" "$folder"
