# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cookies, signed values, XSRF tokens and what handlers make of them beside Tornado's own, in both directions.  tornado_test.py web_tornado_commands

What one makes the other reads, and where only one way of writing exists both write the same. Inputs are random, and the
seed is told.
"""

import datetime
import hashlib
import logging
import pathlib
import random
import sys
import unittest
import unittest.mock
import urllib.parse

import tornado.httputil
import tornado.web

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from line_commands import Commands, Failed

NOW = 1700000000
DAY = 86400
SEED = random.randrange(1 << 32)
KEYS = {0: "old", 3: "newer", 17: "newest \u00e9"}

logging.disable(logging.CRITICAL)  # Tornado warns of what is refused, which is most of what is tried


class Frozen(datetime.datetime):
    @classmethod
    def utcnow(cls):
        return cls.utcfromtimestamp(NOW)


def handler(headers=None, method="POST", target="/", kind=tornado.web.RequestHandler, **settings):
    request = tornado.httputil.HTTPServerRequest(
        method, target, headers=tornado.httputil.HTTPHeaders(headers or {}), host="h",
        connection=unittest.mock.Mock(context=None))
    made = kind(tornado.web.Application(**settings), request)
    made._transforms = []
    return made


def key_fields(secret, signing=None):
    if not isinstance(secret, dict):
        return [secret]
    fields = [signing]
    for version, key in secret.items():
        fields += [version, key]
    return fields


class AsTornado(unittest.TestCase):
    def setUp(self):
        self.chance = random.Random(SEED)
        self.eddy = self.enterContext(Commands(sys.argv[1]))

    def some_text(self):
        return "".join(self.chance.choices("abcXYZ019_-", k=self.chance.randrange(1, 20)))


class SignedValues(AsTornado):
    def both_decode(self, secret, name, text, max_age=31 * DAY, min_version=1, now=NOW):
        eddy = self.eddy("decode", name, text, max_age, min_version, now, *key_fields(secret, 3))
        try:
            python = tornado.web.decode_signed_value(
                secret, name, text, max_age_days=max_age / DAY, clock=lambda: now, min_version=min_version)
        except (AssertionError, ValueError):  # version 1 with several keys, a time that is no number
            python = None
        self.assertEqual(eddy, python, text)
        return eddy

    def test_both_write_the_same_and_read_it(self):
        for size in range(200):
            secret = self.chance.choice(["s3cret", self.some_text(), "k" * 100])
            name, value = self.some_text(), self.chance.randbytes(size)
            now = NOW + self.chance.randrange(-10 * DAY, 10 * DAY)
            for version in (1, 2):
                theirs = tornado.web.create_signed_value(secret, name, value, version=version, clock=lambda at=now: at)
                self.assertEqual(self.eddy("create", name, value, version, now, secret), theirs)
                self.assertEqual(self.both_decode(secret, name, theirs), value)
            self.assertEqual(self.eddy("key_version", theirs), b"0")

    def test_both_write_the_same_with_several_keys(self):
        for signing in KEYS:
            theirs = tornado.web.create_signed_value(KEYS, "user", b"bob", clock=lambda: NOW, key_version=signing)
            self.assertEqual(self.eddy("create", "user", b"bob", 2, NOW, *key_fields(KEYS, signing)), theirs)
            self.assertEqual(self.both_decode(KEYS, "user", theirs), b"bob")
            self.assertEqual(self.eddy("key_version", theirs).decode(), str(signing))
            self.assertEqual(tornado.web.get_signature_key_version(theirs), signing)
            rest = {version: key for version, key in KEYS.items() if version != signing} | {3: "other"}
            self.assertIsNone(self.both_decode(rest, "user", theirs))
        old = tornado.web.create_signed_value("old", "user", b"bob", version=1, clock=lambda: NOW)
        self.assertIsNone(self.both_decode(KEYS, "user", old))
        with self.assertRaises(Failed):
            self.eddy("create", "user", b"bob", 1, NOW, *key_fields(KEYS, 3))

    def test_both_refuse_what_is_too_old_or_of_an_old_version(self):
        for version in (1, 2):
            text = self.eddy("create", "user", b"alice", version, NOW, "s3cret")
            for age in (0, DAY - 1, DAY, DAY + 1, 31 * DAY, 31 * DAY + 1, -1, -31 * DAY, -31 * DAY - 1, -100 * DAY):
                for max_age in (0, DAY, 31 * DAY):
                    self.both_decode("s3cret", "user", text, max_age, now=NOW + age)
            self.assertEqual(self.both_decode("s3cret", "user", text, min_version=2), None if version == 1 else b"alice")
            self.assertIsNone(self.both_decode("s3cret", "User", text))

    def test_both_judge_what_was_changed_alike(self):
        taken = 0
        for _ in range(1500):
            version = self.chance.choice((1, 2))
            text = tornado.web.create_signed_value(
                "s3cret", "user", self.chance.randbytes(self.chance.randrange(9)), version=version, clock=lambda: NOW)
            at, change = self.chance.randrange(len(text)), self.chance.randrange(4)
            piece = bytes(self.chance.choices(b"0129aZ|:=/", k=self.chance.randrange(1, 4)))
            if change == 1:
                text = text[:at] + piece + text[at:]
            elif change == 2:
                text = text[:at] + piece + text[at + len(piece):]
            elif change == 3:
                text = text[:at] + text[at + self.chance.randrange(1, 4):]
            taken += self.both_decode("s3cret", "user", text) is not None
        self.assertGreater(taken, 200)

    def test_characters_moved_within_version_1(self):
        def moved(end):
            text = tornado.web.create_signed_value("s3cret", "user", b"\0" * 3, version=1, clock=lambda: NOW)
            text = text.replace(b"AAAA", b"AAAA" + end)
            signature = tornado.web._create_signature_v1("s3cret", "user", b"AAAA", end, str(NOW))
            return b"AAAA|" + end + str(NOW).encode() + b"|" + signature

        for end in (b"1234", b"0000", b"12345678", b"00", b"abcd", b"1/23"):
            self.assertIsNone(self.both_decode("s3cret", "user", moved(end)))


class XsrfTokens(AsTornado):
    def eddy_parse(self, text):
        parsed = self.eddy("xsrf_parse", text, NOW)
        if parsed is None:
            return None, None, None
        version, created, raw = parsed.split(b" ", 2)
        return int(version), raw, int(created)

    def both_parse(self, text):
        with unittest.mock.patch("time.time", lambda: NOW + 0.5):
            version, raw, created = handler()._decode_xsrf_token(text)
        self.assertEqual(self.eddy_parse(text), (version, raw, created), text)
        return raw

    def test_both_write_the_same_and_read_it(self):
        for _ in range(200):
            raw, mask = self.chance.randbytes(16), self.chance.randbytes(4)
            created = self.chance.randrange(1, 2 * NOW)
            sources = {4: mask, 16: raw}
            for version in (1, 2):
                with unittest.mock.patch("os.urandom", sources.__getitem__), unittest.mock.patch(
                        "time.time", lambda at=created: at + 0.75):
                    theirs = handler(xsrf_cookie_version=version).xsrf_token
                self.assertEqual(self.eddy("xsrf_text", raw, created, mask, version), theirs)
                self.assertEqual(self.both_parse(theirs.decode()), raw)

    def test_both_read_other_texts_alike(self):
        for text in ("not hexadecimal", "abc", "0", "a|b", "02|aa", "00FFaa", "3|01020304|00|1", "1|01020304|00|1",
                     "1000|00", "2|", "2|01020304|00", "2|01020304|00|x", "2|01020304|00|1|", "2|0102030x|00|1",
                     "2|01020304|0|1", "2|AABBCCDD|00fFFf00|12", "99999999999|a", "|", "2", "2a|0"):
            self.both_parse(text)

    def check(self, cookie, token):
        request = handler({"Cookie": f"_xsrf={cookie}", "X-Xsrftoken": token})
        try:
            request.check_xsrf_cookie()
        except tornado.web.HTTPError as error:
            self.assertEqual(error.status_code, 403)
            return False
        return True

    def test_tornado_takes_what_eddy_sends(self):
        raw, other = self.chance.randbytes(16), self.chance.randbytes(16)
        texts = [self.eddy("xsrf_text", raw, NOW, self.chance.randbytes(4), version).decode() for version in (1, 2, 2)]
        stranger = self.eddy("xsrf_text", other, NOW, self.chance.randbytes(4), 2).decode()
        for cookie in texts:
            for token in texts:
                self.assertTrue(self.check(cookie, token))
            self.assertFalse(self.check(cookie, stranger))


class SetCookies(AsTornado):
    def setUp(self):
        super().setUp()
        self.enterContext(unittest.mock.patch("datetime.datetime", Frozen))

    def theirs(self, name, value, flags, same_site, **options):
        if "h" in flags:
            options["httponly"] = True
        if "s" in flags:
            options["secure"] = True
        if same_site:
            options["samesite"] = same_site
        made = handler()
        made.set_cookie(name, value, **options)
        (cookie,) = made._new_cookie.values()
        return cookie.OutputString(None).encode()

    def both_set(self, name, value, domain="", path="/", expires="", days="", max_age="", flags="", same_site=""):
        try:
            eddy = self.eddy("set_cookie", name, value, domain, path, expires, days, max_age, flags, same_site, NOW)
        except Failed:
            eddy = None
        options = {"domain": domain, "path": path}
        if expires != "":
            options["expires"] = Frozen.utcfromtimestamp(expires)
        if days != "":
            options["expires_days"] = days
        if max_age != "":
            options["max_age"] = max_age
        try:
            theirs = self.theirs(name, value, flags, same_site, **options)
        except (ValueError, tornado.web.http.cookies.CookieError):
            theirs = None
        self.assertEqual(eddy, theirs)
        return eddy

    def test_both_write_the_same(self):
        for _ in range(500):
            value = "".join(chr(self.chance.randrange(0x21, 0x80)) for _ in range(self.chance.randrange(9)))
            field = self.both_set(
                self.some_text(), value, domain=self.chance.choice(("", "ex.com", ".ex.com")),
                path=self.chance.choice(("", "/", "/a%20b")),
                expires=self.chance.choice(("", 0, self.chance.randrange(1 << 32))),
                days=self.chance.choice(("", 0, 1, 30, 0.25, -2)), max_age=self.chance.choice(("", 1, 10, 0, -5)),
                flags=self.chance.choice(("", "h", "s", "hs")), same_site=self.chance.choice(("", "Lax", "Strict", "None")))
            # And each reads the other's.
            name, rest = field.decode().split("=", 1)
            pair = f"{name}={rest.split('; ')[0]}"
            self.assertEqual(handler({"Cookie": pair}).get_cookie(name), value)
            self.assertEqual(self.eddy("read_cookie", pair, name).decode(), value)

    def test_both_refuse_the_same(self):
        for byte in range(0x80):
            self.both_set(f"a{chr(byte)}b", "v")
            self.both_set("n", f"a{chr(byte)}b")
        for name in ("", "path", "Expires", "SECURE", "httponly", "samesite", "max-age", "version", "comment", "domain"):
            self.assertIsNone(self.both_set(name, "v"))

    def test_both_remove_the_same(self):
        made = handler()
        made.clear_cookie("c", path="/a", domain="ex.com")
        (cookie,) = made._new_cookie.values()
        self.assertEqual(self.eddy("remove_cookie", "c", "", "ex.com", "/a", "", "", "", "", "", NOW),
                         cookie.OutputString(None).encode())


class Members(tornado.web.RequestHandler):
    @tornado.web.authenticated
    def get(self):
        pass

    head = post = get


class Handlers(AsTornado):
    def test_both_tag_alike(self):
        for size in (0, 1, 5, 64, 1000):
            content = self.some_text() * size
            ours = f'"{hashlib.sha1(content.encode()).hexdigest()}"'
            for asked in ("", "*", ours, "W/" + ours, f'"x", {ours}', f'"x",W/{ours} , "y"', '"x"', 'W/"x"', ours[1:-1]):
                theirs = handler({"If-None-Match": asked}, "GET")
                theirs.write(content)
                theirs.set_etag_header()
                status = 304 if theirs.check_etag_header() else 200
                self.assertEqual(self.eddy("etag", content, asked).decode(), f"{status} {theirs._headers['Etag']}")

    def test_both_send_strangers_to_the_same_place(self):
        for login in ("/login", "/login?a=b", "http://ex.com/login", "https://ex.com/login?x=y"):
            for target in ("/", "/a?b=c+d&e=%20", "/%C3%A4/~x-y_z.*'()!", "/a;b,c:d@e$f"):
                for method in ("GET", "HEAD", "POST"):
                    theirs = handler({}, method, target, Members, login_url=login)
                    try:
                        theirs.get()
                        expected = f"{theirs.get_status()} {theirs._headers['Location']}"
                    except tornado.web.HTTPError as error:
                        expected = f"{error.status_code} "
                    self.assertEqual(self.eddy("stranger", login, method, target).decode(), expected)

    def test_both_refuse_the_same_as_forged(self):
        def text(raw):
            return self.eddy("xsrf_text", raw, NOW, self.chance.randbytes(4), self.chance.choice((1, 2))).decode()

        mine, other = self.chance.randbytes(16), self.chance.randbytes(16)
        verdicts = set()
        for cookie in (None, "", "3|x", "2|x|y", text(mine), text(other), "as of old"):
            for token in (None, "", "3|x", text(mine), text(mine), text(other), "as of old"):
                for place in ("X-Xsrftoken", "X-Csrftoken", "query"):
                    headers = {} if cookie is None else {"Cookie": f"_xsrf={cookie}"}
                    target = "/"
                    if token is not None and place == "query":
                        target += "?" + urllib.parse.urlencode({"_xsrf": token})
                    elif token is not None:
                        headers[place] = token
                    try:
                        handler(headers, "POST", target).check_xsrf_cookie()
                        expected = ""
                    except tornado.web.HTTPError as error:
                        expected = f"403 POST {target} (192.0.2.1): {error.log_message}"
                    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                    self.assertEqual(self.eddy("xsrf_check", target, fields).decode(), expected)
                    verdicts.add(expected[-20:])
        self.assertEqual(len(verdicts), 4)

    def test_both_make_the_same_hidden_field(self):
        cookie = self.chance.randbytes(16).hex()
        theirs = handler({"Cookie": f"_xsrf={cookie}"}, xsrf_cookie_version=1).xsrf_form_html()
        self.assertEqual(self.eddy("xsrf_form_html", cookie).decode(), theirs)


if __name__ == "__main__":
    print(f"seed {SEED}, Tornado {tornado.version}")
    unittest.main(argv=sys.argv[:1])
