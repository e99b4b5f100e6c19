#!/usr/bin/env python3
"""How episodes begin: our resets against Gymnasium's, as distributions.

    tests/interop/resets.py RESETS [--count N] [--seed S]

RESETS is the program made of resets.c. For every task, with its own noise and with another noise scale, N
resets of each side. Generators differ, so no two numbers are equal; what must agree is

    a number that never changes                exactly
    each number's distribution                 Kolmogorov and Smirnov's distance, mean, spread, limits
    each pair's dependence                     correlation, also of squared deviations
    a target's or object's distance            the same as for a number: disc and box with a hole
    one reset after another                    no correlation, at distance one and two

Limits are those that a fair pair of samples passes all but once in some thousand runs; seeds are fixed.
The check must be able to fail: each mistake of `mistakes` below must be seen.
"""

import argparse
import subprocess
import sys

import numpy

import tasks

SIGMAS = 5.5  # of a normal deviate: 4e-8, for some ten thousand of them

# pairs of positions that are drawn together, and how far from the origin they may lie
POINTS = {"reacher": (-2, -1, 0, 0.2), "pusher": (-4, -3, 0.17, numpy.inf)}


class Sample:
    """Many resets as columns: positions, velocities, and the distance of a drawn point."""

    def __init__(self, task, nq, numbers):
        self.task, self.nq, self.columns = task, nq, numbers
        self.names = [f"qpos {i}" for i in range(nq)] + [f"qvel {i}" for i in range(numbers.shape[1] - nq)]
        if task in POINTS:
            a, b = (numbers[:, nq + i] for i in POINTS[task][:2])
            self.columns = numpy.column_stack([numbers, numpy.hypot(a, b)])
            self.names.append("distance")


def gymnasium_resets(task, variant, count, seed):
    env = tasks.make(task, variant).unwrapped
    env.reset(seed=seed)
    rows = []
    for _ in range(count):
        env.reset()
        rows.append(numpy.concatenate([env.data.qpos, env.data.qvel]))
    env.close()
    return Sample(task, env.model.nq, numpy.array(rows))


def our_resets(program, task, variant, count, seed):
    words = [program, task, str(count), str(seed)] + [f"{name}={tasks.text(value)}" for name, value in variant.items()]
    header, *lines = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    numbers = numpy.array([[float(x) for x in line.split(",")] for line in lines])
    return Sample(task, header.count("qpos_"), numbers)


def distance(a, b):
    """Kolmogorov and Smirnov's distance between two samples."""
    a, b = numpy.sort(a), numpy.sort(b)
    both = numpy.concatenate([a, b])
    below = [numpy.searchsorted(x, both, side="right") / len(x) for x in (a, b)]
    return float(numpy.abs(below[0] - below[1]).max())


def compare_column(a, b):
    """What differs between one number's two samples, or None."""
    n = len(a)
    if a.std() == 0 or b.std() == 0:
        return None if (a == b).all() else f"{a[0]:.6g} (spread {a.std():.3g}) against {b[0]:.6g} ({b.std():.3g})"

    # mean and variance, each with its standard error from the reference's own moments
    deviation = b - b.mean()
    fourth = (deviation**4).mean() / deviation.var() ** 2
    if abs(a.mean() - b.mean()) > SIGMAS * b.std() * (2 / n) ** 0.5:
        return f"mean {a.mean():.6g} against {b.mean():.6g}"
    if abs(a.var() / b.var() - 1) > SIGMAS * (2 * (fourth - 1) / n) ** 0.5:
        return f"spread {a.std():.6g} against {b.std():.6g}"

    # a uniform number reaches its limits and stays within them, up to 40 expected gaps
    if fourth < 1.9:
        room = 40 / n * (b.max() - b.min())
        if abs(a.max() - b.max()) > room or abs(a.min() - b.min()) > room:
            return f"[{a.min():.6g}, {a.max():.6g}] against [{b.min():.6g}, {b.max():.6g}]"
    d, limit = distance(a, b), 2.69 * (2 / n) ** 0.5  # one in a million
    return f"distributions {d:.3g} apart, {limit:.3g} allowed" if d > limit else None


def correlations(x):
    return numpy.corrcoef((x - x.mean(axis=0)) / x.std(axis=0), rowvar=False)


