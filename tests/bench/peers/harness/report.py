"""The results as Markdown: what hawkcache was to reach, and every scenario with every server."""

import datetime
import os
import platform

from .peers import OURS, PROXIES
from .processes import processor
from .scenarios import SCENARIOS
from .targets import TARGETS, figure, verdict

NOISY = 0.15  # a greater share of the core with others makes a row worthless
LATENCIES = [("p50 µs", "p50_us", "{:,.0f}"), ("p99 µs", "p99_us", "{:,.0f}")]
CPU = ("CPU µs/req", "cpu_us", "{:.2f}")
RATE = ("req/s", "rps", "{:,.0f}")
SIZED = [RATE, ("Gbit/s", "gbit_s", "{:.2f}"), CPU, LATENCIES[1]]
MISS = [RATE, CPU, ("p99 µs", "p99_us", "{:,.0f}"), ("p50 µs, 1 conn", "one_conn_p50_us", "{:,.0f}"),
        ("p99 µs, 1 conn", "one_conn_p99_us", "{:,.0f}")]
COLUMNS = {  # heading, key in the summary, format
    "hit-10k": SIZED, "hit-100k": SIZED, "hit-1M": SIZED, "miss-get": MISS, "miss-post": MISS,
    "hit-mix": [RATE, CPU, *LATENCIES, ("hit ratio", "hit_ratio", "{:.4f}")],
    "stampede": [("origin requests", "origin_requests", "{:,.0f}"), ("last answered after ms", "last_ms", "{:,.1f}"),
                 ("p50 ms", "p50_ms", "{:,.1f}")],
    "tag-purge": [("group:7 ms", "group_ms", "{:,.2f}"), ("gone", "group_gone", "{:,.0f}"), ("all ms", "all_ms", "{:,.2f}"),
                  ("gone", "all_gone", "{:,.0f}"), ("hit p99 µs, no purge", "quiet_p99_us", "{:,.0f}"),
                  ("during group:7", "group_p99_us", "{:,.0f}"), ("during all", "all_p99_us", "{:,.0f}"),
                  ("worst hit ms during all", "all_max_ms", "{:,.1f}"), ("all ms under load", "all_load_ms", "{:,.2f}")],
    "memory": [("bytes/object", "total_per_object", "{:,.0f}"), ("key+head+body", "net_bytes", "{:,.0f}"),
               ("beyond", "overhead_per_object", "{:,.0f}"), ("kernel slab", "slab_per_object", "{:,.0f}"),
               ("kept", "kept_ratio", "{:.3f}")],
    "fixed-rate": [RATE, *LATENCIES, ("p99.9 µs", "p999_us", "{:,.0f}"), CPU, ("hit ratio", "hit_ratio", "{:.4f}")],
}
COMPARED = {"cpu_us": "CPU", "last_ms": "time", "all_ms": "time", "total_per_object": "bytes", "p99_us": "p99"}


def text(value, form):
    return form.format(value) if isinstance(value, (int, float)) else "–"


def table(headings, rows, numbers):
    """numbers: the columns that are aligned to the right."""
    rule = ["--:" if index in numbers else "---" for index in range(len(headings))]
    return "\n".join("| " + " | ".join(row) + " |" for row in [headings, rule, *rows])


def scenario_table(name, summary):
    columns = COLUMNS.get(name, [RATE, CPU, *LATENCIES])
    compared = COMPARED[summary["compared_by"]]
    headings = (["server"] + [column[0] for column in columns] +
                [f"{compared} × limit", f"{compared} × best", "spread", "noise", "note"])
    rows = []
    for server, figures in summary["servers"].items():
        cells = [f"**{server}**" if server == summary["best"] else server]
        cells += [text(figures.get(key), form) for _, key, form in columns]
        cells += [text(figures.get("vs_limit"), "{:.2f}"), text(figures.get("vs_best"), "{:.2f}"),
                  text(figures.get("spread"), "{:.0%}"), text(figures.get("foreign"), "{:.0%}"), figures["note"]]
        rows.append(cells)
    return table(headings, rows, range(1, len(headings) - 1))


def target_table(summaries, server):
    """Every target of a scenario that was run, met or not."""
    rows = []
    for target in TARGETS:
        if target.scenario not in summaries:
            continue
        summary = summaries[target.scenario]
        value = figure(summary, target, server)
        best = summary["best"]
        peer = figure(summary, target, best) if target.figure != "vs_best" else None
        remark = "; ".join(remarks(target, summary["servers"].get(server, {})))
        rows.append([target.scenario, target.what, f"≤ {target.at_most:g} {target.unit}".strip(), text(value, "{:.2f}"),
                     f"{peer:.2f} ({best})" if peer is not None else "–", verdict(value, target), remark])
    return table(["scenario", "figure", "target", server, "best peer", "", ""], rows, (2, 3))


def overview(summaries):
    """CPU of every cache as a multiple of the limit's, a scenario a row."""
    rows = []
    compared = {name: summary for name, summary in summaries.items() if summary["compared_by"] == "cpu_us" and summary["limit"]}
    servers = list(dict.fromkeys(server for summary in compared.values() for server in summary["servers"]
                                 if server in PROXIES))
    for name, summary in compared.items():
        figures = summary["servers"]
        targets = [target for target in TARGETS if (target.scenario, target.figure) == (name, "vs_limit")]
        rows.append([name, text(figures[summary["limit"]].get("cpu_us"), "{:.1f}")] +
                    [text(figures.get(server, {}).get("vs_limit"), "{:.2f}") for server in servers] +
                    [f"≤ {target.at_most:g}" for target in targets[:1]] + ["–"] * (not targets))
    headings = ["scenario", "limit, µs", *servers, "target"]
    return table(headings, rows, range(1, len(headings)))


def remarks(target, figures):
    if target.noisy:
        yield "noisy by nature"
    if figures.get("foreign", 0) > NOISY:
        yield f"the machine was busy: others took {figures['foreign']:.0%} of the core"
    if figures.get("note"):
        yield figures["note"]


def document(results):
    """The whole of it."""
    about = results["about"]
    parts = [f"# Measured beside other caches, {about['date']}",
             f"{about['processor']}, {about['cores']} cores, {about['system']}; {about['rounds']} rounds of "
             f"{about['seconds']:g} s, interleaved; medians. Server on core {about['server_core']}, load generator and origin "
             f"on core {about['client_core']}. Bold: the best peer. `×`: median of the ratios within a round. `spread`: "
             "(max − min) / median of the compared figure. `noise`: share of the server's core that others took.",
             "\n".join(f"- {name}: {version}" for name, version in about["versions"].items()) or "- no versions known"]
    summaries = {name: results["scenarios"][name]["summary"] for name in SCENARIOS if name in results["scenarios"]}
    parts += ["## CPU per request, as a multiple of the limit", overview(summaries)]
    for server in OURS:
        if any(server in summary["servers"] for summary in summaries.values()):
            parts += [f"## {server} against its targets", target_table(summaries, server)]
    for name, summary in summaries.items():
        parts += [f"## {name}", SCENARIOS[name][1] + ".", scenario_table(name, summary)]
    return "\n\n".join(parts) + "\n"


def machine():
    """What the figures depend on."""
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "processor": processor(),
            "cores": os.cpu_count(), "system": f"{platform.system()} {platform.release()}"}
