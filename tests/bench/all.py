#!/usr/bin/env python3
"""Every row of the speed table, measured, printed and kept in tests/bench/results/bench.csv.

    tests/bench/all.py PROGRAM [SECTION...]       default: every section; some 20 minutes in all

Nothing else may run on the machine. A row tells the command, what it printed, what is wanted of it, the
commit ("+": with changes) and the machine; a section that ran replaces its rows of before. Exit code 1 when
anything misses what is wanted.

  update     17/6 and 348/17, one and two threads, in ROUNDS turns: a virtual machine has slow minutes, so
             all turns are kept and their median is what must reach what is wanted
  isa        the same on the path math.isa=avx2, and once on math.isa=avx512 and avx (no fused multiply-add) and
             on math.backend=openblas; a path that this processor lacks gets a row that says so
  wide       critics of 512 and 1024
  infer      a step of the policy runtime, and of the exported C at -O3 and -O2
  train      a whole run: its rate as a share of the gradient step's, in ROUNDS turns, and where its time goes
  start      seconds from launch to the end of a run of one step (first step, evaluation, checkpoint: more than
             the first step alone takes), and to the first table row
  memory     the largest resident size of a run with a replay of a million transitions, full, in MB
  neighbour  two threads beside a busy neighbour, as a share of one thread
"""

import csv
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TABLE = HERE / "results" / "bench.csv"
FIELDS = ["section", "command", "name", "threads", "rate", "unit", "gflops", "peak_gflops", "peak_share", "share",
          "wanted", "commit", "machine"]
ROUNDS = 5
MILLION = 1000000


class Bench:
    def __init__(self, program, folder):
        self.program, self.folder = os.path.abspath(program), folder
        self.rows, self.section, self.nmissed = [], "", 0
        head = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=ROOT, capture_output=True, text=True)
        dirty = subprocess.run(["git", "diff", "--quiet", "HEAD", "--", ".", ":!tests/bench/results"], cwd=ROOT)
        cpu = next(line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line)
        self.facts = {"commit": head.stdout.strip() + "+" * dirty.returncode,
                      "machine": f"{cpu}, {os.cpu_count()} cores"}

    def keep(self, command, row, key=None, least=None, most=None):
        """One row; key is what is wanted to be at least, or at most, a number."""
        wanted = "" if key is None else f"{key} >= {least}" if most is None else f"{key} <= {most}"
        fine = key is None or (row[key] >= least if most is None else row[key] <= most)
        self.nmissed += not fine
        self.rows.append({"section": self.section, "command": command, **row, "wanted": wanted, **self.facts})
        numbers = " ".join(f"{name} {row[name]:.4g}" for name in FIELDS[4:10] if isinstance(row.get(name), float))
        print(f"{self.section:9} {command:58} {row['name']:16} {row['threads']} {numbers} {row['unit']}"
              f"{'  ' * bool(wanted)}{wanted}{'' if fine else '  MISSED'}", flush=True)

    def run(self, *words):
        """softgait's JSON rows by name; None and a word when it says why not."""
        done = subprocess.run([self.program, *words, "--json"], capture_output=True, text=True)
        if done.returncode == 5:
            print(f"{self.section:9} {' '.join(words)}: not measured: {done.stderr.strip()}")
            self.rows.append({"section": self.section, "command": " ".join(words), "name": "not measured",
                              "unit": done.stderr.strip(), **self.facts})
            return None
        if done.returncode != 0:
            sys.exit(f"softgait {' '.join(words)}: {done.stderr}")
        return {row["name"]: row for row in map(json.loads, done.stdout.splitlines())}

    def update(self, words, threads, least=None, key="peak_share", parts=False):
        rows = self.run("bench", "update", *words, "--threads", str(threads))
        command = " ".join(["bench update", *words])
        whole = rows.pop("update") if rows else None
        if rows:
            self.keep(command, whole, key if least else None, least)
            for row in rows.values() if parts else []:
                self.keep(command, row)
        return whole

    def keep_median(self, command, rows, key, least):
        """The middle of ROUNDS rows, number by number, which must reach what is wanted."""
        row = row_of(f"median of {ROUNDS}", 0, rows[0]["unit"], rows[0]["threads"])
        row.update((name, statistics.median(r[name] for r in rows)) for name in FIELDS[4:10] if name != "unit"
                   and isinstance(rows[0].get(name), float))
        self.keep(command, row, key, least)

    def update_in_turns(self, words, parts=False):
        """ROUNDS turns of four updates, all kept, and their medians."""
        turns = [([*task, *words], threads, least) for task, leasts in (([], (0.85, 0.80)), (["humanoid"], (0.84, 0.78)))
                 for threads, least in zip((1, 2), leasts)]
        rounds = [[self.update(words, threads, parts=parts and round == 0) for words, threads, _ in turns]
                  for round in range(ROUNDS)]
        for (words, _, least), rows in zip(turns, zip(*rounds)):
            if all(rows):
                self.keep_median(" ".join(["bench update", *words]), rows, "peak_share", least)

    def train(self, words):
        """A run in a folder of its own; (seconds to its first row, seconds in all, largest size in MB)."""
        run = pathlib.Path(self.folder) / "run"
        begin = time.time()
        child = subprocess.Popen([self.program, "train", *words, "--json", "--run", str(run)], stdout=subprocess.PIPE)
        child.stdout.readline()
        first = time.time() - begin
        child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        whole = time.time() - begin
        if status != 0:
            sys.exit(f"softgait train {' '.join(words)} failed")
        return first, whole, usage.ru_maxrss * 1024 / 1e6

    def forget_run(self):
        shutil.rmtree(pathlib.Path(self.folder) / "run")


