#!/usr/bin/env python3
"""The plugin in the Python package of MuJoCo moves a robot as `softgait rollout` does, to the last bit.

    tests/plugin/rollouts.py SOFTGAIT MAKE_TASK_POLICY PLUGIN [--task NAME]... [--steps N]

All tasks, each under every integrator, from a drawn start, with a policy of drawn weights whose action must
vary by more than a tenth of its range in every dimension; extra mj_forward calls stand between the steps. Then
the control comes one step late, by the host's own hand, and the trajectories must differ; written in time by
the same hand they must be equal again.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import mujoco
import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
INTEGRATORS = ["Euler", "RK4", "implicit", "implicitfast"]
LEAST = 0.1  # of an action's range
GAINS = [1, 2, 4, 0.5, 8]

TASKS = ["humanoid", "humanoid_standup", "ant", "walker2d", "hopper", "half_cheetah", "pusher", "reacher", "swimmer", "inverted_pendulum",
         "inverted_double_pendulum"]

# what MuJoCo warned of; HalfCheetah's model uses a compiler option that 3.17 warns of
WARNINGS = []

def keep_warning(text):
    if "settotalmass" not in text:
        WARNINGS.append(text)


def run(words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, words))}: exit code {done.returncode}: {done.stderr}")


def model_with(folder, task, integrator):
    """A copy of a task's files whose model has this integrator; the path of its task file."""
    source = next((ROOT / "models").glob(f"*/{task}.yaml"))
    text = source.with_suffix(".xml").read_text()
    text, n = re.subn(r"<option ", f'<option integrator="{integrator}" ', re.sub(r' integrator="\w+"', "", text))
    assert n == 1, source
    (folder / f"{task}.xml").write_text(text)
    return pathlib.Path(shutil.copy(source, folder))


def draw_start(model, generator):
    """Joints a little off their place, and moving."""
    data = mujoco.MjData(model)
    velocity = generator.normal(size=model.nv) * 0.1
    mujoco.mj_integratePos(model, data.qpos, generator.normal(size=model.nv) * 0.05, 1)
    return data.qpos.copy(), velocity


def write_start(path, qpos, qvel):
    names = [f"qpos_{i}" for i in range(len(qpos))] + [f"qvel_{i}" for i in range(len(qvel))]
    numbers = [repr(float(x)) for x in (*qpos, *qvel)]
    path.write_text(",".join(names) + "\n" + ",".join(numbers) + "\n")


def wrapper(model, policy, keys=""):
    return f"""<mujoco>
  <include file="{model}"/>
  <extension><plugin plugin="softgait.policy"><instance name="drive"><config key="policy" value="{policy}"/>{keys}</instance></plugin></extension>
  <sensor><plugin name="drive" instance="drive"/></sensor>
</mujoco>"""


def trace_states(path, model):
    """qpos and qvel of every row."""
    with open(path) as file:
        names = file.readline().strip().split(",")
    columns = [names.index("qpos_0") + i for i in range(model.nq + model.nv)]
    return numpy.loadtxt(path, delimiter=",", skiprows=1, usecols=columns)


class Host:
    """A program that has a model with the plugin in it, and steps."""

    def __init__(self, xml, qpos, qvel):
        self.model = mujoco.MjModel.from_xml_string(xml)
        self.data = mujoco.MjData(self.model)
        self.start = qpos, qvel

    def play(self, nstep, period, step):
        """States and controls of an episode; step advances the simulation by one mj_step."""
        model, data = self.model, self.data
        mujoco.mj_resetData(model, data)
        data.qpos, data.qvel = self.start
        states, controls = [numpy.concatenate(self.start)], []
        for number in range(nstep * period):
            step(model, data, number)
            if number % period == 0:
                controls.append(data.ctrl.copy())
            if number % period == period - 1:
                states.append(numpy.concatenate([data.qpos, data.qvel]))
        return numpy.array(states), numpy.array(controls)


def step_with_forwards(model, data, number):
    for _ in range(number * 7 % 5 % 3):
        mujoco.mj_forward(model, data)
    mujoco.mj_step(model, data)


