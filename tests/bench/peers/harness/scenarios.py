"""What is measured. A scenario is a function of the settings that gives {name of a server: [sample]}."""

import contextlib
import re
import shutil
import subprocess

from .bookkeeping import memory, tag_purge
from .measuring import cast, fleet, fresh_ids, load, rounds, sample
from .peers import OURS
from .processes import pinned
from .settings import say


def hot(settings, pattern, limits, *options, expect=200, connections=64):
    """One object, asked for again and again."""
    with fleet(settings, cast(settings, limits)) as (origin, servers):
        for server in servers:
            with contextlib.suppress(RuntimeError):
                load(settings, server.port, "--pattern", pattern, "--requests", 4, "--conns", 1)
        return rounds(settings.rounds, servers, lambda server, number: sample(
            settings, origin, server, "--pattern", pattern, "--conns", connections, "--seconds", settings.seconds,
            "--expect", expect, *options))


def hit_small(settings):
    return hot(settings, "/s/1024/%d", {"limit": ["canned", 1024], "limit-table": ["table", 1024, 1000]})


def hit_small_wrk(settings):
    """The same by wrk, which everybody knows."""
    if not shutil.which("wrk"):
        say("  wrk is not installed: skipped")
        return {}
    units = {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}

    def quantile(text, label):
        found = re.search(rf"\s{label}\s+([\d.]+)(us|ms|s|m)", text)
        return float(found.group(1)) * units[found.group(2)] if found else None

    def measure(server, _):
        spent = server.cpu()
        command = ["wrk", "-t1", "-c64", f"-d{max(1, round(settings.seconds))}s", "--latency", "-H", "Host: bench.test",
                   f"http://127.0.0.1:{server.port}/s/1024/0"]
        text = subprocess.run(pinned(settings.client_core, command), capture_output=True, text=True, timeout=60).stdout
        requests = int(re.search(r"(\d+) requests in", text).group(1))
        failed = re.search(r"Non-2xx.*: (\d+)", text)
        return {"requests": requests, "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
                "cpu_us": (server.cpu() - spent) / requests * 1e6, "p50_us": quantile(text, "50%"),
                "p99_us": quantile(text, "99%"), "errors": 0, "bad_status": int(failed.group(1)) if failed else 0}

    with fleet(settings, cast(settings, {"limit": ["canned", 1024]})) as (_, servers):
        for server in servers:
            load(settings, server.port, "--requests", 4, "--conns", 1)
        return rounds(settings.rounds, servers, measure)


def hit_size(size):
    limits = {"limit": ["canned", size], "limit-sendfile": ["canned", size, "--sendfile"]}
    return lambda settings: hot(settings, f"/s/{size}/%d", limits, connections=64 if size < 1_000_000 else 16)


def warmed(settings, servers):
    """Those that took every object of the mix, twice over."""
    warm = []
    for server in servers:
        try:
            for _ in range(2):
                load(settings, server.port, "--pattern", "/s/1024/%d", "--ids", "seq:0", "--requests", settings.mix,
                     "--conns", 16, "--seconds", 60)
            warm.append(server)
        except RuntimeError as error:
            say(f"  {server.name}: {error}")
    return warm


def hit_mix(settings):
    limits = {"limit": ["canned", 1024], "limit-table": ["table", 1024, settings.mix]}
    with fleet(settings, cast(settings, limits)) as (origin, servers):
        return rounds(settings.rounds, warmed(settings, servers), lambda server, number: sample(
            settings, origin, server, "--ids", f"zipf:{settings.mix}:0.9:{number + 1}", "--conns", 64,
            "--seconds", settings.seconds))


def fixed_rate(settings):
    with fleet(settings, cast(settings, {"limit-table": ["table", 1024, settings.mix]})) as (origin, servers):
        def measure(server, number):
            options = ["--rate", settings.rate, "--seconds", max(settings.seconds, 3), "--conns", 128,
                       "--ids", f"zipf:{settings.mix}:0.9:{number + 1}"]
            if server.name != "limit-table":
                options += ["--miss-every", 100, "--miss-pattern", "/s/1024/%d", "--miss-from", lambda: next(fresh_ids)]
            return sample(settings, origin, server, *options)

        return rounds(settings.rounds, warmed(settings, servers), measure)


