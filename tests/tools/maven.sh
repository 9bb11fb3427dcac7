#!/usr/bin/env bash
# The libraries of tests/tools/NAME-pom.xml from Maven Central, kept in target/NAME: maven.sh NAME.
# Prints their folder; exit 3 if they are not to be had.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
place="$root/target/$1"
if [ ! -f "$place/lib/.complete" ]; then
  mkdir -p "$place/lib"
  cp "$root/tests/tools/$1-pom.xml" "$place/pom.xml"
  if ! (cd "$place" && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >&2); then
    echo "$1 COULD NOT BE HAD from Maven Central: nothing was validated with it." >&2
    exit 3
  fi
  touch "$place/lib/.complete"
fi
echo "$place/lib"
