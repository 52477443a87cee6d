#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# compile_errors.sh HEADER COMPILER FLAGS... -- FILE...
# Compiles each file, without code being made; HEADER, which they all include, is compiled once, before. A file with a
# comment `// expect: TEXT` (of one or more lines) must be refused with exactly one error, in one line that says
# `eddy: TEXT`; a file without one must be taken.
set -u

header=$1
shift
flags=
while [ "$1" != -- ]; do
  flags="$flags $1"
  shift
done
shift

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
echo "#include <$header>" >"$folder/all.h"
# shellcheck disable=SC2086 # the flags are words
$flags -std=c++20 -x c++-header "$folder/all.h" -o "$folder/all.h.gch" || exit 1

failed=0
for file in "$@"; do
  expected=$(awk '/^\/\/ expect: / { on = 1; sub(/^\/\/ expect: /, ""); printf "%s", $0; next }
                  on && /^\/\/ / { sub(/^\/\//, ""); printf "%s", $0; next }
                  { on = 0 }' "$file")
  # shellcheck disable=SC2086 # the flags are words
  output=$($flags -std=c++20 -include "$folder/all.h" -fsyntax-only "$file" 2>&1)
  status=$?
  if [ -z "$expected" ]; then
    [ $status -eq 0 ] && continue
    echo "FAILED: $file does not compile"
  else
    errors=$(printf '%s\n' "$output" | grep -c 'error: ')
    if printf '%s\n' "$output" | grep 'error: ' | grep -qF "eddy: $expected" && [ "$errors" -eq 1 ]; then
      continue
    fi
    echo "FAILED: $file: expected one error, \"eddy: $expected\", but there are $errors:"
  fi
  printf '%s\n' "$output"
  failed=1
done
exit $failed
