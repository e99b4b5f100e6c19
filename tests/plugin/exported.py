#!/usr/bin/env python3
"""An MJCF that `softgait export --to mjcf` wrote moves as `softgait rollout` does, to the last bit, from any folder.

    tests/plugin/exported.py SOFTGAIT MAKE_TASK_POLICY PLUGIN DATA

Three shipped robots, and one of several files: includes, a mesh. What one MJCF cannot hold is refused. Then a policy with
history, normaliser and commands (DATA/chain), under its start commands and under others.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import mujoco
import numpy

import rollouts

NSTEP = 300

ROBOT = """<?xml version="1.0"?>
<!-- A cart with a pole, in several files. -->
<mujoco model="cart">
  <compiler angle="degree" meshdir="shapes"/>
  <option timestep="0.004"/>
  <include file="parts/assets.xml"/>
  <worldbody>
    <light pos="0 0 3"/>
    <include file="parts/cart.xml"/> <!-- </mujoco> in a comment ends nothing -->
  </worldbody>
  <actuator>
    <motor name="push" joint="slide" gear="20" ctrlrange="-1 1"/>
    <motor name="turn" joint="hinge" ctrlrange="-1 1"/>
  </actuator>
</mujoco>
"""
ASSETS = """<mujocoinclude><asset><mesh name="wedge" file="wedge.obj"/></asset></mujocoinclude>"""
CART = """<mujoco>
  <body name="cart" pos="0 0 1">
    <joint name="slide" type="slide" axis="1 0 0" range="-3 3" limited="true"/>
    <geom type="mesh" mesh="wedge"/>
    <include file="parts/pole.xml"/>
  </body>
</mujoco>"""
POLE = """<mujoco><body name="pole"><joint name="hinge" axis="0 1 0" damping="0.1"/><geom type="capsule" size="0.03" fromto="0 0 0 0 0 0.6123456789012345"/></body></mujoco>"""
WEDGE = "v 0 0 0\nv 0.3 0 0\nv 0 0.2 0\nv 0 0 0.1\nf 1 3 2\nf 1 2 4\nf 2 3 4\nf 1 4 3\n"


def run(words, wanted=0, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)
    if done.returncode != wanted:
        raise SystemExit(f"{' '.join(map(str, words))}: exit code {done.returncode}, not {wanted}: {done.stderr}")
    return done


def write_robot(folder, softgait):
    """A robot of several files and a task file for it; the path of the task file."""
    (folder / "parts").mkdir(parents=True)
    (folder / "shapes").mkdir()
    for name, text in {"cart.xml": ROBOT, "parts/assets.xml": ASSETS, "parts/cart.xml": CART, "parts/pole.xml": POLE, "shapes/wedge.obj": WEDGE}.items():
        (folder / name).write_text(text)
    task = folder / "cart.yaml"
    task.write_text(run([softgait, "tasks", folder / "cart.xml", "--init"]).stdout)
    return task


def compare(softgait, make, task, folder):
    """Export a task's policy, move the result elsewhere, compare trajectories."""
    folder.mkdir(exist_ok=True)
    policy, trace, out = folder / "policy.safetensors", folder / "trace.csv", folder / "out.xml"
    run([make, task, policy, 3, 1])
    run([softgait, "export", policy, "--to", "mjcf", "--out", out, "--model", task])
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    shutil.move(out, elsewhere)
    policy_bytes = policy.read_bytes()
    model = mujoco.MjModel.from_xml_path(str(elsewhere / "out.xml"))
    start = rollouts.draw_start(model, numpy.random.default_rng(5))
    rollouts.write_start(folder / "start.csv", *start)
    run([softgait, "rollout", "--model", task, "--start", folder / "start.csv", "--policy", policy, "--out", trace, "--state", "--no-end", "--steps", NSTEP])
    policy.unlink()  # nothing but the MJCF is left

    host = rollouts.Host((elsewhere / "out.xml").read_text(), *start)
    period = rollouts.period_of(policy_bytes, host.model)
    states, controls = host.play(NSTEP, period, rollouts.step_with_forwards)
    theirs = rollouts.trace_states(trace, host.model)
    lively = rollouts.spread(host.model, controls)
    print(f"  {task.name:<20}{host.model.nv} degrees of freedom, least range {lively:.2f}")
    if not rollouts.same(states, theirs):
        return [f"{task.name}: other trajectory, by {abs(states - theirs).max():.3g} in the end"]
    return [] if lively > rollouts.LEAST else [f"{task.name}: the policy is not lively"]


