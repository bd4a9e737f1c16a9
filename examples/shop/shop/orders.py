"""Who bought what."""
import json
from typing import Any, Dict, List, Optional

import httpx
import sqlalchemy as sa
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from .common import ask, asks_database, client_of, log, new_app, open_database
from .events import open_events

metadata = sa.MetaData()
orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String(200), nullable=False),
    sa.Column("lines", sa.Text, nullable=False),
    sa.Column("cents", sa.Integer, nullable=False),
)


class Line(BaseModel):
    sku: str
    quantity: int = Field(..., ge=1, le=100)


class Order(BaseModel):
    email: str
    lines: List[Line] = Field(..., min_items=1)


def found(client: httpx.Client, path: str) -> Dict[str, Any]:
    """What another service has there; 422 where it has nothing, 503 where it does not answer."""
    try:
        answer = ask(client, "GET", path)
    except httpx.TransportError as error:
        raise HTTPException(503, f"{path} cannot be asked for: {error}") from error
    if answer.status_code == 404:
        raise HTTPException(422, answer.json()["detail"])
    if answer.is_error:
        raise HTTPException(503, f"{path}: {answer.status_code}")
    body: Dict[str, Any] = answer.json()
    return body


def create_app(engine: Optional[sa.engine.Engine] = None, **parts: Any) -> FastAPI:
    db = engine or open_database(metadata)
    users = parts.get("users") or client_of("users")
    catalog = parts.get("catalog") or client_of("catalog")
    events = parts.get("events") or open_events()
    app = new_app("orders", database=asks_database(db))

    def tell(order: Dict[str, Any]) -> None:
        """An order that was placed stays so, told or not."""
        try:
            events.send({"event": "order.placed", **order})
        except Exception as error:  # whatever the driver raises
            log.warning("order %s was not told: %s", order["id"], error)

    @app.post("/orders", status_code=201)
    def place(order: Order) -> Dict[str, Any]:
        found(users, f"/users/{order.email}")
        prices = {line.sku: found(catalog, f"/products/{line.sku}") for line in order.lines}
        cents = sum(prices[line.sku]["cents"] * line.quantity for line in order.lines)
        lines = json.dumps([line.dict() for line in order.lines])
        values = {"email": order.email, "lines": lines, "cents": cents}
        with db.begin() as connection:
            made = connection.execute(orders.insert().values(**values))
        placed = {"id": made.inserted_primary_key[0], "email": order.email, "cents": cents}
        tell(placed)
        return placed

    @app.get("/orders/{number}")
    def one(number: int) -> Dict[str, Any]:
        with db.connect() as connection:
            row = connection.execute(sa.select(orders).where(orders.c.id == number)).first()
        if row is None:
            raise HTTPException(404, f"there is no order {number}")
        return {**row._mapping, "lines": json.loads(row.lines)}

    return app
