"""Every source and test that docs/conformance.md names is there, and every row names both or says why not."""

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


def main():
    table = list(rows((REPOSITORY / "docs/conformance.md").read_text()))
    faults = [f"{row[0]}: {fault}" for row in table for fault in faults_of(row)]
    print("\n".join(faults) if faults else f"{len(table)} clauses")
    sys.exit(1 if faults or not table else 0)


if __name__ == "__main__":
    main()