def compare(ours, theirs):
    """All that differs between two samples, as sentences."""
    if ours.columns.shape != theirs.columns.shape:
        return [f"{ours.columns.shape} numbers against {theirs.columns.shape}"]
    problems = []
    for name, a, b in zip(theirs.names, ours.columns.T, theirs.columns.T):
        problem = compare_column(a, b)
        if problem:
            problems.append(f"{name}: {problem}")
    if ours.task in POINTS:
        low, high = POINTS[ours.task][2:]
        r = ours.columns[:, -1]
        if r.min() < low or r.max() > high:
            problems.append(f"distance: {r.min():.6g} to {r.max():.6g}, not within {low} to {high}")
    if problems:
        return problems

    # dependence between numbers, and between one reset and the next
    drawn = theirs.columns.std(axis=0) > 0
    a, b, n = ours.columns[:, drawn], theirs.columns[:, drawn], len(ours.columns)
    names = [name for name, is_drawn in zip(theirs.names, drawn) if is_drawn]
    for what, f in (("", lambda x: x), ("squared ", lambda x: (x - x.mean(axis=0)) ** 2)):
        apart = numpy.abs(correlations(f(a)) - correlations(f(b)))
        i, j = numpy.unravel_index(apart.argmax(), apart.shape)
        if apart[i, j] > SIGMAS * (2 / n) ** 0.5:
            problems.append(f"{what}{names[i]} and {names[j]}: correlations {apart[i, j]:.3g} apart")
    for lag in (1, 2):
        centred = (a - a.mean(axis=0)) / a.std(axis=0)
        r = numpy.abs((centred[lag:] * centred[:-lag]).mean(axis=0))
        if r.max() > SIGMAS / n**0.5:
            problems.append(f"{names[r.argmax()]}: follows the reset {lag} before it, correlation {r.max():.3g}")
    return problems


def mistakes(task, ours, program, count, seed):
    """Samples that are wrong, each with its name: the check must see every one."""
    rng = numpy.random.default_rng(seed)
    x, nq = ours.columns[:, : len(ours.names) - (task in POINTS)], ours.nq
    scale = tasks.defaults(task).get("reset_noise_scale")
    if scale is not None:
        yield "noise a tenth too large", our_resets(program, task, {"reset_noise_scale": scale * 1.1}, count, seed)
    if task in POINTS:
        low, high = ([-0.2, -0.2], [0.2, 0.2]) if task == "reacher" else ([-0.3, -0.2], [0, 0.2])
        box = x.copy()
        box[:, [nq + i for i in POINTS[task][:2]]] = rng.uniform(low, high, (count, 2))
        yield "a point drawn from the whole box", Sample(task, nq, box)
    repeated = x.copy()
    repeated[1::2] = repeated[::2]
    yield "each reset twice", Sample(task, nq, repeated)
    last = nq + numpy.flatnonzero(x[:, nq:].std(axis=0) > 0)[-1]
    v = x[:, last] - x[:, last].mean()
    swapped = x.copy()
    uniform = (v**4).mean() / v.var() ** 2 < 2.4
    swapped[:, last] = v.std() * (rng.standard_normal(count) if uniform else rng.uniform(-(3**0.5), 3**0.5, count))
    yield "normal for uniform, or the other way round", Sample(task, nq, swapped)
    tied = x.copy()
    tied[:, last] = numpy.sort(v)[numpy.argsort(numpy.argsort(x[:, x[:, :last].std(axis=0).argmax()]))]
    yield "one draw for two numbers", Sample(task, nq, tied)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=5000, help="resets of each task and scale")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    wrong, samples, seen = [], 0, 0
    for task in tasks.TASKS:
        variants = [{}]
        scale = tasks.defaults(task).get("reset_noise_scale")
        if scale is not None:
            variants.append({"reset_noise_scale": scale * 3})
        for variant in variants:
            theirs = gymnasium_resets(task, variant, args.count, args.seed)
            ours = our_resets(args.program, task, variant, args.count, args.seed)
            wrong += [f"{task} {variant}: {problem}" for problem in compare(ours, theirs)]
            samples += 1
            if not variant:
                drawn = int((theirs.columns.std(axis=0) > 0).sum())
                worst = max(distance(a, b) for a, b in zip(ours.columns.T, theirs.columns.T))
                print(f"  {task:<26}{drawn:>3} of {len(theirs.names):>2} numbers drawn, distributions at most {worst:.4f} apart")
                for name, bad in mistakes(task, ours, args.program, args.count, args.seed):
                    seen += 1
                    if not compare(bad, theirs):
                        wrong.append(f"{task}: goes unnoticed: {name}")
    for line in wrong:
        print(f"FAILED: {line}")
    print(f"{samples} samples of {args.count} resets, {seen} mistakes tried, seed {args.seed}, {len(wrong)} failures")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
