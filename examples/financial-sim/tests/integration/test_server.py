"""The server as it is deployed, with a database and a cache where there are any."""
import os
import uuid

import pytest

PLAN = {"start": 1000, "monthly": 50, "years": 2, "runs": 50}


def plan():
    """One that nobody asked for before."""
    return {**PLAN, "seed": uuid.uuid4().int % 1_000_000_000}


def test_a_simulation_is_made_and_found_again(api):
    body = plan()
    made = api.post("/simulations", json=body)
    assert made.status_code == 201
    assert api.get("/simulations").json()[0]["plan"]["seed"] == body["seed"]


def test_the_second_time_comes_from_the_cache(api):
    body = plan()
    assert api.post("/simulations", json=body).json()["cached"] is False
    assert api.post("/simulations", json=body).json()["cached"] is True


def test_a_wrong_plan_is_refused(api):
    assert api.post("/simulations", json={}).status_code == 422


def test_every_tier_answers(api):
    for tier in ("database", "cache", "ai", "performance"):
        assert api.get(f"/health/{tier}").status_code == 200


@pytest.mark.cache
def test_redis_has_the_result(api):
    import redis

    assert api.get("/health/cache").json()["backend"] == "redis"
    api.post("/simulations", json=plan())
    assert redis.Redis.from_url(os.environ["REDIS_URL"]).keys("simulation:*")


@pytest.mark.database
def test_mongo_has_the_simulation(api):
    import pymongo

    assert api.get("/health/database").json()["status"] == "ok"
    body = plan()
    api.post("/simulations", json=body)
    found = pymongo.MongoClient(os.environ["MONGO_URL"])["simulator"]["simulations"]
    assert found.count_documents({"plan.seed": body["seed"]}) == 1
