// A controller to copy: a 500 Hz loop that runs a softgait policy at the policy's own period, and
// that goes limp, damped, when anything is not as it should be.
//
//   every 2 ms      receive ─ watchdog ─ policy, every period ─ blend ─ send
//
//   START ────────────> RUN ──────────> end        START   the drives lead the joints to their home, gains
//     │ a fault          │ a fault                         rising from zero
//     └──────> DAMP <────┘                         RUN     the policy, blended in over the same time
//                                                  DAMP    velocity is damped, nothing else; it stays
//
// Faults: no new state for three ticks, a tick that comes late, a number that is not finite, a
// policy that is not asked in time. The robot is MuJoCo here (robot.c); replace that file and keep
// this one.
//
//   controller POLICY ROBOT.xml [--seconds S] [--ramp S] [--trace FILE] [--fault nan|stall|late] [--at S]
//
// Exit code: 0 ran to the end, 1 ended in DAMP, 2 words, 3 the policy does not load or fit this
// robot.

#include <math.h>
#include <softgait/policy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "robot.h"

enum {
  MAX_FILE = 1 << 26,
  MAX_LINE = 256
};

static const double TICK = 0.002;    // seconds; a slower robot gives the tick
static const int WATCHDOG = 3;       // ticks without a new state
static const double HOLD = 0.5;      // radians off home that ask for a drive's whole torque
static const double DAMPING = 20.0;  // radians per second that do, when damping

typedef enum Mode {
  START,
  RUN,
  DAMP
} Mode;

typedef struct Controller {
  Robot* robot;
  SgPolicy* policy;
  SgPolicyState* state;
  SgPolicyBinding sensors, motors;
  int nchannel, ndrive, every;  // every: ticks per step of the policy
  double tick, ramp;            // seconds

  float* numbers;          // (nchannel) as the robot tells them
  float *now, *act;        // as the policy wants them, as it answers
  float* wanted;           // (ndrive) its answer in the order of the drives
  double* first;           // (ndrive) joint positions of the first state
  DriveCommand* commands;  // (ndrive)

  Mode mode;
  double since, stamp;  // of the mode, of the newest state
  int age;              // ticks since the newest state
  int due;              // ticks until the policy's next step
  int steps;            // of the policy so far
  char reason[MAX_LINE];
  FILE* trace;
} Controller;


//-------------------------------- commands ------------------------------------------------------

// damp every drive: what it does when nobody knows better
static void command_damp(Controller* c) {
  for (int i = 0; i < c->ndrive; i++) {
    const DriveFacts* drive = robot_facts(c->robot, i);
    c->commands[i] = (DriveCommand){.kd = drive->limit / DAMPING};
  }
}


// lead every joint from where it was to its home; share: of the way and of the gains, 0 to 1
static DriveCommand hold(const Controller* c, int i, double share) {
  const DriveFacts* drive = robot_facts(c->robot, i);
  double kp = drive->limit / HOLD;
  return (DriveCommand){.pos = c->first[i] + (drive->home - c->first[i]) * share,
                        .kp = kp * share,
                        .kd = kp / 10 * share};
}


// what the policy wants of a drive: a torque, or a position of a servo
static DriveCommand obey(const Controller* c, int i) {
  const DriveFacts* drive = robot_facts(c->robot, i);
  double act = (double)c->wanted[i];
  return (DriveCommand){
      .pos = drive->pos * act, .kp = drive->kp, .kd = drive->kd, .torque = drive->torque * act};
}


// the two together: gains and torques are blended, and the position so that kp * pos is
static DriveCommand blend(DriveCommand a, DriveCommand b, double share) {
  DriveCommand both = {.kp = a.kp + (b.kp - a.kp) * share,
                       .kd = a.kd + (b.kd - a.kd) * share,
                       .torque = a.torque + (b.torque - a.torque) * share};
  double push = a.kp * a.pos + (b.kp * b.pos - a.kp * a.pos) * share;
  both.pos = both.kp > 0 ? push / both.kp : 0;
  return both;
}


//-------------------------------- the loop ------------------------------------------------------

static void change(Controller* c, Mode mode, double time, const char* reason) {
  if (c->mode == DAMP) {
    return;  // the first fault is the one to tell, and nothing leads out of it
  }
  c->mode = mode;
  c->since = time;
  snprintf(c->reason, sizeof(c->reason), "%s", reason);
}


// the newest state, if there is one, and what is wrong with it
static void receive(Controller* c, double time) {
  double stamp;
  if (!robot_receive(c->robot, c->numbers, &stamp)) {
    if (++c->age >= WATCHDOG) {
      change(c, DAMP, time, "no new state for three ticks");
    }
    return;
  }
  c->age = 0;
  c->stamp = stamp;
  for (int i = 0; i < c->nchannel; i++) {
    if (!isfinite(c->numbers[i])) {
      char reason[MAX_LINE];
      snprintf(reason, sizeof(reason), "the sensor %s says %g", robot_channels(c->robot)[i],
               (double)c->numbers[i]);
      change(c, DAMP, time, reason);
    }
  }
}


