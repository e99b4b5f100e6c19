#!/usr/bin/env python3
"""The window on a run that is training: what it shows, that it follows, and how it takes the run's death.

    tests/viewer/live.py SOFTGAIT_VIEW SOFTGAIT
"""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from window import SECONDS, Display, Viewer, check, find_window, need

RUNNING, DEAD = 1, 5


def start_training(softgait, folder):
    """A run that goes on until it is killed, slowly enough to be looked at."""
    trainer = subprocess.Popen(
        ["nice", softgait, "train", "hopper", "--run", str(folder), "--threads", "1", "--envs", "3", "--quiet",
         "--set", "sac.hidden=[64,64]", "--set", "sac.start_steps=300", "--set", "train.eval_every=600",
         "--set", "train.eval_episodes=1"])
    end = time.monotonic() + SECONDS
    while not (folder / "live").exists() or not (folder / "config.yaml").exists():
        assert time.monotonic() < end and trainer.poll() is None, "training does not start"
        time.sleep(0.05)
    return trainer


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_live(viewer, folder):
    state = viewer.wait_for(lambda s: s["run"] == RUNNING)
    check("a running run opens live", state["mode"] == "live" and viewer.title().startswith("live: hopper"),
          viewer.title())
    first = viewer.shot(folder / "live1.png")
    x = state["qpos0"]
    viewer.wait_for(lambda s: s["qpos0"] != x)
    moved = first.differs(viewer.shot(folder / "live2.png"), [0, 0, 300, 300])
    check("its robot moves", moved > 100, moved)
    envs = [viewer.state("key .", "pictures 2")["env"] for _ in range(3)]
    check("period goes through the environments", envs == [2, 3, 1], envs)

    # what would change the run is refused
    said = [viewer.state(f"key {key}", "pictures 1")["message"] for key in ("right", "backspace", "=")]
    check("stepping, resetting, speeding are refused", all("Enter plays" in text for text in said), said[0])
    viewer.state("key f2", "pictures 1")
    picture = viewer.shot(folder / "live3.png")
    robot = picture.find([20, 60, 260, 340], lambda r, g, b: r > 110 and r > 1.35 * g and g > 1.3 * b)
    for at in robot[::max(1, len(robot) // 20)]:
        state = viewer.state(f"move {at[0]} {at[1]}", "press left", "release left", "press left", "release left",
                             "pictures 1")
        if state["select"] > 0:
            break
    check("a body can be selected", state["select"] > 0, state["select"])
    state = viewer.state("press right ctrl", "pictures 1")
    check("pushing a training robot is refused", state["push"] == 0 and "never changes a run" in state["message"],
          state["message"])
    viewer.state("release right", "key f2", "pictures 1")


def test_play(viewer):
    """Newer policies are taken over while playing."""
    viewer.wait_for(lambda s: s["mode"] == "play", "key enter", "pictures 20")
    check("Enter plays", viewer.title().startswith("play: hopper, best"), viewer.title())
    viewer.state("key f8", "pictures 1")
    check("F8 takes the latest", viewer.title().startswith("play: hopper, latest"), viewer.title())
    before = viewer.state()["trained"]
    state = viewer.wait_for(lambda s: s["trained"] > before)
    check("a newer policy is taken over", "newer policy" in state["message"] or state["trained"] > before,
          f"{before} to {state['trained']} steps")
    viewer.state("key enter", "pictures 2")


def test_death(viewer, trainer, folder):
    trainer.send_signal(signal.SIGKILL)
    trainer.wait()
    viewer.wait_for(lambda s: s["run"] == DEAD, "pictures 20")
    check("the run's death is seen, and the window stays", "the run is over" in viewer.title(), viewer.title())
    band = viewer.shot(folder / "dead.png").find([0, 0, 300, 200], lambda r, g, b: r > 120 and b < 60 and g < 100)
    check("it says so in the picture", len(band) > 1000, len(band))


def test_minimised(program, display, run):
    """A window that cannot be seen costs next to nothing; one that can does (so the clock is right)."""
    env = {**os.environ, "DISPLAY": display, "LIBGL_ALWAYS_SOFTWARE": "1"}
    with subprocess.Popen([program, str(run), "--play", "--size", "640x480"], env=env) as viewer:
        try:
            window = find_window(env, "play: hopper")
            time.sleep(1)
            begin = processor_seconds(viewer.pid)
            time.sleep(2)
            shown = (processor_seconds(viewer.pid) - begin) / 2
            subprocess.run(["xdotool", "windowunmap", "--sync", window], env=env, check=True, timeout=30)
            time.sleep(1)
            begin = processor_seconds(viewer.pid)
            time.sleep(4)
            hidden = (processor_seconds(viewer.pid) - begin) / 4
        finally:
            viewer.terminate()
    check("shown it draws", shown > 0.05, f"{100 * shown:.1f} % of a core")
    check("minimised it costs under 2 % of a core", hidden < 0.02, f"{100 * hidden:.2f} %")


def main():
    program, softgait = map(os.path.abspath, sys.argv[1:3])
    need("Xvfb", "xdotool")
    with tempfile.TemporaryDirectory() as name, Display() as display:
        folder = pathlib.Path(name)
        run = folder / "run"
        trainer = start_training(softgait, run)
        try:
            with Viewer(program, display.name, str(run)) as viewer:
                test_live(viewer, folder)
                test_play(viewer)
                test_death(viewer, trainer, folder)
        finally:
            trainer.kill()
        test_minimised(program, display.name, run)


if __name__ == "__main__":
    main()
