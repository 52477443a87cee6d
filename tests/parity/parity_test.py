# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The same requests to Eddy and to Tornado, whose handlers are alike, and all that a client can see of the answers.

What differs must be listed in the case, with both values and the reason. report.py makes docs/parity.md of the cases.

    parity_test.py PROGRAM          # server.cc; says what differs and is not listed, or is listed and does not differ
    parity_test.py PROGRAM NAME...  # what both answer, of the cases whose name begins so
"""

import gzip
import hashlib
import http.client
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import server
from case import SERVERS, SUBJECTS, subject
from http_peers import ProgramServers, TornadoServers, exchange

LEAST = 150
# Phrases of RFC 9110 where Python has those of its predecessors.
NEW_PHRASES = {413: "Content Too Large", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}


def observe(answers, keeps):
    """What is compared: status, body, the fields by name with '_' for '-', `reason` if it is not the status's own,
    `interim` (statuses of 1xx), `whole` if the answer was cut, of the second answer all with "second_" before it; and
    whether the connection `keeps`."""
    seen = {"keeps": keeps}
    for prefix, answer in zip(("", "second_", "third_"), answers, strict=False):
        if answer is None:
            seen[prefix + "status"] = None
            continue
        seen[prefix + "status"] = answer.status
        if answer.reason not in (http.client.responses.get(answer.status), NEW_PHRASES.get(answer.status)):
            seen[prefix + "reason"] = answer.reason
        if answer.interim:
            seen[prefix + "interim"] = answer.interim
        if not answer.whole:
            seen[prefix + "whole"] = False
        for name, values in answer.fields.items():
            if name not in ("date", "server"):
                seen[prefix + name.replace("-", "_")] = values[0] if len(values) == 1 else values
        body = answer.body
        is_coded = answer.fields.get("content-encoding") == ["gzip"]
        if is_coded and body[:2] == b"\x1f\x8b":
            body = gzip.decompress(body)
        seen[prefix + "body"] = body.decode("utf-8", "backslashreplace")
        if "etag" in answer.fields:
            seen[prefix + "etag"] = shown_tag(answer.fields["etag"][0], body, is_coded)
    return seen


def shown_tag(tag, body, is_coded):
    """A tag is the SHA-1 of its own content, which is compared already. That of a coded one is weak in Eddy, as the octets
    are not those of the other form (RFC 9110, 8.8.1); Tornado gives both the same strong one."""
    if is_coded:
        tag = tag.removeprefix("W/")
    return "of the content" if tag == f'"{hashlib.sha1(body).hexdigest()}"' else tag


def differing(theirs, ours):
    return {name: (theirs.get(name), ours.get(name)) for name in {**theirs, **ours} if theirs.get(name) != ours.get(name)}


def cases():
    return [(name, case) for name in SUBJECTS for case in subject(name).CASES]


def answers_of(case, their_ports, our_ports):
    place = SERVERS.index(case.server)
    theirs, ours = (observe(*exchange(ports[place], case.requests)) for ports in (their_ports, our_ports))
    for prefix in ("", "second_", "third_"):
        if theirs.get(prefix + "status") != ours.get(prefix + "status"):  # only one has content that gets a tag
            theirs.pop(prefix + "etag", None)
            ours.pop(prefix + "etag", None)
    return theirs, ours


def check(their_ports, our_ports):
    failures = 0
    for where, case in cases():
        expected = case.listed()
        try:
            found = differing(*answers_of(case, their_ports, our_ports))
        except TimeoutError:
            found = {"answer": ("or Eddy: none in time", "or Tornado: none in time")}
        if found == expected:
            continue
        failures += 1
        print(f"{where}.{case.name}: {case.sentence}\n  {b''.join(case.requests)!r:.300}")
        for name in sorted({**found, **expected}):
            if found.get(name) != expected.get(name):
                theirs, ours = found.get(name, ("as Eddy", "as Tornado"))
                print(f"    {name}: Tornado {theirs!r:.300} Eddy {ours!r:.300}")
                if name in expected:
                    print("      but listed: Tornado {!r:.300} Eddy {!r:.300}".format(*expected[name]))
    return failures


def show(names, their_ports, our_ports):
    for where, case in cases():
        if f"{where}.{case.name}".startswith(tuple(names)):
            print(f"{where}.{case.name}: {case.sentence}\n  {b''.join(case.requests)!r:.300}")
            for who, seen in zip(("Tornado", "Eddy"), answers_of(case, their_ports, our_ports), strict=True):
                print(f"  {who} {seen}")


def main():
    program, *names = sys.argv[1:]
    with TornadoServers(server.servers) as theirs, ProgramServers([program]) as ours:
        if names:
            show(names, theirs, ours)
            return 0
        failures = check(theirs, ours)
    count = len(cases())
    print(f"{count} cases, {failures} with differences that are not listed")
    return 1 if failures or count < LEAST else 0


if __name__ == "__main__":
    sys.exit(main())
