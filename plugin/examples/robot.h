// The robot as its controller sees it: numbers with a time stamp come in, a command per drive goes
// out. robot.c is MuJoCo behind this; on a real robot it is your bus, and nothing of controller.c
// changes.

#ifndef ROBOT_H_
#define ROBOT_H_

#include <stddef.h>

/// What a drive is told. On board, faster than any loop of ours, it applies to its joint
///   torque + kp * (pos - position) - kd * velocity,   held within its limit.
typedef struct DriveCommand {
  double pos, kp, kd, torque;
} DriveCommand;

/// What is known of a drive: its data sheet.
typedef struct DriveFacts {
  int channel;         ///< its joint's position among the robot's channels
  double home;         ///< joint position to start from
  double limit;        ///< largest torque
  double torque;       ///< joint torque per unit of the policy's action; 0 for a position servo
  double pos, kp, kd;  ///< servo: joint position per unit of action, and its gains; else 0
} DriveFacts;

typedef struct Robot Robot;

/// Open a robot. fault: NULL, or what shall go wrong at `when` seconds: "nan" (a sensor, once),
/// "stall" (no state arrives for 60 ms), "late" (our loop is held up for 10 ms). NULL with a
/// sentence in why.
Robot* robot_open(const char* model, const char* fault, double when, char* why, size_t size);
void robot_close(Robot* robot);

/// Names and how many: what it measures ("qvel:hip"), and its drives ("hip"), each with its facts.
int robot_nchannel(const Robot* robot);
const char* const* robot_channels(const Robot* robot);
int robot_ndrive(const Robot* robot);
const char* const* robot_drives(const Robot* robot);
const DriveFacts* robot_facts(const Robot* robot, int drive);

/// Seconds that its state moves in.
double robot_timestep(const Robot* robot);

/// Seconds of a steady clock, and a sleep until then (the robot moves meanwhile).
double robot_clock(const Robot* robot);
void robot_wait(Robot* robot, double until);

/// The newest state, if one came since the last call: 1, numbers (nchannel) and its time stamp;
/// else 0.
int robot_receive(Robot* robot, float* numbers, double* stamp);

/// Tell the drives: (ndrive). They keep to it until they are told otherwise.
void robot_send(Robot* robot, const DriveCommand* commands);

/// The fastest joint that has a drive, for tests; a velocity.
double robot_speed(const Robot* robot);

#endif  // ROBOT_H_
