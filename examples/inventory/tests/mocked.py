"""The application without a MongoDB, to try by hand: gunicorn tests.mocked:application"""
import mongomock

from app import create_app

application = create_app(database=mongomock.MongoClient()["inventory"])
