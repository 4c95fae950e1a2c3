"""One Redis for two nodes of hawkcache and for an application with hawkapi-cache: what the library's invalidate_tags()
sends removes hawkcache's entries too, and what hawkcache leaves there is what the library expects to find.

The commands are those of the library: SUNION of the tags' SETs, then one DEL of the members and the SETs. Debian's
python3-redis sends them.
"""

import itertools
import statistics
import time
import unittest

import redis

import support
from support import request, request_json

PREFIX = "hawkapi-cache:"
# What is promised where Redis is well (of the median: a busy machine may hold up some), and whatever happens.
PUSH_SECONDS = 0.1
BOUND_SECONDS = 1.0

CONFIGURATION = """
upstream: {{ servers: ["http://127.0.0.1:{api_port}"] }}
store:
  backend: {backend}
  redis: {{ url: "redis://127.0.0.1:{redis_port}", prefix: "hawkapi-cache:", timeout: 1s }}
threads: 2
defaults: {{ ttl: 60s }}
routes:
  - path: /users/{{user_id:int}}
    tags: [users, "user:{{user_id}}"]
  - path: /posts/{{post_id:int}}
    tags: [posts, "post:{{post_id}}"]
  - path: /posts
    ttl: 5s
    tags: [posts]
"""


def tag_key(tag):
    return f"{PREFIX}tag:{tag}"


def invalidate_tags(client, *tags):
    """As hawkapi-cache's RedisCacheBackend does it."""
    sets = [tag_key(tag) for tag in tags]
    members = client.sunion(sets)
    client.delete(*members, *sets)


