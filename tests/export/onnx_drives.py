#!/usr/bin/env python3
"""An exported ONNX policy drives the real Gymnasium environment and earns what `softgait eval` says.

    onnx_drives.py SOFTGAIT [--count EPISODES] [--steps TRAINING_STEPS] [--seed N]

Both sides draw their own start states, so their mean returns may differ by 4 standard errors of the
difference, and lengths too. As a control the model with one action halved must earn something else.
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


def session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def drive(model, name, count, seed):
    """Returns of `count` episodes of Gymnasium's environment."""
    env, policy, returns = gymnasium.make(name), session(model), []
    for episode in range(count):
        obs, _ = env.reset(seed=seed + episode)
        total, over = 0.0, False
        while not over:
            act = policy.run(["action"], {"obs": obs[None].astype(np.float32)})[0][0]
            obs, reward, terminated, truncated, _ = env.step(act)
            total += reward
            over = terminated or truncated
        returns.append(total)
    env.close()
    return np.array(returns)


def halved(model):
    """The model with its first action at half its size."""
    changed = onnx.ModelProto.FromString(model.SerializeToString())
    tensor = next(t for t in changed.graph.initializer if t.name == "act_scale")
    values = onnx.numpy_helper.to_array(tensor).copy()
    values[0, 0] /= 2
    tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    return changed


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
    theirs, control = drive(model, TASKS[task], args.count, args.seed), drive(halved(model), TASKS[task], args.count, args.seed)
    near, far = distance(ours, theirs), distance(ours, control)
    fine = near < ERRORS < far
    print(f"  {task:<13} eval {ours['mean_return']:.1f} +- {ours['std_return']:.1f} in {ours['episodes']}, Gymnasium {theirs.mean():.1f} "
          f"+- {theirs.std():.1f} in {len(theirs)}: {near:.1f} standard errors; control {control.mean():.1f}: {far:.0f}"
          f"{'' if fine else '   FAILED'}", flush=True)
    return fine


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("softgait", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(f"gymnasium {gymnasium.__version__}, onnxruntime {onnxruntime.__version__}, {args.steps} steps of training, seed {args.seed}")
    with tempfile.TemporaryDirectory() as folder:
        fine = [compare(args, task, folder) for task in TASKS]
    sys.exit(0 if all(fine) else 1)


if __name__ == "__main__":
    main()
