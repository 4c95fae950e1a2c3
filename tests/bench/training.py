#!/usr/bin/python3 -B
"""Drives a hawkcache that records a profile through what an API's clients do, so that the next build knows which paths are hot.

    tests/bench/training.py HAWKCACHE

scripts/build-trained calls it. Stored answers, misses, passes, conditional requests, ranges and new connections, none of which
takes much more of the daemon's instructions than another; few clients at once and many; with an access log and without. An
answer that is not the one to learn from ends it. Only the standard library; on loopback, on free ports, half a minute.
"""

import argparse
import contextlib
import dataclasses
import itertools
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import typing

CONFIGURATION = """listen: 127.0.0.1:{port}
threads: 1
admin: {{ listen: 127.0.0.1:{admin} }}
upstream: {{ servers: ["http://127.0.0.1:{origin}"] }}
log: {{ level: warn, access: {access_log} }}
defaults: {{ ttl: 60s, query: {{ ignore: ["utm_*"], sort: true }} }}
routes:
  - {{ path: /accounts, tags: [accounts] }}
  - {{ path: "/accounts/{{account:int}}", tags: [accounts, "account:{{account}}"] }}
  - {{ path: "/orders/{{order_id}}", ttl: origin, tags: ["order:{{order_id}}"] }}
  - {{ path: "/texts/{{name}}", vary: [accept-language] }}
  - {{ path: "/files/{{rest:path}}", ttl: origin }}
"""
BROWSER = """Connection: keep-alive
sec-ch-ua: "Chromium";v="128", "Not;A=Brand";v="24"
sec-ch-ua-mobile: ?0
User-Agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36
Accept: */*
Sec-Fetch-Site: same-origin
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
Referer: https://shop.example.com/accounts/7
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: de-DE,de;q=0.9,en;q=0.8
"""
LIBRARY = """User-Agent: python-httpx/0.27.0
Accept: */*
Accept-Encoding: gzip, deflate
Connection: keep-alive
"""
CURL = """User-Agent: curl/7.88.1
Accept: */*
"""
CLIENTS = [text.replace("\n", "\r\n") for text in (BROWSER, LIBRARY, CURL)]
ETAG = '"v7-91c2"'
BODY = b'{"items": [' + b'{"id": 71, "state": "open"}, ' * 40 + b'{}]}'
SIZES = {"page": 10_240, "image": 102_400, "film": 1_048_576}
TARGETS = 20  # of a lesson
MANY = 48  # clients at once
PATIENCE_SECONDS = 30
ATTEMPTS = 3  # to find free ports


def request(client, target, method="GET", more="", body=b"", host="api.example.com"):
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n{CLIENTS[client % 3]}{length}{more}\r\n".encode() + body


class Conversation:
    """One connection, on which whole messages are read."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.data = b""

    def receive(self):
        data = self.connection.recv(262_144)
        if not data:
            raise ConnectionError("closed")
        self.data += data

    def message(self):
        """Head and body of the next one: with a Content-Length, chunked, or without a body."""
        while b"\r\n\r\n" not in self.data:
            self.receive()
        head, _, self.data = self.data.partition(b"\r\n\r\n")
        if b"chunked" in head:
            while not self.data.endswith(b"0\r\n\r\n"):
                self.receive()
            body, self.data = self.data, b""
            return head, body
        found = None if head.startswith(b"HTTP/1.1 304") else re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
        length = int(found.group(1)) if found else 0
        while len(self.data) < length:
            self.receive()
        body, self.data = self.data[:length], self.data[length:]
        return head, body


class Origin:
    """A thread for each connection. Some answers carry tags, some are chunked."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self.serve, args=(self.listener.accept()[0],), daemon=True).start()

    def serve(self, connection):
        with connection, contextlib.suppress(OSError):
            conversation = Conversation(connection)
            while True:
                method, target = conversation.message()[0].split(b" ", 2)[:2]
                connection.sendall(self.answer(method, target.decode()))

    @staticmethod
    def answer(method, target):
        date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime())
        kind = target.split("/")[2] if target.startswith("/files/") else ""
        body = b"x" * SIZES[kind] if kind in SIZES else BODY
        head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nServer: uvicorn\r\nContent-Type: application/json\r\n"
        head += "Cache-Control: no-store\r\n" if method == b"POST" else "Cache-Control: public, max-age=3600\r\nETag: " + ETAG + "\r\n"
        if target.startswith("/orders/"):
            head += "Surrogate-Key: orders\r\nX-Content-Type-Options: nosniff\r\nVary: Accept-Encoding\r\n"
        if target.endswith("5") and target.startswith("/orders/"):
            return f"{head}Transfer-Encoding: chunked\r\n\r\n{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@dataclasses.dataclass(frozen=True)
