"""Errors as JSON."""
from typing import Any, Tuple

from flask import Flask, jsonify
from pymongo.errors import PyMongoError
from werkzeug.exceptions import HTTPException

from . import metrics
from .stock import Taken, TooFew


def http(error: HTTPException) -> Tuple[Any, int]:
    return jsonify(error=error.description), error.code or 500


def taken(error: Taken) -> Tuple[Any, int]:
    return jsonify(error=f"there is an item {error}"), 409


def too_few(error: TooFew) -> Tuple[Any, int]:
    return jsonify(error=f"not so many of {error} are in stock"), 409


def database(_error: PyMongoError) -> Tuple[Any, int]:
    metrics.DATABASE_ERRORS.inc()
    return jsonify(error="the database does not answer"), 503


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, http)
    app.register_error_handler(Taken, taken)
    app.register_error_handler(TooFew, too_few)
    app.register_error_handler(PyMongoError, database)
