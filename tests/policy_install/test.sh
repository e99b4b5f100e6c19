#!/usr/bin/env bash
# Install the policy runtime and use it from a project of its own: with pkg-config and with CMake, from
# the shared and from the static library. All four must print the same action.
#
#   tests/policy_install/test.sh BUILD_FOLDER MAKE_POLICY

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1 make_policy=$(realpath "$2")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
fail() { echo "policy_install: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$folder/prefix" --component policy > "$folder/log"
library=$(dirname "$(find "$folder/prefix" -name libsoftgait_policy.a)")
"$make_policy" "$folder/p.safetensors" 17 6 256

# what is shown: the functions of policy.h and nothing else; what is needed: libc and nothing else
declared=$(grep -o 'sg_policy_[a-z_0-9]*(' "$folder/prefix/include/softgait/policy.h" | tr -d '(' | sort -u)
for file in "$library"/libsoftgait_policy.so "$library"/libsoftgait_policy.a; do
  flag=$([ "${file##*.}" = so ] && echo -D || echo -g)
  shown=$(nm "$flag" --defined-only "$file" | awk 'NF == 3 { print $3 }' | sort -u)
  [ "$shown" = "$declared" ] || fail "$file shows: $(comm -3 <(echo "$shown") <(echo "$declared") | tr '\n' ' ')"
done
needed=$(readelf -d "$library/libsoftgait_policy.so" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p')
[ "$needed" = libc.so.6 ] || fail "the shared library needs $needed"

# and of libc only memory, strings and the two that write a sentence: no lock, no file, no clock
called=$(nm -u "$library/libsoftgait_policy.a" | awk 'NF == 2 { print $2 }' | grep -v '^_' | sort -u)
allowed=$(printf '%s\n' calloc free malloc memcmp memcpy memmove memset qsort snprintf strchr strcmp strcspn strlen strncmp vsnprintf | sort)
foreign=$(comm -23 <(echo "$called") <(echo "$allowed") | tr '\n' ' ')
[ -n "$called" ] && [ -z "$foreign" ] || fail "the library calls $foreign"

# pkg-config, shared and static
export PKG_CONFIG_PATH=$library/pkgconfig
strict="-std=c99 -pedantic -Wall -Wextra -Werror"
read -ra cflags <<< "$strict $(pkg-config --cflags softgait-policy)"
read -ra libs <<< "$(pkg-config --libs softgait-policy)"
cc "${cflags[@]}" "$here/main.c" -o "$folder/pc_shared" "${libs[@]}" -Wl,-rpath,"$library"
cc "${cflags[@]}" "$here/main.c" -o "$folder/pc_static" "$library/libsoftgait_policy.a"
pkg-config --exact-version=0.1.0 softgait-policy || fail "pkg-config tells another version"

# CMake, shared and static
cmake -S "$here" -B "$folder/build" -DCMAKE_PREFIX_PATH="$folder/prefix" > "$folder/log"
cmake --build "$folder/build" >> "$folder/log"

for program in pc_shared pc_static build/shared build/static; do
  "$folder/$program" "$folder/p.safetensors" > "$folder/out" || fail "$program: $(cat "$folder/out")"
  [ -e "$folder/first" ] || cp "$folder/out" "$folder/first"
  cmp "$folder/out" "$folder/first" || fail "$program acts otherwise"
done
# (read to the end: a pipe that is closed early fails whoever still writes into it)
ldd "$folder/pc_static" "$folder/build/static" | grep softgait > "$folder/log" && fail "a static program needs the shared library"
ldd "$folder/build/shared" | grep softgait > "$folder/log" || fail "the shared program does not use the library"

# a file that is no policy gets its sentence
head -c 100 "$folder/p.safetensors" > "$folder/cut"
! "$folder/pc_shared" "$folder/cut" > "$folder/out" || fail "a cut file was loaded"
grep -q "not a whole one" "$folder/out" || fail "no sentence: $(cat "$folder/out")"
echo "policy_install: $(cat "$folder/first")"
