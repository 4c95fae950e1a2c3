"""scripts/run: the lines that it prints do what they say, and it cleans up after itself.

It is given the finished program, so nothing is installed or built here.
"""

import re
import signal
import socket
import subprocess
import unittest

import support


class DemoScriptTest(unittest.TestCase):
    def setUp(self):
        self.ports = [support.free_port() for _ in range(3)]

    def start(self):
        names = ("HAWKCACHE_DEMO_PORT", "HAWKCACHE_DEMO_ADMIN_PORT", "HAWKCACHE_DEMO_API_PORT")
        environment = {name: str(port) for name, port in zip(names, self.ports)}
        environment["HAWKCACHE_DEMO_BINARY"] = support.hawkcache_program()
        self.script = support.Program([support.REPOSITORY / "scripts/run"], environment)
        self.addCleanup(self.script.stop)

    def start_and_wait(self):
        self.start()
        support.wait_until(lambda: "Ctrl-C stops" in self.script.text() or self.script.process.poll() is not None,
                           "the tour")
        self.assertIsNone(self.script.process.poll(), self.script.text())
        self.assertNotIn("scripts/run: line", self.script.text(), "the shell complained")

    def assert_everything_is_gone(self):
        for port in self.ports:
            support.wait_until(lambda port=port: support.is_free(port), f"port {port} to be free")

    def test_the_printed_lines_show_miss_hit_purge_miss_and_a_write_seen_at_once(self):
        self.start_and_wait()
        lines = [line.strip() for line in self.script.text().splitlines() if line.startswith("  curl ")]
        output = [subprocess.run(["/bin/bash", "-c", line], capture_output=True, text=True, check=True,
                                 timeout=support.PATIENCE_SECONDS).stdout for line in lines]
        self.assertEqual(len(output), 6)
        for expected, line in zip(("MISS", "HIT", r'"purged": ?1\b', "MISS", "Grace Hopper", "Grace Hopper"), output):
            self.assertRegex(line, re.compile(expected))

    def test_ctrl_c_and_sigterm_stop_both_programs_with_status_0(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                self.start_and_wait()
                self.script.process.send_signal(number)
                self.assertEqual(self.script.process.wait(support.PATIENCE_SECONDS), 0, self.script.text())
                self.assert_everything_is_gone()

    def test_a_taken_port_is_named_with_the_variable_that_changes_it(self):
        with socket.socket() as holder:
            holder.bind(("127.0.0.1", self.ports[0]))
            holder.listen()
            self.start()
            self.assertEqual(self.script.process.wait(support.PATIENCE_SECONDS), 1)
            self.assertIn(f"port {self.ports[0]} on 127.0.0.1 is taken", self.script.text())
            self.assertIn("HAWKCACHE_DEMO_PORT=", self.script.text())
            self.assertTrue(support.is_free(self.ports[2]))

    def test_when_one_program_dies_the_other_is_stopped_and_the_status_is_1(self):
        self.start_and_wait()
        self.assertEqual(len(self.children()), 2)
        subprocess.run(["kill", "-KILL", self.children()[0]], check=True)
        self.assertEqual(self.script.process.wait(support.PATIENCE_SECONDS), 1)
        self.assertIn("the sample API ended by itself", self.script.text())
        self.assert_everything_is_gone()

    def children(self):
        """The process ids of the script's children, oldest first."""
        pid = self.script.process.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return file.read().split()


if __name__ == "__main__":
    support.main()
