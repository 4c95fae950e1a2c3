#!/usr/bin/python3 -B
"""Small measurements of the real daemon, each with its bound. Exits with 1 where one is not kept.

    tests/bench/daemon_checks.py HAWKCACHE                  all of them, about three minutes
    tests/bench/daemon_checks.py HAWKCACHE start idle       only these

start      from exec to /readyz, and from SIGTERM to the end
idle       wake-ups of each thread while nothing happens
churn      resident memory beside the store's budget, while objects of changing sizes push each other out
slow       resident memory while 100 slow clients read one object of 1 GiB
balance    how evenly the work of 400 connections is shared by four threads
log        what the access log adds to the CPU time of a hit and of a miss, all threads together (needs a quiet machine)

Needs make and a C compiler for the load generator of peers/. Loopback only; everything is ended by its own process id.
"""

import argparse
import contextlib
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import support  # noqa: E402
import instruction_guard  # noqa: E402

START_MILLISECONDS = 50
WAKE_UPS_PER_SECOND = 1
RESIDENT_OVER_BUDGET = 1.10
MIB_PER_SLOW_CLIENT = 2
LOG_SHARE = 0.05
BUSIEST_THREAD_OVER_MEAN = 1.35


def configuration(origin_port, more="", threads=1):
    return f"""threads: {threads}
upstream: {{ servers: ["http://127.0.0.1:{origin_port}"] }}
{more}
routes:
  - path: /{{rest:path}}
    ttl: 1h
"""


@contextlib.contextmanager
def daemon(origin_port, more="log: { level: warn }", threads=1):
    running = support.ConfiguredDaemon(configuration(origin_port, more, threads))
    try:
        yield running
    finally:
        running.stop()


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Rss:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no Rss")


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
        connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        return connection.recv(64).startswith(b"HTTP/1.1 200")
    return False


def check_start():
    """The least of several, since the machine may be busy."""
    up, down = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(7):
            port, admin = support.free_port(), support.free_port()
            file = pathlib.Path(folder, "hawkcache.yaml")
            file.write_text(f"listen: 127.0.0.1:{port}\nadmin: {{ listen: 127.0.0.1:{admin} }}\n" + configuration(1))
            begun = time.perf_counter()
            process = subprocess.Popen([support.hawkcache_program(), "serve", "--config", file], stderr=subprocess.DEVNULL)
            while not answers(admin):
                time.sleep(0.001)
            up.append((time.perf_counter() - begun) * 1000)
            begun = time.perf_counter()
            process.terminate()
            process.wait(support.PATIENCE_SECONDS)
            down.append((time.perf_counter() - begun) * 1000)
    print(f"start: ready after {min(up):.0f} ms (median {statistics.median(up):.0f}), at most {START_MILLISECONDS}; "
          f"ended after {min(down):.0f} ms")
    return min(up) <= START_MILLISECONDS


def check_idle():
    def switches(pid):
        found = {}
        for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
            for line in (thread / "status").read_text().splitlines():
                if line.startswith("voluntary_ctxt_switches"):
                    found[thread.name] = int(line.split()[1])
        return found

    seconds = 10
    with daemon(1) as running:
        time.sleep(1)
        before = switches(running.process.pid)
        time.sleep(seconds)
        after = switches(running.process.pid)
    rates = sorted((after[thread] - before.get(thread, 0)) / seconds for thread in after)
    print(f"idle: wake-ups per second of each thread: {', '.join(f'{rate:.1f}' for rate in rates)}, at most {WAKE_UPS_PER_SECOND}")
    return rates[-1] <= WAKE_UPS_PER_SECOND * 1.1


class Helpers:
    """The load generator and the origin of peers/."""

    def __init__(self, folder):
        subprocess.run(["make", "-s", "-C", HERE / "peers/src", f"BUILD={folder}"], check=True)
        self.folder = pathlib.Path(folder)

    @contextlib.contextmanager
    def origin(self):
        port = support.free_port()
        program = support.Program([self.folder / "origin", port])
        try:
            program.wait_for(port, "/__count")
            yield port
        finally:
            program.stop()

    def load(self, port, *options):
        command = [self.folder / "load", "--port", str(port), *map(str, options)]
        return json.loads(subprocess.run(command, capture_output=True, check=True, timeout=120).stdout)


