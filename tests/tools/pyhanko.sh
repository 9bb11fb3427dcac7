#!/usr/bin/env bash
# Validates sealed PDFs with pyHanko from PyPI, kept in target/pyhanko: pyhanko.sh CA.pem FILE...
# One line a file, "PASS" or "FAIL"; exit 0 all pass, 1 not, 3 not to be had.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
place="$root/target/pyhanko"
if ! "$place/bin/python" -c 'import pyhanko' 2>/dev/null; then
  if ! { python3 -m venv "$place" && "$place/bin/pip" install -q 'pyhanko==0.38.0' >&2; }; then
    echo "pyHanko COULD NOT BE HAD from PyPI." >&2
    exit 3
  fi
fi
exec "$place/bin/python" "$root/tests/tools/pyhanko_check.py" "$@"
