"""A window for tests: Xvfb with Mesa's software renderer, softgait-view in it, real keys and a real pointer
through xdotool, and a pipe for the viewer's own script words. Pictures are read with nothing but zlib."""

import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import time
import zlib

SECONDS = 90  # for any one wait: the machine may be busy


class Display:
    """An X server of its own on a free number."""

    def __init__(self, *flags):
        read, write = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24", "-nolisten", "tcp", *flags],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as answer:
            self.name = ":" + answer.readline().strip()

    def close(self):
        self.server.kill()
        self.server.wait()

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()


def environment(display=None, **more):
    """The environment for a viewer on that display, or on none."""
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY")}
    env["LIBGL_ALWAYS_SOFTWARE"] = "1"
    if display:
        env["DISPLAY"] = display
    return {**env, **more}


def find_window(env, name):
    """The window with that in its title. A search ends early when a window goes while it looks."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = subprocess.run(["xdotool", "search", "--name", name], env=env, capture_output=True, text=True,
                               check=False, timeout=30)
        if found.returncode == 0 and found.stdout.split():
            return found.stdout.split()[0]
        time.sleep(0.1)
    raise AssertionError(f"there is no window '{name}'")


class Viewer:
    """softgait-view with its script words on a pipe: one word list in, nothing out but `state`."""

    def __init__(self, program, display, *words, size="640x480", cwd=None):
        self.env = environment(display)
        self.process = subprocess.Popen([program, *words, "--size", size, "--script", "-"], env=self.env, cwd=cwd,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        self.pid = self.process.pid

    def say(self, *lines):
        self.process.stdin.write("".join(line + "\n" for line in lines))
        self.process.stdin.flush()

    def state(self, *lines):
        """Say lines, then ask how things stand."""
        self.say(*lines, "state")
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the viewer ended: {self.process.stderr.read()}")
        return json.loads(line)

    def wait_for(self, holds, *lines, seconds=SECONDS):
        """States until one holds."""
        end = time.monotonic() + seconds
        while True:
            state = self.state(*lines, "pictures 3")
            if holds(state):
                return state
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain; the last state is {state}")

    def shot(self, path):
        """A picture of the window as it is."""
        self.state(f"shot {path}")
        return Picture(path)

    def xdotool(self, *words):
        done = subprocess.run(["xdotool", *words], env=self.env, capture_output=True, text=True, timeout=30)
        return done.stdout.strip()

    def window(self):
        return find_window(self.env, "softgait")

    def title(self):
        return self.xdotool("getwindowname", self.window())

    def focus(self):
        self.xdotool("windowfocus", "--sync", self.window())

    def close(self):
        """Let the script end; the exit code and stderr."""
        self.process.stdin.close()
        code = self.process.wait(timeout=SECONDS)
        return code, self.process.stderr.read()

    def __enter__(self):
        return self

    def __exit__(self, *why):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Picture:
    """A PNG of 8-bit RGB; origin at the lower left, as the viewer counts."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no PNG"
        self.width, self.height = struct.unpack(">II", data[16:24])
        packed, at = b"", 8
        while at < len(data):
            size, = struct.unpack(">I", data[at:at + 4])
            if data[at + 4:at + 8] == b"IDAT":
                packed += data[at + 8:at + 8 + size]
            at += size + 12
        self.rows = self._rows(zlib.decompress(packed))

    def _rows(self, raw):
        """Undo the filters, a row after the other, the highest first."""
        stride, rows, before = 3 * self.width, [], bytearray(3 * self.width)
        for y in range(self.height):
            kind, row = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
            if kind == 1:
                for i in range(3, stride):
                    row[i] = (row[i] + row[i - 3]) & 255
            elif kind == 2:
                row = bytearray((a + b) & 255 for a, b in zip(row, before))
            elif kind == 3:
                for i in range(stride):
                    row[i] = (row[i] + ((row[i - 3] if i >= 3 else 0) + before[i]) // 2) & 255
            elif kind == 4:
                for i in range(stride):
                    a, b, c = row[i - 3] if i >= 3 else 0, before[i], before[i - 3] if i >= 3 else 0
                    pa, pb, pc = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                    row[i] = (row[i] + (a if pa <= pb and pa <= pc else b if pb <= pc else c)) & 255
            rows.append(row)
            before = row
        return rows

    def at(self, x, y):
        row = self.rows[self.height - 1 - y]
        return row[3 * x], row[3 * x + 1], row[3 * x + 2]

    def find(self, rect, looks):
        """Places in a rectangle (left, bottom, width, height) whose colour looks so."""
        left, bottom, width, height = rect
        return [(x, y) for y in range(bottom, bottom + height) for x in range(left, left + width)
                if looks(*self.at(x, y))]

    def differs(self, other, rect):
        """Pixels in a rectangle that differ by more than a little."""
        left, bottom, width, height = rect
        return sum(max(abs(a - b) for a, b in zip(self.at(x, y), other.at(x, y))) > 24
                   for y in range(bottom, bottom + height) for x in range(left, left + width))


def need(*programs):
    """Skip the test when a program is missing."""
    for program in programs:
        if not shutil.which(program):
            print(f"skipped: there is no {program}; scripts/setup --tests installs it")
            sys.exit(77)


def make_run(softgait, folder, *more):
    """A small finished run of hopper."""
    subprocess.run([softgait, "train", "hopper", "--run", str(folder), "--threads", "1", "--quiet",
                    "--steps", "1500", "--set", "sac.hidden=[16,16]", "--set", "sac.start_steps=300",
                    "--set", "train.eval_every=300", "--set", "train.eval_episodes=2", *more],
                   check=True, timeout=SECONDS)
    return folder


def check(name, fine, told=""):
    """Say what a check found; a failed one ends the test."""
    print(f"{'ok    ' if fine else 'FAILED'} {name}{': ' + str(told) if told != '' else ''}", flush=True)
    if not fine:
        sys.exit(1)
