#!/usr/bin/env bash
# Runs Apache Chemistry's OpenCMIS in-memory server from Maven Central in Jetty on 127.0.0.1:PORT, cached in
# target/opencmis. Becomes the server process; exit 3 if it is not to be had.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
home="$root/target/opencmis"
if [ ! -f "$home/.complete" ]; then
  rm -rf "$home" && mkdir -p "$home/war"
  cp "$root/tests/tools/opencmis-pom.xml" "$home/pom.xml"
  if ! (cd "$home" && mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib -DexcludeTransitive=true >&2); then
    echo "OpenCMIS COULD NOT BE HAD from Maven Central: CMIS was NOT tested." >&2
    exit 3
  fi
  python3 -m zipfile -e "$home"/lib/chemistry-opencmis-server-inmemory-*.war "$home/war"
  cp "$root/tests/tools/opencmis-web.xml" "$home/war/WEB-INF/web.xml"
  rm -f "$home"/war/WEB-INF/lib/{cxf,jaxb,log4j-slf4j-impl,neethi,wsdl4j,xmlschema}*
  # An empty repository, not one filled with examples.
  sed -i 's/^RepositoryFiller.Enable=true/RepositoryFiller.Enable=false/' "$home/war/WEB-INF/classes/repository.properties"
  touch "$home/.complete"
fi
exec java -Xmx512m -Djava.io.tmpdir="$2" -jar "$home"/lib/jetty-runner-*.jar --host 127.0.0.1 --port "$1" --path /cmis "$home/war"
