#!/usr/bin/env bash
# 1,000 envelopes and letters that nobody but their addressee opens, of every sort: printed, stamped, on a label, misspelt,
# leaning, turned, in colour. Each must be held. Goes on where it was stopped. COUNT of each sort from SEED on (held out).
# Ordinary letters held by mistake are counted by prove-letters.sh.
set -euo pipefail
count="${COUNT:-143}" seed="${SEED:-1300000}"
work="target/prove-holds/$seed"
"${CARGO:-cargo}" build --release --example letters
mkdir -p "$work/results"
for sort in personal personalrat gleichstellung angebot wahl datenschutz schwerbehinderung; do
  out="$work/results/$sort"
  [ -e "$out.done" ] && continue
  rm -rf "$work/letters" "$out"
  target/release/examples/letters --seed "$seed" --count "$count" --single --kind "hold.$sort" --out "$work/letters"
  # One sort must not take the names of another.
  sed "s/\"file\":\"/&$sort-/" "$work/letters/truth.jsonl" >"$work/truth-$sort.jsonl" && rm "$work/letters/truth.jsonl"
  for file in "$work/letters"/*; do mv "$file" "$work/letters/$sort-${file##*/}"; done
  target/release/poststelle process --station allgemein --out "$out" "$work/letters" >"$work/process.log" 2>&1 ||
    { tail -n 5 "$work/process.log" >&2; exit 1; }
  touch "$out.done"
done
cat "$work"/truth-*.jsonl >"$work/truth.jsonl"
# What went wrong stays in the file; looking at held-out letters would spoil them.
target/release/poststelle evaluate --truth "$work/truth.jsonl" "$work/results" >"$work/report.txt" || true
held=$(sed -n 's/^angehalten *//p' "$work/report.txt")
grep -o '^nicht angehalten: [a-z]*' "$work/report.txt" | sort | uniq -c || true
echo "PROVED holds: $held; seed $seed; $(date -I)"
