#!/usr/bin/env python3
"""Server CPU per request for one hot object of 1 KiB: hawkcache beside nginx, interleaved in one run.

    apt-get install wrk nginx-light
    tests/bench/hot_object.py build/hawkcache [--rounds 5] [--seconds 4]

Each server gets one thread on core 0, wrk runs on core 1 with 64 kept connections. CPU is user + system time of the server's process from /proc, over the
requests that wrk counted. Compare the ratio: absolute figures move from machine to machine. Loopback only; everything is stopped by its own pid.
"""
import argparse
import contextlib
import http.server
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
import urllib.request

TICK = os.sysconf("SC_CLK_TCK")
BODY = b"x" * 1024

NGINX = """worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/error.log; daemon off;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
  client_body_temp_path {dir}/b; proxy_temp_path {dir}/p; fastcgi_temp_path {dir}/f; uwsgi_temp_path {dir}/u; scgi_temp_path {dir}/s;
  open_file_cache max=1000;
  proxy_cache_path {dir}/cache levels=1 keys_zone=z:8m use_temp_path=off;
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{origin}; proxy_cache z; proxy_cache_valid 200 1h; }} }}
}}
"""
HAWKCACHE = """listen: 127.0.0.1:{port}
threads: 1
admin: {{ listen: "127.0.0.1:{admin}" }}
upstream: {{ servers: ["http://127.0.0.1:{origin}"] }}
log: {{ level: warn }}
routes:
  - path: /{{rest:path}}
    ttl: 1h
"""


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
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


def measure(name, process, port, seconds):
    before = cpu_seconds(process.pid)
    out = subprocess.run(
        ["taskset", "-c", "1", "wrk", "-t1", "-c64", f"-d{seconds}s", f"http://127.0.0.1:{port}/hot"],
        capture_output=True, text=True, check=True).stdout
    spent = cpu_seconds(process.pid) - before
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    if "Non-2xx" in out:
        sys.exit(f"{name} answered with errors:\n{out}")
    return spent / requests * 1e6, requests / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hawkcache")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    args = parser.parse_args()
    for tool in ("wrk", "nginx", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"{tool} is missing: apt-get install wrk nginx-light util-linux")

    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as d, contextlib.ExitStack() as stack:
        os.chmod(d, 0o755)
        ports = {"nginx": free_port(), "hawkcache": free_port()}
        values = {"dir": d, "origin": origin.server_port, "admin": free_port()}
        pathlib.Path(d, "nginx.conf").write_text(NGINX.format(port=ports["nginx"], **values))
        pathlib.Path(d, "hawkcache.yaml").write_text(HAWKCACHE.format(port=ports["hawkcache"], **values))
        commands = {"nginx": ["nginx", "-c", f"{d}/nginx.conf", "-p", d],
                    "hawkcache": [args.hawkcache, "serve", "--config", f"{d}/hawkcache.yaml"]}
        processes = {}
        for name, command in commands.items():
            processes[name] = subprocess.Popen(["taskset", "-c", "0", *command])
            stack.callback(processes[name].wait)
            stack.callback(processes[name].terminate)
        for port in ports.values():
            wait_for(port)
        samples = {name: [] for name in processes}
        for round_number in range(args.rounds):
            for name, process in processes.items():
                cpu, rate = measure(name, process, ports[name], args.seconds)
                samples[name].append((cpu, rate))
                print(f"round {round_number + 1}: {name:10} {cpu:6.2f} us CPU/request  {rate:8.0f} requests/s", flush=True)
        ratios = [h[0] / n[0] for h, n in zip(samples["hawkcache"], samples["nginx"])]
        for name, values in samples.items():
            print(f"median: {name:10} {statistics.median(v[0] for v in values):6.2f} us CPU/request")
        print(f"hawkcache / nginx, median of the rounds: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
