# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""websocket_chat_test.py PROGRAM: two guests talk; one comes back and hears what it has missed, once."""

import json
import pathlib
import sys

from program import Program

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "websocket"))
from raw_client import CLOSE, TEXT, Client, close, frame  # noqa: E402


def hears(client):
    opcode, payload, _, _ = client.receive()
    assert opcode == TEXT, (opcode, payload)
    return json.loads(payload)


def main():
    with Program([sys.argv[1]]) as program:
        assert "new WebSocket(" in program.get("/")
        port = program.address[1]
        ada, bob = Client(port, "/chat?name=Ada"), Client(port, "/chat?name=Bob")
        ada.send(frame(TEXT, 'k1 <b>"hello"</b> to all'))
        first = hears(bob)
        assert (first["name"], first["key"], first["text"]) == ("Ada", "k1", '<b>"hello"</b> to all'), first
        assert hears(ada) == first
        bob.end()
        ada.send(frame(TEXT, "k2 anybody there?") + frame(TEXT, "k2 anybody there?") + frame(TEXT, "k3 well"))
        assert [hears(ada)["key"] for _ in range(2)] == ["k2", "k3"]
        bob = Client(port, f"/chat?name=Bob&since={first['id']}")
        assert [hears(bob)["key"] for _ in range(2)] == ["k2", "k3"]
        bob.send(frame(TEXT, "nothing"))
        assert bob.receive()[0] == CLOSE
        ada.send(close(1000))
        assert ada.rest() == ([], 1000)


main()
