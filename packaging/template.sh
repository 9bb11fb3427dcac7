#!/bin/sh
# The unit for one of several towns on one machine, on stdout: the same unit with the places of that town.
set -eu
cd "$(dirname "$0")"
sed -e 's|^# Changes belong into a drop-in: .*|# One of several towns: systemctl enable --now poststelle@TOWN; docs/operations.md. Changes: systemctl edit poststelle@|' \
    -e 's|^Description=.*|& von %i|' \
    -e 's|/etc/poststelle/pipeline.toml|/etc/poststelle/%i/pipeline.toml|' \
    -e 's|^StateDirectory=poststelle$|StateDirectory=poststelle/%i|' \
    -e 's|^WorkingDirectory=.*|WorkingDirectory=/var/lib/poststelle/%i|' \
    -e 's|^UMask=.*|&\
# Under load every town has the same share of the processors, however much mail one of them has.\
Slice=poststelle.slice\
CPUWeight=100|' poststelle.service
