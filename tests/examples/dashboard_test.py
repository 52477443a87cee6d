# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""dashboard_test.py PROGRAM: samples come as events, and one who comes back gets those that were missed."""

import http.client
import json
import sys

from program import LIMIT_SECONDS, Program


class Events:
    """A client of /samples."""

    def __init__(self, program, last_id=None):
        self.connection = http.client.HTTPConnection(*program.address, timeout=LIMIT_SECONDS)
        self.connection.request("GET", "/samples", headers={"Last-Event-ID": last_id} if last_id else {})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.status
        assert self.answer.headers["Content-Type"] == "text/event-stream", self.answer.headers.items()

    def next(self):
        fields = {}
        while line := self.answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields

    def close(self):
        self.answer.close()
        self.connection.close()


def main():
    with Program([sys.argv[1], "--pace=20"]) as program:
        page = program.get("/")
        assert 'src="/dashboard.js"' in page and "<script>" not in page, page
        first = Events(program)
        assert first.next() == {"retry": "500"}
        seen = [first.next() for _ in range(3)]
        ids = [int(event["id"]) for event in seen]
        assert ids == [ids[0], ids[0] + 1, ids[0] + 2], ids
        for event in seen:
            assert event["event"] == "sample", event
            sample = json.loads(event["data"])
            assert 0 <= sample["late_ms"] < 60_000 and sample["connections"] >= 1, sample
            assert 1000 < sample["memory_kib"] < 10_000_000, sample
        second = Events(program)
        second.next()
        assert int(second.next()["id"]) == ids[0], "a new page gets what there is"
        while json.loads(first.next()["data"])["connections"] < 2:
            pass
        first.close()
        again = Events(program, str(ids[1]))
        again.next()
        assert int(again.next()["id"]) == ids[2], "what was missed, and nothing twice"
        again.close()
        second.close()


main()
