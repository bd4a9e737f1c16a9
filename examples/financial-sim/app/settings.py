"""What the environment says. Everything is optional but what REQUIRED names."""
import os
from dataclasses import dataclass, field
from typing import FrozenSet, Mapping

COMPONENTS = frozenset({"database", "cache", "ai"})


@dataclass(frozen=True)
class Settings:
    mongo_url: str = ""
    redis_url: str = ""
    version: str = "dev"
    memory_limit_mb: int = 512
    slowest_ms: int = 2000
    required: FrozenSet[str] = field(default_factory=frozenset)


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings, or a ValueError that names what is wrong."""
    required = frozenset(filter(None, environ.get("REQUIRED", "").split(",")))
    if not required <= COMPONENTS:
        unknown = ", ".join(sorted(required - COMPONENTS))
        raise ValueError(f"REQUIRED names what is not there: {unknown}")
    return Settings(
        mongo_url=environ.get("MONGO_URL", ""),
        redis_url=environ.get("REDIS_URL", ""),
        version=environ.get("VERSION", "dev"),
        memory_limit_mb=int(environ.get("MEMORY_LIMIT_MB", "512")),
        slowest_ms=int(environ.get("SLOWEST_MS", "2000")),
        required=required,
    )
