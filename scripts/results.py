#!/usr/bin/env python3
"""Put the learning results of models/*/results/*/results.csv into README.md, as one table.

    scripts/results.py            rewrites the lines between the two markers
    scripts/results.py --check    exit code 1 when they are not what it would write
"""

import csv
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- results: scripts/results.py -->", "<!-- end of results -->"


def setting(command):
    """What the command sets beyond task, steps, seed and threads."""
    words = command.split(" --threads 1", 1)[1].replace("--set ", "").split()
    return ", ".join(f"`{w}`" for w in words) or "preset"


def rows():
    """A row per result folder: every seed's best policy, their mean, and the means of the last ones."""
    for path in sorted(ROOT.glob("models/*/results/*/results.csv")):
        seeds = list(csv.DictReader(open(path)))
        best = [float(s["best_mean_return"]) for s in seeds]
        final = [float(s["final_mean_return"]) for s in seeds]
        yield (
            f"| {seeds[0]['task']} | {int(seeds[0]['steps']):,} | {setting(seeds[0]['command'])} | "
            f"{', '.join(f'{x:.0f}' for x in best)} | **{sum(best) / len(best):.0f}** | "
            f"{', '.join(f'{x:.0f}' for x in final)} |"
        ).replace(",000 |", " 000 |")


def main():
    readme = ROOT / "README.md"
    text = readme.read_text()
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    table = "\n".join(["| task | steps | settings | best policy, per seed | mean | last policy, per seed |",
                       "| --- | --- | --- | --- | --- | --- |", *rows()])
    new = f"{head}{BEGIN}\n{table}\n{END}{tail}"
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if new == text else 1)
    readme.write_text(new)


if __name__ == "__main__":
    main()
