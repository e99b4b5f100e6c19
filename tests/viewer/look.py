#!/usr/bin/env python3
"""Look at the window as a person would: keys and pointer in, pictures out.

    tests/viewer/look.py SOFTGAIT_VIEW SOFTGAIT MAKE_POLICY SICK_FEED

The script words on the pipe advance the viewer by whole pictures of 1/60 s, so what is played repeats; keys
and pointer come through X, but for the ones that need an exact picture.
"""

import csv
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from window import Display, Viewer, check, make_run, need

ORANGE = (250, 173, 46)  # the evaluation's curve


def near(colour, tolerance=60):
    return lambda r, g, b: max(abs(r - colour[0]), abs(g - colour[1]), abs(b - colour[2])) < tolerance


def is_shell(r, g, b):
    """The hopper's torso and foot."""
    return r > 110 and r > 1.35 * g and g > 1.3 * b


def evaluations(run):
    with open(run / "progress.csv", newline="", encoding="ascii") as file:
        rows = list(csv.DictReader(file))
    return [(float(row["TotalEnvInteracts"]), float(row["AverageTestEpRet"])) for row in rows]


def curve_error(picture, state, rows):
    """How far, in pixels, the evaluation's curve lies from where a straight map of the data puts it. The map's
    two numbers are fitted; 1000 when a point of the curve is missing."""
    (left, right, low, high), (bottom, top, _, _) = state["figure"]
    found = []
    for step, value in rows:
        x = round(left + (step / 1000 - low) / (high - low) * (right - left))
        ys = [y for dx in (-1, 0, 1) for y in range(bottom - 1, top + 2)
              if left <= x + dx < right and near(ORANGE)(*picture.at(x + dx, y))]
        if not ys:
            return 1000
        found.append((value, sum(ys) / len(ys)))
    n = len(found)
    mean_v, mean_y = sum(v for v, _ in found) / n, sum(y for _, y in found) / n
    slope = sum((v - mean_v) * (y - mean_y) for v, y in found) / sum((v - mean_v) ** 2 for v, _ in found)
    return max(abs(y - mean_y - slope * (v - mean_v)) for v, y in found) if slope > 0 else 1000


def test_pictures(viewer, folder, run):
    """The robot moves, stands when paused; the curve is where the data says; panels and help."""
    state = viewer.state("pictures 8")
    check("the title tells the mode", viewer.title().startswith("play: hopper, best policy"), viewer.title())
    view, curves = state["view"], state["curves"]
    first = viewer.shot(folder / "first.png")
    viewer.state("pictures 25")
    second = viewer.shot(folder / "second.png")
    robot = first.find([view[0], view[1] + 60, view[2], view[3] - 200], is_shell)
    check("there is a robot", len(robot) > 100, len(robot))
    moved = first.differs(second, view)
    check("it moves", moved > 500, moved)

    # pause, through X
    viewer.focus()
    viewer.xdotool("key", "space")
    viewer.wait_for(lambda s: s["paused"])
    first = viewer.shot(folder / "third.png")
    viewer.state("pictures 25")
    moved = first.differs(viewer.shot(folder / "fourth.png"), view)
    check("paused, it stands", moved == 0, moved)

    # curves
    rows = evaluations(run)
    error = curve_error(first, state, rows)
    check("the curve is where the data says", error < 3, error)
    wrong = [(step, rows[-1 - i][1] + 40 * (i % 2)) for i, (step, _) in enumerate(rows)]
    check("and not where other data would put it", curve_error(first, state, wrong) > 3)

    # panels
    viewer.xdotool("key", "Tab")
    state = viewer.wait_for(lambda s: s["left"][2] > 100)
    shown = viewer.shot(folder / "panel.png").differs(first, [0, 0, 100, 400])
    check("tab opens the left panel", shown > 5000, shown)
    viewer.xdotool("key", "shift+Tab")
    viewer.wait_for(lambda s: s["right"][2] > 100)
    check("shift+tab opens the right panel", True)
    viewer.xdotool("key", "Tab")
    viewer.xdotool("key", "shift+Tab")
    viewer.wait_for(lambda s: s["left"][2] == 0 and s["right"][2] == 0)
    differs = viewer.shot(folder / "closed.png").differs(first, view)
    check("and both close", differs == 0, differs)

    # help
    viewer.xdotool("key", "F1")
    viewer.wait_for(lambda s: s["help"] == 1)
    help_picture = viewer.shot(folder / "help.png")
    white = len(help_picture.find([0, 250, 250, 220], lambda r, g, b: min(r, g, b) > 200))
    check("F1 shows the help", white > 1000 and help_picture.differs(first, curves) > 10000, white)
    viewer.xdotool("key", "F1")
    viewer.xdotool("key", "F1")
    viewer.wait_for(lambda s: s["help"] == 0)
    viewer.xdotool("key", "space")
    viewer.wait_for(lambda s: not s["paused"])


