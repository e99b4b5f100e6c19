#!/usr/bin/env python3
"""A storm of keys, clicks, drags, wheels, drops and sizes; a picture per hundred. Nothing may crash, and nothing
may be said.

    tests/viewer/storm.py SOFTGAIT_VIEW SOFTGAIT EVENTS
"""

import os
import pathlib
import subprocess
import sys
import tempfile

from window import Display, check, environment, make_run, need


def main():
    program, softgait = map(os.path.abspath, sys.argv[1:3])
    events = int(sys.argv[3])
    need("Xvfb")
    with tempfile.TemporaryDirectory() as name, Display() as display:
        run = make_run(softgait, pathlib.Path(name) / "run")
        env = environment(display.name, ASAN_OPTIONS="detect_leaks=0")  # Mesa and GLFW keep what they have
        seeds = max(2, events // 10000)
        for seed in range(1, seeds + 1):
            script = f"random {events // seeds} {seed}\npictures 5\nresize 640 480\npictures 5\nstate\n"
            done = subprocess.run([program, str(run), "--size", "500x400", "--script", "-"], input=script, env=env,
                                  cwd=name, capture_output=True, text=True, timeout=1800)
            fine = done.returncode == 0 and done.stderr == "" and done.stdout.startswith("{")
            check(f"{events // seeds} events, seed {seed}", fine,
                  "" if fine else f"{done.returncode} {done.stderr[-3000:]}")


if __name__ == "__main__":
    main()