def step_late(model, data, number):
    mujoco.mj_step(model, data)
    data.ctrl[:] = data.sensordata[-model.nu:]


def step_by_hand(model, data, number):
    mujoco.mj_step1(model, data)
    data.ctrl[:] = data.sensordata[-model.nu:]
    mujoco.mj_step2(model, data)


def same(a, b):
    return a.shape == b.shape and (a.view(numpy.int64) == b.view(numpy.int64)).all()


def spread(model, controls):
    """The least share of its range that an action went through."""
    low, high = model.actuator_ctrlrange.T
    return float(((controls.max(axis=0) - controls.min(axis=0)) / (high - low)).min())


def compare(args, task, integrator, folder):
    """One task under one integrator; the sentences that say what is wrong, and a line."""
    generator = numpy.random.default_rng([len(task), sum(map(ord, task + integrator))])
    yaml = model_with(folder, task, integrator)
    xml = yaml.with_suffix(".xml")
    plain = mujoco.MjModel.from_xml_path(str(xml))
    start = draw_start(plain, generator)
    write_start(folder / "start.csv", *start)
    policy, trace = folder / "policy.safetensors", folder / "trace.csv"

    # a policy that is lively enough, and where it leads
    for number, gain in enumerate(GAINS):
        run([args.make, yaml, policy, number, gain])
        run([args.softgait, "rollout", task, "--model", yaml, "--start", folder / "start.csv", "--policy", policy, "--out", trace, "--state", "--no-end",
             "--steps", args.steps])
        host = Host(wrapper(xml, policy), *start)
        period = period_of(policy, host.model)
        states, controls = host.play(args.steps, period, step_with_forwards)
        lively = spread(host.model, controls)
        failures, WARNINGS[:] = WARNINGS[:], []
        if lively > LEAST and not failures:
            break
    theirs = trace_states(trace, host.model)

    wrong = []
    if lively <= LEAST:
        wrong.append(f"no policy was lively: an action went through {lively:.3f} of its range")
    if failures:
        wrong.append(f"MuJoCo warns: {failures[0]}")
    if not same(states, theirs):
        row = int(numpy.argmax((states != theirs).any(axis=1)))
        wrong.append(f"states differ from step {row} on, by {abs(states - theirs).max():.3g} in the end")

    # the same control, one mj_step late, must not pass; in time it must
    shadow = Host(wrapper(xml, policy, '<config key="enabled" value="false"/>'), *start)
    if same(shadow.play(args.steps, period, step_late)[0], theirs):
        wrong.append("a control one step late goes unnoticed")
    if integrator != "RK4" and not same(shadow.play(args.steps, period, step_by_hand)[0], theirs):
        wrong.append("the action that a disabled instance shows is not the one")
    return [f"{task} {integrator}: {text}" for text in wrong], f"{task:<26}{integrator:<14}{period} mj_steps per action, least range {lively:.2f}, gain {gain}"


def period_of(policy, model):
    timing = re.search(rb"period=([\d.e-]+) timestep=([\d.e-]+)", policy.read_bytes())
    return round(float(timing[1]) / float(timing[2]))


def start_worker(plugin):
    mujoco.set_mju_user_warning(keep_warning)
    mujoco.mj_loadPluginLibrary(str(plugin))


def work(args, task, integrator):
    with tempfile.TemporaryDirectory() as folder:
        return compare(args, task, integrator, pathlib.Path(folder))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("softgait", type=pathlib.Path)
    parser.add_argument("make", type=pathlib.Path)
    parser.add_argument("plugin", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--task", action="append", choices=TASKS)
    parser.add_argument("--steps", type=int, default=1000)
    args = parser.parse_args()

    print(f"MuJoCo {mujoco.__version__} from Python, {args.steps} steps")
    wrong = []
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0)), initializer=start_worker, initargs=(args.plugin,)) as pool:
        running = [pool.submit(work, args, task, integrator) for task in args.task or TASKS for integrator in INTEGRATORS]
        for each in running:
            failures, line = each.result()
            print(f"  {line}", flush=True)
            wrong += failures
    for line in wrong:
        print(f"FAILED: {line}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
