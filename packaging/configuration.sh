#!/bin/sh
# The shipped pipeline.toml with the places of an installed service, on stdout.
set -eu
cd "$(dirname "$0")/.."
cat <<'HEAD'
# Before the first letter: [town] id and name, departments and stations of your own. Then:
#   poststelle check && systemctl restart poststelle
#   runuser -u poststelle -- poststelle person set-password leitung --generate --by ID
HEAD
sed -e 's|^ledger = "var/|ledger = "/var/lib/poststelle/|' \
    -e 's|^vault = "var/|vault = "/var/lib/poststelle/|' \
    -e 's|^# cache = "var/|# cache = "/var/lib/poststelle/|' \
    -e 's|^# in_force = "var/|# in_force = "/var/lib/poststelle/|' \
    -e 's|^classifiers = "classifiers"|classifiers = "/etc/poststelle/classifiers"|' \
    -e 's|^folder = "scans/|folder = "/var/lib/poststelle/scans/|' \
    -e 's|^path = "var/out/|path = "/var/lib/poststelle/out/|' pipeline.toml
