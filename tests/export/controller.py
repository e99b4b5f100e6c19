#!/usr/bin/env python3
"""The controller to copy, run: on a robot of motors and on one of position servos it acts as `softgait
rollout` does, and every fault ends in damping; a wrong robot is refused before anything moves.

    controller.py SOFTGAIT CONTROLLER
"""

import csv
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOFTGAIT, CONTROLLER = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
NEAR = 1e-6  # forces reach the joints in another field, so the last bits differ and grow
wrong = []

SERVOS = """<mujoco model="arm">
  <option timestep="0.002"/>
  <worldbody>
    <body name="upper" pos="0 0 1">
      <joint name="shoulder" type="hinge" axis="0 1 0" damping="0.5"/>
      <geom name="upper" type="capsule" fromto="0 0 0 0.3 0 0" size="0.04"/>
      <body name="lower" pos="0.3 0 0">
        <joint name="elbow" type="hinge" axis="0 1 0" damping="0.5"/>
        <geom name="lower" type="capsule" fromto="0 0 0 0.3 0 0" size="0.04"/>
      </body>
    </body>
  </worldbody>
  <actuator>
    <position name="elbow" joint="elbow" kp="40" kv="2" gear="2" ctrlrange="-1 1" forcerange="-60 60"/>
    <position name="shoulder" joint="shoulder" kp="80" ctrlrange="-1 1" forcerange="-60 60"/>
  </actuator>
</mujoco>
"""


FOLDER = tempfile.TemporaryDirectory()  # MuJoCo writes a log where a program runs that it warns


def run(*words):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, cwd=FOLDER.name)


def expect(fine, text):
    if not fine:
        wrong.append(text)
        print(f"FAILED: {text}")


def train(folder, task, *flags):
    done = run(SOFTGAIT, "train", task, "--steps", "600", "--quiet", "--run", folder, "--set", "sac.hidden=[32,32]",
               "--set", "sac.start_steps=300", *flags)
    expect(done.returncode == 0, f"train {task}: {done.stderr}")
    return folder / "policy" / "latest.safetensors"


def numbers(path, header):
    with open(path) as file:
        rows = list(csv.reader(file))
    return rows[0] if header else None, [[float(x) for x in row] for row in rows[header:]]


def same_as_rollout(folder, name, task, robot, policy, qpos, flags=()):
    """From the robot's first state and without a ramp: observations as in a rollout, and actions that move it."""
    start = folder / f"{name}_start.csv"
    width = len(qpos)
    start.write_text(",".join([f"qpos_{i}" for i in range(width)] + [f"qvel_{i}" for i in range(width)]) + "\n"
                     + ",".join([str(x) for x in qpos] + ["0"] * width) + "\n")
    done = run(SOFTGAIT, "rollout", task, *flags, "--start", start, "--policy", policy, "--out", folder / "rollout.csv", "--no-end", "--steps", "20")
    expect(done.returncode == 0, f"{name}: rollout: {done.stderr}")
    done = run(CONTROLLER, policy, robot, "--ramp", "0", "--seconds", "0.41", "--trace", folder / "trace.csv")
    expect(done.returncode == 0, f"{name}: {done.stdout} {done.stderr}")
    head, theirs = numbers(folder / "rollout.csv", True)
    _, ours = numbers(folder / "trace.csv", False)
    columns = [i for i, h in enumerate(head) if h.startswith("obs_")]
    worst = max(abs(a - theirs[k][i]) for k, row in enumerate(ours[:20]) for a, i in zip(row[1:], columns))
    moved = max(abs(theirs[19][i] - theirs[0][i]) for i in columns)
    acted = max(abs(x) for row in ours for x in row[1 + len(columns):])
    expect(len(ours) >= 20 and worst < NEAR, f"{name}: {len(ours)} steps, worst difference to the rollout {worst:g}")
    expect(moved > 0.01 and acted > 0.01, f"{name}: hardly moves ({moved:g}) or acts ({acted:g})")
    print(f"  {name}: 20 steps as in a rollout to {worst:.0e}, which move it by {moved:.2f}")


def normal(policy, robot):
    done = run(CONTROLLER, policy, robot, "--seconds", "3")
    expect(done.returncode == 0 and "140 steps of the policy, every 10 ticks of 0.002 s; in mode run since 0.200 s" in done.stdout,
           f"normal: {done.returncode}, {done.stdout}{done.stderr}")
    return float(re.search("moves at (.*)", done.stdout).group(1))


