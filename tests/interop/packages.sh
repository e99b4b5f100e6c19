#!/usr/bin/env bash
# Make the virtual environment that the comparisons run in, with the packages of requirements.txt by
# their digests. Does nothing when it is there for this Python and these requirements.
#
#   tests/interop/packages.sh FOLDER

set -u
folder=$1
requirements=$(cd "$(dirname "$0")" && pwd)/requirements.txt
wanted=$( { python3 -c 'import sys; print(sys.version, sys.prefix)'; cat "$requirements"; } | sha256sum)
log=$folder.log

if [ "$(cat "$folder/made-of" 2> /dev/null)" = "$wanted" ]; then
  echo "$folder is there"
  exit 0
fi

# what went wrong, in one sentence: the installer's last complaint
fail() {
  local said
  said=$(grep -iE 'error|no such|unavailable' "$log" | tail -n 1 | cut -c1-300)
  echo "tests/interop: $1: ${said:-see $log}" >&2
  rm -rf "$folder"
  exit 1
}

# no index of the user's is asked for more than these packages, and a dead one not for long
rm -rf "$folder"
mkdir -p "$(dirname "$folder")"
python3 -m venv "$folder" > "$log" 2>&1 ||
  fail "no virtual environment can be made (scripts/setup --tests installs python3-venv)"
"$folder/bin/python" -m pip install -q --disable-pip-version-check --no-input --retries 2 --timeout 20 --no-deps \
  --only-binary=:all: --require-hashes -r "$requirements" >> "$log" 2>&1 ||
  fail "the packages of tests/interop/requirements.txt cannot be fetched; check the network or pip's index"
echo "$wanted" > "$folder/made-of"
echo "made $folder"
