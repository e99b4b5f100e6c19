// MuJoCo as the robot of controller.c: every joint and sensor is a channel, every motor or position
// servo on a hinge or slide joint a drive. The drives' own little loops run in each step of the
// simulation; the model's actuators are switched off.

#include "robot.h"

#include <math.h>
#include <mujoco/mujoco.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  MAX_NAME = 128
};

typedef char Name[MAX_NAME];

struct Robot {
  mjModel* m;
  mjData* d;
  int nchannel, ndrive, sent;  // sent: the newest state was taken
  Name* names;                 // (nchannel)
  const char **channels, **drives;
  const mjtNum** from;  // (nchannel) where the numbers are
  DriveFacts* facts;
  DriveCommand* commands;
  const char* fault;
  double when;
};


//-------------------------------- names ---------------------------------------------------------

// "kind:name", or "kind:name:component" where there are several
static void add_channels(Robot* r, const char* kind, const char* name, const mjtNum* from, int n) {
  for (int i = 0; i < n && name; i++, r->nchannel++) {
    if (n == 1) {
      snprintf(r->names[r->nchannel], MAX_NAME, "%s:%s", kind, name);
    } else {
      snprintf(r->names[r->nchannel], MAX_NAME, "%s:%s:%d", kind, name, i);
    }
    r->channels[r->nchannel] = r->names[r->nchannel];
    r->from[r->nchannel] = from + i;
  }
}


static void name_channels(Robot* r) {
  const mjModel* m = r->m;
  for (int j = 0; j < m->njnt; j++) {
    const char* name = mj_id2name(m, mjOBJ_JOINT, j);
    int free = m->jnt_type[j] == mjJNT_FREE, ball = m->jnt_type[j] == mjJNT_BALL;
    add_channels(r, "qpos", name, r->d->qpos + m->jnt_qposadr[j], free ? 7 : ball ? 4 : 1);
    add_channels(r, "qvel", name, r->d->qvel + m->jnt_dofadr[j], free ? 6 : ball ? 3 : 1);
  }
  for (int s = 0; s < m->nsensor; s++) {
    add_channels(r, "sensor", mj_id2name(m, mjOBJ_SENSOR, s), r->d->sensordata + m->sensor_adr[s],
                 m->sensor_dim[s]);
  }
}


//-------------------------------- drives --------------------------------------------------------

// the channel that is this number
static int channel_of(const Robot* r, const mjtNum* number) {
  int i = 0;
  while (i < r->nchannel && r->from[i] != number) {
    i++;
  }
  return i;
}


// the data sheet of an actuator; 0 when it is none that a drive can be
static int read_drive(Robot* r, int a) {
  const mjModel* m = r->m;
  int joint = m->actuator_trnid[2 * a];
  const mjtNum *gain = m->actuator_gainprm + a * mjNGAIN, *bias = m->actuator_biasprm + a * mjNBIAS;
  double gear = m->actuator_gear[6 * a];
  int motor = m->actuator_biastype[a] == mjBIAS_NONE;
  int servo = m->actuator_biastype[a] == mjBIAS_AFFINE && bias[0] == 0 && bias[1] == -gain[0];
  if (m->actuator_trntype[a] != mjTRN_JOINT || m->jnt_type[joint] < mjJNT_SLIDE || gear == 0 ||
      m->actuator_gaintype[a] != mjGAIN_FIXED || m->actuator_dyntype[a] != mjDYN_NONE ||
      !(motor || servo) || !mj_id2name(m, mjOBJ_ACTUATOR, a)) {
    return 0;
  }
  double force = m->actuator_forcelimited[a]  ? m->actuator_forcerange[2 * a + 1]
                 : m->actuator_ctrllimited[a] ? fabs(gain[0] * m->actuator_ctrlrange[2 * a + 1])
                                              : fabs(gain[0]);
  r->drives[a] = mj_id2name(m, mjOBJ_ACTUATOR, a);
  r->facts[a] = (DriveFacts){.channel = channel_of(r, r->d->qpos + m->jnt_qposadr[joint]),
                             .home = m->qpos0[m->jnt_qposadr[joint]],
                             .limit = fabs(gear) * force,
                             .torque = motor ? gear * gain[0] : 0,
                             .pos = motor ? 0 : 1 / gear,
                             .kp = motor ? 0 : gain[0] * gear * gear,
                             .kd = motor ? 0 : -bias[2] * gear * gear};
  return r->facts[a].channel < r->nchannel;
}