class Lesson:
    request_of: typing.Callable[[int, int], bytes]  # of the client's number and that of the round
    status: int = 200
    x_cache: str = "HIT"  # empty: none is looked for
    weight: int = 1

    def check(self, head):
        expected = f"\r\nX-Cache: {self.x_cache}".encode()
        if not head.startswith(b"HTTP/1.1 %d " % self.status) or (self.x_cache and expected not in head):
            sys.exit(f"training: not the answer to learn from ({self.status} {self.x_cache}):\n{head.decode()}")


def lessons():
    fresh = itertools.count(1_000_000)
    return [
        Lesson(lambda client, _: request(client, "/accounts/42")),
        Lesson(lambda client, number: request(client, f"/accounts/{(client * 7 + number) % TARGETS}")),
        Lesson(lambda client, number: request(client, f"/accounts?page={number % TARGETS}&utm_source=mail")),
        Lesson(lambda _, number: request(0, f"/texts/{number % TARGETS}")),
        Lesson(lambda client, number: request(client, f"/files/page/{number % TARGETS}")),
        Lesson(lambda client, _: request(client, "/accounts/42", more=f"If-None-Match: {ETAG}\r\n"), status=304, weight=3),
        Lesson(lambda client, _: request(client, "/files/film/1", more="Range: bytes=5000-6023\r\n"), status=206, weight=3),
        Lesson(lambda client, _: request(client, f"/orders/{next(fresh)}?utm_source=mail"), x_cache="MISS"),
        Lesson(lambda client, number: request(client, f"/carts?step={number}", "POST", body=BODY), x_cache=""),
    ]


def converse(port, clients, rounds, lesson):
    """Every client sends, then every one reads, so many rounds."""
    with contextlib.ExitStack() as open_connections:
        conversations = [Conversation(open_connections.enter_context(
            socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS))) for _ in range(clients)]
        for number in range(rounds):
            for client, conversation in enumerate(conversations):
                conversation.connection.sendall(lesson.request_of(client, number))
            for conversation in conversations:
                lesson.check(conversation.message()[0])


def prepare(port, lesson):
    """What the lesson asks for is stored afterwards."""
    converse(port, 1, TARGETS, dataclasses.replace(lesson, x_cache=""))


def train(port, admin, rounds):
    course = lessons()
    for lesson in course:
        prepare(port, lesson)
        converse(port, 1, rounds * lesson.weight, lesson)
        converse(port, MANY, -(-2 * rounds // MANY) * lesson.weight, lesson)
    image = Lesson(lambda client, number: request(client, f"/files/image/{number % TARGETS}"))
    prepare(port, image)
    converse(port, 16, -(-rounds // 75), image)
    stored = course[1]
    for number in range(3 * rounds):  # each on a connection of its own
        converse(port, 1, 1, dataclasses.replace(stored, request_of=lambda _, __, number=number: stored.request_of(0, number)))
    for tag in ("accounts", "account:42", "orders"):
        purge = request(2, "/v1/purge", "POST", body=f'{{"tags": ["{tag}"]}}'.encode(), host="127.0.0.1")
        converse(admin, 1, 1, Lesson(lambda *_, purge=purge: purge, x_cache=""))
        converse(port, 8, TARGETS, dataclasses.replace(stored, x_cache=""))


def two_free_ports():
    with socket.socket() as first, socket.socket() as second:
        for probe in (first, second):
            probe.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


def listens(daemon, port):
    """False where it has ended before: another may have taken its port in the meantime."""
    end = time.monotonic() + PATIENCE_SECONDS
    while daemon.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        time.sleep(0.05)
    return False


def run(hawkcache, folder, access_log, rounds):
    """Whether there was anything to learn from: the daemon has come up."""
    origin = Origin()
    port, admin = two_free_ports()
    path = folder / "hawkcache.yaml"
    path.write_text(CONFIGURATION.format(port=port, admin=admin, origin=origin.port, access_log=access_log))
    daemon = subprocess.Popen([hawkcache, "serve", "--config", path])
    try:
        if not listens(daemon, admin):
            return False
        train(port, admin, rounds)
        daemon.terminate()
        if status := daemon.wait(PATIENCE_SECONDS):
            sys.exit(f"training: hawkcache ended with {status}")
        return True
    finally:
        if daemon.poll() is None:
            daemon.kill()
            daemon.wait()
        origin.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hawkcache", type=pathlib.Path, help="built with HAWKCACHE_PROFILE=RECORD")
    parser.add_argument("--rounds", type=int, default=1500, help="of the lesson with the least (default 1500)")
    options = parser.parse_args()
    hawkcache = options.hawkcache.resolve()
    with tempfile.TemporaryDirectory(prefix="training-") as folder:
        for access_log in ("off", f"{folder}/access.log"):
            if not any(run(hawkcache, pathlib.Path(folder), access_log, options.rounds) for _ in range(ATTEMPTS)):
                sys.exit("training: hawkcache does not start")


if __name__ == "__main__":
    main()
