"""Monte Carlo simulation of a savings plan. Pure: the same plan gives the same figures."""
import random
from dataclasses import dataclass
from typing import Dict

MONTHS = 12


@dataclass(frozen=True)
class Plan:
    start: float
    monthly: float
    years: int
    mean_return: float = 0.06
    volatility: float = 0.15
    runs: int = 500
    seed: int = 1


def one_run(plan: Plan, chance: random.Random) -> float:
    """What the plan comes to if the markets go one possible way."""
    value = plan.start
    mean = plan.mean_return / MONTHS
    deviation = plan.volatility / MONTHS**0.5
    for _ in range(plan.years * MONTHS):
        value = max(0.0, value * (1 + chance.gauss(mean, deviation))) + plan.monthly
    return value


def simulate(plan: Plan) -> Dict[str, float]:
    """The 10th, 50th and 90th percentile of all runs, and what was paid in."""
    chance = random.Random(plan.seed)
    ends = sorted(one_run(plan, chance) for _ in range(plan.runs))

    def percentile(share: float) -> float:
        return round(ends[min(len(ends) - 1, int(share * len(ends)))], 2)

    paid_in = plan.start + plan.monthly * plan.years * MONTHS
    return {
        "paid_in": round(paid_in, 2),
        "p10": percentile(0.1),
        "p50": percentile(0.5),
        "p90": percentile(0.9),
    }
