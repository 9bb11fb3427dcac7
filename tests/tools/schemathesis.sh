#!/usr/bin/env bash
# Schemathesis against a running service: schemathesis.sh DESCRIPTION_URL TOKEN EXAMPLES. Installed once into target/tools.
set -euo pipefail
folder=$(dirname "$0")/../../target/tools/schemathesis
if [ ! -x "$folder/bin/schemathesis" ]; then
  python3 -m venv "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
fi
cd "$folder"
# Every answer is one the description names, of its type and form; no server error; nothing without a token.
exec "$folder/bin/schemathesis" run "$1" --header "Authorization: Bearer $2" --max-examples "$3" --phases examples,coverage,fuzzing \
  --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth \
  --workers 2 --no-color
