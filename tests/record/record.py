#!/usr/bin/env python3
"""softgait record as its users meet it: a video of the right length, size and rate, stills, curves, and every way
in which it can fail, with its exit code, its one sentence, and nothing half-written left over.

    tests/record/record.py PROGRAM EPISODE_TEST

Nothing here has a display. ffmpeg and ffprobe read what was made.
"""

import json
import math
import os
import pathlib
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

PROGRAM, EPISODE_TEST = (str(pathlib.Path(word).resolve()) for word in sys.argv[1:3])
TRAIN = ["--threads", "1", "--quiet", "--set", "sac.hidden=[32,32]", "--set", "sac.batch=32"]
SMALL = ["--width", "320", "--height", "180"]
failed = 0


def check(fine, what):
    """Count and tell what is not as it should be."""
    global failed
    if not fine:
        failed += 1
        print("FAILED:", what)
    return fine


def softgait(*words, env=None, **more):
    """Run the program; nothing that smells of a display in its environment."""
    clean = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "MUJOCO_GL")}
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
                          env={**clean, **(env or {})}, **more)


def names():
    """What lies in the working folder."""
    return sorted(os.listdir("."))


def refuse(code, words, *args, **more):
    """Exit code, one line that holds the words, and a folder as it was."""
    before = names()
    got = softgait("record", *args, **more)
    lines = got.stderr.splitlines()
    fine = got.returncode == code and len(lines) == 1 and lines[0].startswith("softgait: ") and words in lines[0]
    check(fine, f"record {args}: exit code {got.returncode} (wanted {code}), stderr {got.stderr!r} (wanted {words!r})")
    check(names() == before, f"record {args}: left {set(names()) ^ set(before)}")
    return got


def accept(*args, **more):
    """Exit code 0, a silent stderr; what stdout says."""
    got = softgait("record", *args, **more)
    check(got.returncode == 0 and not got.stderr, f"record {args}: exit code {got.returncode}: {got.stderr!r}")
    return got.stdout


def episodes(text):
    """(return, steps, seconds) of each episode reported."""
    found = re.findall(r"^episode \d+  return (\S+)  steps (\d+)  seconds (\S+)$", text, re.M)
    return [(float(a), int(b), float(c)) for a, b, c in found]


def read_png(path):
    """Width, height and rows of bytes of a PNG, decoded by ffmpeg, which must have nothing to say."""
    width, height = struct.unpack(">II", pathlib.Path(path).read_bytes()[16:24])
    words = ["ffmpeg", "-v", "error", "-xerror", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    got = subprocess.run(words, capture_output=True, check=True)
    check(len(got.stdout) == 3 * width * height and not got.stderr, f"{path}: {got.stderr!r}")
    return width, height, [got.stdout[3 * width * y:3 * width * (y + 1)] for y in range(height)]


def robot(rows):
    """Places of the robot's orange: bright, more red than green than blue."""
    return {(x, y) for y, row in enumerate(rows) for x in range(len(row) // 3)
            if row[3 * x] > 120 and row[3 * x] > row[3 * x + 1] + 40 and row[3 * x + 1] > row[3 * x + 2] + 20}


def probe(path):
    """What ffprobe counts in the first video stream."""
    words = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-of", "json", "-show_entries",
             "stream=codec_name,width,height,pix_fmt,r_frame_rate,nb_read_frames,duration", path]
    return json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)["streams"][0]


def without(library):
    """An environment in which the loader finds a library of that name, and cannot open it."""
    folder = pathlib.Path(tempfile.mkdtemp(dir="..")).resolve()
    (folder / library).write_bytes(b"")
    return {"LD_LIBRARY_PATH": str(folder)}


def programs(ffmpeg=None):
    """A PATH without ffmpeg, or with a script in its place."""
    folder = pathlib.Path(tempfile.mkdtemp(dir="..")).resolve()
    if ffmpeg:
        (folder / "ffmpeg").write_text("#!/bin/sh\n" + ffmpeg)
        (folder / "ffmpeg").chmod(0o755)
    return {"PATH": str(folder)}


