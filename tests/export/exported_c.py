#!/usr/bin/env python3
"""What `softgait export --to c` writes, in a user's hands: it compiles everywhere without a warning, needs
nothing, keeps no state of its own, proves itself, and acts as the runtime does. That its bytes are the
runtime's under every compiler is shown by tests/policy_bytes.

    exported_c.py SOFTGAIT MAKE_POLICY POLICY_ACT
"""

import hashlib
import json
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE.parents[1] / "src"
STRICT = "-std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Wundef -Werror".split()
COMPILERS = ["gcc", "clang", "aarch64-linux-gnu-gcc", "arm-linux-gnueabihf-gcc"]
SOFTGAIT, MAKE_POLICY, POLICY_ACT = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
wrong = []


def run(*words, data=None):
    return subprocess.run([str(w) for w in words], input=data, capture_output=True)


def expect(fine, text):
    if not fine:
        wrong.append(text)
        print(f"FAILED: {text}")


def make(folder, name, sizes):
    """A policy file of make_policy's, and its export to C."""
    path = folder / f"{name}.safetensors"
    subprocess.run([MAKE_POLICY, path, *sizes.split()], check=True)
    return path, export(path, folder / f"{name}.c", name)


def export(policy, out, name):
    done = run(SOFTGAIT, "export", policy, "--to", "c", "--out", out, "--name", name)
    expect(done.returncode == 0 and not done.stdout, f"{name}: {done.stderr.decode()}")
    return out


def present(compilers):
    found = [c for c in compilers if shutil.which(c)]
    if set(compilers) - set(found):
        print(f"  left out, not installed: {set(compilers) - set(found)}; scripts/setup --tests installs them")
    return found


