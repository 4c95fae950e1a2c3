#!/usr/bin/env python3
"""What a stored object costs in memory, and how true the counted bytes are.

    tests/bench/object_overhead.py build/hawkcache [--objects 200000] [--body 200] [--vary] [--tags 2]

Objects are brought in through the real daemon, each with a URL of its own and a typical header block of an API, in which the entity tag and the
request's identifier are each object's own. Per object it tells the growth of the process (PSS), what of that is beyond path, head and body as the
origin sent them, and what /v1/stats counted. Loopback only; Linux.
"""
import argparse
import asyncio
import contextlib
import json
import multiprocessing
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

from bench_support import free_port

CONFIG = """listen: 127.0.0.1:{port}
threads: 1
admin: {{ listen: "127.0.0.1:{admin}" }}
upstream: {{ servers: ["http://127.0.0.1:{origin}"] }}
store: {{ memory: {{ max_size: 8192MiB, max_entries: 10000000 }} }}
log: {{ level: warn }}
routes:
  - path: /{{rest:path}}
    ttl: 1h
"""
CONNECTIONS = 32
WARM_UP = 5000


def response(args):
    lines = ["HTTP/1.1 200 OK", "Date: Fri, 27 Nov 2026 01:42:34 GMT", "Content-Type: application/json; charset=utf-8", f"Content-Length: {args.body}",
             "Cache-Control: public, max-age=3600", 'ETag: "%032x"', "Last-Modified: Thu, 26 Nov 2026 11:12:13 GMT",
             "Server: origin/1.0", "X-Request-Id: 0d6c0f9e-3d1f-4f7a-9a53-%012x", "Strict-Transport-Security: max-age=31536000"]
    if args.vary:
        lines.append("Vary: Accept-Encoding, Accept-Language")
    if args.tags:
        lines.append("Surrogate-Key: " + " ".join(f"group-{i}" for i in range(args.tags)))
    return "\r\n".join(lines).encode() + b"\r\n\r\n", b"x" * args.body


class Origin(asyncio.Protocol):
    answer = b""  # a format of two numbers
    answered = 0

    def connection_made(self, transport):
        self.transport, self.pending = transport, b""

    def data_received(self, data):
        self.pending += data
        while b"\r\n\r\n" in self.pending:
            self.pending = self.pending.partition(b"\r\n\r\n")[2]
            Origin.answered += 1
            self.transport.write(self.answer % (Origin.answered, Origin.answered))


def serve(port, answer):
    Origin.answer = answer

    async def forever():
        server = await asyncio.get_running_loop().create_server(Origin, "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(forever())


async def fetch_all(port, prefix, count):
    numbers = iter(range(count))

    async def client():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in numbers:
            writer.write(b"GET %s%07d HTTP/1.1\r\nHost: api.example.com\r\n\r\n" % (prefix, number))
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                sys.exit(f"answered with an error:\n{head.decode()}")
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await reader.readexactly(length)
        writer.close()

    await asyncio.gather(*(client() for _ in range(CONNECTIONS)))


def pss(pid):
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def counted(admin):
    with urllib.request.urlopen(f"http://127.0.0.1:{admin}/v1/stats", timeout=5) as answer:
        store = json.load(answer)["store"]
    return store["entries"], store["bytes"]


def wait_for(admin):
    deadline = time.time() + 10
    while time.time() < deadline:
        with contextlib.suppress(OSError):
            counted(admin)
            return
        time.sleep(0.05)
    sys.exit("hawkcache does not answer")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hawkcache")
    parser.add_argument("--objects", type=int, default=200_000)
    parser.add_argument("--body", type=int, default=200)
    parser.add_argument("--vary", action="store_true")
    parser.add_argument("--tags", type=int, default=0)
    args = parser.parse_args()
    head, body = response(args)
    port, admin, origin = free_port(), free_port(), free_port()
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        server = multiprocessing.Process(target=serve, args=(origin, head + body), daemon=True)
        server.start()
        stack.callback(server.join)
        stack.callback(server.terminate)
        config = pathlib.Path(directory, "hawkcache.yaml")
        config.write_text(CONFIG.format(port=port, admin=admin, origin=origin))
        cache = subprocess.Popen([args.hawkcache, "serve", "--config", str(config)])
        stack.callback(cache.wait)
        stack.callback(cache.terminate)
        wait_for(admin)
        asyncio.run(fetch_all(port, b"/warm-up/", WARM_UP))
        before, (entries, bytes_before) = pss(cache.pid), counted(admin)
        asyncio.run(fetch_all(port, b"/objects/", args.objects))
        after, (all_entries, bytes_after) = pss(cache.pid), counted(admin)
        if all_entries - entries != args.objects:
            sys.exit(f"{all_entries - entries} of {args.objects} objects are stored")
        grown, told = (after - before) / args.objects, (bytes_after - bytes_before) / args.objects
        net = len("/objects/0000000") + len(head % (0, 0)) + len(body)
        print(f"per object: {grown:.0f} bytes of the process, {grown - net:.0f} beyond path, head and body ({net}); "
              f"counted {told:.0f} ({(told / grown - 1) * 100:+.1f} %)")


if __name__ == "__main__":
    main()
