# shellcheck shell=bash disable=SC2034
# Sourced by the scripts beside it: where the repository is, how to speak, how many jobs to run.

repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
script_name="$(basename "$0")"

# Debian's own interpreter, the one that sees Debian's FastAPI. Another may come first on PATH.
python=/usr/bin/python3

say() { printf '%s: %s\n' "$script_name" "$*"; }
fail() { printf '%s: error: %s\n' "$script_name" "$*" >&2; exit 1; }

# One compiler per core, but no more than memory carries: a file full of Asio needs about 1 GiB.
parallel_jobs() {
  local cores by_memory
  cores="$(nproc)"
  by_memory="$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)"
  if ((by_memory >= 1 && by_memory < cores)); then echo "$by_memory"; else echo "$cores"; fi
}
