"""What /proc says of processes and of the machine."""

import collections
import contextlib
import os
import pathlib
import re
import shutil

TICKS = os.sysconf("SC_CLK_TCK")
PROC = pathlib.Path("/proc")


def stat_fields(pid):
    """The fields of /proc/PID/stat from the third on."""
    text = (PROC / str(pid) / "stat").read_text()
    return text[text.rindex(")") + 2:].split()


def tree(pid):
    """pid and all its descendants."""
    children = collections.defaultdict(list)
    for entry in os.listdir(PROC):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                children[int(stat_fields(entry)[1])].append(int(entry))
    found, left = [], [pid]
    while left:
        parent = left.pop()
        found.append(parent)
        left += children[parent]
    return found


def cpu_seconds(pids):
    """User and system time, with that of children that have ended."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += sum(int(ticks) for ticks in stat_fields(pid)[11:15])
    return total / TICKS


def pss_bytes(pids):
    """Memory, with what is shared counted once."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total


def core_seconds(core):
    """(busy seconds, stolen seconds) of one core since boot."""
    for line in (PROC / "stat").read_text().splitlines():
        fields = line.split()
        if fields[0] == f"cpu{core}":
            ticks = [int(field) for field in fields[1:9]]
            return (ticks[0] + ticks[1] + ticks[2] + ticks[5] + ticks[6]) / TICKS, ticks[7] / TICKS
    return 0, 0


def slab_bytes():
    """What the kernel keeps for files, sockets and the like, for the whole machine."""
    found = re.search(r"^Slab:\s+(\d+)", (PROC / "meminfo").read_text(), re.M)
    return int(found.group(1)) * 1024


def processor():
    for line in (PROC / "cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return os.uname().machine


def pinned(core, command):
    prefix = ["taskset", "-c", str(core)] if shutil.which("taskset") and core >= 0 else []
    return prefix + [str(word) for word in command]