def compiles_clean(source):
    """Every compiler, hosted and freestanding: no warning, nothing undefined, no data that can change."""
    count = 0
    for compiler in present(COMPILERS):
        for level in ("-O0", "-O2", "-O3"):
            for free in ([], ["-ffreestanding"]):
                out = source.with_suffix(".o")
                done = run(compiler, *STRICT, level, *free, "-fno-pie", "-c", source, "-o", out)
                expect(done.returncode == 0 and not done.stderr, f"{source.name} {compiler} {level} {free}: {done.stderr[:300]}")
                symbols = [line.split() for line in run("nm", out).stdout.decode().splitlines()]
                bad = [s for s in symbols if s[-2] in "UbBdDC" and not s[-1].startswith(("_GLOBAL_OFFSET", "$"))]
                expect(symbols and not bad, f"{source.name} {compiler} {level} {free}: {bad}")
                count += 1
    for mode in (["clang", "-x", "c++", "-std=c++11"], ["gcc", "-std=c11"], ["gcc", "-std=gnu17"]):
        done = run(*mode, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-include", source.with_suffix(".h"), "/dev/null")
        expect(done.returncode == 0, f"{source.name}: the header in {mode}: {done.stderr[:300]}")
    return count


def refuses_fast_math(source):
    flags = [("gcc", "-ffast-math"), ("clang", "-ffast-math"), ("gcc", "-ffinite-math-only"), ("clang", "-ffinite-math-only"),
             ("gcc", "-funsafe-math-optimizations"), ("gcc", "-freciprocal-math")]
    for compiler, flag in flags:
        for file in (source, SOURCES / "policy/step.c"):
            done = run(compiler, "-O2", flag, "-I", SOURCES, "-c", file, "-o", source.with_suffix(".o"))
            expect(done.returncode != 0 and b"must not be compiled with" in done.stderr, f"{compiler} takes {flag} for {file.name}")


def program(source, name, *flags):
    out = source.with_suffix("")
    done = run("gcc", *STRICT, "-O1", f"-D{name}_MAIN", *flags, source, "-o", out)
    expect(done.returncode == 0, f"{source.name} as a program: {done.stderr[:300]}")
    return out


def shapes_alike(folder):
    """Layers of any width, on every width of vector: the runtime's bytes (tests/policy_bytes/bytes.c)."""
    bytes_c, flags = HERE.parent / "policy_bytes/bytes.c", ["-std=c99", "-O1", "-I", SOURCES]
    run("gcc", *flags, bytes_c, *SOURCES.glob("policy/*.c"), "-o", folder / "runtime")
    vectors = [["-mavx"], ["-march=native"], [], ["plain C"]]  # AVX is what softgait itself needs
    for i, width in enumerate((1, 15, 16, 17, 40, 72, 100, 130, 200)):
        shape = f"{3 + i} {1 + 2 * i} {width} {1 + i % 3} {i % 3} {i % 2} {1 + i % 4}"
        path = folder / f"exported_{width}"
        path.mkdir()
        policy = path / "p.safetensors"
        subprocess.run([MAKE_POLICY, policy, *shape.split()], check=True)
        export(policy, path / "exported.c", "exported")
        wanted = run(folder / "runtime", policy, "500").stdout
        for vector in vectors[i % 2::2]:
            if vector == ["plain C"]:
                text = (path / "exported.c").read_text()
                expect("defined(__x86_64__)" in text, "the exported file has no vectors")
                (path / "exported.c").write_text(text.replace("defined(__x86_64__)", "0"))
                vector = []
            done = run("gcc", *flags, *vector, "-DEXPORTED", "-I", path, bytes_c, SOURCES / "policy/sha256.c", SOURCES / "policy/tanh.c",
                       "-o", path / "program")
            got = run(path / "program", "500")
            expect(done.returncode == 0 and got.stdout == wanted != b"" and got.returncode == 0, f"a policy of {shape} with {vector}: other bytes {done.stderr[:300]}")


def newest_run(folder):
    """Without a word the newest run's best policy; a model to check against."""
    where = folder / "here"
    where.mkdir()
    trained = subprocess.run([SOFTGAIT, "train", "hopper", "--steps", "20", "--quiet"], cwd=where)
    done = subprocess.run([SOFTGAIT, "export", "--to", "c", "--out", "p.c"], cwd=where, capture_output=True, text=True)
    best = next(where.glob("runs/hopper/2*/policy/best.safetensors"))
    digest = hashlib.sha256(best.read_bytes()).hexdigest()
    expect(trained.returncode == 0 and done.returncode == 0 and digest in (where / "p.h").read_text(), f"the newest run: {done.stderr}")
    for model, code in (("hopper", 0), ("half_cheetah", 3)):
        done = run(SOFTGAIT, "export", best, "--to", "onnx", "--out", where / "p.onnx", "--model", model)
        expect(done.returncode == code, f"--model {model}: {done.returncode}, {done.stderr}")
    header = (where / "p.h").read_text()
    expect('#define policy_TASK "hopper"' in header and "#define policy_NOBS 11 " in header and "#define policy_NACT 3 " in header
           and "#define policy_PERIOD 0.008 " in header, "hopper's constants")


def self_test_sees(source, name):
    """The self test is fine, and no digit of any number may change."""
    expect(run(program(source, name), "--self-test").returncode == 0, f"{name}: self test")
    lines = source.read_text().split("\n")
    places = [i for i, line in enumerate(lines) if re.match(r"    -?0x1\.", line)]
    changed = source.with_name(f"changed_{name}.c")
    for i in random.Random(1).sample(places, 25) + [places[0], places[-1]]:
        numbers = list(re.finditer(r"0x1\.([0-9a-f]+)p", lines[i]))
        digits = random.Random(i).choice(numbers)
        last = digits.end(1) - 1  # a float has 24 bits: the last digit of six goes in steps of two
        other = lines[i][:last] + f"{(int(lines[i][last], 16) + 2) % 16:x}" + lines[i][last + 1:]
        changed.write_text("\n".join(lines[:i] + [other] + lines[i + 1:]))
        done = run(program(changed, name), "--self-test")
        expect(done.returncode == 1 and b"FAILED" in done.stdout, f"{name}: a changed digit in line {i + 1} goes unnoticed")
    return len(places)


def acts_alike(source, name, policy, nobs, nact):
    """Rows of text through the program, rows of floats through the runtime."""
    rng = random.Random(3)
    rows = [[rng.gauss(0, 3) for _ in range(nobs)] for _ in range(500)]
    floats = b"".join(struct.pack(f"<{nobs}f", *row) for row in rows)
    wanted = list(struct.iter_unpack(f"<{nact}f", run(POLICY_ACT, policy, data=floats).stdout))
    tool = program(source, name)
    text = "\n".join(",".join(repr(x) for x in row) for row in rows)
    done = run(tool, data=text.encode())
    got = [tuple(struct.unpack("<f", struct.pack("<f", float(x)))[0] for x in line.split(",")) for line in done.stdout.decode().split()]
    expect(done.returncode == 0 and got == wanted, f"{name}: the program acts otherwise than the runtime")
    expect(len({g[0] for g in got}) > 400, f"{name}: hardly any action differs from another")

    # a row with a number that is none: the safe action, and a status
    rows[1][nobs // 2] = "nan"
    done = run(tool, data="\n".join(" ".join(str(x) for x in row) for row in rows[:3]).encode())
    safe = [float(x) for x in re.search(r"values=(\S+)", source.read_text()).group(1).split(",")]
    near = [abs(float(a) - b) < 1e-6 for a, b in zip(done.stdout.decode().split("\n")[1].split(","), safe)]
    expect(done.returncode == 3 and all(near), f"{name}: NaN gives {done.returncode}, {done.stdout.decode()}")
    expect(run(tool, data=b"1 2").returncode == 2 and run(tool, data=b"x").returncode == 2, f"{name}: takes half a row")


def renamed(policy, out, old, new):
    """The policy with a name changed in its contract, and a right digest."""
    data = policy.read_bytes()
    size = int.from_bytes(data[:8], "little")
    header, payload = json.loads(data[8:8 + size]), data[8 + size:]
    meta = header["__metadata__"]
    for key in meta:
        meta[key] = meta[key].replace(old, new)
    digest = hashlib.sha256()
    for key in sorted(k for k in meta if k != "softgait.digest"):
        digest.update(f"{key}\n{meta[key]}\n".encode())
    digest.update(payload)
    meta["softgait.digest"] = digest.hexdigest()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    out.write_bytes(len(text).to_bytes(8, "little") + text + payload)


def hostile_names(folder, policy):
    """Names that would end a comment or a string, or start a trigraph."""
    nasty = '*/int*x="a\\??/%s/*'
    path = folder / "nasty.safetensors"
    renamed(policy, path, "joint_1", nasty)
    source = export(path, folder / "nasty.c", "nasty")
    compiles_clean(source)
    main = folder / "names.c"
    main.write_text('#include <stdio.h>\n#include "nasty.h"\nint main(void) {\n  int i;\n'
                    '  for (i = 0; nasty_channels[i]; i++) puts(nasty_channels[i]);\n'
                    '  for (i = 0; nasty_actuators[i]; i++) puts(nasty_actuators[i]);\n  return nasty_self_test();\n}\n')
    done = run("gcc", *STRICT, main, source, "-o", folder / "names")
    names = run(folder / "names")
    expect(done.returncode == 0 and names.returncode == 0 and names.stdout.decode().split().count(f"qvel:{nasty}") == 1
           and nasty in names.stdout.decode().split(), f"hostile names: {done.stderr[:300]} {names.stdout}")


def two_in_one(folder, big, tiny):
    """Two policies in one program; and a header of another export is noticed."""
    main = folder / "two.c"
    main.write_text('#include "big.h"\n#include "tiny.h"\nint main(void) {\n  return big_self_test() || tiny_self_test();\n}\n')
    done = run("gcc", *STRICT, main, big, tiny, "-o", folder / "two")
    expect(done.returncode == 0 and run(folder / "two").returncode == 0, f"two policies in one program: {done.stderr[:300]}")
    mixed = folder / "mixed"
    mixed.mkdir()
    shutil.copy(tiny, mixed)
    other = folder / "other.safetensors"
    subprocess.run([MAKE_POLICY, other, *"5 2 8 3 2 1".split()], check=True)
    export(other, mixed / "x.c", "tiny")
    shutil.move(mixed / "x.h", mixed / "tiny.h")
    done = run("gcc", "-c", mixed / "tiny.c", "-o", mixed / "x.o")
    expect(done.returncode != 0 and b"of another export" in done.stderr, "a header of another export is taken")


def command_line(folder, policy):
    """Wrong words get one sentence, the right exit code, and leave nothing behind."""
    empty = folder / "empty"
    empty.mkdir()
    cases = [(2, "--name", ["--to", "c", "--out", empty / "p.c", "--name", "2x"]),
             (2, "--name", ["--to", "c", "--out", empty / "p.c", "--name", ""]),
             (2, "--name", ["--to", "onnx", "--out", empty / "p.onnx", "--name", "a-b"]),
             (2, "--name", ["--to", "c", "--out", empty / "p.c", "--name", "x" * 64]),
             (2, "must end in .c", ["--to", "c", "--out", empty / "p.h"]),
             (2, "must end in .onnx", ["--to", "onnx", "--out", empty / "p.c"]),
             (2, "must end in .c", ["--to", "c", "--out", empty / ".c"]),
             (2, "--to", ["--to", "cobol", "--out", empty / "p.c"]),
             (2, "did you mean 'onnx'", ["--to", "onx", "--out", empty / "p.onnx"]),
             (2, "needs a form and a file", ["--to", "c"]),
             (2, "needs a form and a file", ["--out", empty / "p.c"]),
             (2, "#include", ["--to", "c", "--out", empty / 'a"b.c']),
             (5, "there is no folder", ["--to", "c", "--out", empty / "no" / "p.c"]),
             (5, "cannot be written", ["--to", "onnx", "--out", empty / ("x" * 300 + ".onnx")])]
    for code, words, flags in cases:
        done = run(SOFTGAIT, "export", policy, *flags)
        said = done.stderr.decode()
        expect(done.returncode == code and words in said and said.count("\n") == 1 and not done.stdout,
               f"{flags}: {done.returncode}, {said!r}")
    cut = folder / "cut.safetensors"
    cut.write_bytes(policy.read_bytes()[:-4])
    for what in (cut, folder / "nothing", folder):
        done = run(SOFTGAIT, "export", what, "--to", "c", "--out", empty / "p.c")
        expect(done.returncode == 3 and done.stderr.count(b"\n") == 1, f"{what}: {done.returncode}, {done.stderr!r}")
    done = run(SOFTGAIT, "export", policy, "--to", "c", "--out", empty / "p.c", "--model", "hopper")
    expect(done.returncode == 3 and done.stderr.count(b"\n") == 1, f"--model hopper: {done.returncode}, {done.stderr!r}")
    expect(not list(empty.iterdir()), f"left behind: {list(empty.iterdir())}")
    (empty / "p.h").mkdir()
    done = run(SOFTGAIT, "export", policy, "--to", "c", "--out", empty / "p.c")
    expect(done.returncode == 5 and [f.name for f in empty.iterdir()] == ["p.h"], f"a source without its header: {done.stderr!r}")
    (empty / "p.h").rmdir()

    # the same policy gives the same files
    for form in ("c", "onnx"):
        for name in ("one", "two"):
            (empty / name).mkdir(exist_ok=True)
            run(SOFTGAIT, "export", policy, "--to", form, "--out", empty / name / f"p.{form}")
    for file in ("p.c", "p.h", "p.onnx"):
        expect((empty / "one" / file).read_bytes() == (empty / "two" / file).read_bytes(), f"{file} differs from itself")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        policy, big = make(folder, "big", "17 6 256")
        small, tiny = make(folder, "tiny", "4 2 8 3 2 1")
        shapes = {"one_layer": "5 3 0 1 0 0 1", "two_layers": "5 3 20 2 1 1 2", "eight_layers": "3 1 17 1 0 0 8"}
        builds = compiles_clean(big) + compiles_clean(tiny)
        numbers = self_test_sees(tiny, "tiny")
        acts_alike(big, "big", policy, 17, 6)
        acts_alike(tiny, "tiny", small, 12, 2)
        for shape, sizes in shapes.items():
            path, source = make(folder, shape, sizes)
            expect(run(program(source, shape), "--self-test").returncode == 0, f"{shape}: self test")
        refuses_fast_math(tiny)
        shapes_alike(folder)
        newest_run(folder)
        hostile_names(folder, small)
        two_in_one(folder, big, tiny)
        command_line(folder, small)
        run("gcc", "-O2", "-I", folder, HERE / "step_time.c", big, "-o", folder / "time")
        times = run(folder / "time", "2000").stdout.decode().split()
        print(f"  {builds} builds without a warning, digits of {numbers} lines guarded, a step of 17/6, 2x256 with gcc -O2: "
              f"{times[1]} microseconds (not judged here)")
    sys.exit(1 if wrong else 0)


main()
