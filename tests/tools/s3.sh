#!/usr/bin/env bash
# An S3-compatible server on loopback, in memory: s3.sh PORT. With an address instead: checks its signature against
# botocore: s3.sh ADDRESS SECRET. moto from PyPI, installed once into target/tools.
set -euo pipefail
tools=$(cd "$(dirname "$0")" && pwd)
folder=$tools/../../target/tools/moto
mkdir -p "$folder"
exec 9<"$folder" # one at a time
flock 9
if [ ! -x "$folder/bin/moto_server" ]; then
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check 'moto[s3]==5.2.5' 'flask==3.1.3' 'flask-cors==6.0.5' >&2
fi
exec 9<&-
if [ $# -eq 2 ]; then exec "$folder/bin/python" "$tools/s3_signed.py" "$@"; fi
exec "$folder/bin/moto_server" -H 127.0.0.1 -p "$1"
