"""The eleven tasks, and the settings under which they are compared with Gymnasium's.

A variant is the keyword arguments that the Gymnasium environment gets; ours gets the same as
`--set task.NAME=VALUE`. Together a task's variants give every keyword argument a value other than its
default, chosen so that the numbers of an episode change with it.
"""

import inspect

import gymnasium
import mujoco

# HalfCheetah's model uses a compiler option that MuJoCo 3.17 warns of; nothing else may warn
def refuse_warning(text):
    if "settotalmass" not in text:
        raise SystemExit(f"MuJoCo warns: {text}")

mujoco.set_mju_user_warning(refuse_warning)

INF = float("inf")

# what a Gymnasium environment takes that is no parameter of the task
DRAWING = {"self", "xml_file", "default_camera_config", "kwargs"}

# no number of an episode depends on these: Gymnasium takes uph_cost_weight and ignores it, and the
# reset's noise is over when an episode starts from a given state (resets.py compares that)
INERT = {"reset_noise_scale", "uph_cost_weight"}

GAIT = {"exclude_current_positions_from_observation": False}
HUMANOID_TERMS = ["cinert", "cvel", "qfrc_actuator", "cfrc_ext"]


def without(*terms):
    """Humanoid's switches with some terms off."""
    return {f"include_{term}_in_observation": False for term in terms}


# humanoids: each term alone away, all away, two away with positions there
HUMANOID_SIZES = [without(term) for term in HUMANOID_TERMS] + [
    without(*HUMANOID_TERMS),
    without(*HUMANOID_TERMS) | GAIT,
    without("cinert", "cfrc_ext") | GAIT,
]

TASKS = {
    "half_cheetah": ("HalfCheetah-v5", [
        GAIT,
        {"frame_skip": 3},
        {"forward_reward_weight": 2.5, "ctrl_cost_weight": 0.03},
        {"reset_noise_scale": 0.3, "frame_skip": 8, **GAIT},
    ]),
    "hopper": ("Hopper-v5", [
        GAIT,
        {"frame_skip": 7},
        {"forward_reward_weight": -0.7, "ctrl_cost_weight": 0.2, "healthy_reward": 0.3},
        {"terminate_when_unhealthy": False},
        {"healthy_z_range": (1.23, 1.26)},
        {"healthy_z_range": (-INF, INF), "healthy_angle_range": (-0.05, 0.1)},
        {"healthy_state_range": (-1.5, 2)},
        {"terminate_when_unhealthy": False, "healthy_angle_range": (-1, 1), "healthy_reward": 2, **GAIT},
        {"reset_noise_scale": 0.1},
    ]),
    "walker2d": ("Walker2d-v5", [
        GAIT,
        {"frame_skip": 2},
        {"forward_reward_weight": 3, "ctrl_cost_weight": 0.1, "healthy_reward": -1},
        {"terminate_when_unhealthy": False},
        {"healthy_z_range": (1.1, 1.3)},
        {"healthy_z_range": (-INF, INF), "healthy_angle_range": (-0.3, 0.1)},
        {"terminate_when_unhealthy": False, "healthy_z_range": (0.5, 1.2), **GAIT},
        {"reset_noise_scale": 0.05},
    ]),
    "ant": ("Ant-v5", [
        GAIT,
        {"include_cfrc_ext_in_observation": False},
        {"include_cfrc_ext_in_observation": False, **GAIT},
        {"frame_skip": 2},
        {"forward_reward_weight": 0.25, "ctrl_cost_weight": 0.1, "healthy_reward": 0.5},
        {"contact_cost_weight": 0.02},
        {"contact_force_range": (-0.1, 20)},
        {"contact_force_range": (-INF, INF), "include_cfrc_ext_in_observation": False},
        {"main_body": 4},
        {"main_body": "front_left_leg"},
        {"terminate_when_unhealthy": False, "healthy_z_range": (0.5, 0.8)},
        {"healthy_z_range": (0.4, 0.9)},
        {"terminate_when_unhealthy": False},
        {"reset_noise_scale": 0.01},
    ]),
    "humanoid": ("Humanoid-v5", [GAIT] + HUMANOID_SIZES + [
        {"frame_skip": 3},
        {"forward_reward_weight": 0.5, "ctrl_cost_weight": 0.4, "healthy_reward": 1.5},
        {"contact_cost_weight": 1e-5},
        {"contact_cost_weight": 1e-3, "contact_cost_range": (0.5, 2)},
        {"contact_cost_range": (1, INF)},
        {"terminate_when_unhealthy": False},
        {"healthy_z_range": (1.3, 1.6)},
        {"terminate_when_unhealthy": False, "healthy_z_range": (0, 1.2), "reset_noise_scale": 0.1},
    ]),
    "humanoid_standup": ("HumanoidStandup-v5", [GAIT] + HUMANOID_SIZES + [
        {"frame_skip": 2},
        {"uph_cost_weight": 7, "ctrl_cost_weight": 3},
        {"impact_cost_weight": 1e-6},
        {"impact_cost_weight": 1e-3, "impact_cost_range": (0.5, 3)},
        {"impact_cost_range": (2, INF)},
        {"reset_noise_scale": 0.1},
    ]),
    "swimmer": ("Swimmer-v5", [
        GAIT,
        {"frame_skip": 9},
        {"forward_reward_weight": 10, "ctrl_cost_weight": 0.02},
        {"reset_noise_scale": 1, **GAIT},
    ]),
    "reacher": ("Reacher-v5", [
        {"frame_skip": 5},
        {"reward_dist_weight": 0.3},
        {"reward_control_weight": 0.1},
        {"reward_dist_weight": 2, "reward_control_weight": 0, "frame_skip": 1},
    ]),
    "pusher": ("Pusher-v5", [
        {"frame_skip": 2},
        {"reward_near_weight": 1.5},
        {"reward_dist_weight": 0.2},
        {"reward_control_weight": 0.01},
        {"reward_near_weight": 0, "reward_dist_weight": 3, "reward_control_weight": 1, "frame_skip": 7},
    ]),
    "inverted_pendulum": ("InvertedPendulum-v5", [
        {"frame_skip": 1},
        {"frame_skip": 5},
        {"reset_noise_scale": 0.1},
    ]),
    "inverted_double_pendulum": ("InvertedDoublePendulum-v5", [
        {"frame_skip": 2},
        {"healthy_reward": 3},
        {"healthy_reward": 0, "frame_skip": 1, "reset_noise_scale": 0.02},
    ]),
}


def make(task, variant):
    """Gymnasium's environment, with its time limit and without its checker (which would cast)."""
    return gymnasium.make(TASKS[task][0], disable_env_checker=True, **variant)


def defaults(task):
    """The keyword arguments of Gymnasium's environment that a task is made of, with their defaults."""
    env = gymnasium.make(TASKS[task][0], disable_env_checker=True)
    taken = inspect.signature(type(env.unwrapped).__init__).parameters
    env.close()
    return {name: p.default for name, p in taken.items() if name not in DRAWING}


def body_name(task, body):
    """The name of one of Gymnasium's bodies."""
    env = gymnasium.make(TASKS[task][0], disable_env_checker=True)
    name = env.unwrapped.model.body(body).name
    env.close()
    return name


def text(value):
    """A value as --set takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (tuple, list)):
        return "[" + ",".join(text(x) for x in value) + "]"
    return value if isinstance(value, str) else repr(value)


def settings(variant):
    """The same variant on our command line."""
    return [word for name, value in variant.items() for word in ("--set", f"task.{name}={text(value)}")]
