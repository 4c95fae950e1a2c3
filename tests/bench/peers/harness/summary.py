"""Medians over the rounds, and ratios that are taken within a round first."""

import statistics

from .scenarios import HITS, MISSES, NOT_COMPARED

# The figure that servers are compared by; CPU where nothing is said.
COMPARED_BY = {"stampede": "last_ms", "tag-purge": "all_ms", "memory": "total_per_object", "fixed-rate": "p99_us"}
# Which limit a scenario is held against: the first that is there.
LIMITS = ("limit", "limit-relay", "limit-table", "direct")


def summarise(scenario, results):
    """{"servers": {name: {figure: median}}, …} of {name: [sample]}."""
    key = COMPARED_BY.get(scenario, "cpu_us")
    usable = {name: rows for name, rows in results.items()
              if name not in NOT_COMPARED and rows and not remarks(scenario, rows) and all(row.get(key) for row in rows)}
    medians = {name: statistics.median(row[key] for row in rows) for name, rows in usable.items()}
    best = min(medians, key=medians.get) if medians else None
    limit = next((name for name in LIMITS if results.get(name)), None)
    servers = {name: server_summary(scenario, rows, key, results.get(limit), results.get(best))
               for name, rows in results.items()}
    return {"compared_by": key, "best": best, "limit": limit, "servers": servers}


def server_summary(scenario, rows, key, limit_rows, best_rows):
    summary = {}
    for name, value in rows[0].items():
        values = [row[name] for row in rows if isinstance(row.get(name), (int, float))]
        if isinstance(value, (int, float)) and values:
            summary[name] = statistics.median(values)
    if all(row.get(key) for row in rows):
        figures = [row[key] for row in rows]
        summary["spread"] = (max(figures) - min(figures)) / statistics.median(figures)
    if scenario == "tag-purge":
        summary["all_p99_ratio"] = statistics.median(row["all_p99_us"] / row["quiet_p99_us"] for row in rows)
    return summary | {"rounds": len(rows), "vs_limit": ratio(rows, limit_rows, key), "vs_best": ratio(rows, best_rows, key),
                      "note": remarks(scenario, rows)}


def ratio(rows, others, key):
    """The median of the ratios within a round."""
    pairs = [row[key] / other[key] for row, other in zip(rows, others or []) if row.get(key) and other.get(key)]
    return statistics.median(pairs) if pairs else None


def remarks(scenario, rows):
    """What makes the figures doubtful; empty when nothing does."""
    total = {name: sum(row.get(name, 0) for row in rows)
             for name in ("requests", "bad_status", "errors", "unanswered", "origin_requests")}
    few = total["requests"] * 0.001
    found = []
    if total["bad_status"] > few:
        found.append(f"{total['bad_status']} of {total['requests']} answers not as asked")
    if total["errors"] + total["unanswered"] > 0:
        found.append(f"{total['errors'] + total['unanswered']} errors")
    if scenario in HITS and total["origin_requests"] > few:
        found.append(f"not hits: the origin saw {total['origin_requests']} of {total['requests']}")
    if scenario in MISSES and total["origin_requests"] < total["requests"] - few:
        found.append(f"not misses: the origin saw {total['origin_requests']} of {total['requests']}")
    return "; ".join(found)
