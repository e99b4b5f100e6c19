"""Soft Actor-Critic in plain PyTorch, as a person who knows it would write it: one of the rivals of peers.py.

The same algorithm and sizes as softgait's preset `sac`: two layers of 256, batch 256, two critics, learned
temperature, Adam at 3e-4. No compilation, no tricks; each network is a torch.nn.Sequential.
"""

import copy
import time

import gymnasium
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def mlp(nin, nout):
    return nn.Sequential(nn.Linear(nin, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, nout))


class Replay:
    def __init__(self, rows, nobs, nact):
        self.obs, self.next_obs = np.zeros((rows, nobs), np.float32), np.zeros((rows, nobs), np.float32)
        self.act = np.zeros((rows, nact), np.float32)
        self.rew, self.end = np.zeros(rows, np.float32), np.zeros(rows, np.float32)
        self.n = 0

    def add(self, obs, act, rew, next_obs, terminated):
        i = self.n % len(self.rew)
        self.obs[i], self.act[i], self.rew[i], self.next_obs[i], self.end[i] = obs, act, rew, next_obs, terminated
        self.n += 1

    def sample(self, batch):
        i = np.random.randint(0, min(self.n, len(self.rew)), batch)
        return (torch.from_numpy(x[i]) for x in (self.obs, self.act, self.rew, self.next_obs, self.end))


class Sac:
    def __init__(self, nobs, nact, gamma=0.99, tau=0.005, lr=3e-4):
        self.actor = mlp(nobs, 2 * nact)
        self.critics = nn.ModuleList([mlp(nobs + nact, 1) for _ in range(2)])
        self.targets = copy.deepcopy(self.critics)
        self.log_alpha = torch.zeros((), requires_grad=True)
        self.gamma, self.tau, self.entropy = gamma, tau, -float(nact)
        self.optimise_actor = torch.optim.Adam(self.actor.parameters(), lr)
        self.optimise_critics = torch.optim.Adam(self.critics.parameters(), lr)
        self.optimise_alpha = torch.optim.Adam([self.log_alpha], lr)

    def act(self, obs):
        mean, log_std = self.actor(obs).chunk(2, -1)
        std = log_std.clamp(-20, 2).exp()
        u = mean + std * torch.randn_like(mean)
        logp = torch.distributions.Normal(mean, std).log_prob(u) - 2 * (np.log(2) - u - F.softplus(-2 * u))
        return torch.tanh(u), logp.sum(-1)

    @staticmethod
    def smaller(critics, obs, act):
        x = torch.cat([obs, act], -1)
        return torch.min(critics[0](x), critics[1](x)).squeeze(-1)

    def update(self, obs, act, rew, next_obs, end):
        alpha = self.log_alpha.exp().detach()

        # critics
        with torch.no_grad():
            next_act, next_logp = self.act(next_obs)
            value = self.smaller(self.targets, next_obs, next_act) - alpha * next_logp
            target = rew + self.gamma * (1 - end) * value
        x = torch.cat([obs, act], -1)
        loss = sum(0.5 * F.mse_loss(critic(x).squeeze(-1), target) for critic in self.critics)
        self.optimise_critics.zero_grad(set_to_none=True)
        loss.backward()
        self.optimise_critics.step()

        # actor, through critics that stand still
        self.critics.requires_grad_(False)
        fresh, logp = self.act(obs)
        loss = (alpha * logp - self.smaller(self.critics, obs, fresh)).mean()
        self.optimise_actor.zero_grad(set_to_none=True)
        loss.backward()
        self.optimise_actor.step()
        self.critics.requires_grad_(True)

        # temperature
        loss = -self.log_alpha.exp() * (logp.detach().mean() + self.entropy)
        self.optimise_alpha.zero_grad(set_to_none=True)
        loss.backward()
        self.optimise_alpha.step()

        # targets
        with torch.no_grad():
            for target, source in zip(self.targets.parameters(), self.critics.parameters()):
                target.lerp_(source, self.tau)


class Trainer:
    """The usual loop, one update per step, with a place to look in."""

    def __init__(self, name, random_steps, rows=100000):
        self.env = gymnasium.make(name)
        nobs, nact = self.env.observation_space.shape[0], self.env.action_space.shape[0]
        self.high = self.env.action_space.high[0]
        self.sac, self.replay, self.random_steps = Sac(nobs, nact), Replay(rows, nobs, nact), random_steps
        self.obs, self.steps = self.env.reset(seed=0)[0], 0

    def step(self):
        if self.steps < self.random_steps:
            act = self.env.action_space.sample() / self.high
        else:
            with torch.no_grad():
                act = self.sac.act(torch.from_numpy(self.obs.astype(np.float32)))[0].numpy()
        next_obs, rew, terminated, truncated, _ = self.env.step(act * self.high)
        self.replay.add(self.obs, act, rew, next_obs, terminated)
        self.obs = self.env.reset()[0] if terminated or truncated else next_obs
        self.steps += 1
        if self.steps > self.random_steps:
            self.sac.update(*self.replay.sample(256))

    def update(self):
        self.sac.update(*self.replay.sample(256))

    def rate(self, steps):
        begin = time.perf_counter()
        for _ in range(steps):
            self.step()
        return steps / (time.perf_counter() - begin)
