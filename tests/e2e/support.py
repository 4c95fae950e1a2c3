"""What the end-to-end tests share: the sample API and the daemon as child processes, and a small HTTP client.

Every program listens on a free port of 127.0.0.1, and is ended by its own process id. Only the standard library is
used. The path of the hawkcache program is the first argument of each test file.
"""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PYTHON = "/usr/bin/python3"
PATIENCE_SECONDS = 30


def hawkcache_program():
    return HAWKCACHE


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_until(condition, what):
    """Asks again every 50 ms, PATIENCE_SECONDS at the most."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what}")
        time.sleep(0.05)


class Answer:
    """A response read whole. `header` is case-insensitive and gives None for an absent field."""

    def __init__(self, response, body):
        self.status = response.status
        self.fields = response.headers
        self.body = body

    def header(self, name):
        return self.fields.get(name)

    @property
    def x_cache(self):
        return self.header("X-Cache")

    def json(self):
        return json.loads(self.body)


def request(port, method, path, headers=None, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return Answer(response, response.read())
    finally:
        connection.close()


def request_json(port, method, path, value, headers=None):
    return request(port, method, path, {"Content-Type": "application/json", **(headers or {})}, json.dumps(value))


def answers_ok(port, path):
    try:
        return request(port, "GET", path).status == 200
    except (OSError, http.client.HTTPException):
        return False


class Program:
    """A child process whose output is kept for the message of a failing test."""

    def __init__(self, arguments, environment=None):
        self.output = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [str(argument) for argument in arguments],
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
            # A test run that was put into the background has SIGINT ignored, which children would inherit.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def wait_for(self, port, path):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.process.args} ended with {self.process.returncode}:\n{self.text()}")
            return answers_ok(port, path)

        wait_until(ready, f"{self.process.args} on port {port}")

    def text(self):
        # Where the file is read is where the child writes next, too: that must not move.
        descriptor = self.output.fileno()
        return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode(errors="replace")

    def terminate(self):
        """SIGTERM, then the exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE_SECONDS)

    def kill(self):
        """As a crash would end it."""
        self.process.kill()
        self.process.wait()

    def freeze(self):
        """It does nothing any more when this returns; its connections stay."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process.poll() is None:
            self.thaw()
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.output.close()


class SampleApi(Program):
    def __init__(self):
        self.port = free_port()
        super().__init__([PYTHON, "-m", "uvicorn", "--app-dir", REPOSITORY / "docker/sample_api", "app:app",
                          "--host", "127.0.0.1", "--port", self.port, "--log-level", "warning", "--no-access-log"])
        self.wait_for(self.port, "/health")


class RedisServer(Program):
    """A Redis of its own, empty, that keeps nothing on disk."""

    def __init__(self):
        self.port = free_port()
        self.directory = tempfile.TemporaryDirectory()
        super().__init__(["redis-server", "--bind", "127.0.0.1", "--port", self.port, "--save", "",
                          "--appendonly", "no", "--dir", self.directory.name])
        wait_until(self.answers, f"redis-server on port {self.port}")

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError(f"redis-server ended with {self.process.returncode}:\n{self.text()}")
        try:
            with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self):
        super().stop()
        self.directory.cleanup()


class ConfiguredDaemon(Program):
    """hawkcache with a configuration of its own; `text` says neither `listen` nor `admin`."""

    def __init__(self, text):
        self.port = free_port()
        self.admin_port = free_port()
        self.directory = tempfile.TemporaryDirectory()
        file = pathlib.Path(self.directory.name) / "hawkcache.yaml"
        file.write_text(f"listen: 127.0.0.1:{self.port}\nadmin: {{ listen: 127.0.0.1:{self.admin_port} }}\n{text}",
                        encoding="utf-8")
        super().__init__([hawkcache_program(), "serve", "--config", file])
        self.wait_for(self.admin_port, "/readyz")

    def stop(self):
        super().stop()
        self.directory.cleanup()


class Daemon(Program):
    """hawkcache with docker/demo.yaml in front of the API on `api_port`."""

    def __init__(self, api_port):
        self.port = free_port()
        self.admin_port = free_port()
        super().__init__([hawkcache_program(), "serve", "--config", REPOSITORY / "docker/demo.yaml"],
                         {"HAWKCACHE_DEMO_PORT": str(self.port), "HAWKCACHE_DEMO_ADMIN_PORT": str(self.admin_port),
                          "HAWKCACHE_DEMO_API_PORT": str(api_port)})
        self.wait_for(self.admin_port, "/readyz")


def run_hawkcache(*arguments, environment=None):
    """Runs a command of hawkcache to its end."""
    return subprocess.run([hawkcache_program(), *map(str, arguments)], capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS, env={**os.environ, **(environment or {})}, check=False)


def main():
    """Takes the path of the program off the command line, then runs the tests of the calling file."""
    global HAWKCACHE
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} HAWKCACHE [unittest options]")
    HAWKCACHE = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main(module="__main__", verbosity=2)


HAWKCACHE = ""
