#!/usr/bin/env bash
# Validates PDFs with veraPDF from Maven Central, cached in target/verapdf.
# Prints one line a file, "PASS file flavour" or "FAIL file flavour"; exit 0 all pass, 1 not, 3 not to be had.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
lib="$root/target/verapdf/lib"
if [ ! -f "$lib/.complete" ]; then
  mkdir -p "$lib"
  cp "$root/tests/tools/verapdf-pom.xml" "$root/target/verapdf/pom.xml"
  if ! (cd "$root/target/verapdf" && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib >&2); then
    echo "veraPDF COULD NOT BE HAD from Maven Central: PDF/A was NOT validated." >&2
    exit 3
  fi
  touch "$lib/.complete"
fi
# -f 0: the flavour the file itself claims.
out="$(java -cp "$lib/*" org.verapdf.apps.GreenfieldCliWrapper --format text -f 0 "$@" 2>/dev/null || true)"
echo "$out"
[ "$(grep -c '^PASS' <<<"$out")" -eq $# ]
