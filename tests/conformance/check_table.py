"""docs/conformance.md keeps up: every source and test that it names is there, every row names both or says why not, and the score
is that of the recorded outcomes."""

import pathlib
import re
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- clauses: begin -->", "<!-- clauses: end -->"
NONE = "–"


def rows(text):
    for line in text[text.index(BEGIN):text.index(END)].splitlines():
        if line.startswith("|") and not line.startswith(("| clause", "| ---")):
            yield [cell.strip() for cell in line.strip("|").split(" | ")]


def faults_of(row):
    if len(row) != 4:
        yield f"{len(row)} cells instead of 4"
        return
    _, what, source, test = row
    for cell, folder in ((source, "src"), (test, "tests")):
        names = re.findall(r"`([^`]+)`", cell)
        if not names and cell != NONE:
            yield f"'{cell}' is neither a list of files nor {NONE}"
        for name in names:
            if not (REPOSITORY / folder / name).is_file():
                yield f"there is no {folder}/{name}"
    if NONE in (source, test) and not what.startswith(("does not apply: ", "not done: ")):
        yield "no file, and no reason that begins with 'does not apply: ' or 'not done: '"


def passed(suite, kind):
    outcomes = (REPOSITORY / f"tests/conformance/expected-{suite}.txt").read_text().splitlines()
    return sum(line.split()[0] == kind and line.split()[2] == "pass" for line in outcomes)


def faults_of_the_score(text):
    today = f"| **hawkcache** | **{passed('2026-07', 'required')}** | **{passed('2026-07', 'optimal')}** |"
    package = f"it is {passed('0.4.5', 'required')} of 165 and {passed('0.4.5', 'optimal')} of 95"
    return [f"the score should say '{line}'" for line in (today, package) if line not in text]


def main():
    text = (REPOSITORY / "docs/conformance.md").read_text()
    table = list(rows(text))
    faults = faults_of_the_score(text) + [f"{row[0]}: {fault}" for row in table for fault in faults_of(row)]
    print("\n".join(faults) if faults else f"{len(table)} clauses")
    sys.exit(1 if faults or not table else 0)


if __name__ == "__main__":
    main()