def row_of(name, rate, unit, threads=1):
    return {"name": name, "threads": threads, "rate": float(rate), "unit": unit}


# -------------------------------- sections --------------------------------------------------------


def update(b):
    b.update_in_turns([], parts=True)


def isa(b):
    b.update_in_turns(["--set", "math.isa=avx2"])
    b.update(["--set", "math.isa=avx512"], 1, 0.85)
    for threads in (1, 2):
        b.update(["--set", "math.isa=avx"], threads, 25 if threads == 1 else None, "rate")
    for words in ([], ["humanoid"]):
        for threads in (1, 2):
            b.update([*words, "--set", "math.backend=openblas"], threads)


def wide(b):
    for width, least in ((512, 0.82), (1024, None)):
        for threads in (1, 2):
            b.update(["--set", f"sac.critic_hidden=[{width},{width}]"], threads, least if threads == 1 else None)


def infer(b):
    for task, most in (("half_cheetah", 4.5), ("humanoid", None)):
        for row in b.run("bench", "infer", task).values():
            wanted = most if row["name"] == "infer" else None
            b.keep(f"bench infer {task}", row, "rate" if wanted else None, most=wanted)
    exported(b)


def exported(b):
    """The same policy as C, when this program exports it."""
    b.train(["half_cheetah", "--steps", "1", "--set", "sac.start_steps=1", "--set", "train.eval_episodes=1"])
    source = pathlib.Path(b.folder) / "policy.c"
    export = subprocess.run([b.program, "export", str(pathlib.Path(b.folder) / "run"), "--to", "c", "--out",
                             str(source)], capture_output=True, text=True)
    b.forget_run()
    if not source.exists():
        print(f"infer     exported C: not measured: {export.stderr.strip()}")
        return
    for level, most in (("-O3", 9), ("-O2", 20)):
        command = f"cc {level} exported.c policy.c"
        timer = pathlib.Path(b.folder) / "exported"
        subprocess.run(["cc", "-std=gnu99", level, f"-I{b.folder}", HERE / "exported.c", source, "-o", timer], check=True)
        done = subprocess.run([timer], check=True, capture_output=True, text=True)
        for row in map(json.loads, done.stdout.splitlines()):
            wanted = most if row["name"] == "exported" else None
            b.keep(command, row, "rate" if wanted else None, most=wanted)


