"""What there is to buy."""
from typing import Any, Dict, List, Optional

import sqlalchemy as sa
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from .common import asks_database, new_app, open_database

metadata = sa.MetaData()
products = sa.Table(
    "products",
    metadata,
    sa.Column("sku", sa.String(32), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("cents", sa.Integer, nullable=False),
)


class Product(BaseModel):
    sku: str = Field(..., regex="^[A-Z0-9-]{1,32}$")
    name: str = Field(..., min_length=1, max_length=200)
    cents: int = Field(..., ge=0)


def create_app(engine: Optional[sa.engine.Engine] = None) -> FastAPI:
    db = engine or open_database(metadata)
    app = new_app("catalog", database=asks_database(db))

    @app.post("/products", status_code=201)
    def add(product: Product) -> Product:
        try:
            with db.begin() as connection:
                connection.execute(products.insert().values(**product.dict()))
        except sa.exc.IntegrityError:
            raise HTTPException(409, f"there is a product {product.sku}") from None
        return product

    @app.get("/products")
    def everything() -> List[Dict[str, Any]]:
        with db.connect() as connection:
            found = connection.execute(sa.select(products).order_by(products.c.sku))
            return [dict(row._mapping) for row in found]

    @app.get("/products/{sku}")
    def one(sku: str) -> Dict[str, Any]:
        with db.connect() as connection:
            row = connection.execute(sa.select(products).where(products.c.sku == sku)).first()
        if row is None:
            raise HTTPException(404, f"there is no product {sku}")
        return dict(row._mapping)

    return app
