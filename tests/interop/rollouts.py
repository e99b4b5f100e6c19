#!/usr/bin/env python3
"""Our tasks against Gymnasium's own, number by number, from fresh resets under fresh actions.

    tests/interop/rollouts.py PROGRAM [--count N] [--seed S] [--task NAME]...

For every task and every variant of its settings (tasks.py), N episodes: Gymnasium's environment is reset
and stepped; `softgait rollout` starts from the same positions and velocities under the same actions. Every
observation and reward must agree within 1e-9, both flags and the episode's length exactly.

            Gymnasium:  reset ── step, step, step ... ── obs, reward, terminated, truncated
                          │            │                               │
                      START.csv   ACTIONS.csv                       compare
                          └─────┬──────┘                               │
                        softgait rollout ──────────────────────── TRACE.csv

The check must be able to fail: every keyword argument, left out of ours alone, must be seen; so must a
weight that is wrong by a millionth, and a start that is.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import zlib

import gymnasium
import mujoco
import numpy

import tasks

TOLERANCE = 1e-9
STEPS, VARIED_STEPS = 200, 100  # of an episode; every fifth with the defaults goes to the time limit
KINDS = ["uniform", "gentle", "beyond", "waves", "saturated"]


def actions(kind, steps, space, rng):
    """Actions (steps, nact) of a kind; "beyond" leaves the control range on both sides."""
    low, high = space.low.astype(float), space.high.astype(float)
    shape = (steps, space.shape[0])
    if kind == "uniform":
        return rng.uniform(low, high, shape)
    if kind == "gentle":
        return 0.15 * rng.uniform(low, high, shape)
    if kind == "beyond":
        return 2 * rng.uniform(low, high, shape)
    if kind == "waves":
        speed, phase = rng.uniform(0.06, 0.6, shape[1]), rng.uniform(0, 2 * numpy.pi, shape[1])
        waves = numpy.sin(speed * numpy.arange(steps)[:, None] + phase) + 0.1 * rng.standard_normal(shape)
        return high * waves
    return numpy.where(rng.random(shape) < 0.5, low, high)


class Episode:
    """What Gymnasium's environment did: start, actions, rows as a trace has them."""

    def __init__(self, env, kind, steps, seed):
        rng = numpy.random.default_rng(seed)
        first, _ = env.reset(seed=int(rng.integers(2**31)))
        data = env.unwrapped.data
        self.qpos, self.qvel = data.qpos.copy(), data.qvel.copy()
        self.actions = actions(kind, steps, env.action_space, rng)
        self.rows = [[*first, 0.0, 0, 0]]
        for action in self.actions:
            obs, reward, terminated, truncated, _ = env.step(action)
            self.rows.append([*obs, reward, int(terminated), int(truncated)])
            if terminated or truncated:
                break


def write_csv(path, stems, rows):
    """stems: (name, count) of each group of columns."""
    names = ",".join(f"{stem}_{i}" for stem, n in stems for i in range(n))
    lines = [",".join("%.17g" % x for x in row) for row in rows]
    path.write_text("\n".join([names, *lines]) + "\n")


