"""Two hawkcache processes that share one Redis: what one has purged the other does not give out, and under `coalesce:
cluster` one takes over from the other that is killed, frozen or cut off from Redis in the middle of its fetch.
"""

import concurrent.futures
import http.client
import itertools
import math
import time
import unittest

import support
from support import request, request_json
from surroundings import Line, Origin

# What is promised: until another node takes over, and until another node's memory obeys a purge.
BOUND_SECONDS = 1.0
# A busy machine may spoil some.
ROUNDS = 8

# Of a path whose last segment is a tag of what is there.
PURGES = (
    lambda path: {"tags": [path.rsplit("/", 1)[1]]},
    lambda path: {"urls": [path]},
    lambda path: {"prefixes": [path]},
    lambda path: {"tags": ["all"]},
    lambda path: {"all": True},
)

CONFIGURATION = """
upstream: {{ servers: ["http://127.0.0.1:{origin_port}"] }}
store:
  backend: {backend}
  redis: {{ url: "redis://127.0.0.1:{redis_port}", timeout: 1s }}
threads: 2
routes:
  - path: /shared/{{name}}
    coalesce: cluster
    tags: [all, "{{name}}"]
  - path: /items/{{name}}
    tags: [all, "{{name}}"]
"""


class Node(support.ConfiguredDaemon):
    def get(self, path):
        return request(self.port, "GET", path, {"Host": "api.test"})

    def text_of(self, path):
        answer = self.get(path)
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status}\n{self.text()}")
        return answer.body.decode()

    def purge(self, what):
        return request_json(self.admin_port, "POST", "/v1/purge", what).status

    def metric(self, name):
        lines = request(self.admin_port, "GET", "/metrics").body.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.split("{")[0].split(" ")[0] == name)

    def uses_redis(self):
        return self.metric("hawkcache_redis_state") == 0


