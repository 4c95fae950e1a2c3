"""A server under measurement: a child process on a core of its own, in a temporary directory, ended by its process id."""

import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import string
import subprocess
import tempfile
import time

from . import processes
from .settings import CONFIGURATIONS, free_port, tmpfs

START_SECONDS = 20
STOP_SECONDS = 8


class Server:
    PROGRAM = None  # what must be installed
    PURGES = False  # whether it can purge by tag
    KEEPS_ITS_FILES = False  # its files on tmpfs are the stored objects

    def __init__(self, name, settings, origin_port, options):
        self.name, self.settings, self.origin_port, self.options = name, settings, origin_port, options
        self.core = settings.server_core
        self.port = free_port()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"bench-{name}-"))
        self.storage = pathlib.Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=tmpfs()))
        self.process, self.output, self.pids = None, None, []

    def command(self):
        raise NotImplementedError

    def configuration(self, template, file, **values):
        values = {"port": self.port, "origin": self.origin_port, "dir": self.directory, "tmpfs": self.storage} | values
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(string.Template((CONFIGURATIONS / template).read_text()).substitute(values))
        return file

    def ready(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.5):
            return True
        return False

    def start(self):
        self.output = open(self.directory / "output.txt", "wb")
        self.process = subprocess.Popen(processes.pinned(self.core, self.command()), stdin=subprocess.DEVNULL,
                                        stdout=self.output, stderr=self.output, cwd=self.directory)
        end = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            if self.ready():
                self.pids = processes.tree(self.process.pid)
                return self
            time.sleep(0.05)
        text = (self.directory / "output.txt").read_text(errors="replace")[-2000:]
        self.stop()
        raise RuntimeError(f"{self.name} did not start:\n{text}")

    def stop(self):
        if self.process:
            pids = processes.tree(self.process.pid) if self.process.poll() is None else []
            with contextlib.suppress(OSError):
                self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                for pid in pids:
                    with contextlib.suppress(OSError):
                        os.kill(pid, signal.SIGKILL)
                self.process.wait()
            self.output.close()
        shutil.rmtree(self.storage, ignore_errors=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def cpu(self):
        return processes.cpu_seconds(self.pids)

    def memory(self):
        """Bytes of the processes, and of files that are their store."""
        self.pids = processes.tree(self.process.pid)
        return processes.pss_bytes(self.pids) + (self.file_bytes() if self.KEEPS_ITS_FILES else 0)

    def file_bytes(self):
        total = 0
        for folder, _, names in os.walk(self.storage):
            for name in names:
                with contextlib.suppress(OSError):
                    total += os.lstat(os.path.join(folder, name)).st_blocks * 512
        return total


class Origin(Server):
    """src/origin.c."""

    def __init__(self, settings):
        super().__init__("origin", settings, 0, {})
        self.core = settings.client_core

    def command(self):
        return [self.settings.tool("origin"), self.port]

    def count(self):
        """The requests it has answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/__count")
        count = int(connection.getresponse().read())
        connection.close()
        return count


class Limit(Server):
    """src/limit.c: the least that any server can cost. options["limit"]: what it is told."""

    def command(self):
        if self.name == "limit-relay":
            return [self.settings.tool("limit"), self.port, "relay", self.origin_port]
        return [self.settings.tool("limit"), self.port, *self.options["limit"]]


class Direct(Server):
    """The client straight at the origin; its CPU is the origin's."""

    def start(self):
        self.port = self.origin_port
        return self

    def memory(self):
        return 0
