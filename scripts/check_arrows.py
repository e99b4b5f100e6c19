#!/usr/bin/env python3
"""Check the house's arrows: who may include whom.

    base <- math <- nn <- sac        policy includes nothing of ours        base <- task
    sac, task, policy <- train <- cli        base, policy, task, the reading half of train <- viewer

MuJoCo is first seen in task/, OpenBLAS only in math/kernels_blas.c, GLFW only in viewer/window.c, and the
reading half of train/ knows nothing of the learner. Exit code 1 and a line per broken arrow.

    scripts/check_arrows.py [ROOT]      --self-test shows that it can fail
"""

import pathlib
import re
import sys
import tempfile

MAY = {
    "base": {"base"},
    "math": {"base", "math"},
    "nn": {"base", "math", "nn"},
    "policy": {"policy"},
    "sac": {"base", "math", "nn", "sac"},
    "task": {"base", "task"},
    "train": {"base", "math", "nn", "policy", "sac", "task", "train"},
    "cli": {"base", "math", "nn", "policy", "sac", "task", "train", "cli"},
}
MUJOCO = {"task", "train", "cli", "viewer"}
# the reading half of train/: the viewer links it without the learner
READING = {"base", "policy", "task"} | {
    f"train/{n}.h" for n in ("run_read", "player", "fit", "model_digest", "live", "live_read", "live_words")}
READERS = {n.split("/")[1][:-1] + end: READING for n in READING if "/" in n for end in "ch"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def check_line(room, name, bracket, header):
    """What is wrong with one include, or None."""
    if header.startswith("mujoco/") and room not in MUJOCO:
        return "MuJoCo is first seen in task/"
    if header.startswith("GLFW/") and (room, name) != ("viewer", "window.c"):
        return "GLFW belongs in viewer/window.c"
    if header in ("cblas.h", "openblas/cblas.h") and name != "kernels_blas.c":
        return "OpenBLAS belongs in math/kernels_blas.c"
    if bracket == "<":
        return None
    floor = header.split("/")[0]
    if room == "viewer":
        words = header in ("cli/args.h", "cli/record_words.h")
        below = "/" not in header or floor in READING or header in READING or words
        return None if below else "the viewer knows nothing of the learner"
    if floor not in MAY[room]:
        return f"{room}/ may not include {floor}/"
    allowed = READERS.get(name)
    if room == "train" and allowed and floor not in allowed and header not in allowed:
        return "the reading half of train/ knows nothing of the learner"
    return None


def check(root):
    """Print every broken arrow under root/src and root/viewer; return how many."""
    broken = 0
    for path in sorted([*(root / "src").rglob("*.[ch]"), *(root / "viewer").rglob("*.[ch]")]):
        parts = path.relative_to(root).parts
        room = parts[1] if parts[0] == "src" else parts[0]
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            why = match and check_line(room, path.name, *match.groups())
            if why:
                print(f"{path.relative_to(root)}:{number}: {line.strip()}: {why}")
                broken += 1
    return broken


def self_test():
    """A tree with one arrow of each kind broken must be found wanting."""
    wrong = {
        "src/base/a.c": '#include "math/real.h"',
        "src/policy/a.c": '#include "base/status.h"',
        "src/sac/a.c": '#include "task/task.h"',
        "src/nn/a.c": "#include <mujoco/mujoco.h>",
        "src/nn/b.c": "#include <cblas.h>",
        "src/train/run_read.c": '#include "sac/sac.h"',
        "viewer/view.c": '#include "train/train.h"',
        "viewer/scene.c": "#include <GLFW/glfw3.h>",
        "src/train/player.c": '#include "train/config.h"',
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, text in wrong.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return 0 if check(pathlib.Path(folder)) == len(wrong) else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        sys.exit(self_test())
    sys.exit(1 if check(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")) else 0)
