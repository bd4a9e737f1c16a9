import pytest

from app.simulation import Plan, simulate


def test_without_risk_it_is_compound_interest():
    plan = Plan(start=1000, monthly=0, years=1, mean_return=0.12, volatility=0, runs=10)
    assert simulate(plan)["p50"] == pytest.approx(1000 * 1.01**12, abs=0.01)


def test_percentiles_are_in_order():
    result = simulate(Plan(start=1000, monthly=100, years=10, runs=200))
    assert result["p10"] < result["p50"] < result["p90"]
    assert result["paid_in"] == 13000


def test_the_same_plan_gives_the_same_figures():
    plan = Plan(start=1000, monthly=100, years=2, runs=50, seed=7)
    assert simulate(plan) == simulate(plan)


def test_nothing_falls_below_zero():
    plan = Plan(start=100, monthly=0, years=5, volatility=3, runs=50)
    assert simulate(plan)["p10"] >= 0