// what the drives do on board, for one step of the simulation
static void drive_joints(Robot* r) {
  for (int a = 0; a < r->ndrive; a++) {
    const DriveCommand* command = &r->commands[a];
    int joint = r->m->actuator_trnid[2 * a], dof = r->m->jnt_dofadr[joint];
    double pos = r->d->qpos[r->m->jnt_qposadr[joint]], limit = r->facts[a].limit;
    double torque =
        command->torque + command->kp * (command->pos - pos) - command->kd * r->d->qvel[dof];
    r->d->qfrc_applied[dof] = fmin(fmax(torque, -limit), limit);
  }
}


//-------------------------------- the robot -----------------------------------------------------

Robot* robot_open(const char* model, const char* fault, double when, char* why, size_t size) {
  Robot* r = calloc(1, sizeof(Robot));
  r->m = mj_loadXML(model, NULL, why, (int)size);
  if (!r->m) {
    free(r);
    return NULL;
  }
  r->d = mj_makeData(r->m);
  size_t n = (size_t)(r->m->nq + r->m->nv + r->m->nsensordata + 1), na = (size_t)r->m->nu + 1;
  r->names = calloc(n, sizeof(Name));
  r->channels = calloc(n, sizeof(r->channels[0]));
  r->from = calloc(n, sizeof(r->from[0]));
  r->drives = calloc(na, sizeof(r->drives[0]));
  r->facts = calloc(na, sizeof(DriveFacts));
  r->commands = calloc(na, sizeof(DriveCommand));
  r->fault = fault;
  r->when = when;
  r->m->opt.disableflags |= mjDSBL_ACTUATION;
  name_channels(r);
  for (; r->ndrive < r->m->nu; r->ndrive++) {
    if (!read_drive(r, r->ndrive)) {
      snprintf(why, size, "actuator %d is no motor and no position servo of a named joint",
               r->ndrive);
      robot_close(r);
      return NULL;
    }
  }
  return r;
}


void robot_close(Robot* r) {
  if (r) {
    mj_deleteData(r->d);
    mj_deleteModel(r->m);
    free(r->names);
    free(r->channels);
    free(r->from);
    free(r->drives);
    free(r->facts);
    free(r->commands);
    free(r);
  }
}


int robot_nchannel(const Robot* r) {
  return r->nchannel;
}


const char* const* robot_channels(const Robot* r) {
  return r->channels;
}


int robot_ndrive(const Robot* r) {
  return r->ndrive;
}


const char* const* robot_drives(const Robot* r) {
  return r->drives;
}


const DriveFacts* robot_facts(const Robot* r, int drive) {
  return &r->facts[drive];
}


double robot_timestep(const Robot* r) {
  return r->m->opt.timestep;
}


double robot_clock(const Robot* r) {
  return r->d->time;
}


// whether the fault of this name is on now, for so many seconds
static int faulty(const Robot* r, const char* name, double seconds) {
  return r->fault && strcmp(r->fault, name) == 0 && r->d->time >= r->when - 1e-9 &&
         r->d->time < r->when + seconds - 1e-9;
}


void robot_wait(Robot* r, double until) {
  until += faulty(r, "late", 0.002) ? 0.01 : 0;
  while (r->d->time < until - r->m->opt.timestep / 2) {
    drive_joints(r);
    mj_step(r->m, r->d);
    r->sent = 0;
  }
}


int robot_receive(Robot* r, float* numbers, double* stamp) {
  if (r->sent || faulty(r, "stall", 0.06)) {
    return 0;
  }
  for (int i = 0; i < r->nchannel; i++) {
    numbers[i] = (float)*r->from[i];
  }
  if (faulty(r, "nan", r->m->opt.timestep)) {
    numbers[r->nchannel / 2] = NAN;
  }
  *stamp = r->d->time;
  r->sent = 1;
  return 1;
}


void robot_send(Robot* r, const DriveCommand* commands) {
  memcpy(r->commands, commands, sizeof(DriveCommand) * (size_t)r->ndrive);
}


double robot_speed(const Robot* r) {
  double most = 0;
  for (int a = 0; a < r->ndrive; a++) {
    most = fmax(most, fabs(r->d->qvel[r->m->jnt_dofadr[r->m->actuator_trnid[2 * a]]]));
  }
  return most;
}
