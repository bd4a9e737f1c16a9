"""Health in tiers, each with an address of its own, so that who asks sees which one is ill."""
import resource
import time
from typing import Any, Dict, Tuple

from .simulation import Plan, simulate

FALLBACKS = {"memory", "rules"}
Answer = Tuple[int, Dict[str, Any]]


def of_component(name: str, component: Any, required: bool) -> Answer:
    """503 where it is ill, or where it is required and only its stand-in is here."""
    backend = component.backend
    try:
        component.ping()
    except Exception as error:  # whatever the driver raises: it is ill
        status = 503 if required else 200
        return status, {"tier": name, "status": "down", "backend": backend, "error": str(error)}
    if backend not in FALLBACKS:
        return 200, {"tier": name, "status": "ok", "backend": backend}
    if required:
        error = f"required, and there is only {backend}"
        return 503, {"tier": name, "status": "down", "backend": backend, "error": error}
    return 200, {"tier": name, "status": "degraded", "backend": backend}


def of_performance(memory_limit_mb: int, slowest_ms: int) -> Answer:
    """How much memory is used, and how long a small simulation takes."""
    began = time.perf_counter()
    simulate(Plan(start=1000, monthly=10, years=5, runs=20))
    took_ms = (time.perf_counter() - began) * 1000
    used_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    well = used_mb <= memory_limit_mb and took_ms <= slowest_ms
    return (200 if well else 503), {
        "tier": "performance",
        "status": "ok" if well else "down",
        "memory_mb": round(used_mb, 1),
        "simulation_ms": round(took_ms, 1),
    }