class HawkapiTags:
    """The tests of every backend that lies in Redis."""

    backend = ""
    lag = 0.0  # until a node obeys what the library deletes

    @classmethod
    def setUpClass(cls):
        cls.redis_server = support.RedisServer()
        cls.addClassCleanup(cls.redis_server.stop)
        cls.redis = redis.Redis(port=cls.redis_server.port, decode_responses=True)
        cls.addClassCleanup(cls.redis.close)
        cls.api = support.SampleApi()
        cls.addClassCleanup(cls.api.stop)
        cls.daemon = cls.start_node()
        cls.other = cls.start_node()
        cls.ids = itertools.count(1)
        for node in (cls.daemon, cls.other):
            support.wait_until(lambda: cls.get("/users/50", node).x_cache == "HIT", "hawkcache to use its Redis")

    @classmethod
    def start_node(cls):
        node = support.ConfiguredDaemon(CONFIGURATION.format(
            backend=cls.backend, api_port=cls.api.port, redis_port=cls.redis_server.port))
        cls.addClassCleanup(node.stop)
        return node

    @classmethod
    def get(cls, path, node=None):
        return request((node or cls.daemon).port, "GET", path, {"Host": "api.test"})

    def get_twice(self, path):
        """A MISS and the HIT that follows."""
        first, second = self.get(path), self.get(path)
        self.assertEqual((first.status, first.x_cache), (200, "MISS"), self.daemon.text())
        self.assertEqual((second.status, second.x_cache), (200, "HIT"), self.daemon.text())
        return second

    def rename(self, user_id):
        """In the API itself, so that hawkcache does not know."""
        name = f"Renamed {time.monotonic_ns()}"
        self.assertEqual(request_json(self.api.port, "PUT", f"/users/{user_id}", {"name": name}).status, 200)
        return name

    def miss_within(self, path, seconds):
        """The first answer that is no HIT, and how long it took to come."""
        begin = time.monotonic()
        while True:
            answer = self.get(path)
            waited = time.monotonic() - begin
            if answer.x_cache != "HIT":
                return answer, waited
            self.assertLess(waited, seconds, f"{path} is still a HIT")
            time.sleep(0.005)

    def assert_forgotten(self, path):
        """Another store than Redis alone has to be told first."""
        answer, waited = self.miss_within(path, BOUND_SECONDS)
        self.assertEqual((answer.status, answer.x_cache), (200, "MISS"))
        return answer, waited

    def assert_current(self, node, path, name, since):
        """What was deleted at `since` is not given out any more, at once or as late as a node may be."""
        while True:
            asked = time.monotonic()
            answer = self.get(path, node)
            if answer.json()["name"] == name:
                return
            self.assertLess(asked, since + self.lag, f"{path} is still {answer.json()}")

    def entries_of(self, tag):
        return self.redis.smembers(tag_key(tag))

    def test_invalidate_tags_removes_what_carries_the_tag_and_nothing_else(self):
        one, other = next(self.ids), next(self.ids)
        before = self.get_twice(f"/users/{one}")
        self.get_twice(f"/users/{other}")
        name = self.rename(one)
        self.assertEqual(self.get(f"/users/{one}").body, before.body)
        invalidate_tags(self.redis, f"user:{one}")
        answer, _ = self.assert_forgotten(f"/users/{one}")
        self.assertEqual(answer.json()["name"], name)
        self.assertEqual(self.get(f"/users/{one}").x_cache, "HIT")
        self.assertEqual(self.get(f"/users/{other}").x_cache, "HIT")

    def test_invalidate_tags_of_several_tags_removes_all_of_them(self):
        one, other = next(self.ids), next(self.ids)
        for user_id in (one, other):
            self.get_twice(f"/users/{user_id}")
        invalidate_tags(self.redis, f"user:{one}", f"user:{other}", "nobody-has-this-tag")
        for user_id in (one, other):
            self.assert_forgotten(f"/users/{user_id}")

    def test_the_common_tag_removes_every_user(self):
        ids = [next(self.ids) for _ in range(5)]
        for user_id in ids:
            self.get_twice(f"/users/{user_id}")
        invalidate_tags(self.redis, "users")
        for user_id in ids:
            self.assert_forgotten(f"/users/{user_id}")

    def test_it_works_again_and_again(self):
        user_id = next(self.ids)
        self.get_twice(f"/users/{user_id}")
        for _ in range(5):
            name = self.rename(user_id)
            invalidate_tags(self.redis, f"user:{user_id}")
            answer, _ = self.assert_forgotten(f"/users/{user_id}")
            self.assertEqual(answer.json()["name"], name)
            self.assertEqual(self.get(f"/users/{user_id}").x_cache, "HIT")

    def test_it_reaches_every_node(self):
        user_id = next(self.ids)
        path = f"/users/{user_id}"
        nodes = [self.daemon, self.other]
        for tag in ("users", f"user:{user_id}", "users"):
            for node in nodes:
                support.wait_until(lambda: self.get(path, node).x_cache == "HIT", "a hit on each node")
            name = self.rename(user_id)
            invalidate_tags(self.redis, tag)
            deleted = time.monotonic()
            for node in nodes + nodes:
                self.assert_current(node, path, name, deleted)
            nodes.reverse()

    def test_entries_are_strings_with_a_ttl_and_tags_are_sets_of_their_names(self):
        user_id = next(self.ids)
        self.get_twice(f"/users/{user_id}")
        entries = self.entries_of(f"user:{user_id}")
        self.assertEqual(len(entries), 1)
        self.assertLessEqual(entries, self.entries_of("users"))
        entry = entries.pop()
        self.assertTrue(entry.startswith(PREFIX), entry)
        self.assertEqual(self.redis.type(entry), "string")
        life = self.redis.pttl(entry)
        self.assertTrue(0 < life <= 60_000, life)
        for tag in ("users", f"user:{user_id}"):
            self.assertEqual(self.redis.type(tag_key(tag)), "set")
            self.assertGreaterEqual(self.redis.pttl(tag_key(tag)), self.redis.pttl(entry) - 1)

    def test_a_set_lives_as_long_as_its_longest_lived_member(self):
        """The library's EXPIRE lets the newest member decide, and then loses the others."""
        invalidate_tags(self.redis, "posts")
        self.get_twice("/posts?limit=1")
        self.assertLessEqual(self.redis.pttl(tag_key("posts")), 5_000)
        self.get_twice("/posts/1")
        self.assertGreater(self.redis.pttl(tag_key("posts")), 50_000)
        self.get_twice("/posts?limit=2")
        self.assertGreater(self.redis.pttl(tag_key("posts")), 50_000)
        self.assertEqual(len(self.entries_of("posts")), 3)

    def test_a_purge_leaves_the_library_s_own_entries_alone(self):
        user_id = next(self.ids)
        tag = f"user:{user_id}"
        self.get_twice(f"/users/{user_id}")
        entry = self.entries_of(tag).pop()
        own = f"{PREFIX}views:list_users:{user_id}"
        self.redis.set(own, "pickled", ex=60)
        self.redis.sadd(tag_key(tag), own)
        purged = request_json(self.daemon.admin_port, "POST", "/v1/purge", {"tags": [tag]})
        self.assertEqual(purged.status, 200, purged.body)
        answer = self.get(f"/users/{user_id}")
        self.assertEqual(answer.x_cache, "MISS")
        self.assertEqual(self.redis.get(own), "pickled")
        self.assertIn(own, self.entries_of(tag))
        invalidate_tags(self.redis, tag)
        self.assertFalse(self.redis.exists(own, entry))


class RedisTest(HawkapiTags, unittest.TestCase):
    backend = "redis"

    def assert_forgotten(self, path):
        answer = self.get(path)
        self.assertEqual((answer.status, answer.x_cache), (200, "MISS"))
        return answer, 0.0


class TieredTest(HawkapiTags, unittest.TestCase):
    backend = "tiered"
    lag = BOUND_SECONDS

    def test_the_memory_in_front_hears_of_it_quickly(self):
        waits = []
        user_id = next(self.ids)
        for _ in range(40):
            self.get(f"/users/{user_id}")
            self.assertEqual(self.get(f"/users/{user_id}").x_cache, "HIT")
            invalidate_tags(self.redis, f"user:{user_id}")
            waits.append(self.assert_forgotten(f"/users/{user_id}")[1])
        self.assertLessEqual(statistics.median(waits), PUSH_SECONDS, waits)


if __name__ == "__main__":
    support.main()
