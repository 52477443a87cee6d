# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What a server must do with each kind of frame, in the groups and by the numbers of Autobahn|Testsuite's cases, so that
they can be looked up there: 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragments, 6 UTF-8, 7 closing, 9 large and
many messages, 10 fragments that the server may make, 12 and 13 compression.

    cases_test.py ECHO_SERVER [unittest's arguments]
"""

import random
import sys
import unittest
import zlib

from raw_client import BINARY, CLOSE, MORE, PING, PONG, TEXT, Client, Server, close, frame

HELLO = "Hello-µ@ßöäüàá-UTF-8!!"
KOSME = "κόσμε"
BROKEN = 1002
NOT_UTF8 = 1007


class Served(unittest.TestCase):
    """Clients of one server, which ends well."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(PROGRAM)

    @classmethod
    def tearDownClass(cls):
        code = cls.server.end()
        if code != 0:
            raise AssertionError(f"the server ended with {code}")

    def connect(self, path, extensions=None):
        client = Client(self.server.port, path, extensions)
        self.addCleanup(client.end)
        return client


class Cases(Served):
    PATH = "/echo"

    def exchange(self, sent, expected, code=1000, chop=None):
        """Sends frames, then a close unless the server is to begin (or another code is due), and compares what comes."""
        client = self.connect(self.PATH)
        sent = list(sent) if code != 1000 else [*sent, close(1000)]
        try:
            client.send(b"".join(sent), chop)
        except (BrokenPipeError, ConnectionResetError):
            self.assertNotEqual(code, 1000)
        frames, got = client.rest()
        self.assertEqual((frames, got), ([(opcode, as_bytes(payload)) for opcode, payload in expected], code))

    def all_ways(self, sent, expected, code=1000, chops=(None, 1, 7)):
        for chop in chops:
            with self.subTest(chop=chop):
                self.exchange(sent, expected, code, chop)


def as_bytes(payload):
    return payload.encode() if isinstance(payload, str) else payload


def case(group, number, test, cases=Cases):
    name = f"test_{group}_{str(number).replace('.', '_')}"
    assert not hasattr(cases, name), name
    setattr(cases, name, test)


def simple(group, number, sent, expected, code=1000, chops=(None, 1)):
    case(group, number, lambda self: self.all_ways(sent, expected, code, chops))


# ---- 1: messages of each size ----

for opcode in (TEXT, BINARY):
    content = "*" if opcode == TEXT else b"\xfe"
    for number, size in enumerate((0, 125, 126, 127, 128, 65535, 65536), 1):
        simple(1, f"{opcode}.{number}", [frame(opcode, content * size)], [(opcode, content * size)], chops=(None,))
    simple(1, f"{opcode}.8", [frame(opcode, content * 65536)], [(opcode, content * 65536)], chops=(997,))

# ---- 2: pings ----

simple(2, 1, [frame(PING)], [(PONG, b"")])
simple(2, 2, [frame(PING, "Hello, world!")], [(PONG, "Hello, world!")])
simple(2, 3, [frame(PING, b"\0\xff\xfe\xfd\xfc\xfb\0\xff")], [(PONG, b"\0\xff\xfe\xfd\xfc\xfb\0\xff")])
simple(2, 4, [frame(PING, b"\xfe" * 125)], [(PONG, b"\xfe" * 125)], chops=(None,))
simple(2, 5, [frame(PING, b"\xfe" * 126)], [], BROKEN)
simple(2, 6, [frame(PING, b"\xfe" * 125)], [(PONG, b"\xfe" * 125)], chops=(1,))
simple(2, 7, [frame(PONG)], [])
simple(2, 8, [frame(PONG, "unsolicited")], [])
simple(2, 9, [frame(PONG, "unsolicited"), frame(PING, "ping")], [(PONG, "ping")])
PINGS = [frame(PING, f"payload-{i}") for i in range(10)]
PONGS = [(PONG, f"payload-{i}") for i in range(10)]
simple(2, 10, PINGS, PONGS, chops=(None,))
simple(2, 11, PINGS, PONGS, chops=(1,))

# ---- 3: reserved bits ----

TWO = [(TEXT, "Hello, world!")]
ONE = frame(TEXT, "Hello, world!")
simple(3, 1, [frame(TEXT, "Hello, world!", rsv=1)], [], BROKEN)
for number, (rsv, chops) in enumerate(((2, (None,)), (3, (13,)), (4, (1,))), 2):
    simple(3, number, [ONE, frame(TEXT, "Hello, world!", rsv=rsv), frame(PING)], TWO, BROKEN, chops)
simple(3, 5, [frame(BINARY, b"\0\xff", rsv=5)], [], BROKEN)
simple(3, 6, [frame(PING, "Hello, world!", rsv=6)], [], BROKEN)
simple(3, 7, [frame(CLOSE, b"", rsv=7)], [], BROKEN)

# ---- 4: opcodes that mean nothing ----

for group, first in ((1, 3), (2, 11)):
    for i in range(5):
        payload = "" if i % 2 == 0 else "reserved opcode payload"
        before = [] if i < 2 else [ONE]
        chops = ((None,), (None,), (None,), (11,), (1,))[i]
        simple(4, f"{group}.{i + 1}", [*before, frame(first + i, payload), frame(PING)], TWO if before else [], BROKEN, chops)

# ---- 5: fragments ----

FIRST, LAST = frame(TEXT, "fragment1", fin=False), frame(MORE, "fragment2")
BOTH = [(TEXT, "fragment1fragment2")]
simple(5, 1, [frame(PING, "fragment1", fin=False), frame(MORE, "fragment2")], [], BROKEN)
simple(5, 2, [frame(PONG, "fragment1", fin=False), frame(MORE, "fragment2")], [], BROKEN)
for number, chops in ((3, (None,)), (4, (15,)), (5, (1,))):
    simple(5, number, [FIRST, LAST], BOTH, chops=chops)
for number, chops in ((6, (None,)), (7, (15,)), (8, (1,))):
    simple(5, number, [FIRST, frame(PING, "ping"), LAST], [(PONG, "ping"), *BOTH], chops=chops)
for number, (fin, chops) in enumerate([(fin, chops) for fin in (True, False) for chops in ((None,), (20,), (1,))], 9):
    simple(5, number, [frame(MORE, "non-continuation payload", fin=fin), ONE], [], BROKEN, chops)
simple(5, 15, [FIRST, LAST, frame(MORE, "fragment3", fin=False), frame(TEXT, "fragment4")], BOTH, BROKEN)
for number, fin in ((16, False), (17, True)):
    simple(5, number, [frame(MORE, "fragment1", fin=fin), frame(TEXT, "fragment2", fin=False), frame(MORE, "fragment3")] * 2,
           [], BROKEN)
simple(5, 18, [FIRST, frame(TEXT, "fragment2")], [], BROKEN)
FIVE = [frame(TEXT, "fragment1", fin=False), frame(MORE, "fragment2", fin=False), frame(PING, "pongme 1!"),
        frame(MORE, "fragment3", fin=False), frame(MORE, "fragment4", fin=False), frame(PING, "pongme 2!"),
        frame(MORE, "fragment5")]
ANSWERS = [(PONG, "pongme 1!"), (PONG, "pongme 2!"), (TEXT, "fragment1fragment2fragment3fragment4fragment5")]
simple(5, 19, FIVE, ANSWERS, chops=(None,))
simple(5, 20, FIVE, ANSWERS, chops=(15, 1))

# ---- 6: UTF-8 ----


def in_pieces(text, size):
    """As frames of so many bytes each."""
    data = as_bytes(text)
    pieces = [data[i:i + size] for i in range(0, len(data), size)] or [b""]
    return [frame(TEXT if i == 0 else MORE, piece, fin=i == len(pieces) - 1) for i, piece in enumerate(pieces)]


def utf8(number, data, valid):
    data = as_bytes(data)
    expected, code = ([(TEXT, data)], 1000) if valid else ([], NOT_UTF8)

    def test(self):
        self.all_ways([frame(TEXT, data)], expected, code, chops=(None, 1))
        self.all_ways(in_pieces(data, 1), expected, code, chops=(None,))
    case(6, number, test)


simple(6, "1.1", [frame(TEXT)], [(TEXT, "")])
simple(6, "1.2", [frame(TEXT, fin=False), frame(MORE, fin=False), frame(MORE)], [(TEXT, "")])
simple(6, "1.3", [frame(TEXT, fin=False), frame(MORE, "middle frame payload", fin=False), frame(MORE)],
       [(TEXT, "middle frame payload")])
simple(6, "2.1", [frame(TEXT, HELLO)], [(TEXT, HELLO)])
simple(6, "2.2", in_pieces(HELLO, 14), [(TEXT, HELLO)])
simple(6, "2.3", in_pieces(HELLO, 1), [(TEXT, HELLO)])
simple(6, "2.4", in_pieces(KOSME, 1), [(TEXT, KOSME)])
BAD = KOSME.encode() + bytes.fromhex("eda080") + b"edited"
simple(6, "3.1", [frame(TEXT, BAD)], [], NOT_UTF8)
simple(6, "3.2", in_pieces(BAD, 1), [], NOT_UTF8)


def fails_fast(number, parts, in_one_frame):
    """The connection is failed as soon as it is known, before the last part comes."""
    def test(self):
        client = self.connect(self.PATH)
        data = [as_bytes(part) for part in parts]
        if in_one_frame:
            whole = frame(TEXT, b"".join(data))
            head = len(whole) - sum(map(len, data))
            cuts = [head + len(data[0]), head + len(data[0]) + len(data[1])]
            pieces = [whole[:cuts[0]], whole[cuts[0]:cuts[1]]]
        else:
            pieces = [frame(TEXT, data[0], fin=False), frame(MORE, data[1], fin=False)]
        for piece in pieces:
            client.send(piece)
        self.assertEqual(client.rest(), ([], NOT_UTF8))
    case(6, number, test)


for number, parts in ((1, (KOSME, bytes.fromhex("f4908080"), "edited")),
                      (2, (KOSME.encode() + b"\xf4", b"\x90", b"\x80\x80edited"))):
    fails_fast(f"4.{number}", parts, in_one_frame=False)
    fails_fast(f"4.{number + 2}", parts, in_one_frame=True)

UTF8 = (
    # (number, valid, sequences)
    ("5", True, (KOSME, KOSME + "𐎀", "\U0001d7d8" + KOSME, "x" * 61 + KOSME, KOSME * 30)),
    ("6", None, [KOSME.encode()[:i] for i in range(1, 12)]),
    ("7", True, ("\0", "\x80", "\u0800", "\U00010000")),
    ("8", False, ("f888808080", "fc8480808080")),
    ("9", True, ("\x7f", "\u07ff", "\uffff", "\U0010ffff")),
    ("10", False, ("f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf")),
    ("11", None, (b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd", b"\xf4\x8f\xbf\xbf", b"\xf4\x90\x80\x80")),
    ("12", False, ("80", "bf", *("80bf" * i + "80" * j for i in (1, 2, 3) for j in (0, 1)),
                   bytes(range(0x80, 0xc0)).hex())),
    ("13", False, ["20".join(f"{lead:02x}" for lead in leads) + "20" for leads in
                   (range(0xc0, 0xe0), range(0xe0, 0xf0), range(0xf0, 0xf8), range(0xf8, 0xfc), range(0xfc, 0xfe))]),
    ("14", False, ("c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf")),
    ("15", False, ("c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf",)),
    ("16", False, ("fe", "ff", "fefeffff")),
    ("17", False, ("c0af", "e080af", "f08080af", "f8808080af", "fc80808080af")),
    ("18", False, ("c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf")),
    ("19", False, ("c080", "e08080", "f0808080", "f880808080", "fc8080808080")),
    ("20", False, ("eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf")),
    ("21", False, ("eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf",
                   "edafbfedb080", "edafbfedbfbf")),
    ("22", True, ("\ufffe", "\uffff", *(chr(plane << 16 | end) for plane in range(1, 17) for end in (0xfffe, 0xffff)))),
    ("23", True, ("\ufff9", "\ufffa", "\ufffb", "\ufffc", "\ufffd", "\ufffe", "\uffff")),
)
for group, valid, sequences in UTF8:
    for number, data in enumerate(sequences, 1):
        data = bytes.fromhex(data) if valid is False else as_bytes(data)
        if valid is None:
            try:
                data.decode()
                utf8(f"{group}.{number}", data, True)
            except UnicodeDecodeError:
                utf8(f"{group}.{number}", data, False)
        else:
            utf8(f"{group}.{number}", data, valid)

# ---- 7: closing ----


def closes(number, sent, expected, code):
    case(7, number, lambda self: self.exchange(sent, expected, code))


closes("1.1", [ONE, close(1001)], TWO, 1001)
closes("1.2", [close(1001), close(1001)], [], 1001)
closes("1.3", [close(1001), frame(PING)], [], 1001)
closes("1.4", [close(1001), ONE], [], 1001)
closes("1.5", [FIRST, close(1001), LAST], [], 1001)
closes("1.6", [frame(TEXT, "a" * 262144), close(1001), frame(PING)], [(TEXT, "a" * 262144)], 1001)
closes("3.1", [close()], [], 1005)
closes("3.2", [frame(CLOSE, b"a")], [], BROKEN)
closes("3.3", [close(1001)], [], 1001)
closes("3.4", [close(1001, b"Hello World!")], [], 1001)
closes("3.5", [close(1001, b"*" * 123)], [], 1001)
closes("3.6", [close(1001, b"*" * 124)], [], BROKEN)
closes("5.1", [close(1001, BAD)], [], NOT_UTF8)
for number, code in enumerate((1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999), 1):
    closes(f"7.{number}", [close(code)], [], code)
for number, code in enumerate((0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999), 1):
    closes(f"9.{number}", [close(code)], [], BROKEN)
for number, code in enumerate((5000, 65535), 1):
    closes(f"13.{number}", [close(code)], [], BROKEN)

# ---- 9: large and many messages ----

KIB, MIB = 1 << 10, 1 << 20


def large(number, opcode, size, fragment=None, chop=None):
    content = b"*" * size if opcode == TEXT else random.Random(size).randbytes(size)

    def test(self):
        client = self.connect(self.PATH)
        step = fragment or size
        pieces = [content[i:i + step] for i in range(0, size, step)]
        for i, piece in enumerate(pieces):
            client.send(frame(opcode if i == 0 else MORE, piece, fin=i == len(pieces) - 1), chop)
        self.assertEqual(client.receive(), (opcode, content, True, 0))
        client.send(close(1000))
        self.assertEqual(client.rest(), ([], 1000))
    case(9, number, test)


for opcode in (TEXT, BINARY):
    for number, size in enumerate((64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB), 1):
        large(f"{opcode}.{number}", opcode, size)
    for number, fragment in enumerate((4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB), 1):
        large(f"{opcode + 2}.{number}", opcode, 4 * MIB, fragment=fragment)
    for number, chop in enumerate((64, 128, 256, 512, 1024, 2048), 1):
        large(f"{opcode + 4}.{number}", opcode, MIB // 4, chop=chop)


def many(number, opcode, size):
    def test(self):
        client = self.connect(self.PATH)
        content = b"*" * size
        for _ in range(10):
            client.send(frame(opcode, content) * 100)
            for _ in range(100):
                self.assertEqual(client.receive(), (opcode, content, True, 0))
        client.send(close(1000))
        self.assertEqual(client.rest(), ([], 1000))
    case(9, number, test)


for opcode in (TEXT, BINARY):
    for number, size in enumerate((0, 16, 64, 256, 1024, 4096), 1):
        many(f"{opcode + 6}.{number}", opcode, size)

# ---- 10: a message in fragments comes back as one ----

simple(10, "1.1", in_pieces("*" * 65536, 1300), [(TEXT, "*" * 65536)], chops=(None,))

# ---- 12 and 13: compression ----

OFFERS = (
    # (offer, whether this side takes its context over, the bits of its window)
    ("permessage-deflate", True, 15),
    ("permessage-deflate; client_no_context_takeover; client_max_window_bits", False, 15),
    ("permessage-deflate; server_no_context_takeover; client_max_window_bits", True, 15),
    ("permessage-deflate; client_max_window_bits=9", True, 9),
    ("permessage-deflate; server_max_window_bits=9; client_max_window_bits", True, 15),
    ("permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; "
     "client_max_window_bits=9", False, 9),
    ("permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate", True, 15),
)
DATA = {1: b"*", 2: b"Sunlight on the water. ", 3: bytes(range(32, 127)), 4: b'{"id": 1234, "name": "x"}, ', 5: None}


def content_of(kind, size, number):
    if DATA[kind] is None:
        return random.Random(size * 1000 + number).randbytes(size)
    unit = DATA[kind] + str(number).encode()
    return (unit * (size // len(unit) + 1))[:size]


class CompressedCases(Served):
    pass


class Deflate:
    """What one side needs to say and to understand, as agreed upon."""

    def __init__(self, head, offer_takes_over, bits):
        answer = next(line for line in head.split("\r\n") if line.lower().startswith("sec-websocket-extensions:"))
        self.takes_over = offer_takes_over and "client_no_context_takeover" not in answer
        self.server_takes_over = "server_no_context_takeover" not in answer
        self.bits = bits
        self.compressor = self.decompressor = None

    def deflate(self, data):
        if self.compressor is None or not self.takes_over:
            self.compressor = zlib.compressobj(wbits=-self.bits)
        return (self.compressor.compress(data) + self.compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def inflate(self, data):
        if self.decompressor is None or not self.server_takes_over:
            self.decompressor = zlib.decompressobj(wbits=-15)
        return self.decompressor.decompress(data + b"\0\0\xff\xff")


def compressed(self, path, offer, takes_over, bits, kind, size, count, chop=None):
    client = self.connect(path, offer)
    deflate = Deflate(client.head, takes_over, bits)
    opcode = BINARY if DATA[kind] is None else TEXT
    for number in range(count):
        content = content_of(kind, size, number)
        client.send(frame(opcode, deflate.deflate(content), rsv=4), chop)
        got, payload, fin, rsv = client.receive()
        self.assertEqual((got, fin, rsv), (opcode, True, 4))
        self.assertEqual(deflate.inflate(payload), content)
    client.send(close(1000))
    self.assertEqual(client.rest(), ([], 1000))


def compression(group, number, **options):
    case(group, number, lambda self: compressed(self, **options), CompressedCases)


for kind in DATA:
    for number, size in enumerate((16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072), 1):
        compression(12, f"{kind}.{number}", path="/deflate", offer=OFFERS[0][0], takes_over=True, bits=15, kind=kind,
                    size=size, count=50)
    for number, size in enumerate((8192, 16384, 32768, 65536, 131072), 11):
        compression(12, f"{kind}.{number}", path="/takeover", offer=OFFERS[0][0], takes_over=True, bits=15, kind=kind,
                    size=size, count=20, chop=1300)
for number, (offer, takes_over, bits) in enumerate(OFFERS, 1):
    for part, size in enumerate((16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072), 1):
        compression(13, f"{number}.{part}", path="/takeover", offer=offer, takes_over=takes_over, bits=bits, kind=2,
                    size=size, count=30)


class CasesOfAFunction(Cases):
    """The same to a function that receives and sends."""
    PATH = "/function"


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