def check_churn(helpers):
    """256 MiB of objects whose sizes change every few seconds: what an hour of changing traffic does to the allocator."""
    sizes = [200, 5_000, 100_000, 300, 1_000_000, 1_000, 30_000, 250, 400_000, 2_000, 500, 60_000]
    worst, first = 0.0, 0
    with helpers.origin() as origin_port, daemon(origin_port, "store: { memory: { max_size: 256MiB } }\nlog: { level: warn }") as running:
        helpers.load(running.port, "--requests", 2000, "--conns", 32)  # the buffers of the connections
        def told():
            store = support.request(running.admin_port, "GET", "/v1/stats").json()["store"]
            return store["bytes"], store["slack"]

        budget = 256 << 20
        bare = resident_bytes(running.process.pid) - told()[0]
        for number, size in enumerate(sizes):
            # The budget twice over, half of it in between objects of the size before.
            requests = min(600_000, (512 << 20) // (size + 700))
            # The pause: what lasts for three measurements of the slack counts, which in an hour is a moment.
            for part, share, pause in ((size, 2, 0), (sizes[number - 1], 8, 4), (size, 8, 0)):
                helpers.load(running.port, "--pattern", f"/s/{part}/%d", "--ids", f"uniq:{first}", "--requests",
                             requests // share, "--conns", 32, "--seconds", 20)
                first += 10_000_000
                time.sleep(pause)
            resident, (counted, slack) = resident_bytes(running.process.pid) - bare, told()
            worst = max(worst, resident / budget)
            print(f"churn: after objects of {size:,} B: counted {counted / 1e6:.0f} MB and {slack / 1e6:.0f} MB of slack, resident "
                  f"{resident / 1e6:.0f} MB beside the {bare / 1e6:.0f} MB without objects: {resident / budget:.2f} of the budget", flush=True)
    print(f"churn: at worst {worst:.2f} times the budget, at most {RESIDENT_OVER_BUDGET:.2f}")
    return worst <= RESIDENT_OVER_BUDGET


def endless_origin(size):
    """Answers everything with `size` bytes, as fast as they are taken. Gives its port."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nCache-Control: max-age=60\r\n\r\n".encode()
    chunk = b"x" * (1 << 20)

    def serve(connection):
        with connection, contextlib.suppress(OSError):
            instruction_guard.read_message(connection)
            connection.sendall(head)
            for _ in range(size // len(chunk)):
                connection.sendall(chunk)

    def accept():
        while True:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def check_slow():
    clients, seconds = 100, 20
    stop = threading.Event()

    def read_slowly(port):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"GET /large HTTP/1.1\r\nHost: api.example.com\r\n\r\n")
            while not stop.wait(0.02) and connection.recv(16_384):
                pass

    with daemon(endless_origin(1 << 30)) as running:
        bare = resident_bytes(running.process.pid)
        threads = [threading.Thread(target=read_slowly, args=(running.port,)) for _ in range(clients)]
        for thread in threads:
            thread.start()
        grown = []
        for _ in range(seconds):
            time.sleep(1)
            grown.append((resident_bytes(running.process.pid) - bare) / (1 << 20))
        stop.set()
        for thread in threads:
            thread.join()
    half = max(grown[:seconds // 2])
    print(f"slow: {max(grown):.0f} MiB for {clients} clients, {max(grown) / clients:.1f} MiB each, at most {MIB_PER_SLOW_CLIENT}; "
          f"{half:.0f} MiB of it in the first half of the time")
    return max(grown) <= clients * MIB_PER_SLOW_CLIENT


def check_balance(helpers):
    """The kernel gives each new connection to one of the threads' listening sockets, by a hash of its addresses."""
    threads, connections = 4, 400

    def nanoseconds(pid):
        return {thread.name: int((thread / "schedstat").read_text().split()[0])
                for thread in pathlib.Path(f"/proc/{pid}/task").iterdir()}

    with helpers.origin() as origin_port, daemon(origin_port, threads=threads) as running:
        helpers.load(running.port, "--requests", 1000, "--conns", 1)
        before = nanoseconds(running.process.pid)
        helpers.load(running.port, "--requests", 400_000, "--conns", connections, "--seconds", 20)
        after = nanoseconds(running.process.pid)
    spent = sorted((after[thread] - before.get(thread, 0) for thread in after), reverse=True)[:threads]
    busiest = spent[0] / statistics.mean(spent)
    print(f"balance: {connections} connections, {threads} threads: {', '.join(f'{ns / 1e6:.0f}' for ns in spent)} ms of CPU, the busiest "
          f"{busiest:.2f} times the mean, at most {BUSIEST_THREAD_OVER_MEAN:.2f}")
    return busiest <= BUSIEST_THREAD_OVER_MEAN


def check_log(helpers):
    """Two daemons take turns, one with the access log and one without; the medians of the ratios within a turn."""
    def cpu_seconds(pid):
        return sum(int((thread / "schedstat").read_text().split()[0]) for thread in pathlib.Path(f"/proc/{pid}/task").iterdir()) / 1e9

    requests, rounds, kept, fresh = 60_000, 9, True, 0

    def spent(running, case):
        nonlocal fresh
        before = cpu_seconds(running.process.pid)
        if case == "hit":
            helpers.load(running.port, "--requests", requests, "--conns", 50)
        else:
            helpers.load(running.port, "--pattern", "/s/1000/%d", "--ids", f"uniq:{fresh}", "--requests", requests, "--conns", 50)
            fresh += requests
        time.sleep(0.1)  # what is buffered is written
        return (cpu_seconds(running.process.pid) - before) / requests * 1e6

    with tempfile.TemporaryDirectory() as folder, helpers.origin() as origin_port, daemon(origin_port) as silent, \
            daemon(origin_port, f"log: {{ level: warn, access: {folder}/access.log }}") as logging:
        for case in ("hit", "miss"):
            helpers.load(silent.port, "--requests", 5000), helpers.load(logging.port, "--requests", 5000)
            pairs = [(spent(silent, case), spent(logging, case)) for _ in range(rounds)]
            share = statistics.median(with_log / without for without, with_log in pairs) - 1
            print(f"log: a {case} takes {statistics.median(pair[0] for pair in pairs):.2f} us of CPU, with the access log {share:+.1%}, "
                  f"at most {LOG_SHARE:.0%}")
            kept &= share <= LOG_SHARE
    return kept


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hawkcache", type=pathlib.Path)
    parser.add_argument("checks", nargs="*", metavar="CHECK")
    options = parser.parse_args()
    support.HAWKCACHE = str(options.hawkcache.resolve())
    with tempfile.TemporaryDirectory() as folder:
        checks = {"start": check_start, "idle": check_idle, "churn": lambda: check_churn(Helpers(folder)), "slow": check_slow,
                  "balance": lambda: check_balance(Helpers(folder)), "log": lambda: check_log(Helpers(folder))}
        if unknown := [name for name in options.checks if name not in checks]:
            parser.error(f"unknown: {', '.join(unknown)}; known: {', '.join(checks)}")
        broken = [name for name in options.checks or checks if not checks[name]()]
    if broken:
        print(f"not kept: {', '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