def compare_chain(softgait, data, folder):
    """A policy with a memory, told nothing (exported) and told a command by the key."""
    folder.mkdir()
    xml, policy, trace, out = data / "chain.xml", data / "chain.safetensors", folder / "trace.csv", folder / "out.xml"
    start = rollouts.draw_start(mujoco.MjModel.from_xml_path(str(xml)), numpy.random.default_rng(6))
    rollouts.write_start(folder / "start.csv", *start)
    run([softgait, "export", policy, "--to", "mjcf", "--out", out, "--model", xml])
    models = {"": out.read_text(), "0.5,1.25": rollouts.wrapper(xml, policy, '<config key="command" value="0.5 1.25"/>')}
    wrong, traces = [], []
    for command, text in models.items():
        run([softgait, "rollout", "--model", xml, "--start", folder / "start.csv", "--policy", policy, "--out", trace, "--state", "--no-end", "--steps", NSTEP]
            + (["--command", command] if command else []))
        host = rollouts.Host(text, *start)
        traces.append(rollouts.trace_states(trace, host.model))
        if not rollouts.same(host.play(NSTEP, rollouts.period_of(policy.read_bytes(), host.model), rollouts.step_with_forwards)[0], traces[-1]):
            wrong.append(f"chain, command '{command}': other trajectory")
    if rollouts.same(*traces):
        wrong.append("chain: the command changes nothing")
    print(f"  {'chain':<20}history, normaliser, commands")
    return wrong


def refuse_attached(softgait, make, folder):
    """A model that attaches another is refused, and nothing is written."""
    folder.mkdir()
    (folder / "whole.xml").write_text(f"""<mujoco><option timestep="0.002"/><asset><model name="m" file="{rollouts.ROOT}/models/hopper/hopper.xml"/></asset>
      <worldbody><attach model="m" body="torso" prefix="a_"/></worldbody></mujoco>""")
    task = folder / "whole.yaml"
    task.write_text(run([softgait, "tasks", folder / "whole.xml", "--init"]).stdout)
    run([make, task, folder / "policy.safetensors", 0, 1])
    done = run([softgait, "export", folder / "policy.safetensors", "--to", "mjcf", "--out", folder / "out.xml", "--model", task], wanted=3)
    if "attaches the model" not in done.stderr or len(done.stderr.splitlines()) != 1 or (folder / "out.xml").exists():
        return [f"a model that attaches another: {done.stderr}"]
    return []


def main():
    softgait, make, plugin, data = (pathlib.Path(path).resolve() for path in sys.argv[1:5])
    rollouts.start_worker(plugin)
    print(f"MuJoCo {mujoco.__version__} from Python, {NSTEP} steps")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.chdir("/")
        wrong = []
        for task in ("ant", "humanoid", "half_cheetah"):
            wrong += compare(softgait, make, rollouts.ROOT / "models" / task / f"{task}.yaml", folder / task)
        wrong += compare(softgait, make, write_robot(folder / "robot", softgait), folder / "cart")
        wrong += compare_chain(softgait, data, folder / "chain")
        wrong += refuse_attached(softgait, make, folder / "attached")
    for line in wrong + rollouts.WARNINGS:
        print(f"FAILED: {line}")
    sys.exit(1 if wrong or rollouts.WARNINGS else 0)


if __name__ == "__main__":
    main()