class Ours:
    """`softgait rollout`, in a folder of its own."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def trace(self, task, variant, episode, nudge=0.0):
        """Our rows of the episode; nudge is added to the first velocity."""
        start, acts, out = (self.folder / name for name in ("start.csv", "actions.csv", "trace.csv"))
        qpos, qvel = episode.qpos, episode.qvel.copy()
        qvel[0] += nudge
        write_csv(start, [("qpos", len(qpos)), ("qvel", len(qvel))], [[*qpos, *qvel]])
        write_csv(acts, [("action", episode.actions.shape[1])], episode.actions)
        words = [self.program, "rollout", task, "--start", start, "--actions", acts, "--out", out]
        done = subprocess.run(words + tasks.settings(variant), capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{task} {variant}: exit code {done.returncode}: {done.stderr}")
        header, *lines = out.read_text().splitlines()
        nobs = sum(name.startswith("obs_") for name in header.split(","))
        assert header.split(",")[nobs:] == [f"obs_{nobs - 1}", "reward", "terminated", "truncated"], header
        return [[float(field) for field in line.split(",")[1:]] for line in lines]


def same_value(a, b):
    """Whether two texts of --set mean the same."""
    a, b = (text.strip("[]").replace(" ", "").split(",") for text in (a, b))
    try:
        return [float(x) for x in a] == [float(x) for x in b]
    except ValueError:
        return a == b


class Score:
    """How far ours is from theirs."""

    def __init__(self):
        self.episodes = self.ended = self.timed_out = self.numbers = self.equal = 0
        self.worst = 0.0

    def compare(self, ours, theirs):
        """Add an episode. None when it agrees, else what does not."""
        if len(ours[0]) != len(theirs[0]):
            return f"{len(ours[0]) - 3} observations, Gymnasium has {len(theirs[0]) - 3}"
        n = min(len(ours), len(theirs))
        a, b = numpy.array(ours[:n]), numpy.array(theirs[:n], dtype=float)
        apart = numpy.abs(a - b)
        flags = (apart[:, -2:] != 0).any(axis=1)
        wrong = ~(apart[:, :-2] <= TOLERANCE).all(axis=1) | flags
        self.episodes += 1
        self.ended += theirs[-1][-2]
        self.timed_out += theirs[-1][-1]
        self.numbers += a[:, :-2].size
        self.equal += int((a[:, :-2].view(numpy.int64) == b[:, :-2].view(numpy.int64)).sum())
        self.worst = max(self.worst, float(apart[:, :-2].max()))
        if wrong.any():
            row = int(numpy.argmax(wrong))
            what = "flags differ" if flags[row] else f"a number differs by {apart[row].max():.3g}"
            return f"step {row}: {what}"
        if len(ours) != len(theirs):
            return f"{len(ours) - 1} steps, Gymnasium's episode has {len(theirs) - 1}"
        return None

    def add(self, other):
        self.episodes += other.episodes
        self.ended += other.ended
        self.timed_out += other.timed_out
        self.numbers += other.numbers
        self.equal += other.equal
        self.worst = max(self.worst, other.worst)

    def __str__(self):
        return (f"{self.episodes} episodes ({self.ended} terminated, {self.timed_out} truncated), {self.numbers} numbers, worst difference {self.worst:.1e}, "
                f"{self.numbers - self.equal} not bit-equal")


class Task:
    """One task's comparison."""

    def __init__(self, ours, name, count, seed):
        self.ours, self.name, self.count, self.seed = ours, name, count, seed
        self.score, self.wrong = Score(), []
        self.unseen = set(tasks.defaults(name)) - tasks.INERT  # keywords without a control so far

    def fail(self, text):
        self.wrong.append(f"{self.name}: {text}")

    def check_parameters(self):
        """Our parameters are Gymnasium's keyword arguments, with its defaults; all are varied."""
        wanted = tasks.defaults(self.name)
        done = subprocess.run([self.ours.program, "config", self.name, "--json"], capture_output=True, text=True, check=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        ours = {row["name"][5:]: row["sac"] for row in rows if row["name"].startswith("task.")}
        if set(ours) != set(wanted):
            self.fail(f"parameters {sorted(ours)}, Gymnasium takes {sorted(wanted)}")
        for name in set(ours) & set(wanted):
            theirs = tasks.text(wanted[name])
            if name == "main_body":  # ours tells the body by its name
                theirs = tasks.body_name(self.name, wanted[name])
            if not same_value(ours[name], theirs):
                self.fail(f"{name} is {ours[name]}, Gymnasium's default is {theirs}")
        varied = {name for variant in tasks.TASKS[self.name][1] for name, value in variant.items() if value != wanted[name]}
        if varied != set(wanted):
            self.fail(f"no variant of {sorted(set(wanted) - varied)}")

    def episode(self, env, number, index):
        """Gymnasium's episode `index` of a variant."""
        long = number == 0 and index % 5 == 3
        steps = env.spec.max_episode_steps if long else VARIED_STEPS if number else STEPS
        seed = [self.seed, zlib.crc32(self.name.encode()), number, index]
        return Episode(env, KINDS[index % len(KINDS)], steps, seed)

    def compare(self, variant, number):
        """All episodes of variant `number`; number 0 has the defaults."""
        env = tasks.make(self.name, variant)
        for index in range(self.count):
            episode = self.episode(env, number, index)
            score = Score()
            problem = score.compare(self.ours.trace(self.name, variant, episode), episode.rows)
            self.score.add(score)
            if problem:
                self.fail(f"{variant}, episode {index}: {problem}")
            for key in list(variant):
                self.control(variant, key, episode)
            if number == 0 and index == 0:
                self.control_start(episode)
        env.close()

    def control(self, variant, key, episode):
        """Leave one keyword out of ours, which must then differ in one of the episodes."""
        left = {name: value for name, value in variant.items() if name != key}
        if key in self.unseen and Score().compare(self.ours.trace(self.name, left, episode), episode.rows):
            self.unseen.discard(key)

    def control_start(self, episode):
        """A start that is wrong by a millionth, and a weight that is."""
        if not Score().compare(self.ours.trace(self.name, {}, episode, 1e-6), episode.rows):
            self.fail("a start wrong by a millionth goes unnoticed")
        for key, value in tasks.defaults(self.name).items():
            if key.endswith("_weight") and key not in tasks.INERT:
                wrong = {key: value + 1e-6}
                if not Score().compare(self.ours.trace(self.name, wrong, episode), episode.rows):
                    self.fail(f"{key} wrong by a millionth goes unnoticed")

    def run(self):
        self.check_parameters()
        for number, variant in enumerate([{}, *tasks.TASKS[self.name][1]]):
            self.compare(variant, number)
        if self.unseen:
            self.fail(f"nothing changes when our side leaves out {sorted(self.unseen)}")


def run_task(program, name, count, seed):
    """A task's score and failures; runs in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        task = Task(Ours(program, pathlib.Path(folder)), name, count, seed)
        task.run()
    return task.score, task.wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=5, help="episodes of each variant")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--task", action="append", choices=list(tasks.TASKS))
    args = parser.parse_args()

    print(f"gymnasium {gymnasium.__version__}, mujoco {mujoco.__version__}, numpy {numpy.__version__}, seed {args.seed}")
    program = str(pathlib.Path(args.program).resolve())
    total, wrong = Score(), []
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        names = args.task or list(tasks.TASKS)
        longest_first = sorted(names, key=lambda name: name not in ("humanoid_standup", "humanoid", "ant"))
        running = {name: pool.submit(run_task, program, name, args.count, args.seed) for name in longest_first}
        for name in names:
            score, failures = running[name].result()
            print(f"  {name:<26}{len(tasks.TASKS[name][1]) + 1:>3} variants, {score}", flush=True)
            total.add(score)
            wrong += failures
    for line in wrong:
        print(f"FAILED: {line}")
    print(f"{total}, {len(wrong)} failures")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
