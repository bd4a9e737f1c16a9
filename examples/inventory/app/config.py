"""Settings from the environment; of every one NAME_FILE may name a file that holds it."""
import os
import pathlib
from dataclasses import dataclass
from typing import Mapping
from urllib.parse import quote


def value_of(environ: Mapping[str, str], name: str, default: str = "") -> str:
    """NAME, or what is in the file that NAME_FILE names: Docker's and Kubernetes' secrets."""
    path = environ.get(f"{name}_FILE")
    if path:
        return pathlib.Path(path).read_text(encoding="utf-8").rstrip("\n")
    return environ.get(name, default)


@dataclass(frozen=True)
class Config:
    mongo_url: str = "mongodb://127.0.0.1:27017/inventory"
    redis_url: str = "redis://127.0.0.1:6379/0"
    cache_seconds: int = 60
    version: str = "dev"

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> "Config":
        user = value_of(environ, "MONGO_USER")
        login = f"{quote(user)}:{quote(value_of(environ, 'MONGO_PASSWORD'), '')}@" if user else ""
        host = value_of(environ, "MONGO_HOST", "127.0.0.1:27017")
        options = "?authSource=admin" if user else ""
        return cls(
            mongo_url=f"mongodb://{login}{host}/inventory{options}",
            redis_url=value_of(environ, "REDIS_URL", cls.redis_url),
            cache_seconds=int(value_of(environ, "CACHE_SECONDS", "60")),
            version=value_of(environ, "VERSION", "dev"),
        )