def test_returns():
    """What is shown is what eval measures, and what stands in the curves beside it is the run's."""
    out = accept("run", "--out", "three.png", "--episodes", 3, "--seed", 7, *SMALL)
    wanted = json.loads(softgait("eval", "run", "--episodes", 3, "--seed", 7, "--json").stdout)
    got = episodes(out)
    returns = [a for a, _, _ in got]
    check(len(got) == 3 and math.isclose(sum(returns) / 3, wanted["mean_return"], rel_tol=1e-15),
          f"returns {returns} and eval's {wanted}")
    check(min(returns) == wanted["min_return"] and max(returns) == wanted["max_return"], f"{returns}: {wanted}")
    check(sum(b for _, b, _ in got) / 3 == wanted["mean_length"], f"lengths {got}: {wanted}")
    other = episodes(accept("run", "--out", "three.png", "--seed", 8, *SMALL))
    check(other[0] != got[0], "another seed gave the same episode")


def test_stills():
    """A run that has just ended: size, a picture that is none of one colour, a robot that moves."""
    width, height, rows = read_png(still("big.png", "--at", 0))
    check((width, height) == (1280, 720), f"a still of {width} x {height}")
    colours = {row[3 * x:3 * x + 3] for row in rows for x in range(0, width, 5)}
    check(len(colours) > 200, f"{len(colours)} colours")
    first, again, later = (robot(read_png(still(f"{at}.png", "--at", at, *SMALL))[2]) for at in (0, 0.0, 0.1))
    check(len(first) > 80 and len(later) > 80, f"{len(first)} and {len(later)} pixels of robot")
    check(first == again, "the same time gave another picture")
    check(len(first ^ later) > len(first) / 4, f"{len(first ^ later)} pixels of {len(first)} differ after 0.1 s")

    # between two steps of the control, 8 ms apart, the model's own steps are shown
    a, b = (read_png(still(f"{at}.png", "--at", at, *SMALL))[2] for at in (0.080, 0.084))
    check(a != b, "nothing moves between two steps of the control")
    check(os.path.getsize("big.png") > 10000, "a small file")
    os.remove("big.png")


def still(name, *words):
    accept("run", "--out", name, *words)
    return name


def test_video():
    """Length, size and rate; the frames move; the file can be read by everyone."""
    out = accept("run", "--out", "walk.mp4", "--fps", 25, "--episodes", 2, *SMALL)
    frames = sum(math.floor(seconds * 25 + 1e-6) + 1 for _, _, seconds in episodes(out))
    video = probe("walk.mp4")
    check((video["width"], video["height"]) == (320, 180), video)
    check(video["r_frame_rate"] == "25/1" and video["pix_fmt"] == "yuv420p", video)
    check(int(video["nb_read_frames"]) == frames, f"{video}, {frames} frames wanted")
    check(abs(float(video["duration"]) - frames / 25) < 0.05, f"{video}, {frames / 25} s wanted")
    check(out.splitlines()[-1] == "walk.mp4", out)
    mask = os.umask(0)
    os.umask(mask)
    check(os.stat("walk.mp4").st_mode & 0o777 == 0o666 & ~mask, "its mode is no new file's")
    subprocess.run(["ffmpeg", "-v", "error", "-i", "walk.mp4", "../%02d.png"], check=True)
    first, later = (robot(read_png(f"../{i:02d}.png")[2]) for i in (1, 4))
    check(len(first) > 80 and len(first ^ later) > len(first) / 4, f"frames: {len(first)} pixels, {len(first ^ later)} differ")
    above = sum(y < 90 for _, y in first), sum(y >= 90 for _, y in first)
    check(min(above) > 0, "the robot stands in the middle")
    sky, ground = (read_png("../01.png")[2][y] for y in (5, 175))
    check(sky[2] > sky[0] + 20 and ground[2] < sky[2], "the sky is above")
    os.remove("walk.mp4")


