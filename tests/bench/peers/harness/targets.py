"""What hawkcache is to reach: in each row a figure of the summary, and its bound. README.md says why these."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Target:
    scenario: str
    what: str  # for people
    figure: str  # its key in the summary of the server
    at_most: float
    unit: str
    noisy: bool = False  # moves by more than a tenth from run to run


def times_limit(scenario, at_most, noisy=False):
    return Target(scenario, "CPU", "vs_limit", at_most, "× limit", noisy)


TARGETS = [
    times_limit("hit-small", 1.20),
    times_limit("hit-mix", 1.35),
    times_limit("hit-10k", 1.20),
    times_limit("hit-100k", 1.10),
    times_limit("hit-1M", 1.05, noisy=True),
    times_limit("cond-304", 1.20),
    times_limit("range-206", 1.25),
    times_limit("miss-get", 1.60),
    times_limit("miss-post", 1.35),
    times_limit("churn", 1.10, noisy=True),
    Target("stampede", "fetches from the origin", "origin_requests", 1, ""),
    Target("stampede", "last of 500 answered", "last_ms", 215, "ms"),
    Target("tag-purge", "purge of 2,000 of 200,000", "group_ms", 0.2, "ms"),
    Target("tag-purge", "purge of 200,000 under hits", "all_load_ms", 0.2, "ms"),
    Target("tag-purge", "p99 of hits meanwhile, by that without", "all_p99_ratio", 1.2, "×", noisy=True),
    Target("memory", "beyond key, head and body", "overhead_per_object", 250, "B per object"),
    Target("fixed-rate", "p99", "vs_limit", 1.20, "× limit", noisy=True),
    Target("fixed-rate", "p99", "vs_best", 1.00, "× best peer", noisy=True),
]


def figure(summary, target, server):
    """None where it was not measured."""
    return summary["servers"].get(server, {}).get(target.figure) if summary else None


def verdict(value, target):
    if value is None:
        return "not measured"
    # As the table shows it: two decimals.
    return "met" if round(value, 2) <= target.at_most else "**not met**"
