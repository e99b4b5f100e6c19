#!/usr/bin/env python3
"""Hostile task files and models: each gets one sentence and exit code 3, within 20 s and 2 GB.

    tests/hostile.py PROGRAM            the cases below
    tests/hostile.py PROGRAM COUNT      and COUNT files changed at random, which may be harmless: then exit
                                        code 0 and nothing said
    tests/hostile.py --sanitized ...    for a program with sanitizers, which reserve all addresses: 2 GB each allocation

Every case is a small change to a file that works, so that it reaches the code it is meant for. The
files are made here: a list of changes says more than a folder of a hundred files.
"""

import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

MODEL = """<mujoco model="cart">
  <option timestep="0.02"/>
  <worldbody>
    <body name="cart">
      <joint name="slider" type="slide" axis="1 0 0" range="-1 1" limited="true"/>
      <geom name="box" type="box" size="0.1 0.1 0.1"/>
    </body>
  </worldbody>
  <actuator><motor name="push" joint="slider" ctrllimited="true" ctrlrange="-1 1"/></actuator>
</mujoco>
"""

TASK = """task: cart
model: cart.xml
parameters:
  weight: 1
  wide: [-1, 1]
control: {frame_skip: 2, episode_steps: 100}
action: {actuators: all}
observation:
  - {term: qpos}
  - {term: qvel, clip: [-10, 10]}
conditions:
  inside: [{quantity: qpos, index: 0, inside: $wide}]
rewards:
  - {reward: forward, term: velocity, of: qpos 0, weight: $weight}
  - {cost: effort, term: square, of: control, weight: 0.1}
terminate:
  - {unless: inside}
reset:
  - {set: qpos, noise: uniform, scale: 0.1}
"""


def swap(text, old, new):
    assert old in text, old
    return text.replace(old, new, 1)


