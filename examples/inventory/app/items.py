"""/api/items"""
import re
from typing import Any, Dict, Tuple

from flask import Blueprint, abort, current_app, jsonify, request

from .stock import Stock

blueprint = Blueprint("items", __name__, url_prefix="/api/items")
SKU = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}")


def stock() -> Stock:
    found: Stock = current_app.extensions["stock"]
    return found


def whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        abort(400, f"{name} must be a whole number")
    return value


def item_of(body: Any) -> Dict[str, Any]:
    """What was sent as an item, or 400 with the reason."""
    if not isinstance(body, dict):
        abort(400, "an item is a JSON object")
    sku, name = body.get("sku"), body.get("name")
    if not isinstance(sku, str) or not SKU.fullmatch(sku):
        abort(400, "sku must be up to 32 capital letters, digits and hyphens")
    if not isinstance(name, str) or not name.strip():
        abort(400, "name must not be empty")
    quantity = whole(body.get("quantity", 0), "quantity")
    if quantity < 0:
        abort(400, "quantity must not be negative")
    return {"sku": sku, "name": name.strip(), "quantity": quantity}


@blueprint.get("")
def all_items() -> Any:
    return jsonify(stock().all())


@blueprint.post("")
def add() -> Tuple[Any, int]:
    item = item_of(request.get_json(silent=True))
    stock().add(item)
    return jsonify(item), 201


@blueprint.get("/<sku>")
def one(sku: str) -> Any:
    item = stock().get(sku)
    if item is None:
        abort(404, f"there is no item {sku}")
    return jsonify(item)


@blueprint.post("/<sku>/moves")
def move(sku: str) -> Any:
    body = request.get_json(silent=True)
    change = whole(body.get("change") if isinstance(body, dict) else None, "change")
    item = stock().move(sku, change)
    if item is None:
        abort(404, f"there is no item {sku}")
    return jsonify(item)


@blueprint.delete("/<sku>")
def remove(sku: str) -> Tuple[str, int]:
    if not stock().remove(sku):
        abort(404, f"there is no item {sku}")
    return "", 204
