#!/usr/bin/env bash
# Check for words that have no place here: calls that overflow or follow hidden state, printing and
# exiting below the programs, memory taken behind the arena's back, and unfinished work.
#
#   scripts/check_words.sh [ROOT]      --self-test shows that it can fail

set -euo pipefail
cd "$(dirname "$0")/.."
found=0

# look PATTERN WHY FILES...: print lines that match, comments stripped
look() {
  local pattern=$1 why=$2; shift 2
  local file line
  for file in "$@"; do
    while IFS= read -r line; do
      echo "$file:$line: $why"
      found=1
    done < <(sed 's://.*$::; s:/\*.*\*/::' "$file" | grep -nE "$pattern" | head -n 20)
  done
}

check() {
  local root=$1 all below
  mapfile -t all < <(find "$root/src" "$root/viewer" "$root/tests" -name '*.[ch]' 2> /dev/null | sort)
  mapfile -t below < <(find "$root/src" -name '*.[ch]' -not -path '*/cli/*' | sort)
  look '\b(rand|srand|sprintf|vsprintf|strcpy|strcat|gets|atof|strtok)\(' 'this call is banned' "${all[@]}"
  look '\b(printf|puts|putchar|vprintf)\(|\bstdout\b' 'nothing below the programs prints' "${below[@]}"
  look '\bsignal\(|\bsigaction\(|\bsetlocale\(' 'nothing below the programs changes the process' "${below[@]}"
  mapfile -t all < <(find "$root/src" "$root/viewer" "$root/tests" "$root/models" "$root/scripts" -type f \
    \( -name '*.[ch]' -o -name '*.py' -o -name '*.md' -o -name '*.yaml' -o -name '*.txt' \) 2> /dev/null | sort)
  local file
  for file in "${all[@]}"; do
    if grep -nE '\b(TO''DO|FIX''ME|XX''X|HA''CK)\b|/home/[a-z]|/root/' "$file" /dev/null; then
      found=1
    fi
  done
  [ "$found" -eq 0 ]
}

if [ "${1:-}" = --self-test ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  mkdir -p "$folder/src/base" "$folder/tests" "$folder/models" "$folder/scripts"
  for text in 'int x = rand();' 'void f(void) { printf("x"); }' 'void f(void) { signal(2, 0); }' '// TO''DO'; do
    printf '%s\n' "$text" > "$folder/src/base/a.c"
    found=0
    if check "$folder" > /dev/null; then
      echo "check_words.sh does not see: $text"
      exit 1
    fi
  done
else
  check "${1:-.}"
fi
