"""The sample API behind hawkcache: what a newcomer is promised, over real sockets.

X-Origin-Requests, which the API counts up on every answer of a route, shows whether the API was asked.
"""

import contextlib
import os
import pty
import signal
import subprocess
import time
import unittest

import support
from support import request, request_json


class SampleApiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.api = support.SampleApi()
        cls.addClassCleanup(cls.api.stop)
        cls.daemon = support.Daemon(cls.api.port)
        cls.addClassCleanup(cls.daemon.stop)

    def setUp(self):
        self.assertEqual(self.purge({"all": True}).status, 200)

    def get(self, path, **headers):
        return request(self.daemon.port, "GET", path, headers)

    def put(self, path, value):
        return request_json(self.daemon.port, "PUT", path, value)

    def purge(self, what):
        return request_json(self.daemon.admin_port, "POST", "/v1/purge", what)

    def assert_purged(self, answer, count):
        """Exact, unless the answer calls itself an estimate: entries of an earlier purge may not be swept yet."""
        self.assertEqual(answer.status, 200)
        purged = answer.json()
        self.assertGreaterEqual(purged["purged"], count)
        self.assertTrue(purged["purged"] == count or purged.get("estimate"), purged)

    def get_twice(self, path, **headers):
        """A MISS and the HIT that follows."""
        first, second = self.get(path, **headers), self.get(path, **headers)
        self.assertEqual((first.status, first.x_cache), (200, "MISS"))
        self.assertEqual((second.status, second.x_cache), (200, "HIT"))
        return first, second

    def test_the_second_request_is_a_hit_and_the_api_is_not_asked(self):
        first, second = self.get_twice("/users/42")
        self.assertEqual(second.body, first.body)
        self.assertEqual(second.header("X-Origin-Requests"), first.header("X-Origin-Requests"))
        self.assertEqual(second.json()["id"], 42)

    def test_a_hit_says_so_in_cache_status_and_tells_its_age(self):
        first, second = self.get_twice("/users/42")
        self.assertRegex(first.header("Cache-Status"), r"^hawkcache; ?fwd=uri-miss.*stored")
        self.assertRegex(second.header("Cache-Status"), r"^hawkcache; ?hit.*ttl=\d+")
        self.assertRegex(second.header("Age"), r"^\d+$")

    def test_age_counts_up(self):
        self.get_twice("/posts/3")
        end = time.monotonic() + support.PATIENCE_SECONDS
        while int(self.get("/posts/3").header("Age")) < 1:
            self.assertLess(time.monotonic(), end, "Age stayed 0")
            time.sleep(0.1)

    def test_lists_are_cached_by_their_query_in_any_order_and_without_campaign_parameters(self):
        self.get_twice("/posts?page=2&limit=5")
        self.assertEqual(self.get("/posts?limit=5&page=2").x_cache, "HIT")
        self.assertEqual(self.get("/posts?page=2&utm_source=mail&limit=5").x_cache, "HIT")
        self.assertEqual(self.get("/posts?page=3&limit=5").x_cache, "MISS")

    def test_purging_a_tag_makes_the_next_request_a_miss(self):
        self.get_twice("/users/42")
        self.get_twice("/users/43")
        self.assert_purged(self.purge({"tags": ["user:42"]}), 1)
        self.assertEqual(self.get("/users/42").x_cache, "MISS")
        self.assertEqual(self.get("/users/43").x_cache, "HIT")

    def test_purging_the_common_tag_reaches_every_user_and_no_post(self):
        for path in ("/users", "/users/1", "/users/2", "/posts/1"):
            self.get_twice(path)
        self.assert_purged(self.purge({"tags": ["users"]}), 3)
        self.assertEqual([self.get(path).x_cache for path in ("/users", "/users/1", "/users/2")], ["MISS"] * 3)
        self.assertEqual(self.get("/posts/1").x_cache, "HIT")

    def test_purging_a_url_takes_that_url(self):
        self.get_twice("/posts/8")
        self.get_twice("/posts/9")
        self.assert_purged(self.purge({"urls": ["/posts/8"]}), 1)
        self.assertEqual((self.get("/posts/8").x_cache, self.get("/posts/9").x_cache), ("MISS", "HIT"))

    def test_a_purge_that_names_nothing_is_refused(self):
        answer = self.purge({"tags": []})
        self.assertEqual((answer.status, answer.header("Content-Type")), (400, "application/problem+json"))

    def test_the_purge_command_purges(self):
        self.get_twice("/users/42")
        done = support.run_hawkcache("purge", "--tag", "user:42", "--admin",
                                     f"http://127.0.0.1:{self.daemon.admin_port}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.get("/users/42").x_cache, "MISS")

    def test_top_shows_the_routes_time_and_again(self):
        shown = support.run_hawkcache("top", "--admin", f"http://127.0.0.1:{self.daemon.admin_port}",
                                      "--interval", "100ms", "--count", "2")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        self.assertEqual(shown.stdout.count("requests/s  hit ratio"), 2)
        self.assertIn("change-user", shown.stdout)
        self.assertNotIn("\x1b", shown.stdout)

    def test_top_gives_the_terminal_back_when_it_is_interrupted(self):
        here, there = pty.openpty()
        top = subprocess.Popen([support.hawkcache_program(), "top", "--interval", "100ms", "--admin",
                                f"http://127.0.0.1:{self.daemon.admin_port}"], stdout=there)
        os.close(there)
        written = b""
        while b"change-user" not in written:
            written += os.read(here, 65536)
        top.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # how the end of a terminal reads
            while piece := os.read(here, 65536):
                written += piece
        self.assertEqual(top.wait(support.PATIENCE_SECONDS), 0)
        os.close(here)
        self.assertTrue(written.startswith(b"\x1b[?1049h\x1b[?25l"), written[:40])
        self.assertTrue(written.endswith(b"\x1b[?25h\x1b[?1049l"), written[-40:])

    def test_a_write_purges_the_user_and_the_list_before_it_is_answered(self):
        for path in ("/users/7", "/users?limit=10"):
            self.get_twice(path)
        name = f"Renamed {time.monotonic_ns()}"
        self.assertEqual(self.put("/users/7", {"name": name}).status, 200)
        user, users = self.get("/users/7"), self.get("/users?limit=10")
        self.assertEqual((user.x_cache, users.x_cache), ("MISS", "MISS"))
        self.assertEqual(user.json()["name"], name)
        self.assertIn(name, [entry["name"] for entry in users.json()["users"]])

    def test_a_refused_write_purges_nothing(self):
        self.get_twice("/users/7")
        self.assertEqual(self.put("/users/7", {"name": ""}).status, 422)
        self.assertEqual(self.get("/users/7").x_cache, "HIT")

    def test_writes_to_posts_purge_posts(self):
        self.get_twice("/posts/11")
        title = f"Retitled {time.monotonic_ns()}"
        self.assertEqual(self.put("/posts/11", {"title": title}).json()["title"], title)
        self.assertEqual(self.get("/posts/11").json()["title"], title)

    def test_each_bearer_token_has_its_own_me(self):
        ada, _ = self.get_twice("/me", Authorization="Bearer token-1")
        alan, again = self.get_twice("/me", Authorization="Bearer token-2")
        self.assertEqual((ada.json()["id"], alan.json()["id"], again.json()["id"]), (1, 2, 2))
        self.assertEqual(self.get("/me", Authorization="Bearer token-1").json()["id"], 1)

    def test_me_without_a_token_is_401_and_not_stored(self):
        self.get_twice("/me", Authorization="Bearer token-1")
        for _ in range(2):
            answer = self.get("/me")
            self.assertEqual((answer.status, answer.x_cache), (401, "MISS"))

    def test_credentials_elsewhere_bypass_the_cache(self):
        for _ in range(2):
            self.assertEqual(self.get("/users/5", Cookie="session=abc").x_cache, "BYPASS")

    def test_head_is_answered_from_the_get_entry(self):
        first = self.get("/users/42")
        head = request(self.daemon.port, "HEAD", "/users/42")
        self.assertEqual((head.status, head.x_cache, head.body), (200, "HIT", b""))
        self.assertEqual(head.header("Content-Length"), str(len(first.body)))

    def test_a_404_is_passed_on_and_not_stored(self):
        answers = [self.get("/users/999999") for _ in range(2)]
        self.assertEqual([(answer.status, answer.x_cache) for answer in answers], [(404, "MISS")] * 2)
        self.assertNotEqual(*(answer.header("X-Origin-Requests") for answer in answers))

    def test_what_no_rule_names_passes_through(self):
        answer = self.get("/health")
        self.assertEqual((answer.status, answer.x_cache), (200, None))

    def test_the_admin_listener_tells_health_routes_and_figures(self):
        for path in ("/healthz", "/readyz", "/metrics", "/v1/stats", "/v1/routes"):
            with self.subTest(path=path):
                self.assertEqual(request(self.daemon.admin_port, "GET", path).status, 200)
        names = request(self.daemon.admin_port, "GET", "/v1/routes").body.decode()
        self.assertIn("change-user", names)


class StoppingTest(unittest.TestCase):
    def setUp(self):
        self.api = support.SampleApi()
        self.addCleanup(self.api.stop)
        self.daemon = support.Daemon(self.api.port)
        self.addCleanup(self.daemon.stop)

    def test_sigterm_ends_the_daemon_with_status_0(self):
        request(self.daemon.port, "GET", "/users/1")
        self.assertEqual(self.daemon.terminate(), 0, self.daemon.text())

    def test_sigint_ends_the_daemon_with_status_0(self):
        self.daemon.process.send_signal(signal.SIGINT)
        self.assertEqual(self.daemon.process.wait(support.PATIENCE_SECONDS), 0, self.daemon.text())

    def test_an_api_that_is_away_is_answered_502_and_hits_go_on(self):
        self.assertEqual(request(self.daemon.port, "GET", "/users/1").x_cache, "MISS")
        self.api.terminate()
        self.assertEqual(request(self.daemon.port, "GET", "/users/1").x_cache, "HIT")
        answer = request(self.daemon.port, "GET", "/users/2")
        self.assertEqual((answer.status, answer.header("Content-Type")), (502, "application/problem+json"))


if __name__ == "__main__":
    support.main()
