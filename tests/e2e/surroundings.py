"""What stands around the nodes of a test: an origin that holds answers back, and a line to Redis that can be cut."""

import collections
import contextlib
import http.server
import socket
import threading
import time

import support


class Origin:
    """Answers with the content as it was when the request came. What is held is answered once it is let go; only the
    first request for a path is.
    """

    def __init__(self):
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):  # pylint: disable=invalid-name
                body = origin.body_for(self.path)
                try:
                    self.send_response(200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True  # whoever asked was killed

            def log_message(self, *_):
                pass

        self.content = "old"
        self.counts = collections.Counter()
        self.held = set()
        self.changed = threading.Condition()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.block_on_close = False
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def body_for(self, path):
        with self.changed:
            self.counts[path] += 1
            number = self.counts[path]
            body = f"{self.content} #{number}"
            self.changed.notify_all()
            if number == 1:
                self.changed.wait_for(lambda: path not in self.held, support.PATIENCE_SECONDS)
        return body.encode()

    def hold(self, path):
        with self.changed:
            self.held.add(path)

    def let_go(self, path):
        with self.changed:
            self.held.discard(path)
            self.changed.notify_all()

    def count(self, path):
        with self.changed:
            return self.counts[path]

    def wait_for_requests(self, path, number):
        with self.changed:
            if not self.changed.wait_for(lambda: self.counts[path] >= number, support.PATIENCE_SECONDS):
                raise AssertionError(f"waited {support.PATIENCE_SECONDS} s for request {number} of {path}")

    def stop(self):
        with self.changed:
            self.held.clear()
            self.changed.notify_all()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Line:
    """A network between a node and Redis. When it is cut nothing arrives any more, and nobody is told."""

    def __init__(self, port, seconds_to_connect=0.0):
        self.to = port
        self.seconds_to_connect = seconds_to_connect
        self.passes = threading.Event()
        self.passes.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                threading.Thread(target=self.join, args=(near,), daemon=True).start()

    def join(self, near):
        time.sleep(self.seconds_to_connect)
        with near, socket.create_connection(("127.0.0.1", self.to)) as far:
            back = threading.Thread(target=self.carry, args=(far, near), daemon=True)
            back.start()
            self.carry(near, far)
            back.join()

    def carry(self, source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self.passes.wait()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def cut(self):
        self.passes.clear()

    def mend(self):
        self.passes.set()

    def stop(self):
        self.mend()
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes accept()
        self.listener.close()
