"""What is asked of the metering API, and what comes of its answers."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from warren_horizon.metering import (
    LONGEST_ANSWER,
    Metering,
    MeteringError,
    frame_url,
)

TOKEN = "gAAAAA-a-users-own-token"


class Api:
    """A metering API that answers what a test wants, and remembers what it was asked."""

    def __init__(self):
        self.answer = (200, {}, b"[]")
        self.asked = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                api.asked.append(
                    (self.command, self.path, dict(self.headers), body)
                )
                status, headers, text = api.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class MeteringTest(unittest.TestCase):
    def setUp(self):
        self.api = Api()
        self.addCleanup(self.api.close)
        # As a catalog may have it.
        self.metering = Metering(self.api.url + "/", TOKEN, timeout=5)

    def answers(self, status, body, headers=None):
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.api.answer = (status, headers or {}, text)

    def refused(self, ask):
        with self.assertRaises(MeteringError) as caught:
            ask()
        self.assertNotIn(TOKEN, str(caught.exception))
        return caught.exception

    def test_brokers_are_asked_for_with_the_users_token(self):
        self.answers(200, [{"name": "prod", "state": "ok"}, {"name": "test"}])
        self.assertEqual(self.metering.brokers(), ["prod", "test"])
        method, path, headers, _ = self.api.asked[0]
        self.assertEqual((method, path), ("GET", "/v2/rabbit/brokers"))
        self.assertEqual(headers["X-Auth-Token"], TOKEN)

    def test_a_guest_token_is_asked_for_by_name(self):
        token = {"token": "a.b.c", "expires_at": "2030-01-01T00:00:00"}
        self.answers(201, token)
        given = self.metering.guest_token(
            "horizon", "https://horizon.example", ["overview"], ["prod"]
        )
        self.assertEqual(given, token)
        method, path, headers, body = self.api.asked[0]
        self.assertEqual((method, path), ("POST", "/v2/rabbit/guest-tokens"))
        self.assertEqual(headers["Content-Type"], "application/json")
        self.assertEqual(
            json.loads(body),
            {
                "portal": "horizon",
                "origin": "https://horizon.example",
                "panels": ["overview"],
                "brokers": ["prod"],
            },
        )

    def test_a_refusal_is_told_from_trouble(self):
        for status, is_refusal in [(401, True), (403, True), (503, False), (404, False)]:
            self.answers(status, {"error": {"message": TOKEN}})
            error = self.refused(self.metering.brokers)
            self.assertEqual((error.status, error.is_refusal), (status, is_refusal))

    def test_what_is_no_answer_of_ours_is_trouble(self):
        for body in [b"<html>", b"{}", b"[1]", b'[{"title": "x"}]', b""]:
            self.answers(200, body)
            self.refused(self.metering.brokers)
        for body in [b"[]", b'{"token": "a.b.c"}']:
            self.answers(201, body)
            self.refused(lambda: self.metering.guest_token("p", "o", ["*"], ["*"]))

    def test_the_token_follows_no_redirect(self):
        other = Api()
        self.addCleanup(other.close)
        self.answers(302, b"", {"Location": other.url + "/v2/rabbit/brokers"})
        self.refused(self.metering.brokers)
        self.assertEqual(other.asked, [])

    def test_an_endless_answer_is_not_read(self):
        self.answers(200, b"[" + b" " * (LONGEST_ANSWER + 1) + b"]")
        self.refused(self.metering.brokers)

    def test_nobody_there_is_trouble(self):
        gone = Api()
        gone.close()
        error = self.refused(Metering(gone.url, TOKEN, timeout=5).brokers)
        self.assertIsNone(error.status)


class FrameUrlTest(unittest.TestCase):
    def test_names_stay_in_their_part_of_the_address(self):
        url = frame_url("https://mq.example/warren/", "overview", "horizon", "a&b=c d/é")
        parts = urlsplit(url)
        self.assertEqual(parts.netloc + parts.path, "mq.example/warren/embed/overview")
        self.assertEqual(
            parse_qs(parts.query),
            {
                "portal": ["horizon"],
                "broker": ["a&b=c d/é"],
                "theme": ["light"],
                "lang": ["en"],
            },
        )


if __name__ == "__main__":
    unittest.main()
