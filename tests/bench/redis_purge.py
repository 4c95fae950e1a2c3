#!/usr/bin/env python3
"""A tag with a million entries in Redis that is purged, and one whose entries all end by themselves, while hits go on.

    apt-get install wrk redis-server redis-tools util-linux
    tests/bench/redis_purge.py build/hawkcache [--entries 1000000]

Puts names and small values under a tag, and then purges it over the admin listener; or lets the values end, and one response of hawkcache's with that tag as the last
of them. Meanwhile wrk asks for something else, until the tag's set is gone. Fails where
  - Redis says of any command, or of the end of any key, that it took 10 ms or more (SLOWLOG; LATENCY: command, fast-command, expire-del). Its own rounds among what has
    expired (expire-cycle) are bounded by Redis, at 25 ms, and only told; so is the longest wait of a PING, which this machine's scheduler may be the cause of;
  - the p99 of the hits, in the median of the runs of wrk, is more than 3 times that before. hawkcache, with its one thread, and Redis share a core here, and wrk waits for
    each answer: who sweeps may have half of that core, which doubles what a hit takes, and half as much again is left to the noise of a p99;
  - the set is not gone in the end, or was not emptied but ended with its TTL, or values of it are left;
  - the tag had other than the members that were put, the purge was not answered 200, or what wrk asked for were no hits.
Loopback only; everything is stopped by its own pid.
"""
import argparse
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

import bench_support
from bench_support import free_port, wait_for
from redis_hit import CONFIG, redis_cli, start_redis

STEP = 1000
SLOW_MS = 10
MOST_P99 = 3.0
MOST_OTHER_NAMES = 100
HELD_BY_US = ("command", "fast-command", "expire-del")
ROUTES = """routes:
  - path: /ending/{{rest:path}}
    ttl: {life}s
    tags: [ending]
"""


def encoded(*words):
    out = [b"*%d\r\n" % len(words)]
    for word in words:
        out.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(out)


