"""The scenarios about what a cache keeps: purging by tag, and memory."""

import http.client
import threading
import time

from . import processes
from .measuring import fleet, load, rounds
from .peers import PROXIES
from .settings import say

HIT_RATE = 4000  # per second, while a purge is made
WINDOW_SECONDS = 2
PURGE_AFTER_SECONDS = 1


def tag_purge(settings):
    for name in settings.peers:
        if name in PROXIES and not PROXIES[name].PURGES:
            say(f"  {name}: no purge by tag")
    parts = [(name, {}) for name in settings.peers if name in PROXIES and PROXIES[name].PURGES]
    if not parts:
        return {}
    with fleet(settings, parts) as (origin, servers):
        for server in servers:
            for _ in range(2):
                load(settings, server.port, "--pattern", "/s/1024/%d", "--ids", "seq:0", "--requests", 1000, "--conns", 16)
        return rounds(settings.purge_rounds, servers, lambda server, _: purge_row(settings, origin, server))


def purge_row(settings, origin, server):
    def fill():
        """How many of the tagged objects had to be fetched."""
        asked = origin.count()
        load(settings, server.port, "--pattern", "/t/1024/%d", "--ids", "seq:0", "--requests", settings.tagged,
             "--conns", 16, "--seconds", 120)
        return origin.count() - asked

    row = {"errors": 0}
    fill()
    row["group_ms"] = server.purge("group:7")[0] * 1e3
    row["group_gone"] = fill()
    row["all_ms"] = server.purge("all")[0] * 1e3
    row["all_gone"] = fill()
    row["quiet_p99_us"] = under_load(settings, server, lambda: None)[0]["p99_us"]
    for tag, prefix in (("group:7", "group"), ("all", "all")):
        result, (took, _) = under_load(settings, server, lambda tag=tag: server.purge(tag))
        row |= {f"{prefix}_load_ms": took * 1e3, f"{prefix}_p99_us": result["p99_us"],
                f"{prefix}_max_ms": result["max_us"] / 1e3}
    return row


def under_load(settings, server, act):
    """Hits of objects without a tag at a fixed rate, and act() in the middle: (what the load measured, what act gave)."""
    given = []

    def later():
        time.sleep(PURGE_AFTER_SECONDS)
        given.append(act())

    thread = threading.Thread(target=later)
    thread.start()
    result = load(settings, server.port, "--rate", HIT_RATE, "--seconds", WINDOW_SECONDS, "--ids", "zipf:1000:0.9",
                  "--conns", 64)
    thread.join()
    if not given:
        raise RuntimeError("the purge failed")
    return result, given[0]


def memory(settings):
    """Bytes for each object beyond key, header block and body; one server after the other."""
    results = {}
    for name in settings.peers:
        if name not in PROXIES:
            continue
        with fleet(settings, [(name, {"cache_mb": 2048})]) as (origin, servers):
            if servers:
                try:
                    results[name] = [memory_row(settings, origin, servers[0])]
                except RuntimeError as error:
                    say(f"  {name}: {error}")
    return results


def memory_row(settings, origin, server):
    def ask(ids, count):
        return load(settings, server.port, "--pattern", "/s/200/%d", "--ids", ids, "--requests", count, "--conns", 32,
                    "--seconds", 120)

    ask("seq:100000000", 5000)  # what belongs to connections and threads is there before
    empty, slab = server.memory(), processes.slab_bytes()
    filled = ask("seq:0", settings.objects)
    if server.name == "ats":  # its RAM cache takes an object when it is read
        ask("seq:0", settings.objects)
    settled(server)
    full, slab = server.memory(), processes.slab_bytes() - slab
    asked, probes = origin.count(), min(20_000, settings.objects)
    ask(f"zipf:{settings.objects}:0.01", probes)
    net = net_bytes(origin.port)
    total = (full - empty) / settings.objects
    if server.name == "haproxy":  # allocated beforehand: its blocks are counted
        total = server.blocks_per_object() * empty / (2048 * 1024)
    return {"objects": settings.objects, "errors": filled["errors"], "net_bytes": net, "total_per_object": total,
            "overhead_per_object": total - net, "slab_per_object": slab / settings.objects,
            "kept_ratio": 1 - (origin.count() - asked) / probes}


def settled(server):
    """Waits until its memory stands still, five seconds at the most."""
    last = -1
    for _ in range(10):
        now = server.memory()
        if abs(now - last) < 1 << 20:
            return
        last = now
        time.sleep(0.5)


def net_bytes(origin_port):
    """Key, header block and body of one of the objects."""
    connection = http.client.HTTPConnection("127.0.0.1", origin_port, timeout=10)
    connection.request("GET", "/s/200/123456")
    response = connection.getresponse()
    body = response.read()
    connection.close()
    fields = sum(len(f"{name}: {value}\r\n") for name, value in response.getheaders())
    return len("/s/200/123456") + len("HTTP/1.1 200 OK\r\n") + fields + 2 + len(body)
