#!/usr/bin/env bash
# The package in a clean Debian 12 that systemd-nspawn boots, cut off from every network: installed, a letter delivered,
# upgraded, rolled back, removed, purged. Each step that does not hold ends it; the last line is "PROVED package ...".
# Usage: scripts/prove-package.sh PACKAGE.deb, as root, with what `scripts/install.sh package` installs.
set -euo pipefail
cd "$(dirname "$0")/.."
samples=$(realpath sample-scans/allgemein)
work=$(mktemp -d "${TMPDIR:-/var/tmp}/prove-package.XXXXXX")
root=$work/root
home=/var/lib/poststelle
host="" leader=""

clean_up() {
  if [ -n "$leader" ]; then inside systemctl poweroff || true; wait "$host" || true; fi
  rm -rf --one-file-system "$work"
}
trap clean_up EXIT

said() { echo "prove-package: $*" >&2; }
fail() { said "$*"; inside journalctl -n 40 --no-pager -u poststelle >&2 || true; exit 1; }
inside() {
  nsenter -t "$leader" -a env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
service_user() { inside runuser -u poststelle -- "$@"; }
holds() { "$@" || fail "does not hold: $*"; }
# What is needed was downloaded before: the machine has no network.
apt() { inside apt-get -qq -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@" >&2; }

# Until it holds, at most two minutes.
within() {
  local left=240
  until "$@"; do
    [ $((left -= 1)) -gt 0 ] || fail "not within two minutes: $*"
    sleep 0.5
  done
}
delivered() { [ "$(find "$root$home/out" -name '*.pdf' 2>/dev/null | wc -l)" -eq "$1" ]; }
booted() { leader=$(pgrep -P "$host") && inside systemctl is-system-running | grep -qE 'running|degraded'; }

# A scanner writes under a name of its own and renames.
letter() {
  inside install -o poststelle -g poststelle -m 640 "/samples/$1" "$home/scans/allgemein/.part"
  inside mv "$home/scans/allgemein/.part" "$home/scans/allgemein/$1"
  within delivered "$2"
}

# Runs, of that version, never restarted by its watchdog.
serves() {
  holds inside systemctl is-active --quiet poststelle
  holds [ "$(inside dpkg-query -W -f '${Version}' poststelle)" = "$1" ]
  holds [ "$(inside systemctl show -P NRestarts poststelle)" = 0 ]
}

said "a clean Debian 12"
debootstrap --variant=minbase --include=systemd-sysv,dbus,ca-certificates bookworm "$root" >"$work/debootstrap.log"
cp -r "$samples" "$root/samples"
cp "$1" "$root/first.deb"
first=$(dpkg-deb -f "$1" Version)
# The next version: other number, one line more in a file that the town will have changed too.
second=$first+next
dpkg-deb -R "$1" "$work/next"
sed -i "s/^Version: .*/Version: $second/" "$work/next/DEBIAN/control"
echo "# New in this version." >>"$work/next/etc/poststelle/pipeline.toml"
dpkg-deb -Zgzip --root-owner-group -b "$work/next" "$root/second.deb" >/dev/null
systemd-nspawn --quiet --register=no --keep-unit -D "$root" --pipe apt-get -qq -y --download-only --no-install-recommends install /first.deb >&2

systemd-nspawn --quiet --register=no --keep-unit --private-network --boot -D "$root" >"$work/boot.log" 2>&1 </dev/null &
host=$!
within booted

said "install"
apt install /first.deb
serves "$first"
holds [ "$(inside stat -c '%U:%G %a' /etc/poststelle/pipeline.toml)" = "root:poststelle 640" ]
holds [ "$(inside stat -c '%U:%G %a' $home)" = "poststelle:poststelle 750" ]
holds service_user poststelle check
holds inside systemd-analyze security --offline=yes --threshold=20 /usr/lib/systemd/system/poststelle.service >"$work/exposure"
exposure=$(grep -oE 'Overall exposure level.*' "$work/exposure" | grep -oE '[0-9]+\.[0-9]')
service_user poststelle station open allgemein --operator sk-demo --received "$(date +%F)" --source station_day --by leitung
letter 017-bussgeld_einspruch.tif 1

said "upgrade"
inside sh -c 'echo "# Changed by the town." >>/etc/poststelle/pipeline.toml'
apt install /second.deb
serves "$second"
holds inside grep -q "Changed by the town" /etc/poststelle/pipeline.toml
holds inside grep -q "New in this version" /etc/poststelle/pipeline.toml.dpkg-dist
letter 012-gewerbe.tif 2

said "roll back"
apt install --allow-downgrades /first.deb
serves "$first"
letter 028-kita.tif 3
holds service_user poststelle verify "$home/ledger.sqlite"

said "remove"
apt remove poststelle
holds inside test ! -e /usr/bin/poststelle -a -e /etc/poststelle/pipeline.toml -a -e "$home/ledger.sqlite"
if inside systemctl is-active --quiet poststelle; then fail "removed, and still running"; fi

said "purge"
apt purge poststelle
holds inside test ! -e /etc/poststelle -a -e "$home/ledger.sqlite"
holds delivered 3
echo "PROVED package: booted by systemd-nspawn without network; installed, upgraded to $second, rolled back, removed," \
  "purged; 3 of 3 letters delivered and verified, evidence kept; exposure $exposure"