def fill(port, tag, entries, life):
    """Responses of an older generation under a tag, as if another node had put them there."""
    value = b"x" * 100
    end = [b"PX", b"%d" % (life * 1000)] if life else []
    with subprocess.Popen(["redis-cli", "-p", str(port), "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as pipe:
        for start in range(0, entries, STEP):
            names = [b"hawkcache:r:{%032x}:%032x" % (i, len(tag)) for i in range(start, min(start + STEP, entries))]
            puts = b"".join(encoded(b"SET", name, value, *end) for name in names)
            pipe.stdin.write(puts + encoded(b"SADD", f"hawkcache:tag:{tag}".encode(), *names))
        pipe.stdin.close()


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]


def load(port, seconds=4):
    """The p99 of hits in ms, and hits per second."""
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c16", "--latency", f"-d{seconds}s", f"http://127.0.0.1:{port}/hot"],
                         capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "99%" not in out:
        sys.exit(f"hawkcache answered with errors, or not at all:\n{out}")
    return milliseconds(re.search(r"^\s+99%\s+(\S+)", out, re.M).group(1)), float(re.search(r"Requests/sec:\s+(\S+)", out).group(1))


def purge(admin, body):
    connection = http.client.HTTPConnection("127.0.0.1", admin, timeout=10)
    begun = time.perf_counter()
    connection.request("POST", "/v1/purge", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode().strip()
    print(f"    purge: {answer.status} {text}, {(time.perf_counter() - begun) * 1000:.2f} ms")
    if answer.status != 200:
        sys.exit("the purge was not answered 200")


class Meanwhile(threading.Thread):
    """Does something again and again until it is stopped, and keeps what came of it."""

    def __init__(self, action):
        super().__init__(daemon=True)
        self.action, self.results, self.ends = action, [], threading.Event()
        self.start()

    def run(self):
        while not self.ends.is_set():
            self.results.append(self.action())

    def stop(self):
        self.ends.set()
        self.join()
        return self.results


def make_ping(stack, port):
    connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ping():
        time.sleep(0.001)
        begun = time.perf_counter()
        connection.sendall(b"PING\r\n")
        connection.recv(64)
        return (time.perf_counter() - begun) * 1000

    return ping


def latency_events(port):
    """The longest of each kind in ms, of those that were long."""
    lines = redis_cli(port, "latency", "latest").split("\n")
    return {lines[i]: int(lines[i + 3]) for i in range(0, len(lines) - 3, 4)}


def watch_its_end(tag, redis_port, patience):
    """Waits until the tag's set is gone. Returns how many members are left, and the last TTL that was told, in ms."""
    begun = time.time()
    ttl, left = -1, 1
    while left and time.time() < begun + patience:
        time.sleep(0.2)
        # In this order: a TTL that is told is one of a set that was there.
        now = int(redis_cli(redis_port, "pttl", f"hawkcache:tag:{tag}"))
        ttl = ttl if now == -2 else now
        left = int(redis_cli(redis_port, "scard", f"hawkcache:tag:{tag}"))
    return left, ttl


def what_is_left(redis_port):
    """Names in Redis: of what is no entry of the tag there are few."""
    return int(redis_cli(redis_port, "dbsize"))


def measure(name, tag, entries, redis_port, port, begin, patience):
    """Returns what was not as it should be."""
    members = int(redis_cli(redis_port, "scard", f"hawkcache:tag:{tag}"))
    if members != entries:
        sys.exit(f"{name}: the tag has {members} members instead of {entries}")
    redis_cli(redis_port, "config", "set", "slowlog-log-slower-than", str(SLOW_MS * 1000))
    redis_cli(redis_port, "config", "set", "latency-monitor-threshold", str(SLOW_MS))
    print(f"{name}: the tag has {members} members")
    before, rate = load(port)
    print(f"    hits alone: p99 {before:.2f} ms, {rate:.0f} per second")
    redis_cli(redis_port, "slowlog", "reset")
    redis_cli(redis_port, "latency", "reset")
    with contextlib.ExitStack() as stack:
        pings = Meanwhile(make_ping(stack, redis_port))
        hits = Meanwhile(lambda: load(port))
        begun = time.time()
        begin()
        asked = bench_support.Origin.requests
        left, ttl = watch_its_end(tag, redis_port, patience)
        took = time.time() - begun
        runs, waits = hits.stop(), pings.stop()
    p99s = [p99 for p99, _ in runs]
    rates = [rate for _, rate in runs]
    slow = int(redis_cli(redis_port, "slowlog", "len"))
    events = latency_events(redis_port)
    print(f"    hits meanwhile: p99 {statistics.median(p99s):.2f} ms (at worst {max(p99s):.2f}), {statistics.median(rates):.0f} per second")
    print(f"    after {took:.1f} s the set has {left} members; its TTL was {ttl / 1000:.0f} s last" if ttl >= 0 else
          f"    after {took:.1f} s the set has {left} members")
    print(f"    commands of {SLOW_MS} ms or more: {slow}; longest wait of {len(waits)} PINGs: {max(waits):.1f} ms; latency events in ms: {events or 'none'}")
    for line in redis_cli(redis_port, "slowlog", "get", "5").splitlines()[:40]:
        print("       ", line[:100])
    wrong = []
    if slow or any(event in events for event in HELD_BY_US):
        wrong.append(f"{name}: Redis was held for {SLOW_MS} ms or more")
    if statistics.median(p99s) > MOST_P99 * before:
        wrong.append(f"{name}: the p99 of hits was more than {MOST_P99:.0f} times that before")
    if left:
        wrong.append(f"{name}: the set has not come to its end")
    elif 0 <= ttl < 60_000:
        wrong.append(f"{name}: the set ended with its TTL")
    if what_is_left(redis_port) > MOST_OTHER_NAMES:
        wrong.append(f"{name}: {what_is_left(redis_port)} names are left in Redis")
    if bench_support.Origin.requests != asked:
        wrong.append(f"{name}: not all that wrk asked for were hits")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hawkcache")
    parser.add_argument("--entries", type=int, default=1_000_000)
    args = parser.parse_args()
    for tool in ("wrk", "redis-server", "redis-cli", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install wrk redis-server redis-tools util-linux")
    # On the core of hawkcache and Redis it would be in the way of what it measures.
    os.sched_setaffinity(0, {1})
    # All are put before the first one ends.
    life = 10 + args.entries // 20_000
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), bench_support.Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        _, redis_port = start_redis(stack, directory, 0)
        port, admin = free_port(), free_port()
        config = pathlib.Path(directory, "hawkcache.yaml")
        config.write_text(CONFIG.replace("routes:\n", ROUTES).format(port=port, admin=admin, origin=origin.server_port, redis=redis_port, life=life))
        cache = subprocess.Popen(["taskset", "-c", "0", args.hawkcache, "serve", "--config", str(config)])
        stack.callback(cache.wait)
        stack.callback(cache.terminate)
        wait_for(port)
        patience = 120 + args.entries // 5_000
        fill(redis_port, "million", args.entries, None)
        wrong = measure("purge", "million", args.entries, redis_port, port, lambda: purge(admin, {"tags": ["million"]}), patience)
        fill(redis_port, "ending", args.entries, life)
        # So that Redis's TTL of it is hawkcache's to choose.
        redis_cli(redis_port, "expire", "hawkcache:tag:ending", "600")
        wrong += measure("end", "ending", args.entries, redis_port, port,
                         lambda: urllib.request.urlopen(f"http://127.0.0.1:{port}/ending/last").read(), patience)
        if wrong:
            sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