def train(b):
    """ROUNDS turns as for the update; the first shows the parts."""
    turns = [(task, threads, least) for task, leasts in (("half_cheetah", (0.95, 0.95)), ("humanoid", (0.93, 0.90)))
             for threads, least in zip((1, 2), leasts)]
    rounds = []
    for round in range(ROUNDS):
        rounds.append([b.run("bench", "train", task, "--threads", str(threads)) for task, threads, _ in turns])
        for (task, _, _), rows in zip(turns, rounds[-1]):
            for row in rows.values():
                if round == 0 or row["name"] == "train":
                    b.keep(f"bench train {task}", row)
    for (task, _, least), rows in zip(turns, zip(*rounds)):
        b.keep_median(f"bench train {task}", [row["train"] for row in rows], "share", least)


def start(b):
    one = ["--steps", "1", "--set", "sac.start_steps=1", "--set", "train.eval_episodes=1"]
    for task in ("half_cheetah", "humanoid"):
        seconds = []
        for _ in range(5):
            seconds.append(b.train([task, *one])[1])
            b.forget_run()
        b.keep(f"train {task} {one[0]} {one[1]}", row_of("whole", statistics.median(seconds), "s"), "rate", most=0.3)
        seconds = []
        for _ in range(3):
            seconds.append(b.train([task, "--steps", "1001"])[0])
            b.forget_run()
        b.keep(f"train {task}", row_of("first_row", statistics.median(seconds), "s"), "rate", most=2)


def memory(b):
    """A million random steps and a few updates; several environments only where one takes too long."""
    for task, envs, most in (("half_cheetah", 1, 150), ("humanoid", 4, 1700)):
        words = [task, "--envs", str(envs), "--steps", str(MILLION + 40), "--set", f"sac.start_steps={MILLION}", "--set",
                 f"train.eval_every={2 * MILLION}", "--set", "train.eval_episodes=1", "--set",
                 "train.checkpoint_seconds=1e6"]
        _, _, megabytes = b.train(words)
        b.forget_run()
        b.keep(f"train {task} --envs {envs} --steps {MILLION + 40}", row_of("largest_size", megabytes, "MB"), "rate",
               most=most)


def neighbour(b):
    done = subprocess.run([HERE / "neighbour.sh", b.program], capture_output=True, text=True)
    if done.returncode == 77:
        print(f"neighbour: not measured: {done.stdout.strip()}")
    else:
        b.keep("tests/bench/neighbour.sh", json.loads(done.stdout.splitlines()[-1]), "rate", 0.8)


SECTIONS = {f.__name__: f for f in (update, isa, wide, infer, train, start, memory, neighbour)}


def main():
    names = sys.argv[2:] or list(SECTIONS)
    unknown = [name for name in names if name not in SECTIONS]
    if unknown:
        sys.exit(f"all.py: there is no section '{unknown[0]}'; there are {' '.join(SECTIONS)}")
    kept = []
    if TABLE.exists():
        with open(TABLE, newline="") as file:
            kept = [row for row in csv.DictReader(file) if row["section"] not in names]
    with tempfile.TemporaryDirectory(prefix="softgait-bench-", dir="/tmp") as folder:
        b = Bench(sys.argv[1], folder)
        for name in names:
            b.section = name
            SECTIONS[name](b)
    rows = kept + b.rows
    rows.sort(key=lambda row: list(SECTIONS).index(row["section"]))
    with open(TABLE, "w", newline="") as file:
        table = csv.DictWriter(file, FIELDS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
    print(f"{len(b.rows)} rows in {TABLE.relative_to(ROOT)}; {b.nmissed} miss what is wanted")
    sys.exit(b.nmissed > 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main()
