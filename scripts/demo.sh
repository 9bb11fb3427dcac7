#!/usr/bin/env bash
# Opens each station-day, drops the samples the ledger has never seen, runs the daemon.
# ONCE=1: ends when everything is settled, compares with the truth.
set -euo pipefail
program=target/release/poststelle
today=$(date +%F)
for station in $(sed -n '/^\[\[station\]\]/,/^$/s/^id = "\(.*\)"/\1/p' pipeline.toml); do
  "$program" station open "$station" --operator sk-demo --received "$today" --source station_day --by leitung
done
"$program" samples sample-scans
if [ "${ONCE:-}" = 1 ]; then
  "$program" run --until-settled
  "$program" status
  # 0 only if every sample is delivered, in review or held as the truth says.
  "$program" evaluate --truth sample-scans/truth.jsonl && settled=0 || settled=$?
  echo "In review, by reason (received.differs: the samples' stamps are older than the day opened for them):" >&2
  "$program" review list | awk '{ print "  " $3 }' | sort | uniq -c >&2
  echo "Delivered: var/out/. Why a letter waits: $program review list, $program explain ID. Start over: rm -r var" >&2
  exit "$settled"
else
  # Printed once, at the first start; later: poststelle person set-password leitung --generate --by leitung
  "$program" person set-password leitung --generate --if-none --by leitung
  echo "Pages: http://127.0.0.1:8420/ (sign in as leitung) - results: var/out/ - end with Ctrl-C" >&2
  exec "$program" run
fi
