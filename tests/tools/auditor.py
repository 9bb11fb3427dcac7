#!/usr/bin/env python3
"""An auditor with nothing but the package of `report audit`, the Python library and, for the seal, openssl.

auditor.py PACKAGE [--trust CA.pem] [--head HEAD.json ...] [--count 5] [--seed N]
Checks every file against the manifest, the manifest's seal, and the log against its head and against heads that were
kept outside; then follows some documents, drawn at random, from the bytes of the scan to the box of the paper.
Prints what it sees; every gap is a line that begins with "GAP". Ends with 1 if there is one.
"""
import argparse
import base64
import hashlib
import json
import pathlib
import random
import subprocess
import sys
import tempfile

gaps = 0


def gap(text):
    global gaps
    gaps += 1
    print("GAP", text)


def sha(data):
    return hashlib.sha256(data)


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def join(left, right):
    return sha(b"\x01" + left + right).digest()


def head(tree):
    """Head of a tree given as (level, hash), largest first (RFC 6962, 2.1)."""
    if not tree:
        return sha(b"").digest()
    result = tree[-1][1]
    for _, node in reversed(tree[:-1]):
        result = join(node, result)
    return result


def append(tree, leaf):
    tree.append((0, leaf))
    while len(tree) > 1 and tree[-1][0] == tree[-2][0]:
        (level, left), (_, right) = tree[-2:]
        tree[-2:] = [(level + 1, join(left, right))]


def openssl_verifies(seal, content, anchors):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "seal").write_bytes(seal)
        (folder / "content").write_bytes(content)
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", folder / "seal", "-content",
                   folder / "content", "-CAfile", anchors, "-purpose", "any", "-out", folder / "out"]
        return subprocess.run(command, capture_output=True).returncode == 0


def check_files(package, anchors):
    raw = (package / "manifest.json").read_bytes()
    manifest = json.loads(raw)
    named = {part["path"] for part in manifest["files"]}
    for part in manifest["files"]:
        path = package / part["path"]
        if not path.is_file():
            gap(f"file {part['path']} is missing")
        elif sha(path.read_bytes()).hexdigest() != part["sha256"]:
            gap(f"file {part['path']} was changed")
    for path in sorted(package.rglob("*")):
        name = path.relative_to(package).as_posix()
        if path.is_file() and name not in named | {"manifest.json", "manifest.p7s"}:
            gap(f"file {name} is not in the manifest")
    seal = package / "manifest.p7s"
    if anchors and not (seal.is_file() and openssl_verifies(seal.read_bytes(), raw, anchors)):
        gap("the seal of the manifest does not hold")
    print(f"manifest: {len(named)} files, {manifest['from']} to {manifest['to']}, {manifest['software']}")


def check_log(package, heads):
    before = json.loads((package / "log/before.json").read_bytes())
    size, tree = before["size"], []
    levels = [level for level in range(64, -1, -1) if before["size"] >> level & 1]
    for level, node in zip(levels, before["nodes"]):
        tree.append((level, bytes.fromhex(node)))
    outside = {h["size"]: h["head"] for h in (json.load(open(path)) for path in heads)}
    if outside.get(size, head(tree).hex()) != head(tree).hex():
        gap(f"the log before entry {size} is not the one of the head kept outside")
    entries, last = [], 0
    for line in (package / "log/entries.jsonl").read_text().splitlines():
        found = json.loads(line)
        if found["place"] != size:
            gap(f"log: entries {size} to {found['place'] - 1} are missing" if found["place"] > size
                else f"log: entry {found['place']} stands twice or in the wrong place")
            size = found["place"]
        if found["entry"]["seq"] <= last:
            gap(f"log: entry {size} is out of order")
        last = found["entry"]["seq"]
        append(tree, sha(b"\x00" + canonical(found["entry"])).digest())
        size += 1
        entries.append(found["entry"])
        if outside.get(size, head(tree).hex()) != head(tree).hex():
            gap(f"the log of {size} entries is not the one of the head kept outside")
    end = json.loads((package / "log/head.json").read_bytes())
    if (end["size"], end["head"]) != (size, head(tree).hex()):
        gap(f"log: {size} entries do not lead to the head of {end['size']}")
    print(f"log: {len(entries)} entries after {before['size']}, head {end['head'][:16]}")
    return entries


def follow(document, package, by_subject, anchors):
    name, batch = document["document"], document["batch"]
    print(f"{name}:")

    def said(subject, code, why):
        found = [e for e in by_subject.get(subject, []) if e["code"] == code]
        if not found:
            gap(f"{name}: nothing says {why} ({code} about {subject})")
            return None
        print(f"  {found[-1]['at']} {code} {subject} {found[-1]['actor']} {found[-1]['detail'][:72]}")
        return found[-1]

    received = said(batch, "batch.received", "that its scan came in")
    if received and received["detail"] != document["source_sha256"]:
        gap(f"{name}: the scan has another hash than when it came")
    path = package / f"records/{name}.record.json"
    if not path.is_file():
        gap(f"{name}: its record is not in the package")
        return
    raw = path.read_bytes()
    record = json.loads(raw)
    digest, seal = record.pop("digest"), record.pop("seal")
    if sha(canonical(record)).hexdigest() != digest:
        gap(f"{name}: the record was changed")
    if record["body"]["source"]["sha256"] != document["source_sha256"]:
        gap(f"{name}: the record speaks of another scan")
    if anchors and not (seal and openssl_verifies(base64.b64decode(seal), canonical(record), anchors)):
        gap(f"{name}: the seal of the record does not hold")
    written = said(name, "record.written", "that its record was written")
    if written and written["detail"] != sha(raw).hexdigest():
        gap(f"{name}: this is not the record that was written")
    sealed = said(name, "document.sealed", "what its product is")
    if sealed and record["product_sha256"] and sealed["detail"] != record["product_sha256"]:
        gap(f"{name}: record and log speak of different products")
    said(batch, "sample.seed", "how the sample was drawn")
    if said(name, "document.closed", "that it was handed over and read back") is None:
        return
    deliveries = [s for s in by_subject if s.startswith(name + "@")]
    for delivery in deliveries:
        said(delivery, "delivery.confirmed", "that the target has it")
    if not deliveries:
        gap(f"{name}: nothing says where it went")
    if record["body"]["environment"]["mode"] == "replacing":
        said(batch, "paper.boxed", "where its paper is")
        if any(e["code"] == "paper.released" for e in by_subject.get(name, [])):
            said(name, "sample.passed", "that it was compared with the paper") if any(
                e["code"] == "sample.failed" for e in by_subject.get(name, [])) else None
            said("backup", "backup.confirmed", "that a backup was made before the paper went")
    print(f"  {record['body']['statement']['text']}")


parser = argparse.ArgumentParser()
parser.add_argument("package", type=pathlib.Path)
parser.add_argument("--trust")
parser.add_argument("--head", action="append", default=[])
parser.add_argument("--count", type=int, default=5)
parser.add_argument("--seed", type=int)
options = parser.parse_args()
check_files(options.package, options.trust)
log_entries = check_log(options.package, options.head)
subjects = {}
for item in log_entries:
    subjects.setdefault(item["subject"], []).append(item)
documents = [json.loads(line) for line in (options.package / "documents.jsonl").read_text().splitlines()]
chance = random.Random(options.seed)
for drawn in chance.sample(documents, min(options.count, len(documents))):
    follow(drawn, options.package, subjects, options.trust)
print(f"{gaps} gaps")
sys.exit(gaps > 0)
