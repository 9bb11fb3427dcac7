#!/usr/bin/env bash
# Letters of wordings, layouts and typefaces the rules were not made with, through process and evaluate: words, fields,
# kinds, holds. COUNT letters (default 2000) from SEED on (from 1000000 on is held out); goes on where it was stopped.
set -euo pipefail
count="${COUNT:-2000}" seed="${SEED:-1005000}" part=200
work="target/prove-letters/$seed"
"${CARGO:-cargo}" build --release --example letters
mkdir -p "$work/results"
for ((n = 0; n * part < count; n++)); do
  out="$work/results/$n"
  [ -e "$out.done" ] && continue
  rm -rf "$work/letters" "$out"
  target/release/examples/letters --seed "$((seed + n))" --count "$part" --single --out "$work/letters"
  cp "$work/letters/truth.jsonl" "$work/truth-$n.jsonl" && rm "$work/letters/truth.jsonl"
  target/release/poststelle process --station allgemein --out "$out" "$work/letters" >"$work/process.log" 2>&1 ||
    { tail -n 5 "$work/process.log" >&2; exit 1; }
  touch "$out.done"
done
cat "$work"/truth-*.jsonl >"$work/truth.jsonl"
# What went wrong stays in the file; looking at held-out letters would spoil them.
target/release/poststelle evaluate --truth "$work/truth.jsonl" "$work/results" >"$work/report.txt" || true
sed -n '/^Wörter je/,$p' "$work/report.txt"
echo "PROVED letters: $((n * part)) from seed $seed, see above; $(date -I)"
