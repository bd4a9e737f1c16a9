from unittest.mock import MagicMock

import pytest
from fastapi.testclient import TestClient

from app.advisor import RuleAdvisor
from app.main import create_app
from app.settings import Settings
from app.store import MemoryStore

PLAN = {"start": 1000, "monthly": 50, "years": 3, "runs": 50}


def client(required=(), **parts):
    return TestClient(create_app(Settings(required=frozenset(required)), **parts))


def test_a_plan_is_simulated_kept_and_cached():
    api = client()
    first = api.post("/simulations", json=PLAN)
    assert first.status_code == 201
    assert first.json()["cached"] is False
    second = api.post("/simulations", json=PLAN).json()
    assert second["cached"] is True
    assert second["result"] == first.json()["result"]
    assert len(api.get("/simulations").json()) == 2


@pytest.mark.parametrize("change", [{"years": 0}, {"start": -1}, {"volatility": "high"}])
def test_a_plan_that_makes_no_sense_is_refused(change):
    assert client().post("/simulations", json={**PLAN, **change}).status_code == 422


def test_health_tells_the_version():
    assert client().get("/health").json() == {"status": "ok", "version": "dev"}


@pytest.mark.parametrize("tier", ["database", "cache", "ai"])
def test_a_stand_in_is_degraded_and_ill_where_it_is_required(tier):
    parts = {"advisor": RuleAdvisor()}
    answer = client(**parts).get(f"/health/{tier}")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    answer = client(required=[tier], **parts).get(f"/health/{tier}")
    assert answer.status_code == 503
    assert "required" in answer.json()["error"]


def test_a_database_that_does_not_answer():
    store = MagicMock(backend="mongodb")
    store.ping.side_effect = ConnectionError("no route")
    assert client(store=store).get("/health/database").status_code == 200
    answer = client(required=["database"], store=store).get("/health/database")
    assert (answer.status_code, answer.json()["error"]) == (503, "no route")
    store.ping.side_effect = None
    assert client(store=store).get("/health/database").json()["status"] == "ok"


def test_other_tiers():
    assert client(store=MemoryStore()).get("/health/performance").json()["status"] == "ok"
    assert client().get("/health/moon").status_code == 404
