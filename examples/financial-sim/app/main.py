"""The API. `uvicorn app.main:app` serves it."""
import hashlib
import json
import logging
from dataclasses import asdict
from typing import Any, Dict, List, Optional

from fastapi import FastAPI, HTTPException, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from . import health, settings
from .advisor import open_advisor
from .cache import open_cache
from .simulation import Plan, simulate
from .store import open_store

logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")


class PlanIn(BaseModel):
    start: float = Field(..., ge=0, le=1e9)
    monthly: float = Field(0, ge=0, le=1e6)
    years: int = Field(..., ge=1, le=60)
    mean_return: float = Field(0.06, ge=-0.5, le=0.5)
    volatility: float = Field(0.15, ge=0, le=1)
    runs: int = Field(500, ge=10, le=5000)
    seed: int = 1

    def plan(self) -> Plan:
        return Plan(**self.dict())


def key_of(plan: Plan) -> str:
    """The same for the same plan."""
    text = json.dumps(asdict(plan), sort_keys=True)
    return "simulation:" + hashlib.sha256(text.encode()).hexdigest()


def create_app(wanted: Optional[settings.Settings] = None, **parts: Any) -> FastAPI:
    """The application; tests give `store`, `cache` or `advisor` of their own."""
    config = wanted or settings.load()
    store = parts.get("store") or open_store(config.mongo_url)
    cache = parts.get("cache") or open_cache(config.redis_url)
    advisor = parts.get("advisor") or open_advisor()
    components = {"database": store, "cache": cache, "ai": advisor}
    app = FastAPI(title="Financial simulator", version=config.version)

    @app.post("/simulations", status_code=201)
    def create(body: PlanIn) -> Dict[str, Any]:
        plan = body.plan()
        key = key_of(plan)
        result = cache.get(key)
        cached = result is not None
        if result is None:
            result = simulate(plan)
            cache.put(key, result)
        answer = {"plan": asdict(plan), "result": result, "advice": advisor(result)}
        store.add(answer)
        return {**answer, "cached": cached}

    @app.get("/simulations")
    def latest(count: int = Query(10, ge=1, le=100)) -> List[Dict[str, Any]]:
        found: List[Dict[str, Any]] = store.latest(count)
        return found

    @app.get("/health")
    def alive() -> Dict[str, str]:
        return {"status": "ok", "version": config.version}

    @app.get("/health/{tier}")
    def tier_health(tier: str) -> JSONResponse:
        if tier == "performance":
            status, answer = health.of_performance(config.memory_limit_mb, config.slowest_ms)
        elif tier in components:
            required = tier in config.required
            status, answer = health.of_component(tier, components[tier], required)
        else:
            raise HTTPException(404, f"there is no tier {tier}")
        return JSONResponse(answer, status)

    return app


app = create_app()