def miss(*options):
    """CPU with 64 connections; latency with one."""
    def run(settings):
        with fleet(settings, cast(settings, {"limit-relay": None, "direct": None})) as (origin, servers):
            for server in servers:
                load(settings, server.port, *options, "--ids", f"uniq:{next(fresh_ids)}", "--requests", 2000)

            def measure(server, _):
                result = sample(settings, origin, server, *options, "--ids", lambda: f"uniq:{next(fresh_ids)}",
                                "--conns", 64, "--seconds", settings.seconds)
                alone = load(settings, server.port, *options, "--ids", f"uniq:{next(fresh_ids)}", "--conns", 1,
                             "--seconds", settings.seconds / 2)
                return result | {"one_conn_p50_us": alone["p50_us"], "one_conn_p99_us": alone["p99_us"]}

            return rounds(settings.rounds, servers, measure)
    return run


def churn(settings):
    return hot(settings, "/s/1024/%d", {"limit": ["canned", 1024, "--close"]}, "--close", "--requests",
               round(20_000 * settings.seconds))


def stampede(settings):
    with fleet(settings, cast(settings, {"direct": None})) as (origin, servers):
        for server in servers:  # so that the road to the origin is open
            load(settings, server.port, "--ids", f"uniq:{next(fresh_ids)}", "--requests", 200, "--conns", 8)

        def measure(server, _):
            asked = origin.count()
            result = load(settings, server.port, "--stampede", "--conns", 500, "--requests", 500, "--seconds", 40,
                          "--pattern", "/d/200/1024/%d", "--ids", f"fixed:{next(fresh_ids)}")
            return result | {"origin_requests": origin.count() - asked, "last_ms": result["max_us"] / 1e3,
                             "p50_ms": result["p50_us"] / 1e3}

        return rounds(settings.rounds, servers, measure)


def conditional(settings):
    return hot(settings, "/s/1048576/%d", {"limit": ["canned", 0, "--status", 304]},
               "--header", 'If-None-Match: "1048576-%d"', expect=304)


def range_request(settings):
    return hot(settings, "/s/1048576/%d", {"limit": ["canned", 1024, "--status", 206]},
               "--header", "Range: bytes=500000-501023", expect=206, connections=16)


SCENARIOS = {
    "hit-small": (hit_small, "One hot object, 1 KiB, 64 kept connections"),
    "hit-small-wrk": (hit_small_wrk, "The same driven by wrk, as a check on the load generator"),
    "hit-mix": (hit_mix, "100,000 objects of 1 KiB, Zipf 0.9, all stored before, 64 connections"),
    "hit-10k": (hit_size(10_240), "One hot object of 10 KiB, 64 connections"),
    "hit-100k": (hit_size(102_400), "One hot object of 100 KiB, 64 connections"),
    "hit-1M": (hit_size(1_048_576), "One hot object of 1 MiB, 16 connections"),
    "cond-304": (conditional, "If-None-Match on a hit of 1 MiB: 304"),
    "range-206": (range_request, "Range of 1 KiB on a hit of 1 MiB: 206"),
    "miss-get": (miss(), "Unique cacheable URLs, 1 KiB: every request a miss that is stored"),
    "miss-post": (miss("--post", 1024, "--pattern", "/p/%d"), "POST of 1 KiB, passed through; 1 KiB back, no-store"),
    "churn": (churn, "Hits of 1 KiB, a new connection for each"),
    "stampede": (stampede, "500 clients ask for one cold key, the origin takes 200 ms"),
    "fixed-rate": (fixed_rate, "5,000 requests a second, Poisson arrivals, hit-mix with 1 % misses; latency from the intended send time"),
    "tag-purge": (tag_purge, "200,000 objects of 1 KiB tagged `all`, 2,000 of them `group:7`"),
    "memory": (memory, "Objects of 200 bytes with the header fields typical of an API"),
}
# Of hits: the origin's counter must not move.
HITS = [name for name in SCENARIOS if name.startswith(("hit-", "churn", "cond", "range"))]
MISSES = [name for name in SCENARIOS if name.startswith("miss-")]
NOT_COMPARED = ("limit", "limit-table", "limit-sendfile", "limit-relay", "direct", *OURS)