class TwoNodes:
    """The tests of every backend that lies in Redis."""

    backend = ""
    lag = 0.0  # of a purge elsewhere

    @classmethod
    def setUpClass(cls):
        cls.redis = support.RedisServer()
        cls.addClassCleanup(cls.redis.stop)
        cls.clients = concurrent.futures.ThreadPoolExecutor(8)
        cls.addClassCleanup(cls.clients.shutdown)
        cls.origin = Origin()
        cls.addClassCleanup(cls.origin.stop)
        cls.names = itertools.count(1)

    def setUp(self):
        self.origin.content = "old"
        self.line = Line(self.redis.port)
        self.addCleanup(self.line.stop)
        self.a = self.start_node(self.line.port)
        self.b = self.start_node(self.redis.port)

    def start_node(self, redis_port):
        node = Node(CONFIGURATION.format(backend=self.backend, origin_port=self.origin.port, redis_port=redis_port))
        self.addCleanup(node.stop)
        support.wait_until(node.uses_redis, "hawkcache to use its Redis")
        return node

    def next_path(self, folder):
        return f"/{folder}/{next(self.names)}"

    def ask(self, node, path):
        """In the background; None where the connection ends without an answer."""

        def answer():
            try:
                return node.text_of(path)
            except (OSError, http.client.HTTPException):
                return None

        return self.clients.submit(answer)

    def store_everywhere(self, path):
        for node in (self.a, self.b):
            support.wait_until(lambda: node.get(path).x_cache == "HIT", "a hit on each node")

    def held_fetch(self, node, path):
        """The answer to one who asks the node for it, whose fetch is held at the origin."""
        self.origin.hold(path)
        self.addCleanup(self.origin.let_go, path)
        answer = self.ask(node, path)
        self.origin.wait_for_requests(path, 1)
        return answer

    def assert_only_new(self, node, path, since=None):
        """To all who ask from now on, or, where a purge elsewhere may lag, later than that after `since`."""
        good = 0
        while good < 3:
            asked = time.monotonic()
            text = node.text_of(path)
            if text.startswith("new"):
                good += 1
                continue
            # Once it is there it stays.
            self.assertEqual((good, text.startswith("old")), (0, True), text)
            self.assertIsNotNone(since, f"{path} has {text}")
            self.assertLess(asked, since + self.lag, f"{path} has {text}")

    def assert_purge_holds(self, path):
        self.origin.content = "new"
        self.assertEqual(self.b.purge({"urls": [path]}), 200)
        purged = time.monotonic()
        self.assert_only_new(self.b, path)
        self.assert_only_new(self.a, path, purged)

    def leases_waited_for(self):
        return self.b.metric("hawkcache_redis_leases_waited_total")

    def assert_taken_over(self, lose):
        """The holder of a lease, a, is lost in the middle of its fetch. Returns what its client gets, and the path."""
        waits = []
        while len(waits) < ROUNDS:
            path = self.next_path("shared")
            before = self.leases_waited_for()
            held = self.held_fetch(self.a, path)
            waiting = self.ask(self.b, path)
            support.wait_until(lambda: self.leases_waited_for() > before or self.origin.count(path) > 1, "b to wait")
            # A machine that is so busy that a could not keep its lease says nothing.
            lapsed = self.origin.count(path) > 1
            lost = time.monotonic()
            lose()
            self.origin.wait_for_requests(path, 2)
            waits.append(math.inf if lapsed else time.monotonic() - lost)
            self.assertEqual(waiting.result(), "old #2")
            support.wait_until(lambda: self.b.get(path).x_cache == "HIT", "a hit on b")
            if waits[-1] <= BOUND_SECONDS:
                return held, path
            self.origin.let_go(path)
            self.line.mend()
            self.a.stop()
            self.a = self.start_node(self.line.port)
        raise AssertionError(f"took {waits} s")

    def test_another_node_takes_over_from_one_that_is_killed(self):
        held, _ = self.assert_taken_over(lambda: self.a.kill())
        self.assertIsNone(held.result())

    def test_another_node_takes_over_from_one_that_is_frozen(self):
        held, path = self.assert_taken_over(lambda: self.a.freeze())
        self.origin.let_go(path)
        self.a.thaw()
        self.assertEqual(held.result(), "old #1")
        self.assert_purge_holds(path)

    def test_another_node_takes_over_from_one_that_is_cut_off_from_redis(self):
        held, path = self.assert_taken_over(self.line.cut)
        self.origin.let_go(path)
        self.assertEqual(held.result(), "old #1")
        self.line.mend()
        support.wait_until(self.a.uses_redis, "a to use Redis again")
        self.assert_purge_holds(path)

    def test_what_is_purged_on_one_is_not_given_out_by_the_other(self):
        for purge_of in PURGES:
            for folder in ("items", "shared"):
                self.origin.content = "old"
                path = self.next_path(folder)
                self.store_everywhere(path)
                self.origin.content = "new"
                self.assertEqual(self.a.purge(purge_of(path)), 200)
                purged = time.monotonic()
                self.assert_only_new(self.a, path)
                self.assert_only_new(self.b, path, purged)

    def test_a_fetch_that_a_purge_on_the_other_node_overtakes_is_not_stored(self):
        for folder in ("items", "shared"):
            for purge in ({"tags": ["all"]}, {"prefixes": [f"/{folder}/"]}):
                self.origin.content = "old"
                path = self.next_path(folder)
                held = self.held_fetch(self.b, path)
                self.origin.content = "new"
                self.assertEqual(self.a.purge(purge), 200)
                for node in (self.b, self.a):
                    self.assert_only_new(node, path)
                self.origin.let_go(path)
                self.assertRegex(held.result(), "^(old|new) #")
                for node in (self.b, self.a):
                    self.assert_only_new(node, path)

    def test_a_node_that_was_frozen_gives_out_nothing_that_was_purged_meanwhile(self):
        stored, fetched = self.next_path("items"), self.next_path("shared")
        self.store_everywhere(stored)
        held = self.held_fetch(self.a, fetched)
        self.a.freeze()
        self.origin.content = "new"
        self.assertEqual(self.b.purge({"tags": ["all"]}), 200)
        purged = time.monotonic()
        for path in (stored, fetched):
            self.assert_only_new(self.b, path)
        self.origin.let_go(fetched)
        self.a.thaw()
        for path in (stored, fetched):
            self.assert_only_new(self.a, path, purged)
        self.assertRegex(held.result(), "^(old|new) #")
        for node in (self.a, self.b):
            for path in (stored, fetched):
                self.assert_only_new(node, path, purged)

    def test_a_node_that_is_cut_off_gives_out_nothing_that_was_purged_meanwhile(self):
        stored, fetched = self.next_path("items"), self.next_path("shared")
        self.store_everywhere(stored)
        held = self.held_fetch(self.a, fetched)
        self.line.cut()
        self.origin.content = "new"
        self.assertEqual(self.b.purge({"tags": ["all"]}), 200)
        purged = time.monotonic()
        for path in (stored, fetched):
            self.assert_only_new(self.b, path)
            self.assert_only_new(self.a, path, purged)
        self.origin.let_go(fetched)
        self.assertRegex(held.result(), "^(old|new) #")
        self.line.mend()
        support.wait_until(self.a.uses_redis, "a to use Redis again")
        for node in (self.a, self.b):
            for path in (stored, fetched):
                self.assert_only_new(node, path, purged)

    def test_what_was_purged_stays_purged_when_the_node_that_took_it_is_killed(self):
        path = self.next_path("items")
        self.store_everywhere(path)
        self.origin.content = "new"
        self.assertEqual(self.a.purge({"urls": [path]}), 200)
        purged = time.monotonic()
        self.a.kill()
        self.assert_only_new(self.b, path, purged)
        self.assert_only_new(self.start_node(self.redis.port), path)


class RedisTest(TwoNodes, unittest.TestCase):
    backend = "redis"

    def test_a_node_that_connects_slowly_is_not_ahead_of_the_others(self):
        """Where no purge is concerned, what was fetched later stays, as well as clocks can tell."""
        line = Line(self.redis.port, seconds_to_connect=0.3)
        self.addCleanup(line.stop)
        slow = self.start_node(line.port)
        stayed = []
        while len(stayed) < ROUNDS and True not in stayed:
            path = self.next_path("items")
            held = self.held_fetch(slow, path)
            self.assertEqual(self.b.text_of(path), "old #2")
            self.origin.let_go(path)
            self.assertEqual(held.result(), "old #1")
            stayed.append(self.b.text_of(path) == "old #2")
        self.assertIn(True, stayed)


class TieredTest(TwoNodes, unittest.TestCase):
    backend = "tiered"
    lag = BOUND_SECONDS


if __name__ == "__main__":
    support.main()
