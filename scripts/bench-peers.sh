#!/usr/bin/env bash
# The same pages through poststelle, bare Tesseract and OCRmyPDF, as one table (benches/README.md keeps it).
# PAGES: how many letters (default 60); SEED: which ones; ROUNDS: turns of the two fast ones.
set -euo pipefail
scripts/install.sh build run samples peers
work=target/peers
python="$work/venv/bin/python"
[ -x "$work/venv/bin/ocrmypdf" ] || {
  python3 -m venv "$work/venv" && "$work/venv/bin/pip" install --quiet ocrmypdf img2pdf || {
    echo "OCRmyPDF could not be had from PyPI." >&2
    [ "${CI:-}" = true ] && exit 1
  }
}
"${CARGO:-cargo}" build --release --examples
rm -rf "$work/scans" "$work/twins" "$work/pages"
mkdir -p "$work/pages"
target/release/examples/letters --seed "${SEED:-21}" --count "${PAGES:-60}" --single --out "$work/scans" --twins "$work/twins"
# One image a page, so that all three read the same files.
for scan in "$work"/scans/scan-*; do
  stem="$(basename "${scan%.*}")"
  case "$scan" in
    *.pdf) pdftoppm -r 300 -png "$scan" "$work/pages/$stem" ;;
    *.tif) tiffsplit "$scan" "$work/pages/$stem-" ;;
    *) cp "$scan" "$work/pages/$stem-1.${scan##*.}" ;;
  esac
done
# Names end in the page number without leading zeros, as the truth counts.
for page in "$work"/pages/*; do
  name="$(basename "$page")" && stem="${name%.*}" && last="${stem##*-}"
  case "$last" in
    [0-9]*) number=$((10#$last)) ;;
    *) number=$(( (36#$last - 13330) + 1 )) ;; # tiffsplit counts aaa, aab, ...
  esac
  new="$work/pages/${stem%-*}-$number.${name##*.}"
  [ "$page" = "$new" ] || mv "$page" "$new"
done
for twin in "$work"/twins/*.png; do
  stem="$(basename "$twin" .png)"
  mv "$twin" "$work/twins/${stem%-p*}-$((10#${stem##*-p})).png"
done
peer=()
if [ -x "$work/venv/bin/ocrmypdf" ]; then
  "$python" -m img2pdf --output "$work/pages.pdf" $(ls "$work"/pages/*)
  peer=(--ocrmypdf "$work/venv/bin/ocrmypdf")
fi
exec target/release/examples/peers --pages "$work/pages" --truth "$work/scans/truth.jsonl" \
  --twins "$work/twins" --pdf "$work/pages.pdf" --work "$work/runs" --rounds "${ROUNDS:-3}" "${peer[@]}"
