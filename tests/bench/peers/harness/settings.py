"""What a run is told, where its files are, and how it speaks."""

import dataclasses
import os
import pathlib
import socket
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parents[1]
CONFIGURATIONS = HERE / "configurations"
SOURCES = HERE / "src"


def say(*words):
    print(time.strftime("%H:%M:%S"), *words, file=sys.stderr, flush=True)


def tmpfs():
    return "/dev/shm" if os.path.isdir("/dev/shm") else tempfile.gettempdir()


@dataclasses.dataclass
class Settings:
    hawkcache: str = ""  # path of the program; empty: none
    hawkcache_b: str = ""  # of a second one, to compare
    peers: list = dataclasses.field(default_factory=list)
    rounds: int = 5
    seconds: float = 1.0  # length of one sample
    rate: int = 5000  # requests per second in fixed-rate
    mix: int = 100_000  # objects in hit-mix and fixed-rate
    objects: int = 300_000  # in memory
    tagged: int = 200_000  # in tag-purge; one in 100 bears group:7
    purge_rounds: int = 2
    server_core: int = 0
    client_core: int = 1  # load generator and origin
    noisy: float = 0.15  # share of the server's core lost to others that voids a sample
    retries: int = 2  # how often a voided sample is repeated
    build: pathlib.Path = HERE / "build"

    def tool(self, name):
        return self.build / name


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