static void write_trace(const Controller* c) {
  fprintf(c->trace, "%.17g", c->stamp);
  for (int i = 0; i < c->sensors.n; i++) {
    fprintf(c->trace, ",%.9g", (double)c->now[i]);
  }
  for (int i = 0; i < c->motors.n; i++) {
    fprintf(c->trace, ",%.9g", (double)c->act[i]);
  }
  fprintf(c->trace, "\n");
}


// ask the policy when it is due. Its commands, if it has any, stay at their start values: put yours
// there
static void step_policy(Controller* c, double time) {
  if (c->due-- > 0) {
    return;
  }
  c->due = c->every - 1;
  sg_policy_gather(&c->sensors, c->numbers, c->now);
  SgPolicyStatus status = sg_policy_step_at(c->state, c->stamp, c->now, NULL, c->act);
  sg_policy_scatter(&c->motors, c->act, c->wanted);
  c->steps++;
  if (status != SG_POLICY_OK) {
    change(c, DAMP, time, sg_policy_status_text(status));
  } else if (c->trace) {
    write_trace(c);
  }
}


// one tick; late: it came more than half a tick after its time
static void tick(Controller* c, double time, int late) {
  receive(c, time);
  if (late) {
    change(c, DAMP, time, "the loop was held up");
  }
  if (c->mode == START && time - c->since >= c->ramp) {
    change(c, RUN, time, "");
    sg_policy_reset(c->state);
  }
  if (c->mode == RUN) {
    step_policy(c, time);
  }

  double passed = time - c->since, share = passed < c->ramp ? passed / c->ramp : 1;
  for (int i = 0; i < c->ndrive && c->mode != DAMP; i++) {
    c->commands[i] = c->mode == START ? hold(c, i, share) : blend(hold(c, i, 1), obey(c, i), share);
  }
  if (c->mode == DAMP) {
    command_damp(c);
  }
  robot_send(c->robot, c->commands);
}


// the first state tells where the joints are
static int begin(Controller* c) {
  if (!robot_receive(c->robot, c->numbers, &c->stamp)) {
    return 0;
  }
  for (int i = 0; i < c->ndrive; i++) {
    c->first[i] = (double)c->numbers[robot_facts(c->robot, i)->channel];
  }
  return 1;
}


static void loop(Controller* c, double seconds) {
  double begun = robot_clock(c->robot);
  long n = (long)ceil(seconds / c->tick - 1e-9), late = 0;
  for (long k = 0; k < n; k++) {
    tick(c, robot_clock(c->robot), late != 0);

    // the next tick's time is counted from the beginning, so that no error adds up
    double next = begun + (double)(k + 1) * c->tick;
    robot_wait(c->robot, next);
    late = robot_clock(c->robot) > next + c->tick / 2;
    if (late) {
      k = lround((robot_clock(c->robot) - begun) / c->tick) - 1;
    }
  }
}


//-------------------------------- setting up ----------------------------------------------------

static int refuse(const char* what, const char* why) {
  fprintf(stderr, "controller: %s: %s\n", what, why);
  return 0;
}


static int load(Controller* c, const char* path) {
  char why[MAX_LINE] = "cannot be opened";
  FILE* file = fopen(path, "rb");
  char* bytes = file ? malloc(MAX_FILE) : NULL;
  size_t size = bytes ? fread(bytes, 1, MAX_FILE, file) : 0;
  c->policy = bytes ? sg_policy_load(bytes, size, why, sizeof(why)) : NULL;
  free(bytes);
  if (file) {
    fclose(file);
  }
  return c->policy ? 1 : refuse(path, why);
}


// an action must be the number that an actuator's control takes: the only mode there is
static int check_modes(const Controller* c, const char* path) {
  const char* text = sg_policy_meta(c->policy, "softgait.action");
  int lines = 0, found = 0;
  for (const char* at = text; (at = strstr(at, "actuator=")) != NULL; at++) {
    lines++;
  }
  for (const char* at = text; (at = strstr(at, " mode=control ")) != NULL; at++) {
    found++;
  }
  return lines == found ? 1 : refuse(path, "has an action of a mode that is not `control`");
}


// the loop's tick, the policy's period in ticks, and whether the robot is as fast as in training
static int fit_times(Controller* c, const char* path) {
  double step = robot_timestep(c->robot), period = sg_policy_period(c->policy);
  c->tick = TICK > step ? TICK : step;
  c->every = (int)lround(period / c->tick);
  if (fabs(sg_policy_timestep(c->policy) - step) > 1e-9) {
    return refuse(path, "was trained with another time step than this robot's");
  }
  if (c->every < 1 || fabs(c->every * c->tick - period) > 1e-9 ||
      fabs(round(c->tick / step) * step - c->tick) > 1e-9) {
    return refuse(path, "has a period that is no whole number of ticks");
  }
  return 1;
}


