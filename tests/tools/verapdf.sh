#!/usr/bin/env bash
# Validates PDFs with veraPDF.
# Prints one line a file, "PASS file flavour" or "FAIL file flavour"; exit 0 all pass, 1 not, 3 not to be had.
set -euo pipefail
lib="$("$(dirname "$0")/maven.sh" verapdf)"
# -f 0: the flavour the file itself claims.
out="$(java -cp "$lib/*" org.verapdf.apps.GreenfieldCliWrapper --format text -f 0 "$@" 2>/dev/null || true)"
echo "$out"
[ "$(grep -c '^PASS' <<<"$out")" -eq $# ]