def task_cases():
    """(name, bytes of the task file)."""
    t = TASK
    changes = {
        "duplicate key": ("task: cart\n", "task: cart\ntask: cart\n"),
        "duplicate nested key": ("frame_skip: 2,", "frame_skip: 2, frame_skip: 2,"),
        "misspelt section": ("observation:", "observations:"),
        "misspelt key": ("episode_steps", "episode_step"),
        "misspelt term": ("term: qvel", "term: qvell"),
        "misspelt noise": ("noise: uniform", "noise: unifrom"),
        "misspelt condition": ("unless: inside", "unless: insid"),
        "misspelt parameter": ("weight: $weight", "weight: $wieght"),
        "no such actuator": ("actuators: all", "actuators: [pull]"),
        "no such joint": ("{term: qpos}", "{term: qpos, joints: [sliderr]}"),
        "no such body": ("{term: qpos}", "{term: xpos, bodies: [cat]}"),
        "no such site": ("{term: qpos}", "{term: site_xpos, sites: [tip]}"),
        "empty actuators": ("actuators: all", "actuators: []"),
        "frame_skip 0": ("frame_skip: 2", "frame_skip: 0"),
        "frame_skip negative": ("frame_skip: 2", "frame_skip: -1"),
        "frame_skip half": ("frame_skip: 2", "frame_skip: 2.5"),
        "frame_skip huge": ("frame_skip: 2", "frame_skip: 1e300"),
        "frame_skip nan": ("frame_skip: 2", "frame_skip: .nan"),
        "frame_skip inf": ("frame_skip: 2", "frame_skip: .inf"),
        "frame_skip word": ("frame_skip: 2", "frame_skip: many"),
        "frame_skip list": ("frame_skip: 2", "frame_skip: [2]"),
        "frame_skip empty": ("frame_skip: 2", "frame_skip: "),
        "period no multiple": ("frame_skip: 2", "period: 0.03"),
        "period zero": ("frame_skip: 2", "period: 0"),
        "episode_steps negative": ("episode_steps: 100", "episode_steps: -1"),
        "episode_steps nan": ("episode_steps: 100", "episode_steps: .nan"),
        "index out of range": ("index: 0", "index: 7"),
        "index negative": ("index: 0", "index: -1"),
        "index overflow": ("index: 0", "index: 99999999999999999999"),
        "first out of range": ("{term: qpos}", "{term: qpos, first: 5}"),
        "count zero": ("{term: qpos}", "{term: qpos, count: 0}"),
        "count huge": ("{term: qpos}", "{term: qpos, count: 1000000000000}"),
        "component out of range": ("{term: qpos}", "{term: xpos, bodies: [cart], components: [3]}"),
        "component negative": ("{term: qpos}", "{term: xpos, bodies: [cart], components: [-1]}"),
        "clip reversed": ("clip: [-10, 10]", "clip: [10, -10]"),
        "clip nan": ("clip: [-10, 10]", "clip: [.nan, 10]"),
        "clip three": ("clip: [-10, 10]", "clip: [-10, 0, 10]"),
        "clip word": ("clip: [-10, 10]", "clip: wide"),
        "range reversed": ("[-1, 1]\ncontrol", "[1, -1]\ncontrol"),
        "weight beyond all doubles": ("weight: 0.1", "weight: 1e400"),
        "parameter beyond all doubles": ("weight: 1\n", "weight: -1e400\n"),
        "zero byte in a text": ("task: cart\n", 'task: "cart\\0"\n'),
        "zero byte in a key": ("model: cart.xml", '"model\\0": cart.xml'),
        "weight nan": ("weight: 0.1", "weight: .nan"),
        "weight list": ("weight: 0.1", "weight: [1]"),
        "weight missing dollar": ("weight: $weight", "weight: weight"),
        "reward and cost": ("{cost: effort", "{reward: x, cost: effort"),
        "reward without name": ("{cost: effort, term", "{term"),
        "reward twice": ("cost: effort", "cost: forward"),
        "velocity of nothing": ("of: qpos 0", "of: "),
        "velocity out of range": ("of: qpos 0", "of: qpos 99"),
        "velocity of a map": ("of: qpos 0", "of: {qpos: 0}"),
        "square of nothing": ("of: control", "of: thought"),
        "terminate both": ("{unless: inside}", "{unless: inside, when: inside}"),
        "terminate neither": ("{unless: inside}", "{if: $weight}"),
        "terminate a word": ("  - {unless: inside}", "  inside"),
        "reset of nothing": ("set: qpos", "set: time"),
        "reset two kinds": ("noise: uniform, scale: 0.1", "noise: uniform, scale: 0.1, value: 0"),
        "reset no kind": ("noise: uniform, scale: 0.1", "scale: 0.1"),
        "reset disc of one": ("noise: uniform, scale: 0.1", "disc: 0.2"),
        "reset annulus without room": ("noise: uniform, scale: 0.1", "annulus: {low: [0, 0], high: [0, 0], beyond: 1}"),
        "reset out of range": ("set: qpos,", "set: qpos, first: 4,"),
        "no model": ("model: cart.xml\n", ""),
        "model gone": ("cart.xml", "gone.xml"),
        "model a folder": ("cart.xml", "."),
        "model the task itself": ("cart.xml", "case.yaml"),
        "no task name": ("task: cart\n", ""),
        "task name a path": ("task: cart", "task: ../cart"),
        "task name too long": ("task: cart", "task: " + "x" * 5000),
        "no control": ("control: {frame_skip: 2, episode_steps: 100}\n", ""),
        "no action": ("action: {actuators: all}\n", ""),
        "observation empty": ("  - {term: qpos}\n  - {term: qvel, clip: [-10, 10]}\n", "  []\n"),
        "observation a word": ("  - {term: qpos}\n  - {term: qvel, clip: [-10, 10]}\n", "  qpos\n"),
        "anchor and alias": ("{term: qpos}", "&a {term: qpos}\n  - *a"),
        "merge key": ("{term: qpos}", "{<<: {term: qpos}}"),
        "tag": ("{term: qpos}", "!python/object {term: qpos}"),
        "second document": ("task: cart\n", "---\ntask: cart\n---\n"),
        "tab indent": ("  - {term: qpos}", "\t- {term: qpos}"),
        "unclosed brace": ("{term: qpos}", "{term: qpos"),
        "unclosed quote": ("task: cart", 'task: "cart'),
        "control character": ("task: cart", "task: ca\x01rt"),
        "key is a list": ("task: cart", "[task]: cart"),
        "parameters a list": ("parameters:\n  weight: 1\n  wide: [-1, 1]\n", "parameters: [1, 2]\n"),
        "parameter a map": ("weight: 1\n", "weight: {a: 1}\n"),
        "parameter list too long": ("wide: [-1, 1]", "wide: [1, 2, 3, 4, 5, 6, 7, 8, 9]"),
        "too many parameters": ("  weight: 1\n", "  weight: 1\n" + "".join(f"  p{i}: 1\n" for i in range(500))),
    }
    for name, (old, new) in changes.items():
        yield name, swap(t, old, new).encode()
    yield "empty", b""
    yield "blank", b"\n\n  \n"
    yield "only a comment", b"# nothing\n"
    yield "a word", b"cart\n"
    yield "a list", b"- cart\n"
    yield "binary", bytes(range(256)) * 16
    yield "utf-16", t.encode("utf-16")
    yield "latin-1", swap(t, "task: cart", "task: c\xe4rt").encode("latin-1")
    yield "nul bytes", t.encode() + b"\0" * 100
    yield "two megabytes", t.encode() + b"# padding\n" * 220000
    yield "a million keys", b"".join(b"k%d: 1\n" % i for i in range(60000))
    yield "nested 100000 deep", b"task: " + b"[" * 100000 + b"]" * 100000
    yield "nested maps", b"task: " + b"{a: " * 5000 + b"1" + b"}" * 5000
    yield "giant string", b"task: " + b"x" * 900000 + b"\n"


