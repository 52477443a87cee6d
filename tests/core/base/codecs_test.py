# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Eddy's digests and encodings give what Python's give, for random input.  codecs_test.py core_codec_commands"""

import base64
import hashlib
import hmac
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from line_commands import Commands

DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="


def same(what, eddy, python):
    assert eddy == python, f"{what}: Eddy has {eddy}, Python {python}"


def compare(run, data, key):
    for name in ("sha1", "sha256"):
        same(f"{name} of {data}", run(name, data), hashlib.new(name, data).digest())
        same(f"{name} of {data} with {key}", run(f"hmac_{name}", key, data), hmac.digest(key, data, name))
    standard, url = base64.b64encode(data), base64.urlsafe_b64encode(data)
    for form, text in (("", standard), ("_url", url), ("_url_unpadded", url.rstrip(b"="))):
        same(f"encode{form} of {data}", run("encode" + form, data), text)
        same(f"decode{form} of {text}", run("decode" + form, text), data)
    same(f"hex of {data}", run("hex", data), data.hex().encode())


def canonical(text):
    """What Python decodes strictly, if it would also write it so."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data) == text else None


def main():
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with Commands(sys.argv[1]) as run:
        for size in range(260):  # all places in the blocks of both digests, and of keys
            compare(run, chance.randbytes(size), chance.randbytes(chance.randrange(140)))
        for _ in range(60):
            compare(run, chance.randbytes(chance.randrange(1 << 14)), chance.randbytes(chance.randrange(300)))
        decoded = 0
        for _ in range(2000):
            text = bytes(chance.choices(DIGITS, k=chance.randrange(7))) + b"=" * chance.randrange(3)
            same(f"decode of {text}", run("decode", text), canonical(text))
            decoded += canonical(text) is not None
        assert decoded > 50, "too few of the random texts are base64"


main()
