#!/usr/bin/env python3
"""Checks proofs of the log with nothing but RFC 6962, section 2, and this file.

rfc6962.py inclusion PROOF.json RECORD.json
rfc6962.py consistency OLD_HEAD.json ANSWER.json
Prints "ok" and ends with 0, or says what does not hold and ends with 1.
"""
import hashlib
import json
import sys


def h(data):
    return hashlib.sha256(data).digest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def root_from_inclusion(leaf, index, size, path):
    """The head that leaf and path lead to: the recursion of section 2.1.1, read backwards."""
    if size == 1:
        assert not path, "path too long"
        return leaf
    k = 1
    while k * 2 < size:
        k *= 2
    if index < k:
        return h(b"\x01" + root_from_inclusion(leaf, index, k, path[:-1]) + path[-1])
    return h(b"\x01" + path[-1] + root_from_inclusion(leaf, index - k, size - k, path[:-1]))


def roots_from_consistency(old, new, path, old_head, whole=True):
    """Old and new head that the path leads to: the recursion of section 2.1.2, read backwards."""
    if old == new:
        if whole:
            assert not path, "path too long"
            return old_head, old_head
        assert len(path) == 1, "path of wrong length"
        return path[0], path[0]
    k = 1
    while k * 2 < new:
        k *= 2
    if old <= k:
        before, after = roots_from_consistency(old, k, path[:-1], old_head, whole)
        return before, h(b"\x01" + after + path[-1])
    before, after = roots_from_consistency(old - k, new - k, path[:-1], old_head, False)
    return h(b"\x01" + path[-1] + before), h(b"\x01" + path[-1] + after)


def inclusion(proof_file, record_file):
    proof = json.load(open(proof_file))
    path = [bytes.fromhex(p) for p in proof["path"]]
    leaf = h(b"\x00" + canonical(proof["entry"]))
    assert root_from_inclusion(leaf, proof["index"], proof["log"]["size"], path).hex() == proof["log"]["head"], "head"
    assert hashlib.sha256(open(record_file, "rb").read()).hexdigest() == proof["entry"]["detail"], "record"


def consistency(old_file, answer_file):
    old, answer = json.load(open(old_file)), json.load(open(answer_file))
    assert answer["old_size"] == old["size"], "size"
    path = [bytes.fromhex(p) for p in answer["path"]]
    before, after = roots_from_consistency(old["size"], answer["log"]["size"], path, bytes.fromhex(old["head"]))
    assert before.hex() == old["head"] and after.hex() == answer["log"]["head"], "head"


try:
    {"inclusion": inclusion, "consistency": consistency}[sys.argv[1]](*sys.argv[2:])
    print("ok")
except (AssertionError, IndexError) as error:
    print(f"does not hold: {error}")
    sys.exit(1)
