#!/usr/bin/python3 -B
"""Holds what a hit, other stored answers and a miss cost against the record: user-space instructions of the real daemon, counted by callgrind.

    tests/bench/instruction_guard.py HAWKCACHE --toolchain TEXT            fails where a figure exceeds the record by more than 5 %
    tests/bench/instruction_guard.py HAWKCACHE --toolchain TEXT --record   writes the record anew
    cmake --build --preset ci --target record_instructions                 the same, with the toolchain filled in

A figure is what a long conversation costs, less what a short one costs, for each request between: starting and stopping are in
both. One thread, one kept connection, unless the case says otherwise; in the crowd each connection has a request at the origin
before any is answered. Client and origin speak only when the daemon sleeps, so that it takes the same path in every request however busy
the machine is. The record holds for one compiler on one kind of machine; elsewhere nothing is held
against it (status 77: skipped).
"""

import argparse
import contextlib
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

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import support  # noqa: E402

RECORD = HERE / "instructions.json"
TOLERANCE = 0.05
SHORT, LONG = 200, 700  # requests
CROWD = 50  # connections; a conversation is so many rounds
SKIPPED = 77
support.PATIENCE_SECONDS = 120  # valgrind is slow, and the machine may be busy

CONFIGURATION = """threads: 1
upstream: {{ servers: ["http://127.0.0.1:{origin}"] }}
log: {{ level: warn }}
routes:
  - path: /users/{{user_id:int}}
    ttl: 60s
    tags: [users, "user:{{user_id}}"]
"""
FIELDS = """Host: api.example.com
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0
Accept: application/json, text/plain, */*
Accept-Language: en-US,en;q=0.5
Accept-Encoding: gzip, deflate, br
Referer: https://www.example.com/users
Origin: https://www.example.com
Connection: keep-alive
Sec-Fetch-Dest: empty
Sec-Fetch-Mode: cors
Sec-Fetch-Site: same-site
X-Request-Id: {number:012}
""".replace("\n", "\r\n")
BODY = b'{"name": "' + b"x" * 1011 + b'"}\n'
LARGE_BODY = b'{"name": "' + b"x" * 65523 + b'"}\n'
RESPONSE = ("HTTP/1.1 200 OK\r\nDate: {date}\r\nServer: origin\r\nContent-Type: application/json\r\n"
            "Content-Length: {length}\r\nCache-Control: public, max-age=3600\r\nETag: \"1f-5a\"\r\n"
            "X-Content-Type-Options: nosniff\r\n\r\n")


def get(user, number=0, more=""):
    return f"GET /users/{user} HTTP/1.1\r\n{FIELDS.format(number=number)}{more}\r\n".encode()


def post(number):
    return (f"POST /search HTTP/1.1\r\n{FIELDS.format(number=0)}Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
            "\r\n").encode() + BODY


# What the requests of a conversation are, by their number.
CASES = {
    "hit": lambda number: get(42),
    "hit_other_fields": lambda number: get(42, number),  # not the bytes of the request before
    "hit_new_connection": lambda _: get(42),  # each on one of its own, from accept to close
    "range": lambda _: get(42, more="Range: bytes=500-1523\r\n"),
    "not_modified": lambda _: get(42, more='If-None-Match: "1f-5a"\r\n'),
    "miss": lambda number: get(1000 + number),
    "miss_in_crowd": lambda number: get(1000 + number),
    "pass": post,
}

STATUS = {"range": 206, "not_modified": 304}  # where it is not 200
STORED = ("hit", "range", "not_modified")  # what a case begins with whose answers are stored ones


def connections_of(case):
    return CROWD if case.endswith("_in_crowd") else 1


class Rest:
    """Waits until the daemon has nothing to do: every thread sleeps in a system call that waits for events."""

    WAITING = {"x86_64": {7, 35, 128, 202, 230, 232, 270, 271, 281, 441}}.get(os.uname().machine, set())

    def __init__(self, pid):
        self.threads = pathlib.Path(f"/proc/{pid}/task")

    def asleep(self):
        for thread in self.threads.iterdir():
            text = (thread / "syscall").read_text()
            if text.startswith("running") or int(text.split()[0]) not in self.WAITING:
                return False
        return True

    def __call__(self):
        end = time.monotonic() + support.PATIENCE_SECONDS
        while not self.asleep():
            if time.monotonic() > end:
                raise AssertionError("the daemon does not come to rest")
            time.sleep(0.0001)


