#!/usr/bin/env python3
"""The learner's independent twin: Soft Actor-Critic in PyTorch, double precision, autograd only.

    scripts/golden_sac.py [FOLDER]        rewrites tests/data/sac/*.golden (or FOLDER)

Needs Python 3.9 or newer with numpy and torch (any 2.x, CPU). The files it writes are committed, so
nobody needs either to build or test. tests/sac_golden.c runs the C learner on the same inputs and
compares every number. Nothing here was derived by hand: gradients are autograd's, the optimiser is
torch.optim.Adam. What had to be fixed, because implementations differ:

    order     critics, policy (seeing the critics just moved), temperature, targets
    alpha     the value from before the update, everywhere in the update
    losses    half the mean square per critic, summed;  -alpha (mean log pi + H) by log alpha
    density   of the action in [-1, 1], log(1 - tanh(u)^2) = 2 (log 2 - |u| - log(1 + exp(-2|u|)))
    clamp     log sigma hard, gradient zero outside
    weights   stored (nin, nout), y = x W + b

One file per case, little-endian:

    magic "sggolden", u32 version 1, u32 number of tensors, then per tensor
    name (48 bytes, zero filled), u32 rows, u32 columns, u32 stored, u32 zero, stored f64

stored is rows * columns: the whole tensor, row-major; or 18, a digest: its 2-norm, its largest
absolute entry, and 16 entries, the k-th at index k (count - 1) / 15, rounded down.

    in.*      inputs, all exact in binary32; where only their digest is stored, the reader draws them
              from the same generator (class Lcg) in the same order
    one.*     intermediates and gradients of the first update
    ten.*     parameters, targets and Adam moments after ten updates
"""

import math
import struct
import sys
from pathlib import Path

import numpy as np
import torch
from torch.distributions import AffineTransform, Normal, TanhTransform, TransformedDistribution

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

NUPDATE = 10
MARGIN = 2e-6  # whole cases: no ReLU input and no pair of critics closer to its kink than this


# ------------------------------ inputs ---------------------------------------------------------


class Lcg:
    """Knuth's 64-bit linear congruential generator; the reader in C has the same five lines."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self, shape, bound):
        """Uniform in +-bound, rounded to binary32."""
        out = np.empty(math.prod(shape))
        for i in range(out.size):
            self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
            out[i] = bound * (2 * ((self.state >> 11) * 2.0**-53) - 1)
        return out.astype(np.float32).astype(np.float64).reshape(shape)


class Case:
    """Everything an update needs: sizes, constants, weights, ten batches with their noise."""

    def __init__(self, name, seed, nobs=5, nact=3, hidden=(32, 32), batch=16, lr=3e-4, gamma=0.99,
                 tau=0.005, alpha=0.2, learn_alpha=True, target_entropy=None, log_std=(-20.0, 2.0)):
        self.name, self.nobs, self.nact, self.hidden, self.batch = name, nobs, nact, hidden, batch
        self.lr, self.gamma, self.tau = lr, gamma, tau
        self.alpha, self.learn_alpha, self.log_std = alpha, learn_alpha, log_std
        self.target_entropy = -float(nact) if target_entropy is None else target_entropy
        rng = Lcg(seed)

        # weights: actor, critics, targets (not copies, so that mixing them up shows)
        self.weights = {}
        for net, nin, nout in [("actor", nobs, 2 * nact), ("critic.0", nobs + nact, 1),
                               ("critic.1", nobs + nact, 1), ("targ.0", nobs + nact, 1),
                               ("targ.1", nobs + nact, 1)]:
            sizes = [nin, *hidden, nout]
            for layer, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:])):
                bound = 1 / math.sqrt(fan_in)
                for kind, shape in [("weight", (fan_in, fan_out)), ("bias", (1, fan_out))]:
                    self.weights[f"{net}.{layer}.{kind}"] = rng.uniform(shape, bound)

        # batches: a quarter of the rows terminated, a quarter truncated, some of them both
        self.batches = []
        for _ in range(NUPDATE):
            rows = {"obs": rng.uniform((batch, nobs), 2), "act": rng.uniform((batch, nact), 1),
                    "rew": rng.uniform((batch, 1), 3), "terminated": rng.uniform((batch, 1), 1),
                    "truncated": rng.uniform((batch, 1), 1), "obs2": rng.uniform((batch, nobs), 2),
                    "eps_next": rng.uniform((batch, nact), 2),
                    "eps_fresh": rng.uniform((batch, nact), 2)}
            for flag in ("terminated", "truncated"):
                rows[flag] = (rows[flag] > 0.5).astype(np.float64)
            self.batches.append(rows)

    def config(self):
        return [self.nobs, self.nact, self.batch, *self.hidden, self.lr, self.gamma, self.tau,
                float(self.learn_alpha), self.alpha, self.target_entropy, *self.log_std]


def saturate(case):
    """Push the policy's head to |u| near 12 and log sigma over both ends of its clamp."""
    weight, bias = case.weights["actor.2.weight"], case.weights["actor.2.bias"]
    weight *= [8, 8, 8, 8, 4, 4]
    bias[:] = (bias + [4.0, 0.0, -3.5, -19.5, 0.0, 1.75]).astype(np.float32)
    for rows in case.batches:
        rows["eps_next"] *= 0.5
        rows["eps_fresh"] *= 0.5


