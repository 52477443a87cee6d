# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""file_upload_test.py PROGRAM: the receiver and the sender of files, in one host; neither keeps what passes through it."""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from program import Program, fails

MEBIBYTE = 1 << 20
FILE_BYTES = 96 * MEBIBYTE
# It is about 1 MiB; but AddressSanitizer keeps for a while what has been freed, and needs room beside all that is not.
SANITIZED = b"__asan_init" in pathlib.Path(sys.argv[1]).read_bytes()
MOST_GROWTH = (64 if SANITIZED else 8) * MEBIBYTE
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"


def peak_memory(pid):
    return int(re.search(r"VmHWM:\s+(\d+) kB", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) << 10


def request(program, method, path, body, content_type):
    connection = program.connection()
    try:
        connection.request(method, path, body, {"Content-Type": content_type})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def send(command, program, file, form):
    """What the receiver says of a file that the program sends, and the memory that the sender has used at most."""
    sender = subprocess.Popen(
        [*command, f"--port={program.address[1]}", f"--send={file}", *form], stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)
    text = sender.stdout.read()
    _, status, usage = os.wait4(sender.pid, 0)
    sender.returncode = os.waitstatus_to_exitcode(status)
    assert sender.returncode == 0 and text.startswith("200 "), text
    answer = json.loads(text[4:])
    return answer[0] if form else answer, usage.ru_maxrss << 10


def test_form(program):
    body = (b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nno file\r\n'
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="../one.txt"\r\nContent-Type: text/plain\r\n\r\nabc\r\n'
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="two \\"2\\""\r\n\r\n\r\n--b--\r\n')
    status, text = request(program, "POST", "/upload", body, "multipart/form-data; boundary=b")
    assert status == 200, (status, text)
    one, two = json.loads(text)
    assert one == {"name": "one.txt", "type": "text/plain", "bytes": 3, "sha256": hashlib.sha256(b"abc").hexdigest()}, one
    assert (two["name"], two["bytes"]) == ("two _2_", 0), "a name that is safe for a file of one's own"


def test_refuses(program):
    status, text = request(program, "POST", "/upload", b"abc", "text/plain")
    assert status == 415 and "Unsupported Media Type" in text, (status, text)
    cut = b'--b\r\nContent-Disposition: form-data; name="a"; filename="f"\r\n\r\nabc'
    for body in (cut, b"--b\r\nno field\r\n\r\n\r\n--b--\r\n"):
        status, text = request(program, "POST", "/upload", body, "multipart/form-data; boundary=b")
        assert status == 400, (status, text)


def test_sends(command, program, folder):
    """Of a large file neither side needs the memory."""
    file = folder / "größe 1.bin"
    digest = hashlib.sha256()
    with file.open("wb") as out:
        for number in range(FILE_BYTES // MEBIBYTE):
            piece = number.to_bytes(4, "big") * (MEBIBYTE // 4)
            digest.update(piece)
            out.write(piece)
    small = folder / "small"
    small.write_bytes(b"x")
    before = peak_memory(program.process.pid)
    for form in ([], ["--form=1"]):
        _, least = send(command, program, small, form)
        answer, most = send(command, program, file, form)
        assert answer["bytes"] == FILE_BYTES and answer["sha256"] == digest.hexdigest(), answer
        assert answer["name"].endswith("1.bin"), answer
        assert most - least < MOST_GROWTH, f"the sender grew from {least >> 20} to {most >> 20} MiB"
    growth = peak_memory(program.process.pid) - before
    assert growth < MOST_GROWTH, f"the receiver grew by {growth >> 20} MiB"


def main():
    command = [sys.argv[1]]
    with tempfile.TemporaryDirectory() as name, Program(command) as program:
        folder = pathlib.Path(name)
        test_form(program)
        test_refuses(program)
        test_sends(command, program, folder)
        port = program.address[1]
        fails([*command, f"--port={port}", f"--send={folder / 'none'}"], "none: No such file or directory")
    fails([*command, f"--port={port}", f"--send={sys.argv[0]}"], "Connection refused")


main()