def test_progress():
    """The curves stand at the right, the robot at the left."""
    accept("run", "--out", "plain.png", "--at", 0, *SMALL)
    size = ["--width", 960, "--height", 540]
    accept("run", "--out", "curves.png", "--at", 0, "--progress", *SMALL)
    accept("run/policy/latest.safetensors", "--out", "curves.png", "--at", 0, "--progress", *size)
    _, _, rows = read_png("curves.png")
    blue = [(x, y) for y, row in enumerate(rows) for x in range(645, 960)
            if abs(row[3 * x] - 107) < 12 and abs(row[3 * x + 1] - 189) < 12 and abs(row[3 * x + 2] - 245) < 12]
    check(len(blue) > 100, f"{len(blue)} pixels of curves")
    check(max(x for x, _ in robot([row[:3 * 640] for row in rows])) < 600, "the robot stands beside the curves")
    shutil.copy("run/policy/best.safetensors", "../bare.safetensors")
    refuse(2, "lies in no run folder", "../bare.safetensors", "--out", "x.png", "--progress", *SMALL)
    accept("../bare.safetensors", "--out", "plain.png", *SMALL)


def test_picture():
    """scripts/picture: still, clip and GIF of the README."""
    script = pathlib.Path(__file__).resolve().parents[2] / "scripts/picture"
    got = subprocess.run([script, "run", "pictures"], env={**os.environ, "SOFTGAIT": PROGRAM, "WIDTH": "160"},
                         capture_output=True, text=True)
    check(got.returncode == 0 and not got.stderr, got)
    check(sorted(os.listdir("pictures")) == ["clip.gif", "clip.mp4", "still.png"], os.listdir("pictures"))
    gif = probe("pictures/clip.gif")
    check((gif["codec_name"], gif["width"], gif["height"]) == ("gif", 160, 90) and int(gif["nb_read_frames"]) > 1, gif)
    shutil.rmtree("pictures")


def test_words():
    """Mistakes on the command line."""
    refuse(2, "record needs --out", "run")
    refuse(2, "it must end in .mp4 or .png", "run", "--out", "x.gif")
    refuse(2, "it must end in .mp4 or .png", "run", "--out", ".png")
    refuse(2, "both must be even", "run", "--out", "x.mp4", "--width", 321)
    refuse(2, "--fps is '0'", "run", "--out", "x.mp4", "--fps", 0)
    refuse(2, "--width is '1e9'", "run", "--out", "x.mp4", "--width", "1e9")
    refuse(2, "--at is 'now'", "run", "--out", "x.png", "--at", "now")
    refuse(2, "--at is for a still", "run", "--out", "x.mp4", "--at", 1)
    refuse(2, "did you mean '--episodes'?", "run", "--out", "x.mp4", "--episode", 1)
    refuse(2, "did you mean 'track'?", "run", "--out", "x.mp4", "--camera", "trakc")
    refuse(2, "it has track", "run", "--out", "x.mp4", "--camera", "zzzzzzzzz")
    refuse(3, "no such run", "nowhere", "--out", "x.mp4")
    refuse(3, "", "run/config.yaml", "--out", "x.png")
    accept("run", "--out", "track.png", "--camera", "track", *SMALL)
    refuse(2, "--height is '4097'", "run", "--out", "x.png", "--height", 4097)
    help_text = softgait("record", "--help")
    check(help_text.returncode == 0 and "--camera" in help_text.stdout, help_text)


