"""Numbers or percentages of pods."""
import math


def _share(value, total, round_to):
    if isinstance(value, str) and value.endswith("%"):
        return int(round_to(int(value[:-1]) * total / 100))
    return int(value)


def fence_posts(rolling, replicas):
    """maxSurge (rounded up) and maxUnavailable (rounded down); never both nothing."""
    if not rolling:
        return 0, 0
    surge = _share(rolling.get("maxSurge", 0), replicas, math.ceil)
    unavailable = _share(rolling.get("maxUnavailable", 0), replicas, math.floor)
    return (surge, unavailable) if surge or unavailable else (0, 1)
