// Episodes as they are shown: the returns of an evaluation, and between two steps what MuJoCo went
// through.
//
//   test_episode RUN     (record.py trains one)

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "task/guard.h"
#include "train/run_read.h"
#include "viewer/episode.h"

static const char* run;


static SgPlayer open_player(void) {
  SgPlayer player = {0};
  SgError error = {0};
  if (sg_player_open(&player, run, NULL, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
  return player;
}


static SgEpisode* make_episode(const SgPlayer* player) {
  SgError error = {0};
  SgEpisode* episode = sg_episode_create(player, &error);
  assert_non_null(episode);
  return episode;
}


static bool same_qpos(const mjModel* m, const mjData* a, const mjData* b) {
  return memcmp(a->qpos, b->qpos, (size_t)m->nq * sizeof(mjtNum)) == 0;
}


// one more step of the model from the last state in between is the environment's state, to the
// byte; from an earlier one it is not
static void between_two_steps_is_what_was_simulated(void** state) {
  (void)state;
  SgPlayer player = open_player();
  const SgTaskInfo* task = sg_task_info(player.task);
  const mjModel* m = sg_task_model(player.task);
  SgEpisode* e = make_episode(&player);
  int nstep = 0;
  assert_true(task->frame_skip >= 2);
  sg_episode_begin(e, 0, 0);
  while (sg_episode_step(e)) {
    double begin = e->time - task->dt, small = m->opt.timestep;
    const mjData* now = sg_episode_at(e, e->time);
    assert_ptr_equal(now, sg_env_data(e->env));
    mjData* last = (mjData*)sg_episode_at(e, begin + (task->frame_skip - 1) * small);
    assert_ptr_not_equal(last, now);
    assert_false(same_qpos(m, last, now));
    mj_step(m, last);
    assert_true(same_qpos(m, last, now));
    mjData* early = (mjData*)sg_episode_at(e, begin);
    mj_step(m, early);
    assert_false(same_qpos(m, early, now));
    nstep++;
  }
  assert_int_equal(nstep, e->steps);
  assert_true(nstep > 3);
  sg_episode_free(e);
  sg_player_close(&player);
}


// an episode is a function of seed and number, whatever was played and looked at before
static void an_episode_depends_on_nothing_before(void** state) {
  (void)state;
  SgPlayer player = open_player();
  SgEpisode *a = make_episode(&player), *b = make_episode(&player);
  double sums[3];
  for (uint32_t i = 0; i < 3; i++) {
    sg_episode_begin(a, 5, i);
    while (sg_episode_step(a)) {
      sg_episode_at(a, a->time - 0.5 * sg_task_info(player.task)->dt);
    }
    sums[i] = a->sum;
    assert_false(a->failed);
    assert_true(a->over);
    assert_false(sg_episode_step(a));
  }
  sg_episode_begin(b, 5, 2);
  while (sg_episode_step(b)) {
  }
  assert_true(b->sum == sums[2]);
  assert_true(sums[0] != sums[1]);
  sg_episode_free(a);
  sg_episode_free(b);
  sg_player_close(&player);
}


static void a_task_without_an_end_is_refused(void** state) {
  (void)state;
  SgPlayer player = {0};
  SgError error = {0};
  char path[] = "/tmp/softgait-endless.XXXXXX", file[64], model[64];
  static const char xml[] =
      "<mujoco><worldbody><body><joint name='j'/><geom size='.1'/></body></worldbody>"
      "<actuator><motor joint='j' ctrlrange='-1 1'/></actuator></mujoco>";
  static const char yaml[] =
      "task: endless\nmodel: endless.xml\ncontrol: {frame_skip: 1}\n"
      "action: {actuators: all}\nobservation:\n  - {term: qpos}\n"
      "rewards:\n  - {cost: effort, term: square, of: control, weight: 1}\n";
  assert_non_null(mkdtemp(path));
  snprintf(file, sizeof(file), "%s/endless.yaml", path);
  snprintf(model, sizeof(model), "%s/endless.xml", path);
  assert_int_equal(sg_file_write(model, xml, strlen(xml), &error), SG_OK);
  assert_int_equal(sg_file_write(file, yaml, strlen(yaml), &error), SG_OK);
  player.task = sg_task_load(file, NULL, 0, &error);
  sg_folder_remove(path);
  if (!player.task) {
    fail_msg("%s", error.text);
  }
  assert_null(sg_episode_create(&player, &error));
  assert_int_equal(error.status, SG_FILE);
  assert_non_null(strstr(error.text, "no time limit"));
  sg_player_close(&player);
}


int main(int argc, char** argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(between_two_steps_is_what_was_simulated),
      cmocka_unit_test(an_episode_depends_on_nothing_before),
      cmocka_unit_test(a_task_without_an_end_is_refused),
  };
  if (argc != 2) {
    fprintf(stderr, "usage: test_episode RUN\n");
    return 2;
  }
  run = argv[1];
  sg_guard_install();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
