#!/usr/bin/env python3
"""An exported ONNX policy drives the real Gymnasium environment and earns what `softgait eval` says.

    onnx_drives.py SOFTGAIT POLICY_ACT [--count EPISODES] [--steps TRAINING_STEPS] [--seed N]

Both sides draw their own start states, so their mean returns may differ by 4 standard errors of the
difference. As a control the model with one action halved must earn something else. On every observation
that Gymnasium showed, the policy runtime gives the same action within 1e-5 of its range.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import gymnasium
import numpy as np
import onnx
import onnxruntime

TASKS = {"half_cheetah": "HalfCheetah-v5", "hopper": "Hopper-v5"}
ERRORS = 4  # standard errors of the difference
WORST = 1e-5  # of the range of an action


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def drive(model, name, count, seed):
    """Returns of `count` episodes of Gymnasium's environment; all observations, and the actions."""
    env, policy, returns, seen, acts = gymnasium.make(name), session(model), [], [], []
    for episode in range(count):
        obs, _ = env.reset(seed=seed + episode)
        total, over = 0.0, False
        while not over:
            seen.append(obs.astype(np.float32))
            act = policy.run(["action"], {"obs": seen[-1][None]})[0][0]
            acts.append(act)
            obs, reward, terminated, truncated, _ = env.step(act)
            total += reward
            over = terminated or truncated
        returns.append(total)
    env.close()
    return np.array(returns), np.array(seen), np.array(acts)


def halved(model):
    """The model with its first action at half its size."""
    changed = onnx.ModelProto.FromString(model.SerializeToString())
    tensor = next(t for t in changed.graph.initializer if t.name == "act_scale")
    values = onnx.numpy_helper.to_array(tensor).copy()
    values[0, 0] /= 2
    tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    return changed


def difference(args, run, seen, acts):
    """The worst difference to the runtime's actions, in ranges of all of them (1: from -1 to 1)."""
    out = subprocess.run([args.policy_act, f"{run}/policy/best.safetensors"], input=seen.tobytes(), stdout=subprocess.PIPE, check=True)
    return np.abs(np.frombuffer(out.stdout, np.float32).reshape(acts.shape) - acts).max() / 2


def distance(ours, theirs):
    """Between two means, in standard errors of their difference; ours: what eval prints."""
    error = np.sqrt(ours["std_return"] ** 2 / ours["episodes"] + theirs.var() / len(theirs))
    return abs(ours["mean_return"] - theirs.mean()) / error


def compare(args, task, folder):
    run, out = f"{folder}/{task}", f"{folder}/{task}.onnx"
    subprocess.run([args.softgait, "train", task, "--steps", str(args.steps), "--quiet", "--run", run, "--set", "sac.hidden=[64,64]",
                    "--set", "sac.lr=1e-3", "--set", "sac.start_steps=500"], check=True)
    subprocess.run([args.softgait, "export", run, "--to", "onnx", "--out", out], check=True, stderr=subprocess.DEVNULL)
    said = subprocess.run([args.softgait, "eval", run, "--episodes", str(10 * args.count), "--json"], check=True, capture_output=True)
    ours = json.loads(said.stdout)
    model = onnx.load(out)
    theirs, seen, acts = drive(model, TASKS[task], args.count, args.seed)
    control, _, _ = drive(halved(model), TASKS[task], args.count, args.seed)
    near, far, worst = distance(ours, theirs), distance(ours, control), difference(args, run, seen, acts)
    fine = near < ERRORS < far and worst < WORST
    print(f"  {task:<13} eval {ours['mean_return']:.1f} +- {ours['std_return']:.1f} in {ours['episodes']}, Gymnasium {theirs.mean():.1f} "
          f"+- {theirs.std():.1f} in {len(theirs)}: {near:.1f} standard errors; control {control.mean():.1f}: {far:.0f}; "
          f"worst action of {len(seen)}: {worst:.1e} of the range"
          f"{'' if fine else '   FAILED'}", flush=True)
    return fine


def main():
    parser = argparse.ArgumentParser()
    for name in ("softgait", "policy_act"):
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(f"gymnasium {gymnasium.__version__}, onnxruntime {onnxruntime.__version__}, {args.steps} steps of training, seed {args.seed}")
    with tempfile.TemporaryDirectory() as folder:
        fine = [compare(args, task, folder) for task in TASKS]
    print(f"{len(fine)} tasks, {args.count} episodes each, {fine.count(False)} failures")
    sys.exit(0 if all(fine) else 1)


if __name__ == "__main__":
    main()
