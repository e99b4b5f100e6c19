#!/usr/bin/env bash
# The C host in other versions of MuJoCo, with one plugin file for all of them.
#
#   tests/plugin/hosts.sh FOLDER VERSION... [-- host's own words...]
#
# FOLDER/data holds the policies. The file is built by scripts/build_plugin in FOLDER/build, for these versions and the
# build's own. A version without a part (3.14.0) must be declined: one line, the plugin's name unknown.

set -euo pipefail
folder=$(realpath "$1")
shift
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
versions=() declined=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  if [ -e "scripts/mujoco-$1.txt" ]; then
    versions+=("$1")
  else
    scripts/fetch_mujoco "tests/plugin/mujoco-$1.txt"
    declined+=("$1")
  fi
  shift
done
[ $# -eq 0 ] || shift

# one file for all, and for the build's own
mapfile -t parts < <(printf '%s\n' 3.17.0 "${versions[@]}" | sort -uV)
scripts/build_plugin --into "$folder/build" "${parts[@]}"
plugin=$folder/build/softgait_plugin.so

# make_host VERSION: the program that runs in it
make_host() {
  local sdk=build/mujoco-$1/mujoco
  cc -std=c17 -D_GNU_SOURCE -O2 -ffp-contract=off -DSG_ROOT="\"$root\"" -isystem "$sdk/include" -Isrc -I. \
    tests/plugin/host.c tests/plugin/host_*.c tests/plugin/own.c tests/heap_count.c \
    src/policy/*.c src/task/observe.c src/base/status.c src/base/text.c src/base/base64.c \
    "$sdk/libmujoco.so.$1" -Wl,-rpath,"$root/$sdk" -lpthread -ldl -lm -o "$folder/host-$1"
}

bad=0
for version in "${versions[@]}"; do
  make_host "$version"
  "$folder/host-$version" "$plugin" "$folder/data" "$@" || bad=1
done

# exactly one line, with the host's version and those that the plugin has
for version in "${declined[@]}"; do
  make_host "$version"
  list=$(printf '%s, ' "${parts[@]}")
  list=$(sed 's/, $//; s/, \([^,]*\)$/ and \1/' <<< "$list")
  wanted="softgait_plugin: not registered: this program runs MuJoCo $version, and the plugin was built for $list"
  said=$("$folder/host-$version" "$plugin" "$folder/data" decline 2>&1) || bad=1
  if [ "$said" != "$wanted" ]; then
    printf 'FAILED: MuJoCo %s: the plugin says: %s\n' "$version" "$said" >&2
    bad=1
  else
    echo "MuJoCo $version is declined in one line"
  fi
done
exit $bad
