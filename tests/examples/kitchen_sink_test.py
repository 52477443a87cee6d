# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""kitchen_sink_test.py PROGRAM: every route of the kitchen_sink example, in whichever host it was built for."""

import http.client
import json
import pathlib
import re
import socket
import sys
import tempfile
import threading
import time

from program import LIMIT_SECONDS, Program, fails

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "websocket"))
from raw_client import TEXT, Client, close, frame  # noqa: E402


class Raw:
    """A connection on which bytes are sent and read as they are."""

    def __init__(self, program):
        self.socket = socket.create_connection(program.address, timeout=LIMIT_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read_until(self, end):
        data = b""
        while not data.endswith(end):
            piece = self.socket.recv(65536)
            assert piece, f"the connection has ended behind {data!r}"
            data += piece
        return data

    def read_all(self):
        data = b""
        while piece := self.socket.recv(65536):
            data += piece
        return data


def test_plain(program):
    status, headers, text = program.request("GET", "/")
    assert (status, text) == (200, "Hello, world"), (status, text)
    assert headers["Content-Type"].startswith("text/plain"), headers.items()


def test_headers(program):
    connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)
    connection.request("GET", "/headers", headers={"X-Text": 'say "\\ä"'.encode("latin-1"), "Host": "anything"})
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "application/json"
    fields = json.loads(answer.read())
    assert fields["X-Text"] == 'say "\\ä"' and fields["Host"] == "anything", fields
    connection.putrequest("GET", "/headers")
    for name, value in (("X-Two", "a"), ("X-One", "x"), ("x-two", "b")):
        connection.putheader(name, value)
    connection.endheaders()
    members = json.loads(connection.getresponse().read(), object_pairs_hook=list)
    two = [value for name, value in members if name.lower() == "x-two"]
    assert len(two) == 1 and two[0].replace(" ", "") == "a,b", members
    connection.close()