def faults(policy, robot):
    """Each fault at 1 s: damping from there on, at the right time and for the right reason, until the robot rests."""
    expected = {"nan": (1.0, "the sensor .* says nan"), "stall": (1.004, "no new state for three ticks"),
                "late": (1.01, "the loop was held up")}
    for fault, (since, reason) in expected.items():
        done = run(CONTROLLER, policy, robot, "--seconds", "6", "--fault", fault, "--at", "1")
        told = re.search("in mode damp since ([0-9.]+) s: (.*)", done.stdout)
        expect(done.returncode == 1 and told and abs(float(told.group(1)) - since) < 0.0025 and re.fullmatch(reason, told.group(2)),
               f"{fault}: {done.returncode}, {done.stdout}{done.stderr}")
        steps = int(re.search("([0-9]+) steps of the policy", done.stdout).group(1))
        speed = float(re.search("moves at (.*)", done.stdout).group(1))
        expect(steps in (40, 41), f"{fault}: the policy was asked {steps} times")
        expect(speed < 0.05, f"{fault}: a joint still moves at {speed}")
        print(f"  {fault}: damping since {told.group(1) if told else '-'} s, {told.group(2) if told else '-'}; joints rest at {speed:.3g}")

    # in the ramp, too
    done = run(CONTROLLER, policy, robot, "--fault", "stall", "--at", "0.1")
    expect(done.returncode == 1 and " 0 steps of the policy" in done.stdout, f"a stall in the ramp: {done.stdout}")


def refusals(folder, policy, robot):
    cheetah, walker = (ROOT / "models" / name / f"{name}.xml" for name in ("half_cheetah", "walker2d"))
    slow = folder / "slow.xml"
    slow.write_text(pathlib.Path(robot).read_text().replace('timestep="0.002"', 'timestep="0.001"'))
    cut = folder / "cut.safetensors"
    cut.write_bytes(policy.read_bytes()[:-8])
    for what, words, reason in (("a wrong robot", (policy, cheetah), "the policy needs the channel 'qpos:thigh_joint'"),
                                ("a robot with more legs", (policy, walker), "the policy drives no actuator '"),
                                ("another time step", (policy, slow), "another time step"),
                                ("a cut policy", (cut, robot), "it was cut"),
                                ("no policy", (folder / "none", robot), "cannot be opened"),
                                ("no robot", (policy, folder / "none.xml"), "none.xml")):
        done = run(CONTROLLER, *words)
        said = [line for line in done.stderr.split("\n") if line and not line.startswith("WARNING: ")]
        expect(done.returncode == 3 and len(said) == 1 and reason in said[0] and not done.stdout,
               f"{what}: {done.returncode}, {done.stdout}{done.stderr}")
        print(f"  refused, {what}: {said[0].split(': ', 2)[-1] if said else '-'}")
    expect(run(CONTROLLER, policy).returncode == 2 and run(CONTROLLER, policy, robot, "--sped", "1").returncode == 2, "wrong words")


def main():
    with FOLDER:
        folder = pathlib.Path(FOLDER.name)
        robot = ROOT / "models" / "hopper" / "hopper.xml"
        half = ["--set", "task.frame_skip=10"]  # 50 Hz
        policy = train(folder / "hopper", "hopper", *half)
        same_as_rollout(folder, "motors", "hopper", robot, policy, [0, 1.25, 0, 0, 0, 0], half)
        normal(policy, robot)
        faults(policy, robot)
        refusals(folder, policy, robot)

        arm = folder / "arm.xml"
        arm.write_text(SERVOS)
        made = run(SOFTGAIT, "tasks", arm, "--init")
        text = re.sub(r"frame_skip: *\d+", "frame_skip: 10", made.stdout)
        expect(made.returncode == 0 and "frame_skip: 10" in text, f"no task file for the arm: {made.stderr}{made.stdout}")
        (folder / "arm.yaml").write_text(text)
        policy = train(folder / "arm", folder / "arm.yaml")
        same_as_rollout(folder, "position servos", folder / "arm.yaml", arm, policy, [0, 0])
        done = run(CONTROLLER, policy, arm, "--seconds", "1")
        expect(done.returncode == 0 and "40 steps of the policy" in done.stdout, f"servos, with a ramp: {done.stdout}{done.stderr}")
    sys.exit(1 if wrong else 0)


main()