def test_missing():
    """No EGL, no driver, no ffmpeg: what is missing and the package that has it."""
    refuse(5, "Debian packages libegl1", "run", "--out", "x.png", env=without("libEGL.so.1"))
    refuse(5, "Debian packages libegl1", "run", "--out", "x.mp4", env=without("libEGL.so.1"))
    refuse(5, "libegl-mesa0", "run", "--out", "x.png", env=without("libEGL_mesa.so.0"))
    refuse(5, "libgl1-mesa-dri", "run", "--out", "x.png", env={"LIBGL_DRIVERS_PATH": "/nonexistent"})

    shutil.copy(PROGRAM, "../softgait")
    alone = subprocess.run(["../softgait", "record", "run", "--out", "x.png"], capture_output=True, text=True)
    check(alone.returncode == 5 and "needs the program softgait-record" in alone.stderr, alone)

    # without ffmpeg the frames are the fallback, and no success
    got = softgait("record", "run", "--out", "x.mp4", "--fps", 10, *SMALL, env=programs())
    said = got.stderr.splitlines()
    check(got.returncode == 5 and len(said) == 1 and "Debian package ffmpeg" in said[0] and "x.mp4-frames/" in said[0], got)
    frames = sorted(os.listdir("x.mp4-frames"))
    seconds = episodes(got.stdout)[0][2]
    check(frames == [f"{i + 1:06d}.png" for i in range(math.floor(seconds * 10 + 1e-6) + 1)], frames)
    check(read_png("x.mp4-frames/000001.png")[:2] == (320, 180), "size of a frame")
    check(not os.path.exists("x.mp4"), "x.mp4 is there")
    refuse(5, "is there already", "run", "--out", "x.mp4", "--fps", 10, *SMALL, env=programs())
    shutil.rmtree("x.mp4-frames")
    accept("run", "--out", "x.png", *SMALL, env=programs())
    os.remove("x.png")


def test_failures():
    """Disks and programs that fail half-way; an older file stays as it was."""
    pathlib.Path("old.mp4").write_text("older")
    half = programs("/usr/bin/head -c 400000 > /dev/null; echo 'the first line' >&2; echo 'no more of this' >&2; exit 1\n")
    refuse(5, "no more of this", "run", "--out", "old.mp4", *SMALL, env=half)
    late = programs("/bin/cat > /dev/null; echo 'too late' >&2; exit 1\n")
    refuse(5, "ffmpeg failed at its end: too late", "run", "--out", "old.mp4", "--fps", 10, *SMALL, env=late)
    refuse(5, "ffmpeg failed at its end: exit code 3", "run", "--out", "old.mp4", "--fps", 10, *SMALL,
           env=programs("/bin/cat > /dev/null; exit 3\n"))
    refuse(5, "File size limit", "run", "--out", "old.mp4", "--fps", 10, *SMALL,
           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)))
    check(pathlib.Path("old.mp4").read_text() == "older", "the older file is changed")
    os.remove("old.mp4")
    refuse(5, "cannot be written", "run", "--out", "nowhere/x.mp4", *SMALL)
    refuse(5, "cannot be written", "run", "--out", "nowhere/x.png", *SMALL)
    os.mkdir("folder.png")
    refuse(5, "cannot be written", "run", "--out", "folder.png", *SMALL)
    os.rmdir("folder.png")


def test_signals():
    """Ctrl-C and kill in the middle: 130 and 143, and nothing left."""
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        before = names()
        child = subprocess.Popen([PROGRAM, "record", "run", "--out", "long.mp4", "--episodes", "1000", *SMALL],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for _ in range(600):
            if names() != before:  # its temporary file: it is at work
                break
            time.sleep(0.05)
        time.sleep(0.3)
        child.send_signal(number)
        said = child.communicate(timeout=60)[1]
        check(child.returncode == code and said == "softgait: stopped, long.mp4 is not written\n",
              f"signal {number}: {child.returncode}, {said!r}")
        check(names() == before, f"signal {number}: left {set(names()) ^ set(before)}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/work")
        os.chdir(f"{folder}/work")
        softgait("train", "hopper", "--run", "run", "--steps", 600, "--set", "sac.start_steps=200", "--set",
                 "train.eval_every=200", "--set", "train.eval_episodes=1", *TRAIN)
        check(subprocess.run([EPISODE_TEST, "run"]).returncode == 0, "test_episode")
        for test in (test_returns, test_stills, test_video, test_progress, test_picture,
                     test_words, test_missing, test_failures, test_signals):
            begin = time.time()
            test()
            print(f"{test.__name__} {time.time() - begin:.1f} s", flush=True)
        os.chdir("/")
    print("failed" if failed else "all fine", failed or "")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
