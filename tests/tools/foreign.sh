#!/usr/bin/env bash
# Runs a script of this folder with clients of vendors' systems from PyPI, kept in target/foreign.
# foreign.sh SCRIPT ARGUMENT...; exit 3 if they are not to be had.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
home="$root/target/foreign"
if [ ! -f "$home/.complete" ]; then
  if ! { python3 -m venv "$home" && "$home/bin/pip" install -q "docuware-client==0.9.0"; } >&2; then
    echo "Foreign clients COULD NOT BE HAD from PyPI: contract servers were NOT driven by them." >&2
    exit 3
  fi
  touch "$home/.complete"
fi
exec "$home/bin/python" "$root/tests/tools/$1" "${@:2}"