def model_cases():
    """(name, {file: bytes, None for a pipe}); cart.xml is the model of the task file."""
    m = MODEL
    body = '<body name="cart">'
    changes = {
        "unclosed element": ("</worldbody>", ""),
        "wrong element": ("<worldbody>", "<worldbodie>"),
        "wrong attribute": ('type="slide"', 'typ="slide"'),
        "wrong keyword": ('type="slide"', 'type="slider"'),
        "nan size": ('size="0.1 0.1 0.1"', 'size="nan 0.1 0.1"'),
        "negative size": ('size="0.1 0.1 0.1"', 'size="-0.1 0.1 0.1"'),
        "zero size": ('size="0.1 0.1 0.1"', 'size="0 0 0"'),
        "word for a number": ('size="0.1 0.1 0.1"', 'size="small"'),
        "too many numbers": ('size="0.1 0.1 0.1"', 'size="1 2 3 4 5 6 7"'),
        "negative timestep": ('timestep="0.02"', 'timestep="-0.02"'),
        "zero timestep": ('timestep="0.02"', 'timestep="0"'),
        "nan timestep": ('timestep="0.02"', 'timestep="nan"'),
        "no actuator": ('<actuator><motor name="push" joint="slider" ctrllimited="true" ctrlrange="-1 1"/></actuator>', ""),
        "actuator of nothing": ('joint="slider"', 'joint="slyder"'),
        "control range reversed": ('ctrlrange="-1 1"', 'ctrlrange="1 -1"'),
        "no control range": (' ctrllimited="true" ctrlrange="-1 1"', ""),
        "unknown plugin": (body, body + '<plugin plugin="none.such"/>'),
        "unknown extension": ("<worldbody>", '<extension><plugin plugin="none.such"/></extension><worldbody>'),
        "missing include": ("<worldbody>", '<include file="gone.xml"/><worldbody>'),
        "includes itself": ("<worldbody>", '<include file="cart.xml"/><worldbody>'),
        "missing mesh": ("<worldbody>", '<asset><mesh name="m" file="gone.obj"/></asset><worldbody>'),
        "missing texture": ("<worldbody>", '<asset><texture name="t" type="2d" file="gone.png"/></asset><worldbody>'),
        "missing heightfield": ("<worldbody>", '<asset><hfield name="h" file="gone.png" size="1 1 1 1"/></asset><worldbody>'),
        "huge heightfield": ("<worldbody>", '<asset><hfield name="h" nrow="200000" ncol="200000" size="1 1 1 1"/></asset><worldbody>'),
        "huge texture": ("<worldbody>", '<asset><texture name="t" type="2d" builtin="flat" width="100000" height="100000"/></asset><worldbody>'),
        "a billion replicas": (body, '<replicate count="1000000000" offset="1 0 0"><geom size="0.1"/></replicate>' + body),
        "beyond all doubles of replicas": (body, '<replicate count="1e400" offset="1 0 0"><geom size="0.1"/></replicate>' + body),
        "replicas of replicas": (body, '<replicate count="1000" offset="1 0 0"><replicate count="1000" offset="0 1 0"><replicate count="1000" offset="0 0 1"><geom size="0.1"/></replicate></replicate></replicate>' + body),
        "huge composite": (body, '<body><composite type="cable" count="100000000 1 1" size="1"><geom type="capsule" size=".01"/></composite></body>' + body),
        "huge memory": ("<option", '<size memory="1000000P"/><option'),
        "huge user data": ("<option", '<size nuserdata="2000000000"/><option'),
        "duplicate names": ('<geom name="box"', '<geom name="box" size="1"/><geom name="box"'),
        "entity expansion": ("<mujoco model", '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><mujoco model="&c;" x'),
        "keyframe of another size": ("</worldbody>", '</worldbody><keyframe><key qpos="1 2 3 4"/></keyframe>'),
        "joint of no body": ("<worldbody>", '<worldbody><joint type="hinge"/>'),
        "massless body": ('<geom name="box" type="box" size="0.1 0.1 0.1"/>', ""),
    }
    for name, (old, new) in changes.items():
        yield name, {"cart.xml": swap(m, old, new).encode()}
    yield "empty model", {"cart.xml": b""}
    yield "model is binary", {"cart.xml": bytes(range(256)) * 64}
    yield "model is utf-16", {"cart.xml": m.encode("utf-16")}
    yield "model is not mujoco", {"cart.xml": b"<html><body>hello</body></html>"}
    yield "bodies 5000 deep", {"cart.xml": (b'<mujoco><worldbody>' + b'<body><geom size="1"/>' * 5000 + b'</body>' * 5000 + b'</worldbody></mujoco>')}
    yield "300000 bodies", {"cart.xml": b'<mujoco><worldbody>' + b'<body><geom size="1"/></body>' * 300000 + b'</worldbody></mujoco>'}
    yield "20 megabytes", {"cart.xml": m.encode() + b"<!-- padding -->" * 1300000}
    yield "includes in a ring", {"cart.xml": swap(m, "<worldbody>", '<include file="a.xml"/><worldbody>').encode(),
                                 "a.xml": b'<mujoco><include file="b.xml"/></mujoco>', "b.xml": b'<mujoco><include file="a.xml"/></mujoco>'}
    chain = {f"{i}.xml": b'<mujoco><include file="%d.xml"/></mujoco>' % (i + 1) for i in range(30)}
    yield "includes 30 deep", {"cart.xml": swap(m, "<worldbody>", '<include file="0.xml"/><worldbody>').encode(),
                               **chain, "30.xml": b"<mujoco/>"}

    # models that attach models
    attach = '<asset><model name="x" file="%s"/></asset><worldbody><attach model="x" body="%s" prefix="a"/>'
    part = b'<mujoco><asset><model name="x" file="%s"/></asset><worldbody><body name="b">%s<geom size=".1"/></body></worldbody></mujoco>'
    copies = b"".join(b'<attach model="x" body="b" prefix="p%d"/>' % i for i in range(30))
    leaf = b'<mujoco><worldbody><body name="b"><geom size=".1"/></body></worldbody></mujoco>'
    yield "attaches itself", {"cart.xml": swap(m, "<worldbody>", attach % ("cart.xml", "cart")).encode()}
    yield "attached in a ring", {"cart.xml": swap(m, "<worldbody>", attach % ("a.xml", "b")).encode(), "a.xml": part % (b"cart.xml", b"")}
    yield "30 copies of 30 copies of ...", {"cart.xml": swap(m, "<worldbody>", attach % ("0.xml", "b")).encode(),
                                           **{f"{i}.xml": part % (b"%d.xml" % (i + 1), copies) for i in range(4)}, "4.xml": leaf}
    yield "a model to attach is gone", {"cart.xml": swap(m, "<worldbody>", attach % ("gone.xml", "b")).encode()}

    # a billion replicas, put where a light reader could miss them
    many = '<replicate count="1000000000" offset="1 0 0"><geom size="0.1"/></replicate>'
    yield "replicas in a file of another kind", {"cart.xml": swap(m, body, '<include file="part.txt"/>' + body).encode(),
                                                 "part.txt": f"<mujoco>{many}</mujoco>".encode()}
    yield "replicas behind an instruction", {"cart.xml": swap(m, body, '<? " ?>' + many + '<? " ?>' + body).encode()}
    yield "replicas behind raw text", {"cart.xml": swap(m, body, '<![CDATA[ > " ]]>' + many + body).encode()}
    yield "replicas by character numbers", {"cart.xml": swap(m, body, many.replace("1000000000", "&#49;000000000") + body).encode()}
    yield "replicas in a model to attach", {"cart.xml": swap(m, "<worldbody>", attach % ("a.xml", "b")).encode(),
                                           "a.xml": swap(leaf.decode(), "<geom", many + "<geom").encode()}
    yield "20 megabytes included", {"cart.xml": swap(m, "<worldbody>", '<include file="a.xml"/><worldbody>').encode(),
                                    "a.xml": b"<mujoco>" + b"<!-- padding -->" * 1300000 + b"</mujoco>"}

    # pipes, which would be waited for
    yield "includes a pipe", {"cart.xml": swap(m, "<worldbody>", '<include file="p.xml"/><worldbody>').encode(), "p.xml": None}
    yield "a mesh is a pipe", {"cart.xml": swap(m, "<worldbody>", '<asset><mesh name="m" file="p.obj"/></asset><worldbody>').encode(), "p.obj": None}
    yield "a mesh is a device", {"cart.xml": swap(m, "<worldbody>", '<asset><mesh name="m" file="/dev/zero" content_type="model/stl"/></asset><worldbody>').encode()}


