// Limits of control groups, read from trees made here: nested groups of both versions, containers.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cgroup.h"
#include "temp_folder.h"

static char here[1024];  // the test's folder


// the two files of /proc: a group line, and a mount of `root` at here/mount
static void write_proc(const char* group, const char* root, const char* mount, const char* type,
                       const char* options) {
  char text[4096];
  temp_write("proc/cgroup", group);
  snprintf(text, sizeof(text),
           "22 1 0:20 / /proc rw,relatime - proc proc rw\n"
           "30 22 0:26 %s %s/%s rw,nosuid shared:4 - %s %s rw,%s\n",
           root, here, mount, type, type, options);
  temp_write("proc/mountinfo", text);
}


static void expect(double cpus, double memory_left) {
  SgCgroup left = sg_cgroup_read("proc");
  if (left.cpus != cpus || left.memory_left != memory_left) {
    fail_msg("%g processors and %g bytes, not %g and %g", left.cpus, left.memory_left, cpus,
             memory_left);
  }
}


static void version_2_takes_the_tightest_on_the_way_up(void** state) {
  (void)state;
  assert_non_null(getcwd(here, sizeof(here)));
  write_proc("0::/user/job\n", "/", "sys", "cgroup2", "nsdelegate");
  expect((double)INFINITY, (double)INFINITY);

  // the group's own limits
  temp_write("sys/user/job/cpu.max", "150000 100000\n");
  temp_write("sys/user/job/memory.max", "1000000\n");
  temp_write("sys/user/job/memory.current", "400000\n");
  expect(1.5, 600000);

  // a wider parent changes nothing, a tighter one counts; so does the one above it
  temp_write("sys/user/cpu.max", "400000 100000\n");
  temp_write("sys/user/memory.max", "max\n");
  temp_write("sys/user/memory.current", "999999999\n");
  expect(1.5, 600000);
  temp_write("sys/user/cpu.max", "50000 100000\n");
  temp_write("sys/memory.max", "1100000\n");
  temp_write("sys/memory.current", "900000\n");
  expect(0.5, 200000);

  // idle file pages are as good as free; a group over its limit has nothing, not less
  temp_write("sys/memory.stat", "anon 500000\nfile 300000\ninactive_file 100000\n");
  expect(0.5, 300000);
  temp_write("sys/memory.current", "9900000\n");
  expect(0.5, 0);

  // a sibling's limits are not ours
  write_proc("0::/user/other\n", "/", "sys", "cgroup2", "rw");
  temp_write("sys/memory.max", "max\n");
  temp_write("sys/user/cpu.max", "max 100000\n");
  expect((double)INFINITY, (double)INFINITY);
}


static void version_1_has_a_tree_per_controller(void** state) {
  (void)state;
  char text[4096];
  assert_non_null(getcwd(here, sizeof(here)));
  temp_write("proc/cgroup", "9:name=systemd:/\n4:cpu,cpuacct:/a/b\n3:memory:/c/d\n");
  snprintf(text, sizeof(text),
           "31 30 0:27 / %s/v1/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
           "32 30 0:28 / %s/v1/memory rw - cgroup cgroup rw,memory\n",
           here, here);
  temp_write("proc/mountinfo", text);
  temp_write("v1/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1\n");
  temp_write("v1/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000\n");
  temp_write("v1/cpu,cpuacct/a/cpu.cfs_quota_us", "250000\n");
  temp_write("v1/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  temp_write("v1/memory/c/d/memory.limit_in_bytes", "9223372036854771712\n");
  temp_write("v1/memory/c/d/memory.usage_in_bytes", "5\n");
  temp_write("v1/memory/c/memory.limit_in_bytes", "2000000\n");
  temp_write("v1/memory/c/memory.usage_in_bytes", "500000\n");
  temp_write("v1/memory/c/memory.stat", "inactive_file 1\ntotal_inactive_file 100000\n");
  expect(2.5, 1600000);

  // cpuset and cpuacct are no cpu
  temp_write("proc/cgroup", "4:cpuset:/a/b\n5:cpuacct:/a/b\n");
  expect((double)INFINITY, (double)INFINITY);
}


static void a_container_shows_its_own_group_at_the_mount_point(void** state) {
  (void)state;
  assert_non_null(getcwd(here, sizeof(here)));
  temp_write("box/cpu.max", "300000 100000\n");
  temp_write("box/inner/cpu.max", "200000 100000\n");
  write_proc("0::/docker/1a2b/inner\n", "/docker/1a2b", "box", "cgroup2", "rw");
  expect(2, (double)INFINITY);
  write_proc("0::/docker/1a2b\n", "/docker/1a2b", "box", "cgroup2", "rw");
  expect(3, (double)INFINITY);

  // a path that the mount does not show, and another group whose name only begins alike
  write_proc("0::/../../elsewhere\n", "/", "box", "cgroup2", "rw");
  expect(3, (double)INFINITY);
  write_proc("0::/docker/1a2bcd/inner\n", "/docker/1a2b", "box", "cgroup2", "rw");
  expect(3, (double)INFINITY);
}


static void what_cannot_be_read_limits_nothing(void** state) {
  (void)state;
  assert_non_null(getcwd(here, sizeof(here)));
  SgCgroup left = sg_cgroup_read("nowhere");
  assert_true(isinf(left.cpus) && isinf(left.memory_left));
  write_proc("no colons\n:\n0::\n", "/", "gone", "cgroup2", "rw");
  expect((double)INFINITY, (double)INFINITY);
  write_proc("0::/x\n", "/", "junk", "cgroup2", "rw");
  temp_write("junk/x/cpu.max", "lots of it\n");
  temp_write("junk/x/memory.max", "\n");
  expect((double)INFINITY, (double)INFINITY);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(version_2_takes_the_tightest_on_the_way_up, temp_folder_enter,
                                      temp_folder_leave),
      cmocka_unit_test_setup_teardown(version_1_has_a_tree_per_controller, temp_folder_enter,
                                      temp_folder_leave),
      cmocka_unit_test_setup_teardown(a_container_shows_its_own_group_at_the_mount_point,
                                      temp_folder_enter, temp_folder_leave),
      cmocka_unit_test_setup_teardown(what_cannot_be_read_limits_nothing, temp_folder_enter,
                                      temp_folder_leave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
