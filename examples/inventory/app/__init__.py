"""Inventory manager: what is in stock, and how much of it."""
from typing import Any, Optional

from flask import Flask

from . import backends, errors, health, items, metrics
from .config import Config
from .stock import Stock


def create_app(config: Optional[Config] = None, database: Any = None, cache: Any = None) -> Flask:
    """The application; tests give a `database` and a `cache` of their own."""
    config = config or Config.load()
    app = Flask(__name__)
    if database is None:
        database = backends.open_database(config.mongo_url)
    if cache is None:
        cache = backends.open_cache(config.redis_url)
    app.extensions["stock"] = Stock(database, cache, config.cache_seconds)
    app.config["VERSION"] = config.version
    app.register_blueprint(items.blueprint)
    app.register_blueprint(health.blueprint)
    errors.register(app)
    metrics.register(app)
    return app
