#!/usr/bin/env bash
# Installs what is missing of the system packages of the groups named: build, run, test, samples, package, peers.
# Asks nothing; does nothing when everything is there. Needs Debian or Ubuntu, root or sudo.
set -euo pipefail
declare -A groups=(
  [build]="build-essential cmake pkg-config libssl-dev clang libclang-dev libtesseract-dev libleptonica-dev"
  [run]="fonts-dejavu-core tesseract-ocr tesseract-ocr-deu tesseract-ocr-osd ca-certificates openssh-client"
  [samples]="fonts-liberation fonts-dejavu-core fonts-dejavu-extra fonts-crosextra-carlito fonts-crosextra-caladea fonts-open-sans fonts-roboto-unhinted fonts-linuxlibertine fonts-freefont-ttf fonts-lato fonts-courier-prime"
  [package]="debootstrap systemd-container"
  [peers]="python3-venv ghostscript unpaper poppler-utils libtiff-tools"
  [test]="chromium slapd poppler-utils softhsm2 opensc python3-venv default-jdk-headless maven git openssl python3 apache2-bin openssh-server postfix dovecot-imapd dovecot-lmtpd samba smbclient strace postgresql"
)
wanted=()
for group in "$@"; do
  for package in ${groups[$group]}; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || wanted+=("$package")
  done
done
# The browser tests are driven by Node; whichever is there will do.
if [[ " $* " == *" test "* ]] && ! command -v npm >/dev/null; then wanted+=(nodejs npm); fi
[ ${#wanted[@]} -eq 0 ] && exit 0
sudo=""
[ "$(id -u)" -eq 0 ] || sudo="sudo"
echo "Installing: ${wanted[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
# A server that tests start for themselves on loopback must not start by being installed.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
  $sudo chmod 755 $policy
  trap '$sudo rm -f $policy' EXIT
fi
$sudo apt-get update -qq
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null