def play(viewer, push, at, pictures=30):
    """A new viewer's first pictures, with or without a push of the body at a place: its last state."""
    x, y = at
    viewer.state("key f3", "key f4", "pictures 5", f"move {x} {y}", "press left", "release left", "press left",
                 "release left", "pictures 1")
    if push:
        viewer.state("press right ctrl", "pictures 1", f"move {x + 150} {y}")
    return viewer.state(f"pictures {pictures}")


def test_push(program, display, folder, run):
    """A push with the mouse moves the robot; without it the same pictures end at the same place."""
    with Viewer(program, display, str(run)) as viewer:
        viewer.state("key f3", "key f4", "pictures 5")
        picture = viewer.shot(folder / "push.png")
        torso = picture.find([260, 120, 360, 300], is_shell)
        top = max(y for _, y in torso)
        column = [x for x, y in torso if y > top - 30]
        at = (sum(column) // len(column), top - 20)
    ends = {}
    for push in (False, False, True):
        with Viewer(program, display, str(run)) as viewer:
            state = play(viewer, push, at)
            ends.setdefault(push, []).append(state["qpos0"])
            if push:
                check("a body is selected and pushed", state["select"] > 0 and state["push"] == 1,
                      f"body {state['select']}")
                viewer.shot(folder / "pushed.png")
                state = viewer.state("release right ctrl", "pictures 2")
                check("letting go ends it", state["push"] == 0)
    check("without a push it plays the same again", ends[False][0] == ends[False][1], ends[False][0])
    check("the push moves it", abs(ends[True][0] - ends[False][0]) > 0.02, ends[True][0] - ends[False][0])


def test_time(viewer):
    """Steps forward and back, speed, episodes."""
    before = viewer.state("pictures 1")
    state = viewer.state("key backspace", "pictures 1")
    check("backspace begins the next episode", state["episode"] > before["episode"] and state["step"] < 15, state["step"])
    state = viewer.state("key space", "pictures 2")
    there = viewer.state("key right", "pictures 2")
    check("right arrow steps", there["step"] == state["step"] + 1, there["step"])
    back = viewer.state("key left", "pictures 2")
    check("left arrow steps back, to the bit", back["step"] == state["step"] and back["return"] == state["return"])
    again = viewer.state("key right", "pictures 2")
    check("and forward again the same", again["return"] == there["return"] and again["qpos0"] == there["qpos0"])
    viewer.state("key space", "key -", "key -", "key -", "pictures 1")
    slow = viewer.state("pictures 30")["step"] - again["step"]
    viewer.state("key =", "key =", "key =", "pictures 1")
    check("- is slower than real time", 0 < slow < 40, f"{slow} steps in half a second")
    cameras = [viewer.state("key ]", "pictures 1")["camera"] for _ in range(2)]
    check("brackets go through the cameras", cameras == [0, -1], cameras)
    check("a flag has its letter", viewer.state("key c", "pictures 1")["message"] == "Contact Point on")
    check("a group has its digit", viewer.state("key 1", "pictures 1")["message"] == "geom group 1 off")
    viewer.state("key c", "key 1", "pictures 1")


def test_bytes(program, softgait, display, run):
    """What is played is what `softgait eval` computes, to the last bit."""
    said = subprocess.run([softgait, "eval", str(run), "--episodes", "1", "--json"], capture_output=True, text=True,
                          check=True, timeout=60)
    wanted = json.loads(said.stdout)["mean_return"]
    with Viewer(program, display, str(run), size="320x240") as viewer:
        state = viewer.wait_for(lambda s: s["last_return"] != 0, "pictures 10")
    check("an episode is worth what eval says", state["last_return"] == wanted, f"{wanted!r}")


def test_commands(program, display, folder, make_policy):
    """Keys change the command inputs of a policy that has some; they change what the robot does."""
    data = pathlib.Path(__file__).parent.parent / "contract"
    for name in ("robot.xml", "robot.yaml"):
        shutil.copy(data / name, folder / name)
    policy = folder / "commanded.safetensors"
    subprocess.run([make_policy, str(policy), "4", "2", "8", "3", "2", "1"], check=True, timeout=60)
    ends = []
    for keys in ([], ["key up", "key up", "key shift+up", "key down"], []):
        with Viewer(program, display, str(policy), "--model", str(folder / "robot.yaml")) as viewer:
            state = viewer.state("key space", "key backspace", "pictures 1")
            note = state["message"]
            state = viewer.state(*keys, "pictures 1")
            told = state["message"]
            viewer.state(*["key right"] * 20)
            ends.append(viewer.state("pictures 1")["return"])
            if keys:
                check("a command key tells the input and its value", told.startswith("command c1 -0."), told)
                viewer.shot(folder / "commands.png")
            else:
                check("a model that is not the trained one is noted", "not the model of training" in note, note)
    check("a command changes what the robot does", ends[0] == ends[2] != ends[1], ends)


def test_health(program, display, folder, run, sick_feed):
    """A finished run says so in green; bad updates, failed episodes and a broken state are told in orange."""
    def orange(words):
        with Viewer(program, display, str(run), "--live") as viewer:
            state = viewer.state("key f2", "pictures 3")
            picture = viewer.shot(folder / f"{words}.png")
        check(f"{words}: live, and drawn", state["mode"] == "live")
        return len(picture.find([0, 0, 300, 200], lambda r, g, b: r > 120 and b < 60 and g < 100))

    well = orange("well")
    subprocess.run([sick_feed, str(run)], check=True, timeout=60)
    sick = orange("sick")
    check("bad updates and failed episodes are told", well < 300 and sick > 3000, f"{well} and {sick} pixels")
    subprocess.run([sick_feed, str(run), "nan"], check=True, timeout=60)
    check("a state that is not finite does no harm", orange("broken") > 3000)


def test_drop(viewer, folder, run):
    """A policy that is dropped plays; what is no policy does not."""
    before = viewer.state()
    (folder / "junk.safetensors").write_bytes(b"no policy at all")
    after = viewer.state(f"drop {folder / 'junk.safetensors'}", "pictures 2")
    check("junk is refused with a line", after["policy"] == before["policy"] and "junk" in after["message"],
          after["message"])
    shutil.copy(run / "policy/latest.safetensors", folder / "walk.safetensors")
    after = viewer.state(f"drop {folder / 'walk.safetensors'}", "pictures 2")
    check("a dropped policy plays", after["mode"] == "play" and after["step"] < 15 and
          viewer.title().startswith("play: hopper, walk.safetensors"), viewer.title())


def test_window(viewer, folder, run):
    """Screenshots, sizes, ends."""
    viewer.focus()
    viewer.xdotool("key", "ctrl+p")
    viewer.wait_for(lambda s: (folder / "softgait-0001.png").exists())
    check("ctrl+p writes a screenshot", True, "softgait-0001.png")
    viewer.xdotool("windowsize", viewer.window(), "900", "500")
    state = viewer.wait_for(lambda s: s["curves"][0] + s["curves"][2] == 900)
    check("a resize is followed", state["view"][3] == 500)
    viewer.xdotool("windowsize", viewer.window(), "1", "1")
    viewer.wait_for(lambda s: s["view"][3] == 1)
    viewer.xdotool("windowsize", viewer.window(), "640", "480")
    viewer.wait_for(lambda s: s["view"][3] == 480)
    check("one pixel, and back", True)
    viewer.xdotool("key", "F11")
    state = viewer.wait_for(lambda s: s["view"][3] == 900)
    check("F11 is full screen", state["curves"][0] + state["curves"][2] == 1400)
    viewer.xdotool("key", "F11")
    viewer.wait_for(lambda s: s["view"][3] == 480)
    viewer.say("pictures 1000000")
    viewer.xdotool("key", "ctrl+q")
    code, told = viewer.process.wait(timeout=60), viewer.process.stderr.read()
    check("ctrl+q ends it, silently", code == 0 and told == "", told)


def main():
    program, softgait, make_policy, sick_feed = map(os.path.abspath, sys.argv[1:5])
    need("Xvfb", "xdotool")
    with tempfile.TemporaryDirectory() as name, Display() as display:
        folder = pathlib.Path(name)
        run = make_run(softgait, folder / "run")
        with Viewer(program, display.name, str(run), cwd=folder) as viewer:
            test_pictures(viewer, folder, run)
            test_time(viewer)
            test_drop(viewer, folder, run)
            test_window(viewer, folder, run)
        test_bytes(program, softgait, display.name, run)
        test_health(program, display.name, folder, run, sick_feed)
        test_commands(program, display.name, folder, make_policy)
        test_push(program, display.name, folder, run)


if __name__ == "__main__":
    main()