# ------------------------------ the learner ----------------------------------------------------


class Twin:
    """One learner. With a scale and an offset its critics see actions in the environment's units,
    scale * action + offset, through a first layer adapted to that; else in [-1, 1]."""

    def __init__(self, case, scale=None, offset=None):
        self.case = case
        self.weights = {name: torch.tensor(value) for name, value in case.weights.items()}
        self.log_alpha = torch.tensor([math.log(case.alpha)])
        self.margin = math.inf
        self.units = None if scale is None else (torch.tensor(offset), torch.tensor(scale))
        if self.units:
            self.adapt(self.weights, "critic.0", "critic.1", "targ.0", "targ.1")

        # one optimiser per network, as the algorithm has it
        self.optimisers = {}
        for net in ("actor", "critic.0", "critic.1", "log_alpha"):
            tensors = [tensor.requires_grad_(True) for _, tensor in self.leaves(net)]
            self.optimisers[net] = torch.optim.Adam(tensors, lr=case.lr, betas=(0.9, 0.999),
                                                    eps=1e-8, foreach=False)

    def leaves(self, net):
        """Names and tensors of a network."""
        if net == "log_alpha":
            return [("log_alpha", self.log_alpha)]
        return [(name, x) for name, x in self.weights.items() if name.startswith(net + ".")]

    def adapt(self, weights, *nets):
        """Take these networks from a learner in [-1, 1], so that they compute the same values."""
        offset, scale = self.units
        with torch.no_grad():
            for net in nets:
                for name, x in self.leaves(net):
                    x.copy_(weights[name])
                weight, bias = self.weights[net + ".0.weight"], self.weights[net + ".0.bias"]
                weight[self.case.nobs:] /= scale[:, None]
                bias -= offset @ weight[self.case.nobs:]

    def network(self, net, x):
        for layer in range(len(self.case.hidden) + 1):
            x = x @ self.weights[f"{net}.{layer}.weight"] + self.weights[f"{net}.{layer}.bias"]
            if layer < len(self.case.hidden):
                self.margin = min(self.margin, float(x.detach().abs().min()))
                x = torch.relu(x)
        return x

    def value(self, net, obs, act):
        return self.network(net, torch.cat([obs, act], 1))

    def draw(self, obs, eps):
        """Action, its log-density in [-1, 1], and what lies between."""
        head = self.network("actor", obs)
        mean, log_std = head.chunk(2, 1)
        log_std = torch.clamp(log_std, *self.case.log_std)
        u = mean + torch.exp(log_std) * eps
        if self.units:
            act, logp = self.draw_in_units(mean, log_std, u)
        else:
            act = torch.tanh(u)
            log_slope = 2 * (math.log(2) - u.abs() - torch.logaddexp(torch.zeros(()), -2 * u.abs()))
            logp = -(eps**2) / 2 - log_std - math.log(2 * math.pi) / 2 - log_slope
            logp = logp.sum(1, keepdim=True)
        return {"act": act, "logp": logp, "u": u, "sigma": log_std.exp(), "head": head}

    def draw_in_units(self, mean, log_std, u):
        """The same by PyTorch's own distributions: the density of the action in the environment's
        units, then by change of variable that in [-1, 1]."""
        squash = [TanhTransform(cache_size=1), AffineTransform(*self.units, cache_size=1)]
        pi = TransformedDistribution(Normal(mean, log_std.exp()), squash)
        act = squash[1](squash[0](u))
        logp = pi.log_prob(act).sum(1, keepdim=True) + self.units[1].log().sum()
        return act, logp

    def update(self, rows, plain=None):
        """One gradient step of everything. Returns every intermediate by name. plain: a twin in
        [-1, 1] that has just taken this step, whose critics the policy's step shall see."""
        case, alpha = self.case, self.log_alpha.detach().exp()
        rows = {name: torch.tensor(value) for name, value in rows.items()}
        obs, act, obs2 = rows["obs"], rows["act"], rows["obs2"]
        if self.units:
            act = self.units[1] * act + self.units[0]

        # target
        with torch.no_grad():
            next_ = self.draw(obs2, rows["eps_next"])
            qtarg = [self.value(f"targ.{k}", obs2, next_["act"]) for k in (0, 1)]
            soft = torch.minimum(*qtarg) - alpha * next_["logp"]
            y = rows["rew"] + case.gamma * (1 - rows["terminated"]) * soft
        out = {"alpha": alpha, "target": y, "qtarg.0": qtarg[0], "qtarg.1": qtarg[1]}
        out |= {"next." + name: value for name, value in next_.items()}

        # critics
        q = [self.value(f"critic.{k}", obs, act) for k in (0, 1)]
        loss_q = [((x - y) ** 2).mean() / 2 for x in q]
        out |= self.step("critic.0", "critic.1", loss=loss_q[0] + loss_q[1])
        out |= {"q.0": q[0], "q.1": q[1], "loss_q": loss_q[0] + loss_q[1],
                "loss_q.0": loss_q[0], "loss_q.1": loss_q[1]}

        # Adam is not blind to units, so critics moved in other units would be other critics
        if plain:
            self.adapt(plain.weights, "critic.0", "critic.1")

        # policy, against the critics just moved
        fresh = self.draw(obs, rows["eps_fresh"])
        fresh["act"].retain_grad()
        fresh["head"].retain_grad()
        qpi = [self.value(f"critic.{k}", obs, fresh["act"]) for k in (0, 1)]
        loss_pi = (alpha * fresh["logp"] - torch.minimum(*qpi)).mean()
        out |= self.step("actor", loss=loss_pi)
        out |= {"fresh." + name: value for name, value in fresh.items()}
        out |= {"qpi.0": qpi[0], "qpi.1": qpi[1], "loss_pi": loss_pi,
                "entropy": -fresh["logp"].mean(), "dact": fresh["act"].grad,
                "dhead": fresh["head"].grad}

        # temperature
        if case.learn_alpha:
            missing = fresh["logp"].detach().mean() + case.target_entropy
            loss_alpha = (-self.log_alpha.exp() * missing).sum()
            out |= self.step("log_alpha", loss=loss_alpha) | {"loss_alpha": loss_alpha}

        # targets
        with torch.no_grad():
            for k in (0, 1):
                for (_, targ), (_, x) in zip(self.leaves(f"targ.{k}"), self.leaves(f"critic.{k}")):
                    targ += case.tau * (x - targ)

        # how far the choices between critics were from a tie
        for a, b in (qtarg, qpi):
            self.margin = min(self.margin, float((a - b).detach().abs().min()))
        return {name: x.detach().numpy().copy() for name, x in out.items()}

    def step(self, *nets, loss):
        """Backward, then one Adam step of these networks only. Returns their gradients."""
        for optimiser in self.optimisers.values():
            optimiser.zero_grad()
        loss.backward()
        grads = {"grad." + name: x.grad.clone() for net in nets for name, x in self.leaves(net)}
        for net in nets:
            self.optimisers[net].step()
        return grads

    def state(self):
        """Parameters, targets and Adam moments."""
        out = {}
        for net in ("actor", "critic.0", "critic.1", "log_alpha", "targ.0", "targ.1"):
            for name, x in self.leaves(net):
                out[name] = x
                moments = self.optimisers[net].state.get(x) if net in self.optimisers else None
                if moments:
                    out |= {name + ".m": moments["exp_avg"], name + ".v": moments["exp_avg_sq"]}
        return {name: x.detach().numpy().copy() for name, x in out.items()}


