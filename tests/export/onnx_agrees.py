#!/usr/bin/env python3
"""Exported ONNX models against the runtime: valid, whole, and the same numbers to rounding.

    onnx_agrees.py SOFTGAIT MAKE_POLICY POLICY_ACT [--count N] [--seed N]

For each policy: onnx.checker, versions, operators, ports and metadata; then N random observations through
ONNX Runtime and through the policy runtime, which must agree within 1e-5 of each action's range; then rows
with a number that is not finite, which get the safe action from both. A layer's biases that are wrong by a
thousandth must show.

What is left is rounding, which grows with the observations: each side is as far from the exact answer as
both are from each other.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

WORST = 1e-5  # of the range of an action
PLAIN = set("Abs Add Cast Concat Gemm LessOrEqual Max Min Mul ReduceMin Relu Tanh Where".split())

# name, what make_policy is told: elements, actions, width, history, commands, normaliser
MADE = [("17/6, 2x256", "17 6 256 1 0 0"),
        ("17/6, 2x256, normaliser", "17 6 256 1 0 1"),
        ("48/12, 2x256, history 4, 3 commands", "48 12 256 4 3 1"),
        ("4/2, 2x8, history 3, 2 commands", "4 2 8 3 2 1")]


def act_runtime(policy_act, policy, rows, nact):
    out = subprocess.run([policy_act, policy], input=rows.astype("<f4").tobytes(), stdout=subprocess.PIPE, check=True)
    return np.frombuffer(out.stdout, "<f4").reshape(len(rows), nact)


def act_onnx(model, rows):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(["action"], {"obs": rows})[0]


def shape(port):
    return [d.dim_param or d.dim_value for d in port.type.tensor_type.shape.dim]


def check_model(model, metadata):
    """Whether it is a valid model of plain operators in old versions, with the contract in it."""
    onnx.checker.check_model(model, full_check=True)
    ops = {node.op_type for node in model.graph.node}
    assert ops <= PLAIN, ops - PLAIN
    assert model.ir_version <= 8 and [(o.domain, o.version <= 13) for o in model.opset_import] == [("", True)]
    assert [p.name for p in model.graph.input] == ["obs"] and [p.name for p in model.graph.output] == ["action"]
    assert shape(model.graph.input[0])[0] == shape(model.graph.output[0])[0] == "n"
    told = {p.key: p.value for p in model.metadata_props}
    for key, value in metadata.items():
        assert told[key] == value, key
    assert len(told) == len(metadata) + 1 and re.fullmatch("[0-9a-f]{64}", told["softgait.policy_sha256"])


def read_metadata(policy):
    import json
    data = pathlib.Path(policy).read_bytes()
    return json.loads(data[8:8 + int.from_bytes(data[:8], "little")])["__metadata__"]


def column(text, key):
    return np.array([float(v) for v in re.findall(rf"\b{key}=(\S+)", text)])


class Comparison:
    """One policy in both forms."""

    def __init__(self, args, policy, name, folder):
        self.args, self.policy, self.name = args, policy, name
        self.metadata = read_metadata(policy)
        self.range = column(self.metadata["softgait.action"], "high") - column(self.metadata["softgait.action"], "low")
        out = f"{folder}/p.onnx"
        subprocess.run([args.softgait, "export", policy, "--to", "onnx", "--out", out], check=True, stderr=subprocess.DEVNULL)
        self.model = onnx.load(out)
        self.nobs = shape(self.model.graph.input[0])[1]
        self.rng = np.random.default_rng(args.seed)

    def rows(self, n):
        """Normal, of a width that is drawn for each row from 0.1 to 10."""
        width = 10 ** self.rng.uniform(-1, 1, size=(n, 1))
        return (self.rng.normal(size=(n, self.nobs)) * width).astype(np.float32)

    def difference(self, model, rows):
        ours = act_runtime(self.args.policy_act, self.policy, rows, len(self.range))
        return np.abs(act_onnx(model, rows).astype(float) - ours) / self.range, ours

    def changed(self):
        """The model with the first layer's biases wrong by a thousandth."""
        model = onnx.ModelProto.FromString(self.model.SerializeToString())
        tensor = next(t for t in model.graph.initializer if t.name == "actor.0.bias")
        values = onnx.numpy_helper.to_array(tensor).copy()
        values += 1e-3
        tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
        return model

    def run(self):
        check_model(self.model, self.metadata)
        rows = self.rows(self.args.count)
        error, ours = self.difference(self.model, rows)
        spread = ((ours.max(0) - ours.min(0)) / self.range).min()
        wrong, _ = self.difference(self.changed(), rows[:1000])

        # numbers that are not finite: the safe action, in these rows alone
        rows = self.rows(64)
        for i in range(0, 64, 2):
            rows[i, i % self.nobs] = (np.nan, np.inf, -np.inf)[i // 2 % 3]
        safe = [float(v) for v in self.metadata["softgait.safe_action"].split("=")[1].split(",")]
        unusual, answers = self.difference(self.model, rows)
        safe_wrong = np.abs(answers[::2] - np.float32(safe)).max()

        fine = error.max() < WORST and unusual.max() < WORST and safe_wrong == 0 and wrong.max() > WORST and spread > 0.001
        print(f"  {self.name:<38} worst {error.max():.2e} of the range, 99.9 % {np.quantile(error, 0.999):.1e}, "
              f"spread {spread:.2f}, control {wrong.max():.0e}{'' if fine else '   FAILED'}", flush=True)
        one = act_onnx(self.model, rows[1:2])
        return error.max(), fine and one.shape == (1, len(self.range))


def main():
    parser = argparse.ArgumentParser()
    for name in ("softgait", "make_policy", "policy_act"):
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--count", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, {args.count} observations, seed {args.seed}")
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, sizes in MADE:
            subprocess.run([args.make_policy, f"{folder}/made", *sizes.split()], check=True)
            results.append(Comparison(args, f"{folder}/made", name, folder).run())
        for task in ("hopper", "humanoid"):
            subprocess.run([args.softgait, "train", task, "--steps", "20", "--quiet", "--run", f"{folder}/{task}"], check=True)
            results.append(Comparison(args, f"{folder}/{task}/policy/latest.safetensors", f"{task}, as it starts", folder).run())
    failures = sum(not fine for _, fine in results)
    print(f"{len(results)} policies, worst difference {max(worst for worst, _ in results):.2e} of the range, {failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
