#!/usr/bin/env bash
# Validates seals with the EU's library DSS from Maven Central, kept in target/dss: dss.sh CA.pem FILE...
# A detached seal lies beside FILE.content; an evidence record NAME.ers beside NAME.pdf and NAME.record.json.
# One line a file, "PASS" or "FAIL" with level and reason; exit 0 all pass, 1 not, 3 not to be had.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
lib="$root/target/dss/lib"
if [ ! -f "$lib/.complete" ]; then
  mkdir -p "$lib"
  cp "$root/tests/tools/dss-pom.xml" "$root/target/dss/pom.xml"
  if ! (cd "$root/target/dss" && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >&2); then
    echo "DSS COULD NOT BE HAD from Maven Central." >&2
    exit 3
  fi
  touch "$lib/.complete"
fi
exec java -cp "$lib/*" "$root/tests/tools/Dss.java" "$@"