def read_message(connection):
    """A message with a Content-Length, or without a body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
    left = int(length.group(1)) - len(body) if length else 0
    while left > 0:
        left -= len(received(connection))
    return head


def received(connection):
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("closed")
    return data


class Origin:
    """One answer for everything, each given when `rest` returns, the first once `crowd` requests are here."""

    def __init__(self, body):
        self.body = body
        self.rest = lambda: None
        self.turn = threading.Lock()
        self.gather(1)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def gather(self, crowd):
        self.all_here = threading.Barrier(crowd, timeout=support.PATIENCE_SECONDS)

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, contextlib.suppress(OSError):
            while True:
                read_message(connection)
                self.all_here.wait()
                with self.turn:
                    self.rest()
                    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
                    connection.sendall(RESPONSE.format(date=date, length=len(self.body)).encode() + self.body)


def converse(port, rest, requests, crowd=1, status=200):
    with contextlib.ExitStack() as open_connections:
        connections = [open_connections.enter_context(socket.create_connection(("127.0.0.1", port), support.PATIENCE_SECONDS))
                       for _ in range(crowd)]
        for begin in range(0, len(requests), crowd):
            for connection, request in zip(connections, requests[begin:], strict=False):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                rest()
                connection.sendall(request)
            for connection in connections:
                head = read_message(connection)
                if not head.startswith(b"HTTP/1.1 %d " % status):
                    raise AssertionError(f"not an answer to measure:\n{head.decode()}")
        rest()
        return head.decode()


def instructions(hawkcache, case, count, folder):
    """Of the whole process, for a conversation of `count` requests."""
    origin = Origin(LARGE_BODY if case == "range" else BODY)
    port, admin = support.free_port(), support.free_port()
    configuration, profile = folder / "hawkcache.yaml", folder / f"callgrind.{case}.{count}"
    configuration.write_text(f"listen: 127.0.0.1:{port}\nadmin: {{ listen: 127.0.0.1:{admin} }}\n" +
                             CONFIGURATION.format(origin=origin.port))
    daemon = support.Program(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", hawkcache, "serve",
                              "--config", configuration])
    try:
        daemon.wait_for(admin, "/readyz")
        rest = Rest(daemon.process.pid)
        origin.rest = rest
        converse(port, rest, [get(42), get(42)])
        origin.gather(connections_of(case))
        requests = [CASES[case](number) for number in range(count)]
        for conversation in [[request] for request in requests] if case.endswith("_new_connection") else [requests]:
            last = converse(port, rest, conversation, connections_of(case), STATUS.get(case, 200))
        expected = "HIT" if case.startswith(STORED) else "MISS" if case.startswith("miss") else None
        if expected and f"X-Cache: {expected}" not in last:
            raise AssertionError(f"{case}: the last answer was none:\n{last}")
        if status := daemon.terminate():
            raise AssertionError(f"hawkcache ended with {status}:\n{daemon.text()}")
    finally:
        daemon.stop()
        origin.listener.close()
    return int(re.search(r"^(?:totals|summary): (\d+)", profile.read_text(), re.M).group(1)) - spent_on_sweeps(profile)


def spent_on_sweeps(profile):
    """The store's, after the purges of writes: they come by the clock, the more of them the slower the machine."""
    report = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", profile], capture_output=True, check=True,
                            text=True).stdout
    costs = [int(line.split()[0].replace(",", "")) for line in report.splitlines() if "hawkcache::server::Maintenance::sweep_slice()" in line]
    return max(costs, default=0)


def per_request(hawkcache, case, folder):
    return round((instructions(hawkcache, case, LONG, folder) - instructions(hawkcache, case, SHORT, folder)) / (LONG - SHORT))


def compare(hawkcache, record, folder):
    """The lines that say what is wrong."""
    failures = []
    for case, recorded in record["instructions"].items():
        bound = recorded * (1 + TOLERANCE)
        figures = [per_request(hawkcache, case, folder)]
        while figures[-1] > bound and len(figures) < 3:  # once may be chance
            figures.append(per_request(hawkcache, case, folder))
        figure = round(statistics.median(figures))
        print(f"{case}: {figure:,} instructions per request, recorded {recorded:,} ({figure / recorded - 1:+.1%})", flush=True)
        if figure > bound:
            failures.append(f"{case} takes {figure:,} instructions per request, {figure / recorded - 1:.1%} more than the {recorded:,} "
                            f"of {RECORD.relative_to(HERE.parents[1])}; {TOLERANCE:.0%} are allowed.")
        elif figure < recorded * (1 - TOLERANCE):
            print(f"{case}: cheaper than recorded; record it, so that it stays so")
    return failures


REMEDY = """Where they went:   callgrind_annotate {folder}/callgrind.{case}.%d
If it is worth it: cmake --build --preset ci --target record_instructions   and commit {record}""" % LONG


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hawkcache", type=pathlib.Path)
    parser.add_argument("--toolchain", required=True, help="what the program was built with")
    parser.add_argument("--work", type=pathlib.Path, help="where the profiles are left")
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    record = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if not shutil.which("valgrind"):
        print("skipped: valgrind is not installed (scripts/setup test)")
        return SKIPPED
    if not options.record and record.get("toolchain") != options.toolchain:
        print(f"skipped: recorded with {record.get('toolchain')}, built with {options.toolchain}")
        return SKIPPED
    folder = options.work or pathlib.Path(tempfile.mkdtemp(prefix="instructions-"))
    folder.mkdir(parents=True, exist_ok=True)
    hawkcache = options.hawkcache.resolve()
    if options.record:
        figures = {case: round(statistics.median(per_request(hawkcache, case, folder) for _ in range(3))) for case in CASES}
        RECORD.write_text(json.dumps({"toolchain": options.toolchain, "instructions": figures}, indent=2) + "\n")
        print(RECORD.read_text())
        return 0
    failures = compare(hawkcache, record, folder)
    for failure in failures:
        case = failure.split()[0]
        print(failure, REMEDY.format(folder=folder, case=case, record=RECORD.name), sep="\n", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