def random_cases(count):
    """(name, {file: bytes}): one of the two files with a few pieces deleted, repeated, swapped or overwritten."""
    words = [b"\0", b"\xff", b"[", b"{", b"- ", b": ", b"*a", b"&a", b"$wide", b"1e400", b"-1", b"nan", b"<", b'"', b"\n"]
    for seed in range(count):
        rng = random.Random(seed)
        file, text = rng.choice([("case.yaml", TASK.encode()), ("cart.xml", MODEL.encode())])
        for _ in range(rng.randint(1, 4)):
            i, j = sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1)))
            j = min(j, i + rng.randint(0, 40))
            piece = rng.choice([b"", text[i:j] * 2, text[i:j][::-1], rng.choice(words), bytes([rng.randrange(256)])])
            text = text[:i] + piece + text[j:]
        yield f"random {seed}", {file: text}


SANITIZED = "--sanitized" in sys.argv
ENVIRONMENT = os.environ | ({"ASAN_OPTIONS": "allocator_may_return_null=1:max_allocation_size_mb=2048"} if SANITIZED else {})


def limit():
    if not SANITIZED:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(program, folder):
    """Exit code and stderr of describing the task in folder; a negative code is a signal."""
    try:
        done = subprocess.run([program, "tasks", str(folder / "case.yaml")], cwd=folder, preexec_fn=limit, timeout=20, env=ENVIRONMENT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return done.returncode, done.stderr.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return "more than 20 s", ""


def main():
    words = [word for word in sys.argv[1:] if word != "--sanitized"]
    program = str(pathlib.Path(words[0]).resolve())
    cases = [(f"task file: {n}", {"case.yaml": b}) for n, b in task_cases()]
    cases += [(f"model: {n}", files) for n, files in model_cases()]
    cases += random_cases(int(words[1])) if len(words) > 1 else []
    wrong = 0
    for name, files in [("as it should be", {})] + cases:
        with tempfile.TemporaryDirectory() as temp:
            folder = pathlib.Path(temp)
            for file, text in {"case.yaml": TASK.encode(), "cart.xml": MODEL.encode(), **files}.items():
                if text is None:
                    os.mkfifo(folder / file)
                else:
                    (folder / file).write_bytes(text)
            code, err = run(program, folder)
            left = {p.name for p in folder.iterdir()} - {"case.yaml", "cart.xml", *files}
        silent, refused = code == 0 and not err, code == 3 and err.count("\n") == 1 and err.startswith("softgait: ")
        good = silent if not files else refused or (silent and name.startswith("random"))
        if not good or left or len(err) > 1500:
            wrong += 1
            print(f"FAILED: {name}: exit code {code}, left {sorted(left)}, said: {err[:300]!r}")
    print(f"{len(cases) + 1 - wrong} passed, {wrong} failed")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
