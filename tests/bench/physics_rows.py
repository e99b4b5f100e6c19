#!/usr/bin/env python3
"""Steps of many environments beside a bare loop of mj_step, per task: the rows of `softgait bench physics`.

    tests/bench/physics_rows.py PROGRAM [TASK...]         default: all tasks

Writes tests/bench/results/physics.csv (rows of tasks that are not named stay) and prints it. Both sides
take turns within milliseconds, so that `of_bare` says something on a busy machine, too; the rates do not.
The exit code is 1 when a task has less than 75 % of bare at 8 environments or 90 % at 64.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RESULTS = ROOT / "tests" / "bench" / "results" / "physics.csv"
NAMES = ["task", "environments", "threads", "steps_per_second", "bare_steps_per_second", "of_bare",
         "with_resets_steps_per_second", "load", "commit", "machine"]
LEAST = {"8": 0.75, "64": 0.90}


def say(*words):
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        name = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    return f"{name}, {os.cpu_count()} cores"


def measure(program, task):
    """A row per number of environments."""
    lines = [json.loads(line) for line in say(program, "bench", "physics", task, "--json").splitlines()]
    rows = {line["name"]: line for line in lines}
    for name, ours in rows.items():
        kind, _, n = name.split(".")
        if kind == "physics":
            yield [task, n, ours["threads"], f"{ours['rate']:.0f}", f"{rows[f'bare.{task}.{n}']['rate']:.0f}",
                   f"{ours['share']:.3f}", f"{rows[f'episodes.{task}.{n}']['rate']:.0f}",
                   f"{os.getloadavg()[0]:.1f}", say("git", "rev-parse", "--short=12", "HEAD"), machine()]


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    tasks = sys.argv[2:] or [line.split()[0] for line in say(program, "tasks").splitlines()[1:]]
    rows = []
    if RESULTS.exists():
        rows = [row for row in csv.reader(RESULTS.open(encoding="utf-8")) if row[0] not in ("task", *tasks)]
    slow = 0
    for task in tasks:
        for row in measure(program, task):
            print(*row[:8])
            slow += float(row[5]) < LEAST[row[1]]
            rows.append(row)
    with RESULTS.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([NAMES, *sorted(rows, key=lambda r: (r[0], int(r[1])))])
    print(f"{RESULTS.relative_to(ROOT)}: {len(rows)} rows, {slow} below what is asked for")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main()
