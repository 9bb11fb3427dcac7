#!/usr/bin/env bash
# Validates seals with the EU's library DSS: dss.sh CA.pem FILE...
# A detached seal lies beside FILE.content; an evidence record NAME.ers beside NAME.pdf and NAME.record.json.
# One line a file, "PASS" or "FAIL" with level and reason; exit 0 all pass, 1 not, 3 not to be had.
set -euo pipefail
tools="$(cd "$(dirname "$0")" && pwd)"
lib="$("$tools/maven.sh" dss)"
exec java -cp "$lib/*" "$tools/Dss.java" "$@"
