#!/usr/bin/python3 -B
"""Instructions per operation of the micro benchmarks, counted by callgrind: a Markdown table.

    tests/bench/micro_instructions.py MICRO_BENCH             all of them: some minutes
    tests/bench/micro_instructions.py MICRO_BENCH ^route/     those whose names match

Each runs twice, for a short and a long while. The difference, for each operation between, has no part of what comes before and
after.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SHORT, LONG = 1_000, 26_000  # operations: many, since preparing a store of 100,000 objects takes a little more or less each time


def names(program, pattern):
    listed = subprocess.run([program, "--benchmark_list_tests", f"--benchmark_filter={pattern}"], check=True, capture_output=True,
                            text=True).stdout.splitlines()
    # Those with several threads are timed only: what they count depends on who comes first.
    return [re.sub(r"/iterations:\d+$", "", line) for line in listed if "/threads:" not in line]


def instructions(program, name, count, folder):
    """Of the whole process, for `count` operations."""
    profile = folder / "callgrind"
    run = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", program, f"--iterations={count}",
                          f"--benchmark_filter=^{name}/iterations:{count}$"], capture_output=True, text=True)
    if run.returncode or f"{name}/iterations:{count} " not in run.stdout or "ERROR" in run.stdout:
        sys.exit(f"{name} failed:\n{run.stdout}{run.stderr}")
    return int(re.search(r"^(?:totals|summary): (\d+)", profile.read_text(), re.M).group(1))


def per_operation(program, name, folder):
    return (instructions(program, name, LONG, folder) - instructions(program, name, SHORT, folder)) / (LONG - SHORT)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("micro_bench", type=pathlib.Path)
    parser.add_argument("pattern", nargs="?", default=".")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed (scripts/setup test)")
    program = options.micro_bench.resolve()
    print("| benchmark | instructions |\n| --- | --: |")
    with tempfile.TemporaryDirectory() as folder:
        for name in names(program, options.pattern):
            print(f"| `{name}` | {per_operation(program, name, pathlib.Path(folder)):,.0f} |", flush=True)


if __name__ == "__main__":
    main()
