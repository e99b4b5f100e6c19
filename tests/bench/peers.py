#!/usr/bin/env python3
"""Gradient steps and whole training beside Stable-Baselines3, SBX (JAX) and plain PyTorch, in one run.

    tests/bench/peers.py PROGRAM [TASK...]        default: half_cheetah humanoid

Everybody trains Soft Actor-Critic with two layers of 256, batch 256, one update per environment step.
They take turns, ROUNDS times, with one thread on one core and with two on two; a figure is the median of
the rounds. The ratio is taken to each rival's best of both. Nothing else may run on the machine. The
virtual environment is made under build/ at the versions below. Writes tests/bench/results/peers.csv and
peers.json and prints a table. WANTED holds what was seen of the rivals on another machine (103 GFLOP/s
a core): a rival below nine tenths of that is named.

  updates/s   gradient steps alone, on a replay that is filled; "fused": SBX's loop of 64 within one call
  steps/s     acting, physics, storing and one update per step, without evaluation
  first       seconds from the start of the program to the end of the first update
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
VENV = ROOT / "build" / "venv-peers"
PACKAGES = ["numpy==2.4.6", "torch==2.15.0", "stable-baselines3==2.9.2", "sbx-rl==0.28.0", "jax==0.10.2",
            "gymnasium==1.4.0", "mujoco==3.17.0", "imageio==2.38.1", "packaging==26.3"]
ROUNDS, RANDOM_STEPS, WARM_UP, UPDATES, STEPS = 3, 500, 100, 300, 600
GYM = {"half_cheetah": "HalfCheetah-v5", "humanoid": "Humanoid-v5"}
RIVALS = ["Stable-Baselines3", "SBX", "PyTorch"]

# (rival, task, what) -> figures with one and two threads
WANTED = {("Stable-Baselines3", "half_cheetah", "updates/s"): (40, 54),
          ("SBX", "half_cheetah", "updates/s"): (79, 108),
          ("SBX", "half_cheetah", "fused updates/s"): (92, 122),
          ("PyTorch", "half_cheetah", "updates/s"): (39, 44),
          ("Stable-Baselines3", "half_cheetah", "steps/s"): (41, 44),
          ("Stable-Baselines3", "humanoid", "steps/s"): (27, 28),
          ("SBX", "half_cheetah", "steps/s"): (65, 80),
          ("SBX", "humanoid", "steps/s"): (40, 36)}


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


#-------------------------------- one rival, in a process of its own ------------------------------


def rate_of(work, count):
    begin = time.perf_counter()
    for _ in range(count):
        work()
    return count / (time.perf_counter() - begin)


def measure_plain(name):
    from torch_sac import Trainer

    trainer = Trainer(name, RANDOM_STEPS)
    for _ in range(RANDOM_STEPS + 1):
        trainer.step()
    result = {"first": time.time() - STARTED}
    trainer.rate(WARM_UP)
    result["steps/s"] = trainer.rate(STEPS)
    result["updates/s"] = rate_of(trainer.update, UPDATES)
    return result


def measure_library(algorithm, name, fused):
    """Stable-Baselines3 and SBX have one interface."""
    from stable_baselines3.common.callbacks import BaseCallback

    class Clock(BaseCallback):
        times = {}

        def _on_step(self):
            self.times[self.num_timesteps] = time.time()
            return True

    model = algorithm("MlpPolicy", name, learning_starts=RANDOM_STEPS, buffer_size=100000, batch_size=256, seed=0)
    clock, last = Clock(), RANDOM_STEPS + WARM_UP + STEPS
    model.learn(last, callback=clock)
    result = {"first": clock.times[RANDOM_STEPS + 2] - STARTED,
              "steps/s": STEPS / (clock.times[last] - clock.times[last - STEPS])}
    result["updates/s"] = rate_of(lambda: model.train(gradient_steps=1, batch_size=256), UPDATES)
    if fused:
        model.train(gradient_steps=64, batch_size=256)
        result["fused updates/s"] = 64 * rate_of(lambda: model.train(gradient_steps=64, batch_size=256), 6)
    return result


def be_rival(who, task, threads):
    if who != "SBX":
        import torch

        torch.set_num_threads(threads)
    if who == "PyTorch":
        return measure_plain(GYM[task])
    if who == "SBX":
        import sbx

        return measure_library(sbx.SAC, GYM[task], True)
    import stable_baselines3

    return measure_library(stable_baselines3.SAC, GYM[task], False)


#-------------------------------- all of them, in turn --------------------------------------------


def run_rival(who, task, threads):
    """Cores are given by affinity; JAX takes as many threads as it has cores."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads), JAX_PLATFORMS="cpu",
                       CUDA_VISIBLE_DEVICES="")
    run = subprocess.run([sys.executable, __file__, "--rival", who, task, str(threads), str(time.time())], check=True,
                         capture_output=True, text=True, env=environment,
                         preexec_fn=lambda: os.sched_setaffinity(0, cores))
    return json.loads(run.stdout.splitlines()[-1])


