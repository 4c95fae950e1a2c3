"""The dashboard as a browser gets it, and its script against the daemon's own figures (where there is node)."""

import base64
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import unittest

import support
from support import request

PAGE = support.REPOSITORY / "src/admin/dashboard.html"
DRIVER = pathlib.Path(__file__).with_name("dashboard.mjs")
NAME = "<img src=x onerror=alert(1)>"
ROUTES = f"""
routes:
  - {{ name: b, path: "/b/{{x}}" }}
  - {{ name: "{NAME}", path: "/a/{{x}}" }}
"""


class DashboardTest(unittest.TestCase):
    def start(self, store):
        api = support.SampleApi()
        self.addCleanup(api.stop)
        daemon = support.ConfiguredDaemon(f"upstream: {{ servers: ['http://127.0.0.1:{api.port}'] }}\n{store}{ROUTES}")
        self.addCleanup(daemon.stop)
        return daemon

    def shown(self, daemon):
        node = shutil.which("node")
        self.assertIsNotNone(node, "scripts/setup test installs node")
        done = subprocess.run([node, DRIVER, f"http://127.0.0.1:{daemon.admin_port}", f"http://127.0.0.1:{daemon.port}"],
                              capture_output=True, text=True, timeout=support.PATIENCE_SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_browser_runs_its_script_and_its_style_and_nothing_else(self):
        daemon = self.start("")
        answer = request(daemon.admin_port, "GET", "/")
        self.assertEqual((answer.status, answer.body), (200, PAGE.read_bytes()))
        self.assertEqual(answer.header("Content-Type"), "text/html; charset=utf-8")
        self.assertEqual(answer.header("Cache-Control"), "no-store")
        policy = dict(part.split(" ", 1) for part in answer.header("Content-Security-Policy").split("; "))
        self.assertEqual(policy["default-src"], "'none'")
        for name in ("script", "style"):
            inside = re.search(f"<{name}>(.*)</{name}>".encode(), answer.body, re.S).group(1)
            digest = base64.b64encode(hashlib.sha256(inside).digest()).decode()
            self.assertEqual(policy[f"{name}-src"], f"'sha256-{digest}'")
        head = request(daemon.admin_port, "HEAD", "/", {"Accept": "application/json"})
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.header("Content-Length"), str(len(answer.body)))

    def test_it_shows_what_came_between_two_looks(self):
        shown = self.shown(self.start(""))
        self.assertEqual(shown["first"]["text"]["state"], "ready (store: memory)")
        self.assertEqual(shown["first"]["text"]["rate"], "–")
        second = shown["second"]
        self.assertEqual(second["text"]["rate"], "2.0/s")
        self.assertTrue(second["graph"].startswith("M119 "), second["graph"])
        self.assertEqual([row[:2] for row in second["rows"]], [[NAME, "1.5/s"], ["b", "0.5/s"]])
        self.assertTrue(second["redis_hidden"])
        self.assertEqual(shown["asked_while_hidden"], 0)
        self.assertEqual(shown["away"]["bad"], "bad")
        self.assertIn("does not answer", shown["away"]["text"]["state"])

    def test_it_shows_redis_where_there_is_one(self):
        redis = support.RedisServer()
        self.addCleanup(redis.stop)
        daemon = self.start(f"store: {{ backend: redis, redis: {{ url: 'redis://127.0.0.1:{redis.port}/0' }} }}\n")
        support.wait_until(lambda: request(daemon.admin_port, "GET", "/readyz").json()["store"] == "redis: up", "Redis")
        second = self.shown(daemon)["second"]
        self.assertFalse(second["redis_hidden"])
        self.assertEqual(second["text"]["redis-state"], "up")
        self.assertRegex(second["text"]["redis-latency"], r"^\d+\.\d\d ms a command$")


if __name__ == "__main__":
    support.main()
