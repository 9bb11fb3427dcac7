#!/usr/bin/env bash
# 500 stacks between separator sheets, 2,000 letters with barcodes of strangers, in parts of 50 stacks; goes on where it
# was stopped. SEED (default 1200000, held out).
set -euo pipefail
seed="${SEED:-1200000}" parts="${PARTS:-10}" work="target/prove-separators/${SEED:-1200000}"
mkdir -p "$work"
"${CARGO:-cargo}" test --release --features faults --test separators_cut --no-run
"${CARGO:-cargo}" build --release --features faults --example letters
for ((n = 0; n < parts; n++)); do
  [ -e "$work/$n.done" ] && continue
  PROVE_SEPARATORS=50 PROVE_SEED=$((seed + n)) "${CARGO:-cargo}" test --release --features faults --test separators_cut -- \
    --nocapture --test-threads=1 >"$work/$n.log" 2>&1 || { grep -v '^ *Running' "$work/$n.log" >&2; exit 1; }
  touch "$work/$n.done"
done
stacks=$(grep -h '^COUNTED stacks' "$work"/*.log | awk '{s+=$3} END {print s}')
letters=$(grep -h '^COUNTED foreign' "$work"/*.log | awk '{s+=$4} END {print s}')
PROVE_PATCHES=500 "${CARGO:-cargo}" test --release --features faults --lib sheets_of_patch_t_and_2_are_all_read
echo "PROVED separators: 500 sheets of Patch T and 2 of any turn and skew read; $stacks stacks cut exactly right, $letters letters with foreign barcodes never cut; $(date -I)"