// every name of the policy among the robot's: no order is relied upon
static int bind(Controller* c, const char* path) {
  char why[MAX_LINE];
  size_t nnow = (size_t)sg_policy_nchannel(c->policy), nact = (size_t)sg_policy_nact(c->policy);
  c->sensors.index = calloc(nnow + 1, sizeof(int));
  c->motors.index = calloc(nact + 1, sizeof(int));
  if (!sg_policy_bind(c->policy, &c->sensors, robot_channels(c->robot), c->nchannel, NULL, 0, why,
                      sizeof(why)) ||
      !sg_policy_bind_actions(c->policy, &c->motors, robot_drives(c->robot), c->ndrive, NULL, 0,
                              why, sizeof(why))) {
    return refuse(path, why);
  }

  // all memory is taken here; the loop takes none
  size_t size = sg_policy_state_size(c->policy);
  c->state = sg_policy_state_init(c->policy, malloc(size), size);
  c->numbers = calloc((size_t)c->nchannel + 1, sizeof(float));
  c->now = calloc(nnow + 1, sizeof(float));
  c->act = calloc(nact + 1, sizeof(float));
  c->wanted = calloc((size_t)c->ndrive + 1, sizeof(float));
  c->first = calloc((size_t)c->ndrive + 1, sizeof(double));
  c->commands = calloc((size_t)c->ndrive + 1, sizeof(DriveCommand));
  return c->state && c->numbers && c->now && c->act && c->wanted && c->first && c->commands;
}


static void clean_up(Controller* c) {
  free(c->sensors.index);
  free(c->motors.index);
  free(c->state);
  free(c->numbers);
  free(c->now);
  free(c->act);
  free(c->wanted);
  free(c->first);
  free(c->commands);
  sg_policy_free(c->policy);
  robot_close(c->robot);
  if (c->trace) {
    fclose(c->trace);
  }
}


static void report(const Controller* c) {
  static const char* const names[] = {"start", "run", "damp"};
  printf("%.3f s, %d steps of the policy, every %d ticks of %g s; in mode %s since %.3f s%s%s\n",
         robot_clock(c->robot), c->steps, c->every, c->tick, names[c->mode], c->since,
         c->reason[0] ? ": " : "", c->reason);
  printf("the fastest joint moves at %.3g\n", robot_speed(c->robot));
}


// what the command line says
typedef struct Words {
  const char *policy, *robot, *fault, *trace;
  double seconds, ramp, when;
} Words;


static int read_words(Words* w, int argc, char** argv) {
  *w = (Words){.seconds = 2, .ramp = 0.2, .when = 1};
  int fine = argc >= 3 && argc % 2 == 1;
  for (int i = 3; fine && i < argc; i += 2) {
    const char *flag = argv[i], *value = argv[i + 1];
    if (strcmp(flag, "--seconds") == 0) {
      w->seconds = strtod(value, NULL);
    } else if (strcmp(flag, "--ramp") == 0) {
      w->ramp = strtod(value, NULL);
    } else if (strcmp(flag, "--at") == 0) {
      w->when = strtod(value, NULL);
    } else if (strcmp(flag, "--fault") == 0) {
      w->fault = value;
    } else if (strcmp(flag, "--trace") == 0) {
      w->trace = value;
    } else {
      fine = 0;
    }
  }
  w->policy = fine ? argv[1] : NULL;
  w->robot = fine ? argv[2] : NULL;
  return fine;
}


// everything is refused before a drive moves
static int set_up(Controller* c, const Words* w) {
  char why[MAX_LINE];
  c->ramp = w->ramp;
  c->robot = robot_open(w->robot, w->fault, w->when, why, sizeof(why));
  if (!c->robot) {
    return refuse(w->robot, why);
  }
  c->nchannel = robot_nchannel(c->robot);
  c->ndrive = robot_ndrive(c->robot);
  c->trace = w->trace ? fopen(w->trace, "w") : NULL;
  if (w->trace && !c->trace) {
    return refuse(w->trace, "cannot be written");
  }
  return load(c, w->policy) && bind(c, w->policy) && check_modes(c, w->policy) &&
         fit_times(c, w->policy) && begin(c);
}


int main(int argc, char** argv) {
  Words words;
  Controller c = {0};
  if (!read_words(&words, argc, argv)) {
    fprintf(stderr,
            "controller POLICY ROBOT.xml [--seconds S] [--ramp S] [--trace FILE] "
            "[--fault nan|stall|late] [--at S]\n");
    return 2;
  }
  int fine = set_up(&c, &words);
  if (fine) {
    loop(&c, words.seconds);
    report(&c);
  }
  clean_up(&c);
  return !fine ? 3 : c.mode == DAMP;
}
