"""Starting the servers of a scenario together, and taking samples of them in turn."""

import collections
import contextlib
import itertools
import json
import subprocess
import time

from . import processes
from .peers import KINDS
from .servers import Origin
from .settings import say

LOAD_SECONDS = 180  # no run of the load generator takes longer
fresh_ids = itertools.count(1_000_000_000, 10_000_000)  # of objects that nobody has asked for


def cast(settings, limits):
    """[(name, options)] of those that take part. limits: {name of a limit: what it is told, or None}."""
    parts = []
    for peer in settings.peers:
        if peer == "limit":
            parts += [(name, {} if told is None else {"limit": told}) for name, told in limits.items()]
        else:
            parts.append((peer, {}))
    return parts


@contextlib.contextmanager
def fleet(settings, parts):
    """Yields the origin and the servers; one that does not start is left out, with a line."""
    origin, running = Origin(settings).start(), []
    try:
        for name, options in parts:
            server = KINDS[name](name, settings, origin.port, options)
            try:
                running.append(server.start())
            except (RuntimeError, OSError) as error:
                say(f"  {name}: left out: {error}")
                server.stop()
        yield origin, running
    finally:
        for server in reversed(running):
            server.stop()
        origin.stop()


def load(settings, port, *options):
    """One run of src/load.c; what it measured."""
    command = [settings.tool("load"), "--port", port, *options]
    done = subprocess.run(processes.pinned(settings.client_core, command), capture_output=True, text=True, timeout=LOAD_SECONDS)
    if done.returncode:
        raise RuntimeError(f"load {' '.join(map(str, options))}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def sample(settings, origin, server, *options):
    """One measured run. A function among the options is called for each attempt: a repeated miss must be a miss again."""
    for attempt in range(settings.retries + 1):
        result = sample_once(settings, origin, server, [option() if callable(option) else option for option in options])
        if result["foreign"] <= settings.noisy:
            break
    return result


def sample_once(settings, origin, server, options):
    asked, spent, core = origin.count(), server.cpu(), processes.core_seconds(settings.server_core)
    begun = time.monotonic()
    result = load(settings, server.port, *options)
    spent = server.cpu() - spent
    busy, stolen = (now - was for now, was in zip(processes.core_seconds(settings.server_core), core))
    wall = time.monotonic() - begun
    requests = max(1, result["requests"])
    asked = origin.count() - asked
    return result | {
        "cpu_us": spent / requests * 1e6,
        "origin_requests": asked,
        "hit_ratio": 1 - asked / requests,
        "gbit_s": result["body_bytes"] * 8 / result["seconds"] / 1e9,
        # The share of the server's core that went to other programs, or to the hypervisor.
        "foreign": max(0.0, (busy - spent + stolen) / wall),
    }


def rounds(count, servers, measure):
    """{name: [sample]}: one of each, then another of each, … One that fails is not asked again."""
    results, failed = collections.defaultdict(list), set()
    for number in range(count):
        for server in servers:
            if server.name in failed:
                continue
            try:
                results[server.name].append(measure(server, number))
            except (RuntimeError, subprocess.TimeoutExpired, OSError) as error:
                say(f"  {server.name}: {error}")
                failed.add(server.name)
    return dict(results)