# ------------------------------ environment units ----------------------------------------------


def in_environment_units(case, scale, offset):
    """First update of a twin whose critics see scale * action + offset, mapped back to [-1, 1] by
    the chain rule. Every number must equal the plain twin's."""
    plain = Twin(case)
    expected = plain.update(case.batches[0])
    out = Twin(case, scale, offset).update(case.batches[0], plain)
    scale, offset = np.array(scale), np.array(offset)
    for name in ("next.act", "fresh.act"):
        out[name] = (out[name] - offset) / scale
    out["dact"] *= scale
    for k in (0, 1):
        weight, bias = out[f"grad.critic.{k}.0.weight"], out[f"grad.critic.{k}.0.bias"]
        weight[case.nobs:] = (weight[case.nobs:] - np.outer(offset, bias)) / scale[:, None]

    assert out.keys() == expected.keys()
    for name in out:
        miss = np.abs(out[name] - expected[name]).max() / np.abs(expected[name]).max()
        assert miss < 1e-11, f"{name} differs by {miss:.1e} between units"
    return out


# ------------------------------ files ----------------------------------------------------------


def record(name, tensor, whole):
    tensor = np.atleast_2d(np.asarray(tensor, dtype="<f8"))
    flat = tensor.ravel()
    if not whole and flat.size > 18:
        index = [k * (flat.size - 1) // 15 for k in range(16)]
        flat = np.concatenate([[np.linalg.norm(flat), np.abs(flat).max()], flat[index]])
    head = struct.pack("<48sIIII", name.encode(), *tensor.shape, flat.size, 0)
    return head + flat.astype("<f8").tobytes()


def write_case(folder, case, whole, first=None):
    """Run ten updates and write all tensors; first replaces the first update's intermediates."""
    tensors = {"config": [case.config()]}
    tensors |= {"in." + name: value for name, value in case.weights.items()}
    for i, rows in enumerate(case.batches):
        tensors |= {f"in.{i}.{name}": value for name, value in rows.items()}

    twin = Twin(case)
    updates = [twin.update(rows) for rows in case.batches]
    assert not whole or twin.margin > MARGIN, f"margin {twin.margin:.1e}, choose another seed"
    tensors |= {"one." + name: value for name, value in (first or updates[0]).items()}
    tensors |= {"ten." + name: value for name, value in twin.state().items()}

    # every pair of flags occurs, and each critic is the smaller one somewhere
    flags = case.batches[0]["terminated"] + 2 * case.batches[0]["truncated"]
    assert set(flags.ravel()) == {0, 1, 2, 3}
    for a, b in (("qtarg.0", "qtarg.1"), ("qpi.0", "qpi.1")):
        assert 0 < (updates[0][a] < updates[0][b]).sum() < case.batch, f"{a} against {b}"
    data = b"".join(record(name, value, whole) for name, value in tensors.items())
    path = folder / (case.name + ".golden")
    path.write_bytes(b"sggolden" + struct.pack("<II", 1, len(tensors)) + data)
    print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes, "
          f"margin {twin.margin:.1e}, largest |u| {np.abs(updates[0]['fresh.u']).max():.1f}")
    return updates


