"""The deploy tool, against what Render's API answers."""
import json

import httpx
import pytest

from tools.render import Render, RenderError, go_back


def deploy(number, status, commit):
    return {"id": f"dep-{number}", "status": status, "commit": {"id": commit}}


class Platform:
    """A Render of one service; each deploy ends as it is told."""

    def __init__(self, *history, ends=("build_in_progress", "live")):
        self.history, self.ends, self.asked = list(history), list(ends), []

    def __call__(self, request):
        path = request.url.path.split("/services/srv-1")[1]
        body = json.loads(request.content) if request.content else {}
        self.asked.append((request.method, path, body))
        if request.headers["Authorization"] != "Bearer key":
            return httpx.Response(401, json={"message": "unauthorized"})
        if request.method == "GET" and path == "/deploys":
            return httpx.Response(200, json=[{"deploy": d} for d in self.history])
        return httpx.Response(201, json=deploy(9, self.ends.pop(0), body.get("commitId", "")))

    def render(self, key="key"):
        client = httpx.Client(
            base_url="https://api.render.com/v1",
            headers={"Authorization": f"Bearer {key}"},
            transport=httpx.MockTransport(self),
        )
        return Render(client, "srv-1", pause_s=0)


def test_a_deploy_is_waited_for():
    platform = Platform()
    assert platform.render().deploy("abc")["status"] == "live"
    assert platform.asked == [
        ("POST", "/deploys", {"commitId": "abc"}),
        ("GET", "/deploys/dep-9", {}),
    ]


def test_a_build_that_fails():
    with pytest.raises(RenderError, match="build_failed"):
        Platform(ends=["created", "build_failed"]).render().deploy("abc")


def test_a_wrong_key():
    with pytest.raises(RenderError, match="401"):
        Platform().render("other").deploy("abc")


def test_back_to_the_last_good_deploy():
    platform = Platform(
        deploy(4, "live", "bad"),
        deploy(3, "build_failed", "broken"),
        deploy(2, "deactivated", "bad"),
        deploy(1, "deactivated", "good"),
    )
    assert go_back(platform.render(), "bad") == "good is live again"
    assert ("POST", "/rollback", {"deployId": "dep-1"}) in platform.asked


def test_what_never_went_away_is_left_alone():
    platform = Platform(deploy(2, "update_failed", "bad"), deploy(1, "live", "good"))
    assert "never went out of service" in go_back(platform.render(), "bad")
    assert len(platform.asked) == 1


def test_without_a_history_git_knows_the_commit_before():
    platform = Platform(deploy(1, "live", "bad"))
    assert "before" in go_back(platform.render(), "bad", parent=lambda sha: "older")
    assert ("POST", "/deploys", {"commitId": "older"}) in platform.asked


def test_with_nothing_to_go_back_to():
    with pytest.raises(RenderError, match="by hand"):
        go_back(Platform().render(), "bad", parent=lambda sha: "")
