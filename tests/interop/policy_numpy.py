#!/usr/bin/env python3
"""The official safetensors package reads our policy files, and the README's NumPy lines act as the runtime does.

    tests/interop/policy_numpy.py SOFTGAIT MAKE_POLICY POLICY_ACT FOLDER

FOLDER keeps the virtual environment between runs. Exits with 77 when there is no package index to fetch from.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

PACKAGES = ["numpy==1.26.4", "safetensors==0.4.5"]
ROOT = pathlib.Path(__file__).resolve().parents[2]
NROW = 1000
WORST = 1e-5  # of the range of an action


def enter_environment(folder):
    """Go on in a virtual environment that has the packages."""
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        made = subprocess.run([sys.executable, "-m", "venv", folder])
        fetched = made.returncode == 0 and subprocess.run(
            [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary=:all:", *PACKAGES])
        if not fetched or fetched.returncode != 0:
            print("policy_numpy: left out, the packages cannot be fetched or python3-venv is missing")
            sys.exit(77)
        (folder / "ready").write_text("")
    sys.exit(subprocess.run([python, __file__, *sys.argv[1:], "inside"]).returncode)


def readme_loader():
    """The function `load` of the runtime's README."""
    code = re.search(r"```python\n(.*?)```", (ROOT / "src/policy/README.md").read_text(), re.S).group(1)
    lines = code.strip().split("\n")
    assert len(lines) <= 11, f"{len(lines)} lines"
    names = {}
    exec(code, names)
    return names["load"]


def runtime_actions(policy_act, path, rows, nact):
    import numpy as np
    out = subprocess.run([policy_act, path], input=rows.astype("<f4").tobytes(), stdout=subprocess.PIPE, check=True)
    return np.frombuffer(out.stdout, "<f4").reshape(len(rows), nact)


def compare(load, policy_act, path, name):
    """Random rows through both; returns whether they agree, and says how well."""
    import numpy as np
    import safetensors
    file = safetensors.safe_open(path, "np")
    nobs = file.get_tensor("actor.0.weight").shape[0]
    limits = np.array([[float(v) for v in re.findall(r"(?:low|high)=(\S+)", line)]
                       for line in file.metadata()["softgait.action"].split("\n")])
    rows = (np.random.default_rng(1).normal(size=(NROW, nobs)) * 2).astype(np.float32)
    ours = runtime_actions(policy_act, path, rows, len(limits))
    theirs = load(path)(rows)
    worst = (np.abs(theirs - ours) / (limits[:, 1] - limits[:, 0])).max()
    spread = ((ours.max(0) - ours.min(0)) / (limits[:, 1] - limits[:, 0])).min()
    print(f"  {name}: {len(file.keys())} tensors, worst difference {worst:.2e} of the range, spread {spread:.2f}")

    # the control: one weight's change must show
    wrong = np.abs(load(path)(rows + np.float32(0.01)) - ours).max()
    return worst < WORST and wrong > WORST and spread > 0.001


def main():
    softgait, make_policy, policy_act, folder = map(pathlib.Path, sys.argv[1:5])
    if sys.argv[-1] != "inside":
        enter_environment(folder)
    load = readme_loader()
    fine = True
    with tempfile.TemporaryDirectory() as made:
        subprocess.run([make_policy, f"{made}/stacked", "17", "6", "256", "3"], check=True)
        fine &= compare(load, policy_act, f"{made}/stacked", "made by hand, history 3")
        for task in ("hopper", "half_cheetah"):
            subprocess.run([softgait, "train", task, "--steps", "20", "--quiet", "--run", f"{made}/{task}"], check=True)
            fine &= compare(load, policy_act, f"{made}/{task}/policy/latest.safetensors", task)
    sys.exit(0 if fine else 1)


main()
