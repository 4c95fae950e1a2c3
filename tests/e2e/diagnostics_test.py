"""What a daemon says on stderr: in the format that its file names, from the first line to the last."""

import json
import pathlib
import signal
import socket
import subprocess
import tempfile
import unittest

import support

# `cookies: ignore` and a `key` without {query} are warned about.
RULES = """
upstream: { servers: ["http://127.0.0.1:9"] }
log: { format: json }
routes:
  - { path: /a, cookies: ignore, key: "{host}:{path}" }
"""


def lines_of(program):
    """Each line of its output as the object that it is."""
    return [json.loads(line) for line in program.text().splitlines()]


class JsonTest(unittest.TestCase):
    def test_warnings_reloads_and_the_end_are_lines_of_the_log_too(self):
        daemon = support.ConfiguredDaemon(RULES)
        self.addCleanup(daemon.stop)
        file = pathlib.Path(daemon.directory.name) / "hawkcache.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "threads: 77\n", encoding="utf-8")
        daemon.process.send_signal(signal.SIGHUP)
        support.wait_until(lambda: "needs a restart" in daemon.text(), "the reload")
        self.assertEqual(daemon.terminate(), 0)
        lines = lines_of(daemon)
        warnings = [line["message"] for line in lines if line["level"] == "warning"]
        self.assertTrue(any("cookies: ignore" in message for message in warnings), warnings)
        self.assertTrue(all("hawkcache.yaml:7:" in message for message in warnings), warnings)
        messages = [line["message"] for line in lines]
        self.assertTrue(any("in front of http://127.0.0.1:9;" in message for message in messages), messages)
        self.assertTrue(any("`threads` was changed from" in message and "to 77" in message for message in messages), messages)

    def test_a_start_that_fails_says_so_even_where_logging_is_off(self):
        with socket.socket() as taken, tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            file.write(f"listen: 127.0.0.1:{port}\nadmin: {{ listen: 127.0.0.1:{support.free_port()} }}\n")
            file.write(RULES.replace("format: json", "format: json, level: off"))
            file.flush()
            done = support.run_hawkcache("serve", "--config", file.name)
        self.assertEqual(done.returncode, 1)
        (line,) = done.stderr.splitlines()
        said = json.loads(line)
        self.assertEqual(said["level"], "error")
        self.assertIn(f"cannot listen on 127.0.0.1:{port}: Address already in use", said["message"])
        self.assertIn("change `listen`", said["message"])


class WithoutAFileTest(unittest.TestCase):
    def test_an_address_that_is_not_here_is_told_with_its_flag(self):
        # 192.0.2.0/24 is nobody's (RFC 5737).
        done = support.run_hawkcache("serve", "--upstream", "http://127.0.0.1:9", "--listen", "192.0.2.1:8080")
        self.assertEqual(done.returncode, 1)
        self.assertIn("this machine has no such address", done.stderr)
        self.assertIn("--listen", done.stderr)


class ResultTest(unittest.TestCase):
    def test_a_result_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([support.hawkcache_program(), "schema"], stdout=full, stderr=subprocess.PIPE,
                                  text=True, timeout=support.PATIENCE_SECONDS, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "hawkcache: the result cannot be written to stdout: No space left on device\n")


if __name__ == "__main__":
    support.main()
