#!/usr/bin/env python3
"""A purge of a tag with a million entries in Redis, while hits go on.

    apt-get install wrk redis-server redis-tools util-linux
    tests/bench/redis_purge.py build/hawkcache [--entries 1000000]

Puts names and small values under one tag, purges it over the admin listener while wrk asks for something else, and says how long the purge took, how the hits
fared meanwhile, what Redis calls slow (10 ms or more), and how long the sweep took; fails if anything was slow. Loopback only; everything is stopped by its own pid.
"""
import argparse
import contextlib
import http.client
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

import bench_support
from bench_support import free_port, wait_for
from redis_hit import CONFIG, redis_cli, start_redis

STEP = 1000


def encoded(*words):
    out = [b"*%d\r\n" % len(words)]
    for word in words:
        out.append(b"$%d\r\n%s\r\n" % (len(word), word))
    return b"".join(out)


def fill(port, entries, value):
    """Responses of an older generation under one tag, as if another node had put them there."""
    with subprocess.Popen(["redis-cli", "-p", str(port), "--pipe"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as pipe:
        for start in range(0, entries, STEP):
            names = [b"hawkcache:r:{%032x}:%032x" % (i, 1) for i in range(start, min(start + STEP, entries))]
            pairs = [word for name in names for word in (name, value)]
            pipe.stdin.write(encoded(b"MSET", *pairs) + encoded(b"SADD", b"hawkcache:tag:million", *names))
        pipe.stdin.close()


def load(port, seconds):
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", "-c16", "--latency", f"-d{seconds}s", f"http://127.0.0.1:{port}/hot"],
                         capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        sys.exit(f"hawkcache answered with errors:\n{out}")
    return re.search(r"99%\s+(\S+)", out).group(1), re.search(r"Requests/sec:\s+(\S+)", out).group(1)


def purge(admin, body):
    connection = http.client.HTTPConnection("127.0.0.1", admin, timeout=10)
    begun = time.perf_counter()
    connection.request("POST", "/v1/purge", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = answer.read().decode()
    return answer.status, text.strip(), (time.perf_counter() - begun) * 1000


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hawkcache")
    parser.add_argument("--entries", type=int, default=1_000_000)
    args = parser.parse_args()
    for tool in ("wrk", "redis-server", "redis-cli", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install wrk redis-server redis-tools util-linux")
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), bench_support.Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        _, redis_port = start_redis(stack, directory, 0)
        port, admin = free_port(), free_port()
        config = pathlib.Path(directory, "hawkcache.yaml")
        config.write_text(CONFIG.format(port=port, admin=admin, origin=origin.server_port, redis=redis_port))
        cache = subprocess.Popen(["taskset", "-c", "0", args.hawkcache, "serve", "--config", str(config)])
        stack.callback(cache.wait)
        stack.callback(cache.terminate)
        wait_for(port)
        fill(redis_port, args.entries, b"x" * 100)
        print("tag has", redis_cli(redis_port, "scard", "hawkcache:tag:million").strip(), "members")
        redis_cli(redis_port, "config", "set", "slowlog-log-slower-than", "10000")
        redis_cli(redis_port, "slowlog", "reset")
        print("hits alone: p99 %s, %s per second" % load(port, 4))
        results = []
        under_load = threading.Thread(target=lambda: results.append(load(port, 6)))
        under_load.start()
        time.sleep(1)
        begun = time.time()
        print("purge: %d %s, %.2f ms" % purge(admin, {"tags": ["million"]}))
        under_load.join()
        print("hits during purge and sweep: p99 %s, %s per second" % results[0])
        while int(redis_cli(redis_port, "scard", "hawkcache:tag:million")) > 0 and time.time() < begun + 300:
            time.sleep(0.5)
        left = redis_cli(redis_port, "scard", "hawkcache:tag:million").strip()
        print(f"sweep: {time.time() - begun:.1f} s, {left} members left; keys in Redis: {redis_cli(redis_port, 'dbsize').strip()}")
        slow = int(redis_cli(redis_port, "slowlog", "len"))
        print("commands of 10 ms or more:", slow)
        for line in redis_cli(redis_port, "slowlog", "get", "5").splitlines()[:40]:
            print("   ", line[:100])
        if slow or int(left):
            sys.exit("a purge must not hold Redis for 10 ms, and its sweep must come to its end")


if __name__ == "__main__":
    main()
