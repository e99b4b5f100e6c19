// What the task tests share: a scratch folder, files written into it, tasks loaded from text.

#ifndef SG_TESTS_TASK_FIXTURE_H_
#define SG_TESTS_TASK_FIXTURE_H_

#include "task/env.h"

/// Group set-up and tear-down: the guard, and a scratch folder for this process.
int fixture_begin(void** state);
int fixture_end(void** state);

/// The path of a name in the scratch folder. Borrowed until the next but three calls.
const char* scratch(const char* name);

/// Write a text file into the scratch folder.
void put(const char* name, const char* text);

/// The shipped task of a name, with n settings "name=text"; fails the test when it does not load.
SgTask* ship(const char* name, int n, const char* const* settings);

/// Load a task file of the scratch folder; fails the test when it does not load.
SgTask* load(const char* name);

/// An environment; fails the test when there is none.
SgEnv* make_env(const SgTask* task);

/// Step with a smooth deterministic action for step k, within the actuators' ranges.
SgStep wiggle(SgEnv* env, const SgTask* task, int k);

/// A small robot, in the scratch folder as robot.xml: a free trunk with a hinged arm and a slide,
/// sites, sensors, a second body to measure distances to, and a floor.
void put_robot(void);

/// A task for it that loads, with one line per section.
extern const char* const ROBOT_TASK;

#endif  // SG_TESTS_TASK_FIXTURE_H_