def test_echo(program):
    connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)
    for body in (b"", b"small", bytes(range(256)) * 4096):
        connection.request("POST", "/echo", body=body, headers={"Content-Type": "application/x-test"})
        answer = connection.getresponse()
        assert answer.headers["Content-Type"] == "application/x-test"
        assert answer.read() == body
    pieces = [b"a" * n for n in (1, 1000, 100000)]
    connection.request("POST", "/echo", body=iter(pieces), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    assert connection.getresponse().read() == b"".join(pieces)
    connection.close()
    with Raw(program) as raw:
        raw.send(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 67108865\r\n\r\n")
        assert raw.read_all().startswith(b"HTTP/1.1 413 ")
    with Raw(program) as raw:  # its content is under way, and no reset may cost the client the answer
        raw.send(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 67108865\r\n\r\n" + bytes(900_000))
        assert raw.read_all().startswith(b"HTTP/1.1 413 ")
    with Raw(program) as raw:  # both ways at a time
        raw.send(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
        raw.read_until(b"3\r\nabc\r\n")
        raw.send(b"def")
        raw.read_until(b"3\r\ndef\r\n0\r\n\r\n")


def test_header_limit(program):
    """A head of 64 KiB is read, one byte more is not."""
    start, end = b"GET / HTTP/1.1\r\nHost: h\r\nX: ", b"\r\nConnection: close\r\n\r\n"
    fits = 64 * 1024 - len(start) - len(end)
    for extra, answer in ((0, b"HTTP/1.1 200 "), (1, b"HTTP/1.1 431 ")):
        with Raw(program) as raw:
            raw.send(start + b"x" * (fits + extra) + end)
            assert raw.read_all().startswith(answer), answer


def test_stream(program):
    _, headers, text = program.request("GET", "/stream?n=1000")
    assert headers["Transfer-Encoding"] == "chunked"
    assert text == "".join(f"chunk {i}\n" for i in range(1000))
    status, _, _ = program.request("GET", "/stream?n=many")
    assert status == 400, status


def test_websocket(program):
    client = Client(program.address[1], "/ws")
    client.send(frame(TEXT, "hello"))
    assert client.receive()[:2] == (TEXT, b"hello")
    client.send(close(1000))
    assert client.rest() == ([], 1000)


def test_events(program):
    """All of a stream, the rest of it for who comes again, and nothing for who has got it."""
    status, headers, text = program.request("GET", "/events?n=3&ms=1")
    assert status == 200 and headers["Content-Type"] == "text/event-stream", headers.items()
    events = [f"id: {i}\nevent: count\ndata: event {i}\n\n" for i in range(1, 4)]
    assert text == "".join(events), text
    connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)
    connection.request("GET", "/events?n=3&ms=1", headers={"Last-Event-ID": "1"})
    assert connection.getresponse().read().decode() == "".join(events[1:])
    connection.request("GET", "/events?n=3", headers={"Last-Event-ID": "3"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (204, b"")
    connection.close()
    assert program.request("GET", "/events?n=many")[0] == 400


def test_slow_reader(program):
    """100 MiB for a client that does not read: the program holds next to nothing of it."""
    with open(f"/proc/{program.process.pid}/status", encoding="ascii") as file:
        before = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    with Raw(program) as raw:
        raw.send(b"GET /big?mb=100 HTTP/1.1\r\nHost: h\r\n\r\n")
        raw.socket.recv(1024)
        for _ in range(20):
            assert program.get("/") == "Hello, world"
        with open(f"/proc/{program.process.pid}/status", encoding="ascii") as file:
            after = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        assert after - before < 4096, f"{after - before} KiB more"


def test_big(program):
    connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)
    connection.request("GET", "/big?mb=5")
    answer = connection.getresponse()
    assert answer.headers["Content-Length"] == str(5 << 20)
    assert answer.read() == b"x" * (5 << 20)
    connection.request("HEAD", "/big?mb=5")
    answer = connection.getresponse()
    assert answer.headers["Content-Length"] == str(5 << 20) and answer.read() == b""
    connection.close()


def test_statuses(program):
    status, headers, _ = program.request("GET", "/redirect")
    assert status == 302 and headers["Location"] == "/", (status, headers.items())
    connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)
    for code in range(200, 600):
        status, _, _ = program.request("GET", f"/status/{code}", connection)
        assert status == code, (status, code)
    connection.close()
    for wrong in ("199", "600", "abc"):
        status, _, _ = program.request("GET", f"/status/{wrong}")
        assert status == 404, (status, wrong)


def test_head(program, folder):
    """HEAD wherever GET is: the same head, and nothing behind it."""
    (folder / "head.txt").write_bytes(b"text")
    connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)
    for path in ("/", "/headers", "/static/head.txt", "/stream?n=3", "/redirect", "/status/200", "/sleep?ms=1", "/big?mb=1"):
        answers = [program.request(method, path, connection) for method in ("GET", "HEAD")]
        (status, headers, _), (head_status, head_headers, nothing) = answers
        assert (head_status, nothing) == (status, ""), (path, answers)
        # Of what is made while it is sent the length is not known.
        assert path.startswith("/stream") or head_headers["Content-Length"] == headers["Content-Length"], (path, answers)
    connection.close()


def test_largest_echo(program):
    """64 MiB, both ways at a time."""
    size = 64 << 20
    piece = bytes(range(256)) * 256
    with Raw(program) as raw:
        def upload():
            raw.send(b"POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % size)
            for _ in range(size // len(piece)):
                raw.send(piece)

        sender = threading.Thread(target=upload)
        sender.start()
        answer = http.client.HTTPResponse(raw.socket)
        answer.begin()
        read = 0
        while received := answer.read(len(piece)):
            assert received == piece[:len(received)] and len(received) == len(piece), read
            read += len(received)
        sender.join(LIMIT_SECONDS)
        assert (answer.status, read) == (200, size), (answer.status, read)


def test_static(program, folder):
    (folder / "page.html").write_bytes(b"0123456789")
    connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)

    def ask(path="/static/page.html", **fields):
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in fields.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    status, headers, body = ask()
    assert (status, body) == (200, b"0123456789") and headers["Content-Type"] == "text/html", headers.items()
    tag, modified = headers["ETag"], headers["Last-Modified"]
    assert ask(If_None_Match=tag)[0] == 304
    assert ask(If_Modified_Since=modified)[0] == 304
    assert ask(If_Match='"other"')[0] == 412
    status, headers, body = ask(Range="bytes=2-4")
    assert (status, headers["Content-Range"], body) == (206, "bytes 2-4/10", b"234")
    assert ask(Range="bytes=2-4", If_Range=tag)[0] == 206
    assert ask(Range="bytes=2-4", If_Range='"other"')[0] == 200
    assert ask(Range="bytes=10-")[0] == 416
    for path, expected in (("/static/none", 404), ("/static/..%2f..%2fetc/passwd", 403), ("/static/", 403)):
        assert ask(path)[0] == expected, path
    connection.request("HEAD", "/static/page.html")
    answer = connection.getresponse()
    assert answer.headers["Content-Length"] == "10" and answer.read() == b""
    connection.close()


def test_options(program):
    with Raw(program) as raw:
        raw.send(b"OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        answer = raw.read_all()
        assert answer.startswith(b"HTTP/1.1 204 ") and b"Allow: GET, HEAD, POST" in answer, answer
        assert answer.endswith(b"\r\n\r\n")


def test_sleepers_do_not_hold_each_other(program):
    connections = [http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS) for _ in range(20)]
    start = time.monotonic()
    for connection in connections:
        connection.request("GET", "/sleep?ms=300")
    for connection in connections:
        assert connection.getresponse().read() == b"slept 300 ms"
        connection.close()
    assert time.monotonic() - start < 20 * 0.3 / 2, "one after another"


def timers_of(program):
    """The seconds that are left to each of its timers, as the kernel tells: nothing has to be waited for."""
    left = []
    for path in pathlib.Path(f"/proc/{program.process.pid}/fdinfo").iterdir():
        try:
            found = re.search(r"^it_value: \((\d+), (\d+)\)$", path.read_text(), re.MULTILINE)
        except OSError:
            continue  # closed meanwhile
        if found:
            left.append(int(found.group(1)) + int(found.group(2)) / 1e9)
    return left


def test_default_timeout(program):
    begin = time.monotonic()
    with Raw(program) as raw:
        raw.send(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        raw.read_until(b"Hello, world")
        left = timers_of(program)
        waited = time.monotonic() - begin
    assert any(5 - waited <= seconds <= 5 for seconds in left), (left, waited)


def test_wrong_options(command):
    for wrong in ("x", "-1", "1.5", "86401"):
        fails([*command, "--port=0", f"--timeout={wrong}"], f"--timeout: '{wrong}' is not a number of seconds up to 86400")
    fails([*command, "--port=x"], "--port: 'x' is not a port")


def test_times(program):
    begin = time.monotonic()
    with Raw(program) as idle, Raw(program) as slow_head, Raw(program) as slow_body:
        slow_head.send(b"GET / HTTP/1.1\r\nHo")
        slow_body.send(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n")
        assert idle.read_all() == b""
        assert slow_head.read_all().startswith(b"HTTP/1.1 408 ")
        assert slow_body.read_all().startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begin >= 1, "before the second of --timeout was up"


def main():
    command = [sys.argv[1]]
    test_wrong_options(command)
    with tempfile.TemporaryDirectory() as folder, Program([*command, f"--static={folder}"]) as program:
        test_default_timeout(program)
        test_static(program, pathlib.Path(folder))
        test_plain(program)
        test_headers(program)
        test_header_limit(program)
        test_head(program, pathlib.Path(folder))
        test_largest_echo(program)
        test_echo(program)
        test_stream(program)
        test_websocket(program)
        test_events(program)
        test_slow_reader(program)
        test_big(program)
        test_statuses(program)
        test_options(program)
        test_sleepers_do_not_hold_each_other(program)
    with Program([*command, "--timeout=1"]) as program:
        test_times(program)


main()
