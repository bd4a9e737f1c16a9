"""Who buys."""
from typing import Any, Dict, Optional

import sqlalchemy as sa
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from .common import asks_database, new_app, open_database

metadata = sa.MetaData()
users = sa.Table(
    "users",
    metadata,
    sa.Column("email", sa.String(200), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
)


class User(BaseModel):
    email: str = Field(..., regex="^[^@ ]+@[^@ ]+$", max_length=200)
    name: str = Field(..., min_length=1, max_length=200)


def create_app(engine: Optional[sa.engine.Engine] = None) -> FastAPI:
    db = engine or open_database(metadata)
    app = new_app("users", database=asks_database(db))

    @app.post("/users", status_code=201)
    def add(user: User) -> User:
        try:
            with db.begin() as connection:
                connection.execute(users.insert().values(**user.dict()))
        except sa.exc.IntegrityError:
            raise HTTPException(409, f"{user.email} is registered") from None
        return user

    @app.get("/users/{email}")
    def one(email: str) -> Dict[str, Any]:
        with db.connect() as connection:
            row = connection.execute(sa.select(users).where(users.c.email == email)).first()
        if row is None:
            raise HTTPException(404, f"{email} is not registered")
        return dict(row._mapping)

    return app
