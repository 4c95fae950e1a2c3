"""The caching proxies that are compared, each with the configuration that suits the work."""

import http.client
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import time

from . import processes
from .servers import Direct, Limit, Server
from .settings import free_port


def timed_exchange(port, request):
    """(seconds, the response, its content) of one request in one piece, on a connection that the server has long accepted:
    what the server takes, with as little of Python as can be."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        time.sleep(0.01)
        text = request.encode()
        begun = time.perf_counter()
        connection.sendall(text)
        connection.recv(1, socket.MSG_PEEK)
        took = time.perf_counter() - begun
        response = http.client.HTTPResponse(connection)
        response.begin()
        return took, response, response.read()


class Nginx(Server):
    """In variants, because no single setting is best at everything (README.md)."""

    PROGRAM = "nginx"
    KEEPS_ITS_FILES = True

    def command(self):
        for folder in ("body", "proxy", "fastcgi", "uwsgi", "scgi", "cache"):
            (self.storage / folder).mkdir()
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        descriptors = min(hard, 1_000_000) if hard > 0 else 1_000_000
        # Every cached open file holds a descriptor.
        open_files = (f"open_file_cache max={min(200_000, descriptors * 6 // 10)} inactive=1d; open_file_cache_valid 1h; "
                      "open_file_cache_errors off;" if self.name != "nginx" else "")
        file = self.configuration("nginx.conf.in", self.directory / "nginx.conf", open_file_cache=open_files,
                                  nofile=descriptors, sendfile=self.unless("sendfile"), tcp_nopush=self.unless("nopush"))
        return ["nginx", "-p", self.directory, "-e", self.directory / "error.log", "-c", file]

    def unless(self, setting):
        return "off" if self.name == f"nginx-{setting}-off" else "on"


class Varnish(Server):
    PROGRAM = "varnishd"
    PURGES = True
    # Not written to its log of shared memory, as few who care for speed do.
    QUIET = """ReqStart ReqMethod ReqURL ReqProtocol ReqHeader ReqUnset ReqAcct RespProtocol RespStatus RespReason RespHeader
        RespUnset BereqMethod BereqURL BereqProtocol BereqHeader BereqUnset BereqAcct BerespProtocol BerespStatus
        BerespReason BerespHeader BerespUnset VCL_call VCL_return VCL_use Timestamp Hit Length BackendOpen BackendReuse
        BackendClose Begin End Link SessOpen SessClose Storage TTL Fetch_Body Gzip Filters HitPass HitMiss ExpBan
        Backend_health HttpGarbage""".split()

    def command(self):
        file = self.configuration("varnish.vcl.in", self.directory / "cache.vcl")
        parameters = {"thread_pools": 1, "thread_pool_min": 200, "thread_pool_max": 2000, "timeout_idle": 300,
                      "listen_depth": 4096, "default_grace": 10, "default_keep": 0,
                      "vsl_mask": ",".join("-" + tag for tag in self.QUIET)}
        settings = [word for name, value in parameters.items() for word in ("-p", f"{name}={value}")]
        return ["varnishd", "-F", "-j", "none", "-n", self.storage / "varnish", "-a", f"127.0.0.1:{self.port}", "-f", file,
                "-T", "none", "-s", "malloc,6g", *settings]

    def ready(self):
        return super().ready() and len(processes.tree(self.process.pid)) > 1

    def purge(self, tag):
        """(seconds, how many it says it purged)"""
        took, response, _ = timed_exchange(self.port, f"PURGE / HTTP/1.1\r\nHost: 127.0.0.1\r\nxkey: {tag}\r\n\r\n")
        number = re.search(r"\d+", response.reason or "")
        return took, int(number.group()) if number else None


class Haproxy(Server):
    PROGRAM = "haproxy"

    def command(self):
        file = self.configuration("haproxy.cfg.in", self.directory / "haproxy.cfg",
                                  cache_mb=self.options.get("cache_mb", 1024))
        return ["haproxy", "-db", "-q", "-f", file]

    def blocks_per_object(self):
        """Mean number of 1 KiB blocks of an entry, from the beginning of `show cache`."""
        text = b""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.directory / "haproxy.sock"))
            control.sendall(b"show cache\n")
            while len(text) < 1 << 20 and (data := control.recv(65536)):
                text += data
        blocks = [int(number) for number in re.findall(rb"\((\d+) blocks\)", text)]
        return statistics.mean(blocks) if blocks else 0


class TrafficServer(Server):
    PROGRAM = "traffic_server"
    FILLED_IN = ("records.config", "remap.config", "storage.config", "ip_allow.yaml")
    EMPTY = ("volume.config", "hosting.config", "ssl_multicert.config", "plugin.config", "parent.config")

    def command(self):
        for folder in ("etc", "var", "run", "log", "cache", "include"):
            (self.directory / folder).mkdir(exist_ok=True)
        for name in self.FILLED_IN:
            self.configuration(f"ats/{name}.in", self.directory / "etc" / name)
        for name in self.EMPTY:
            (self.directory / "etc" / name).write_text("")
        return ["traffic_server", f"--run-root={self.configuration('ats/runroot.yaml.in', self.directory / 'runroot.yaml')}"]

    def ready(self):  # it accepts before its cache is ready
        log = self.directory / "log" / "diags.log"
        return log.exists() and "fully initialized" in log.read_text(errors="replace") and super().ready()


class Squid(Server):
    PROGRAM = "squid"

    def command(self):
        file = self.configuration("squid.conf.in", self.directory / "squid.conf")
        self.directory.chmod(0o777)  # it refuses to run as root and takes another user
        # Its shared memory is named by the service, so that needs a name of its own.
        return ["squid", "-N", "-n", f"bench{self.port}", "-f", file]


class Hawkcache(Server):
    PURGES = True

    def command(self):
        self.admin = free_port()
        file = self.configuration("hawkcache.yaml.in", self.directory / "hawkcache.yaml", admin=self.admin)
        return [program_of(self.name, self.settings), "serve", "--config", file]

    def ready(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=1)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def purge(self, tag):
        content = json.dumps({"tags": [tag]})
        took, response, body = timed_exchange(
            self.admin, "POST /v1/purge HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                        f"Content-Length: {len(content)}\r\n\r\n{content}")
        return took, json.loads(body).get("purged") if response.status == 200 else None


PROXIES = {"nginx": Nginx, "nginx-ofc": Nginx, "nginx-nopush-off": Nginx, "nginx-sendfile-off": Nginx, "varnish": Varnish,
           "haproxy": Haproxy, "ats": TrafficServer, "squid": Squid, "hawkcache": Hawkcache, "hawkcache-b": Hawkcache}
LIMITS = {"limit": Limit, "limit-table": Limit, "limit-sendfile": Limit, "limit-relay": Limit, "direct": Direct}
KINDS = PROXIES | LIMITS
OURS = ("hawkcache", "hawkcache-b")
VERSION_OPTION = {"nginx": "-v", "varnishd": "-V", "haproxy": "-v", "traffic_server": "-V", "squid": "-v"}


def program_of(name, settings):
    if name in OURS:
        return settings.hawkcache if name == "hawkcache" else settings.hawkcache_b
    return KINDS[name].PROGRAM


def missing(name, settings):
    """Why this one cannot take part, or None."""
    program = program_of(name, settings) if name in KINDS else None
    if name in OURS and not os.access(program, os.X_OK):
        return f"--{name} names no program"
    if program and not shutil.which(program):
        return f"{program} is not installed"
    return None


def version(name, settings):
    program = program_of(name, settings)
    if not program:
        return None
    try:
        done = subprocess.run([program, VERSION_OPTION.get(program, "--version")], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0] if lines else None
