// The hot part of the plugin.

#include "plugin/drive.h"

enum {
  RUNNING,  // 0 from a reset to the first advance, then 1
  STEPS,    // since the decision
  SAFE,     // decisions that were the safe action, because a number was not finite
  HELD      // the action, then the command, then the policy's memory
};


int sg_drive_nstate(const SgPolicy* policy) {
  return HELD + sg_policy_nact(policy) + sg_policy_ncommand(policy) + sg_policy_memory_size(policy);
}


// what the robot is told now; NULL: what the policy starts with
static const float* current_command(SgInstance* me, const mjData* d) {
  const mjtNum* from = me->from_userdata ? d->userdata : d->ctrl;
  for (int i = 0; me->command_places && i < me->ncommand; i++) {
    me->command[i] = (float)from[me->command_places[i]];
  }
  return me->has_command ? me->command : NULL;
}


// observe, run the network, hold what it says
static void decide(SgInstance* me, const mjModel* m, mjData* d, mjtNum* state, bool first) {
  mjtNum *command_held = state + HELD + me->nact, *memory = command_held + me->ncommand;

  // what the policy sees
  if (me->needs_rne && !first) {
    sg_host.observe.rne(m, d);
  }
  sg_observe(me->obs, me->channels, me->nchannel, d, first);
  for (int i = 0; i < me->nchannel; i++) {
    me->now[i] = (float)me->obs[i];
  }
  const float* command = current_command(me, d);

  // what it remembers: nothing before its first step is over
  for (int i = 0; i < me->nmemory; i++) {
    me->memory[i] = first ? 0.0f : (float)memory[i];
  }
  sg_policy_memory_set(me->state, me->memory);
  SgPolicyStatus status = sg_policy_step_now(me->state, me->now, command, me->act);
  sg_policy_memory_get(me->state, me->memory);

  // all of it into the state
  for (int i = 0; i < me->nact; i++) {
    state[HELD + i] = (mjtNum)me->act[i];
  }
  for (int i = 0; i < me->ncommand; i++) {
    command_held[i] = command ? (mjtNum)command[i] : 0;
  }
  for (int i = 0; i < me->nmemory; i++) {
    memory[i] = (mjtNum)me->memory[i];
  }
  state[SAFE] = (first ? 0 : state[SAFE]) + (status != SG_POLICY_OK);
}


void sg_drive_compute(SgInstance* me, const mjModel* m, mjData* d, mjtNum* state) {
  if (state[RUNNING] == 0) {
    decide(me, m, d, state, true);
  }
  bool drives = me->switch_ctrl < 0 ? me->enabled : d->ctrl[me->switch_ctrl] > 0.5;
  for (int i = 0; drives && i < me->nact; i++) {
    d->ctrl[me->controls[i]] = state[HELD + i];
  }
  for (int i = 0; i < me->nsensor * me->nact; i++) {
    d->sensordata[me->sensors[i / me->nact] + i % me->nact] = state[HELD + i % me->nact];
  }
}


void sg_drive_advance(SgInstance* me, const mjModel* m, mjData* d, mjtNum* state) {
  state[RUNNING] = 1;
  state[STEPS]++;
  if (state[STEPS] >= me->period) {
    state[STEPS] = 0;
    decide(me, m, d, state, false);
  }
}
