#!/usr/bin/env python3
"""What a hit from Redis costs, beside redis-benchmark's own GET of a value of that size, interleaved in one run.

    apt-get install wrk redis-server redis-tools util-linux
    tests/bench/redis_hit.py build/hawkcache [--rounds 5] [--seconds 4] [--size 1024]

CPU is user + system time of all processes that serve (from /proc), per answer. For the hit these are hawkcache and redis-server; for the GET
redis-benchmark, which is the client that hawkcache is otherwise, and redis-server. 50 connections each, no pipelining asked for. hawkcache has one
thread, and `backend: redis`: nothing of it comes from memory. Fails where a hit costs more than 2.5 GETs, in the median of the rounds. Loopback only;
everything is stopped by its own pid.
"""
import argparse
import contextlib
import http.server
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import bench_support
from bench_support import cpu_seconds, free_port, wait_for

CONFIG = """listen: 127.0.0.1:{port}
threads: 1
admin: {{ listen: "127.0.0.1:{admin}" }}
upstream: {{ servers: ["http://127.0.0.1:{origin}"] }}
store: {{ backend: redis, redis: {{ url: "redis://127.0.0.1:{redis}/0", timeout: 1s }} }}
log: {{ level: warn }}
routes:
  - path: /{{rest:path}}
    ttl: 1h
    tags: [all]
"""
CONNECTIONS = 50
MOST_GETS = 2.5


def redis_cli(port, *words):
    return subprocess.run(["redis-cli", "-p", str(port), *words], capture_output=True, text=True, errors="replace", check=True).stdout


def wait_for_redis(port):
    deadline = time.time() + 10
    while time.time() < deadline:
        with contextlib.suppress(subprocess.CalledProcessError):
            if redis_cli(port, "ping").startswith("PONG"):
                return
        time.sleep(0.05)
    sys.exit("redis-server does not answer")


def start_redis(stack, directory, core):
    port = free_port()
    server = subprocess.Popen(["taskset", "-c", str(core), "redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir",
                               directory, "--daemonize", "no", "--loglevel", "warning"], stdout=subprocess.DEVNULL)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    wait_for_redis(port)
    return server, port


def measure_get(redis, port, size, seconds):
    redis_cli(port, "set", "value", "x" * size)
    count = 60_000 * seconds
    before = cpu_seconds(redis.pid)
    bench = subprocess.Popen(["taskset", "-c", "1", "redis-benchmark", "-p", str(port), "-c", str(CONNECTIONS), "-n", str(count), "-q", "get", "value"],
                             stdout=subprocess.DEVNULL)
    client = 0.0
    while bench.poll() is None:
        with contextlib.suppress(OSError, IndexError):
            fields = pathlib.Path(f"/proc/{bench.pid}/stat").read_text().rsplit(")", 1)[1].split()
            client = (int(fields[11]) + int(fields[12])) / bench_support.TICK
        time.sleep(0.02)
    return (cpu_seconds(redis.pid) - before + client) / count * 1e6


def keyspace_hits(redis_port):
    return int(re.search(r"keyspace_hits:(\d+)", redis_cli(redis_port, "info", "stats")).group(1))


def measure_hit(cache, redis, port, redis_port, seconds):
    before, found, asked = (cpu_seconds(cache.pid), cpu_seconds(redis.pid)), keyspace_hits(redis_port), bench_support.Origin.requests
    out = subprocess.run(["taskset", "-c", "1", "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", f"http://127.0.0.1:{port}/hot"],
                         capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out:
        sys.exit(f"hawkcache answered with errors:\n{out}")
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    if bench_support.Origin.requests != asked or keyspace_hits(redis_port) - found < requests:
        sys.exit("not every answer was a hit from Redis")
    return [(cpu_seconds(pid) - was) / requests * 1e6 for pid, was in ((cache.pid, before[0]), (redis.pid, before[1]))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hawkcache")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--size", type=int, default=1024)
    args = parser.parse_args()
    for tool in ("wrk", "redis-server", "redis-cli", "redis-benchmark", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install wrk redis-server redis-tools util-linux")
    bench_support.BODY = b"x" * args.size
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), bench_support.Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        redis, redis_port = start_redis(stack, directory, 0)
        port = free_port()
        config = pathlib.Path(directory, "hawkcache.yaml")
        config.write_text(CONFIG.format(port=port, admin=free_port(), origin=origin.server_port, redis=redis_port))
        cache = subprocess.Popen(["taskset", "-c", "0", args.hawkcache, "serve", "--config", str(config)])
        stack.callback(cache.wait)
        stack.callback(cache.terminate)
        wait_for(port)
        ratios = []
        for round_number in range(args.rounds):
            get = measure_get(redis, redis_port, args.size, args.seconds)
            own, server = measure_hit(cache, redis, port, redis_port, args.seconds)
            ratios.append((own + server) / get)
            print(f"round {round_number + 1}: GET {get:6.2f} us CPU; hit {own + server:6.2f} us CPU (hawkcache {own:.2f}, redis-server {server:.2f})",
                  flush=True)
        ratio = statistics.median(ratios)
        print(f"hit from Redis / redis-benchmark's GET, median of the rounds: {ratio:.2f}")
        if ratio > MOST_GETS:
            sys.exit(f"a hit from Redis must cost no more than {MOST_GETS} GETs")


if __name__ == "__main__":
    main()