def main():
    here = Path(__file__).resolve().parent.parent
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "tests/data/sac"
    folder.mkdir(parents=True, exist_ok=True)

    # learned and fixed temperature
    write_case(folder, Case("learned_alpha", seed=6), whole=True)
    write_case(folder, Case("fixed_alpha", seed=6, learn_alpha=False, alpha=0.7, lr=1e-3, gamma=0.9,
                            tau=0.02), whole=True)

    # a policy in the tails of tanh, with log sigma beyond both ends of its clamp
    case = Case("saturated", seed=7, alpha=0.05, target_entropy=-1.5)
    saturate(case)
    updates = write_case(folder, case, whole=True)
    u, log_std = np.abs(updates[0]["fresh.u"]), updates[0]["fresh.head"][:, case.nact:]
    assert 11 < u.max() < 13, f"largest |u| is {u.max()}"
    assert (log_std < -20).any() and (log_std > 2).any() and (abs(log_std + 9) < 10).any()

    # unequal action scales: the same learner in the environment's units
    case = Case("environment_units", seed=6, alpha=0.3)
    first = in_environment_units(case, scale=[0.4, 1.0, 17.0], offset=[0.0, -2.0, 5.0])
    write_case(folder, case, whole=True, first=first)

    # the usual size, as digests
    write_case(folder, Case("full_size", seed=5, nobs=17, nact=6, hidden=(256, 256), batch=256),
               whole=False)


if __name__ == "__main__":
    main()
