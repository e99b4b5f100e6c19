#!/usr/bin/env python3
"""Six set-ups without a usable display: one line on stderr that says what to try, exit code 5, no crash.

    tests/viewer/no_display.py SOFTGAIT_VIEW SOFTGAIT
"""

import subprocess
import sys
import tempfile
import time

from window import Display, Viewer, check, environment, make_run, need


def refused(name, program, run, env, words):
    """The viewer must refuse with one line that holds the words."""
    done = subprocess.run([program, run], env=env, capture_output=True, text=True, timeout=60)
    fine = (done.returncode == 5 and done.stdout == "" and done.stderr.count("\n") == 1 and
            all(word in done.stderr for word in words))
    check(name, fine, f"{done.returncode} {done.stderr.strip()}")


def main():
    program, softgait = sys.argv[1:3]
    need("Xvfb", "xdotool")
    with tempfile.TemporaryDirectory() as folder:
        run = str(make_run(softgait, folder + "/run"))
        refused("no display", program, run, environment(), ["DISPLAY is not set", "softgait record"])
        refused("a wrong display", program, run, environment(":4711"), ["':4711'", "softgait record"])
        refused("Wayland only", program, run, environment(WAYLAND_DISPLAY="wayland-0"), ["X11"])
        with Display("-extension", "GLX") as display:
            refused("X without GLX", program, run, environment(display.name), ["OpenGL", "libgl1-mesa-dri"])

        # what is wrong with the words is said with or without a display
        done = subprocess.run([program, folder + "/none"], env=environment(), capture_output=True, text=True)
        check("a missing run comes before a missing display", done.returncode == 3, done.stderr.strip())

        # a software renderer is good enough; then its X server dies
        with Display() as display:
            viewer = Viewer(program, display.name, run)
            state = viewer.state("pictures 5")
            check("software GL draws", state["pictures"] >= 5, state["mode"])
            display.close()
            try:
                for _ in range(100):
                    viewer.say("pictures 2")
                    time.sleep(0.05)
            except BrokenPipeError:
                pass
            viewer.process.wait(timeout=30)
            told = viewer.process.stderr.read()
            check("X dies: one line, exit code 5", viewer.process.returncode == 5 and told.count("\n") == 1,
                  told.strip())


if __name__ == "__main__":
    main()