def run_ours(program, task, threads):
    def rows(*words):
        lines = subprocess.run([program, "bench", *words, task, "--threads", str(threads), "--json"], check=True,
                               capture_output=True, text=True).stdout.splitlines()
        return {row["name"]: row["rate"] for row in map(json.loads, lines)}

    begin = time.time()
    run = subprocess.Popen([program, "train", task, "--threads", str(threads), "--steps", str(RANDOM_STEPS + 1),
                            "--set", f"sac.start_steps={RANDOM_STEPS}", "--set", "train.eval_every=1000000",
                            "--run", str(ROOT / "build" / f"peers-{os.getpid()}-{time.time_ns()}")],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if run.wait() != 0:
        sys.exit("softgait train failed")
    first = time.time() - begin
    return {"updates/s": rows("update")["update"], "steps/s": rows("train")["train"], "first": first}


def measure(program, task):
    """(who, what, threads) -> figures of all rounds"""
    seen = {}
    for round in range(ROUNDS):
        for threads in (1, 2):
            for who in ["softgait", *RIVALS]:
                result = run_ours(program, task, threads) if who == "softgait" else run_rival(who, task, threads)
                print(f"{task} round {round} threads {threads} {who}: {result}", file=sys.stderr, flush=True)
                for what, figure in result.items():
                    seen.setdefault((who, what, threads), []).append(figure)
    return seen


def make_rows(task, seen):
    median = {key: statistics.median(figures) for key, figures in seen.items()}
    rows = []
    for (who, what, threads), figure in median.items():
        better = min if what == "first" else max
        rival_best = better(median[who, what, n] for n in (1, 2))
        ours = median["softgait", what.replace("fused ", ""), threads]
        wanted = WANTED.get((who, task, what), (None, None))[threads - 1]
        rows.append({"task": task, "who": who, "what": what, "threads": threads, "figure": round(figure, 2),
                     "ours_over_its_best": round(rival_best / ours if what == "first" else ours / rival_best, 2),
                     "rounds": " ".join(f"{x:.1f}" for x in seen[who, what, threads]),
                     "below_what_was_seen_elsewhere": bool(wanted and figure < 0.9 * wanted)})
    return rows


def main():
    program, tasks = sys.argv[1], sys.argv[2:] or ["half_cheetah", "humanoid"]
    commit = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True,
                            text=True).stdout.strip()
    machine = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
    rows = [row for task in tasks for row in make_rows(task, measure(program, task))]
    rows.sort(key=lambda row: (row["task"], row["what"], row["threads"], row["who"] != "softgait", row["who"]))
    facts = {"commit": commit, "machine": f"{machine}, {os.cpu_count()} cores", "versions": " ".join(PACKAGES)}

    out = ROOT / "tests" / "bench" / "results"
    (out / "peers.json").write_text(json.dumps(dict(facts, rows=rows), indent=1) + "\n")
    with open(out / "peers.csv", "w", newline="") as file:
        table = csv.DictWriter(file, [*rows[0], *facts])
        table.writeheader()
        table.writerows(dict(row, **facts) for row in rows)
    for row in rows:
        print(f"{row['task']:14} {row['what']:16} {row['threads']} {row['who']:18} {row['figure']:9.1f}"
              f" {row['ours_over_its_best']:6.2f}{'  below 0.9 of what was seen elsewhere' * row['below_what_was_seen_elsewhere']}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if sys.argv[1] == "--rival":
        STARTED = float(sys.argv[5])
        print(json.dumps(be_rival(sys.argv[2], sys.argv[3], int(sys.argv[4]))))
        sys.exit()
    inside_venv()
    main()
