#!/usr/bin/env python3
"""Environment steps per second beside Gymnasium's vector environments and EnvPool, in one run.

    tests/bench/physics_peers.py PROGRAM [TASK...]        default: half_cheetah humanoid

Eight environments each, random actions, two cores: ours with two threads, Gymnasium one after the other
(sync) and one process each (async), EnvPool with two threads. They take turns, ROUNDS times; a row is the
median. The virtual environment is made under build/ at the versions below. Writes
tests/bench/results/physics_peers.csv and prints it.
"""

import csv
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
VENV = ROOT / "build" / "venv-physics"
PACKAGES = ["numpy==2.2.6", "mujoco==3.17.0", "gymnasium==1.4.0", "imageio==2.37.0", "envpool==1.2.5"]
ROUNDS, SECONDS, ENVS = 3, 2.0, 8
GYM = {"half_cheetah": "HalfCheetah-v5", "humanoid": "Humanoid-v5", "hopper": "Hopper-v5",
       "walker2d": "Walker2d-v5", "ant": "Ant-v5", "swimmer": "Swimmer-v5", "reacher": "Reacher-v5",
       "pusher": "Pusher-v5", "inverted_pendulum": "InvertedPendulum-v5",
       "inverted_double_pendulum": "InvertedDoublePendulum-v5",
       "humanoid_standup": "HumanoidStandup-v5"}


def inside_venv():
    """Run this file again with the virtual environment's Python, made if need be."""
    python = VENV / "bin" / "python"
    if pathlib.Path(sys.prefix) == VENV:
        return
    if not (VENV / "done").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin" / "pip", "-q", "install", *PACKAGES], check=True)
        (VENV / "done").touch()
    os.execv(python, [python, __file__, *sys.argv[1:]])


def rate_of(step, count):
    """Steps per second of a function that takes `count` steps."""
    for _ in range(20):
        step()
    n, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        step()
        n += count
    return n / (time.perf_counter() - begin)


def gym_rate(task, mode):
    import gymnasium

    envs = gymnasium.make_vec(GYM[task], num_envs=ENVS, vectorization_mode=mode)
    envs.reset(seed=0)
    actions = [envs.action_space.sample() for _ in range(64)]
    turn = iter(range(10**9))
    rate = rate_of(lambda: envs.step(actions[next(turn) % 64]), ENVS)
    envs.close()
    return rate


def envpool_rate(task):
    import envpool
    import numpy

    envs = envpool.make_gymnasium(GYM[task], num_envs=ENVS, num_threads=2)
    envs.reset()
    low, high, shape = envs.action_space.low, envs.action_space.high, envs.action_space.shape
    rng = numpy.random.default_rng(0)
    actions = [rng.uniform(low, high, (ENVS, *shape)) for _ in range(64)]
    turn = iter(range(10**9))
    rate = rate_of(lambda: envs.step(actions[next(turn) % 64]), ENVS)
    envs.close()
    return rate


def our_rates(program, task):
    """Ours, with episodes that end and begin anew like everybody's, and of bare MuJoCo, which never does."""
    lines = subprocess.run([program, "bench", "physics", task, "--threads", "2", "--json"], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    rates = {row["name"]: row["rate"] for row in map(json.loads, lines)}
    return rates[f"episodes.{task}.{ENVS}"], rates[f"bare.{task}.{ENVS}"]


def measure(program, task):
    rates = {"softgait": [], "bare mj_step, no resets": [], "EnvPool": [], "Gymnasium sync": [], "Gymnasium async": []}
    for _ in range(ROUNDS):
        ours, bare = our_rates(program, task)
        rates["softgait"].append(ours)
        rates["bare mj_step, no resets"].append(bare)
        rates["EnvPool"].append(envpool_rate(task))
        rates["Gymnasium sync"].append(gym_rate(task, "sync"))
        rates["Gymnasium async"].append(gym_rate(task, "async"))
    return {name: statistics.median(values) for name, values in rates.items()}


def main():
    program = sys.argv[1]
    tasks = sys.argv[2:] or ["half_cheetah", "humanoid"]
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True,
                            text=True).stdout.strip()
    machine = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
    out = ROOT / "tests" / "bench" / "results" / "physics_peers.csv"
    with open(out, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["task", "environments", "who", "steps_per_second", "ours_over_it", "commit", "machine",
                       "versions"])
        for task in tasks:
            rates = measure(program, task)
            for name, rate in rates.items():
                rows.writerow([task, ENVS, name, f"{rate:.0f}", f"{rates['softgait'] / rate:.2f}", commit,
                               f"{machine}, {os.cpu_count()} cores", " ".join(PACKAGES)])
    print(out.read_text(), end="")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    inside_venv()
    main()
