"""/health: the process lives. /ready: so do the database and the cache."""
from typing import Any, Dict, Tuple

from flask import Blueprint, current_app, jsonify

blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
def health() -> Any:
    return jsonify(status="healthy", version=current_app.config["VERSION"])


@blueprint.get("/ready")
def ready() -> Tuple[Any, int]:
    stock = current_app.extensions["stock"]
    answer: Dict[str, str] = {"status": "ready"}
    for name, ping in (("database", stock.ping_database), ("cache", stock.ping_cache)):
        try:
            ping()
            answer[name] = "ok"
        except Exception as error:  # whatever the driver raises: it is not ready
            answer.update({"status": "not ready", name: str(error)})
    return jsonify(answer), 200 if answer["status"] == "ready" else 503
