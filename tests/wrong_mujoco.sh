#!/usr/bin/env bash
# Configure against a MuJoCo whose header tells another version, and against none: CMake must stop with
# one sentence that names the version needed and the one found.
#
#   tests/wrong_mujoco.sh SOURCE MUJOCO_INCLUDE MUJOCO_LIBRARY

set -eu
source=$1 include=$2 library=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/wrong/include" "$folder/wrong/lib" "$folder/none"
cp -r "$include/mujoco" "$folder/wrong/include/"
cp "$library" "$folder/wrong/lib/libmujoco.so"
sed -i 's/#define mjVERSION_HEADER .*/#define mjVERSION_HEADER 3012001/' "$folder/wrong/include/mujoco/mujoco.h"

says() { # says FOUND MUJOCO_DIR
  if cmake -S "$source" -B "$folder/build" -DMUJOCO_DIR="$2" > "$folder/out" 2>&1; then
    echo "configuring with $2 went through"
    exit 1
  fi
  tr -s ' \n' ' ' < "$folder/out" | grep -qF "softgait needs MuJoCo 3.17.0 and found $1; run scripts/setup" || {
    cat "$folder/out"
    exit 1
  }
  rm -rf "$folder/build"
}

says 3.12.1 "$folder/wrong"
says none "$folder/none"
