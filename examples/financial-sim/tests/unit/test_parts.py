"""Store, cache, advisor, settings: with the real thing mocked, ill, or not installed."""
import sys
from types import ModuleType
from unittest.mock import MagicMock

import pytest

from app import advisor, cache, health, settings, store


@pytest.fixture
def without(monkeypatch):
    """Makes a package look as if it were not installed."""
    return lambda name: monkeypatch.setitem(sys.modules, name, None)


def mongo(*documents):
    client = MagicMock()
    simulations = client["simulator"]["simulations"]
    simulations.find.return_value.sort.return_value.limit.return_value = list(documents)
    return client, simulations


def test_mongo_keeps_and_finds():
    client, simulations = mongo({"a": 1})
    kept = store.FallbackStore(store.MongoStore(client))
    kept.add({"a": 1})
    simulations.insert_one.assert_called_once_with({"a": 1})
    assert kept.latest(5) == [{"a": 1}]
    kept.ping()
    client.admin.command.assert_called_once_with("ping")


def test_memory_takes_over_while_mongo_is_ill():
    client, simulations = mongo()
    simulations.insert_one.side_effect = ConnectionError("gone")
    simulations.find.side_effect = ConnectionError("gone")
    kept = store.FallbackStore(store.MongoStore(client))
    kept.add({"a": 1})
    assert kept.latest(5) == [{"a": 1}]


def test_memory_forgets_the_oldest():
    kept = store.MemoryStore(limit=2)
    for number in range(3):
        kept.add({"n": number})
    assert kept.latest(9) == [{"n": 2}, {"n": 1}]


@pytest.mark.parametrize("url", ["", "mongodb://127.0.0.1:1"])
def test_without_the_driver_simulations_are_kept_in_memory(without, url):
    without("pymongo")
    assert store.open_store(url).backend == "memory"


def test_with_the_driver_mongo_is_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "pymongo", MagicMock())
    assert store.open_store("mongodb://db").backend == "mongodb"


def test_redis_caches():
    client = MagicMock()
    client.get.side_effect = [None, b'{"p50": 1.0}']
    cached = cache.RedisCache(client)
    assert cached.get("k") is None
    cached.put("k", {"p50": 1.0})
    client.set.assert_called_once_with("k", '{"p50": 1.0}', ex=3600)
    assert cached.get("k") == {"p50": 1.0}
    cached.ping()


def test_while_redis_is_ill_nothing_is_cached():
    client = MagicMock()
    client.get.side_effect = client.set.side_effect = ConnectionError("gone")
    cached = cache.RedisCache(client)
    cached.put("k", {})
    assert cached.get("k") is None


def test_without_the_driver_results_are_cached_in_memory(without):
    without("redis")
    cached = cache.open_cache("redis://127.0.0.1:1")
    assert cached.backend == "memory"
    for number in range(300):
        cached.put(str(number), {"n": number})
    assert cached.get("0") is None
    assert cached.get("299") == {"n": 299}


def test_with_the_driver_redis_is_used(monkeypatch):
    monkeypatch.setitem(sys.modules, "redis", MagicMock())
    assert cache.open_cache("redis://cache").backend == "redis"


class Graph:
    """What the advisor uses of langgraph.graph.StateGraph."""

    def __init__(self, _schema):
        self.nodes, self.edges, self.entry = {}, {}, None

    def add_node(self, name, action):
        self.nodes[name] = action

    def add_edge(self, start, end):
        self.edges[start] = end

    def set_entry_point(self, name):
        self.entry = name

    def compile(self):
        return self

    def invoke(self, state):
        name = self.entry
        while name != "END":
            state, name = self.nodes[name](state), self.edges[name]
        return state


def test_the_graph_and_the_rules_say_the_same(monkeypatch, without):
    module = ModuleType("langgraph.graph")
    module.END, module.StateGraph = "END", Graph
    monkeypatch.setitem(sys.modules, "langgraph", ModuleType("langgraph"))
    monkeypatch.setitem(sys.modules, "langgraph.graph", module)
    graph = advisor.open_advisor()
    without("langgraph.graph")
    rules = advisor.open_advisor()
    assert (graph.backend, rules.backend) == ("langgraph", "rules")
    graph.ping()
    rules.ping()
    for result in ({"paid_in": 10, "p10": 5}, {"paid_in": 10, "p10": 15}):
        assert graph(result) == rules(result)
    assert "One in ten" in rules({"paid_in": 10, "p10": 5})


def test_settings_name_what_is_wrong():
    assert settings.load({"REQUIRED": "cache,ai"}).required == {"cache", "ai"}
    with pytest.raises(ValueError, match="databse"):
        settings.load({"REQUIRED": "databse"})


def test_performance_has_limits():
    assert health.of_performance(100_000, 60_000)[0] == 200
    status, answer = health.of_performance(1, 60_000)
    assert (status, answer["status"]) == (503, "down")
