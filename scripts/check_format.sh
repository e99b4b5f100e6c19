#!/usr/bin/env bash
# Check that .clang-format would change nothing. Prints the files it would change; exit code 1 then.
#
#   scripts/check_format.sh [ROOT]     --self-test shows that it can fail

set -euo pipefail
cd "$(dirname "$0")/.."

check() {
  local bad=0 file
  while IFS= read -r file; do
    if ! clang-format --style=file:.clang-format --dry-run -Werror "$file" 2> /dev/null; then
      echo "$file: clang-format -i would change it"
      bad=1
    fi
  done < <(find "$@" -name '*.[ch]' | sort)
  return $bad
}

if [ "${1:-}" = --self-test ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  printf 'int  f( int x ){return x;}\n' > "$folder/a.c"
  ! check "$folder"
else
  check src tests viewer
fi
