"""tests/conformance/run says in one line what it was told to use and is not there."""

import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import unittest
import unittest.mock

RUN = pathlib.Path(__file__).resolve().parent / "run"


def load():
    loader = importlib.machinery.SourceFileLoader("conformance_run", str(RUN))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class RefusedRunTest(unittest.TestCase):
    def refused(self, *arguments):
        done = subprocess.run([sys.executable, "-B", RUN, *arguments], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done.stderr)
        return done.stderr

    def test_a_program_that_is_not_there(self):
        self.assertIn("/nowhere/hawkcache: there is no such program", self.refused("--hawkcache", "/nowhere/hawkcache"))

    def test_a_configuration_that_is_not_there(self):
        self.assertIn("/nowhere.yaml: there is no such configuration",
                      self.refused("--hawkcache", sys.executable, "--config", "/nowhere.yaml"))

    def test_a_suite_that_is_not_there(self):
        self.assertIn("/nowhere: there is no checkout", self.refused("--hawkcache", sys.executable, "--suite", "/nowhere"))

    def test_a_test_that_the_suite_does_not_have(self):
        run = load()
        known = {"kind": "required", "depends_on": [], "result": True}
        arguments = ["run", "--hawkcache", sys.executable, "--only", "vary-match", "vary-mtach"]
        with unittest.mock.patch.multiple(run, measure=lambda *_: {"vary-match": known}, missing_input=lambda _: None,
                                          suite_of_the_package=lambda _: RUN.parent), \
                unittest.mock.patch.object(sys, "argv", arguments), \
                unittest.mock.patch.object(sys, "stderr") as said, \
                self.assertRaises(SystemExit) as ended:
            run.main()
        self.assertEqual(ended.exception.code, 2)
        self.assertIn("the suite has no test vary-mtach", "".join(call.args[0] for call in said.write.call_args_list))


if __name__ == "__main__":
    unittest.main()
