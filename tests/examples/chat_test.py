# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""chat_test.py PROGRAM: guests ask what is new and are told; what was said is there again after a restart, once."""

import http.client
import json
import pathlib
import sys
import tempfile
import threading
import urllib.parse

from program import LIMIT_SECONDS, Program


class Guest:
    def __init__(self, program, name):
        self.program, self.name, self.cursor = program, name, 0

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(*self.program.address, timeout=LIMIT_SECONDS)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, text

    def say(self, key, text, headers=None):
        body = urllib.parse.urlencode({"name": self.name, "key": key, "text": text})
        form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.request("POST", "/messages", body, form)[0].status

    def hears(self, wait=25):
        answer, text = self.request("GET", f"/messages?since={self.cursor}&wait={wait}")
        assert answer.status == 200, answer.status
        assert answer.headers["Cache-Control"] == "no-store", answer.headers.items()
        news = json.loads(text)
        self.cursor = news["cursor"]
        return news

    def keys(self, wait=25):
        news = self.hears(wait)
        assert not news["missed"], news
        return [message["key"] for message in news["messages"]]


def talk(program):
    ada, bob = Guest(program, "Ada"), Guest(program, "Bob")
    assert ada.hears()["messages"] == []
    assert bob.hears()["missed"], "there is no message 0"
    assert ada.keys(wait=0) == []
    heard = []
    waits = threading.Thread(target=lambda: heard.append(bob.hears()))
    waits.start()
    assert ada.say("k1", '<b>"hello"</b> to all') == 204
    waits.join(LIMIT_SECONDS)
    message = heard[0]["messages"][0]
    assert (message["name"], message["text"], message["id"]) == ("Ada", '<b>"hello"</b> to all', bob.cursor), message
    assert ada.say("k2", "twice") == ada.say("k2", "twice") == 204
    assert ada.keys() == ["k1", "k2"]
    assert bob.keys() == ["k2"]
    assert ada.say("no key", "text") == ada.say("k3", "") == 400
    assert ada.say("k3", "text", {"Origin": "http://evil.example"}) == 403
    return bob


def main():
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.argv[1], "--history=" + str(pathlib.Path(folder, "history"))]
        with Program(command) as program:
            assert 'src="/chat.js"' in program.get("/")
            _, headers, _ = program.request("GET", "/")
            assert "script-src" in headers["Content-Security-Policy"], headers.items()
            bob = talk(program)
            Guest(program, "Ada").say("k4", "while Bob is away")
        with Program(command) as program:
            bob.program = program
            assert bob.keys() == ["k4"]
            ada = Guest(program, "Ada")
            assert ada.say("k4", "said again, as nobody knew") == ada.say("k5", "new") == 204
            assert bob.keys() == ["k5"]
    with Program([sys.argv[1]]) as program:  # which knows nothing of before
        bob.program = program
        assert bob.hears()["missed"]


main()
