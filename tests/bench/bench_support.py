"""What redis_hit.py and redis_purge.py share: an origin, CPU from /proc, waiting for a server."""

import contextlib
import http.server
import os
import pathlib
import socket
import sys
import time
import urllib.request

TICK = os.sysconf("SC_CLK_TCK")
BODY = b"x" * 1024


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    requests = 0  # so far

    def do_GET(self):
        Origin.requests += 1
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *args):
        pass


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cpu_seconds(pid):
    total = 0
    for directory in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            fields = (directory / "stat").read_text().rsplit(")", 1)[1].split()
            if int(directory.name) == pid or int(fields[1]) == pid:
                total += int(fields[11]) + int(fields[12])
    return total / TICK


def wait_for(port):
    deadline = time.time() + 10
    while time.time() < deadline:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/hot", timeout=2).read()
            return
        time.sleep(0.05)
    sys.exit(f"nothing answers on port {port}")
