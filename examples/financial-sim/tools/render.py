"""Deploys a commit to Render, and goes back to the last good one.

  python3 -m tools.render deploy SHA     starts a deploy and waits until it is live
  python3 -m tools.render rollback SHA   puts back what was live before the deploy of SHA

RENDER_API_KEY, RENDER_SERVICE and, for another server, RENDER_API_URL come from the environment.
"""
import argparse
import os
import subprocess
import sys
import time
from typing import Any, Callable, Dict, List, Optional

import httpx

API = "https://api.render.com/v1"
UNDER_WAY = {
    "created",
    "queued",
    "build_in_progress",
    "update_in_progress",
    "pre_deploy_in_progress",
}
WAS_GOOD = {"live", "deactivated"}  # a deploy that a newer one replaced is `deactivated`

Deploy = Dict[str, Any]


class RenderError(Exception):
    """What went wrong, in words."""


class Render:
    def __init__(self, client: httpx.Client, service: str, pause_s: float = 5.0) -> None:
        self._client = client
        self._service = f"/services/{service}"
        self._pause_s = pause_s

    def _ask(self, method: str, path: str, **body: str) -> Any:
        answer = self._client.request(method, self._service + path, json=body or None)
        if answer.is_error:
            what = f"{method} {path}: {answer.status_code}"
            raise RenderError(f"Render refused {what}: {answer.text[:200]}")
        return answer.json()

    def history(self) -> List[Deploy]:
        """The latest deploys, the newest first."""
        return [entry["deploy"] for entry in self._ask("GET", "/deploys?limit=20")]

    def wait(self, deploy: Deploy) -> Deploy:
        """The deploy when it is live; a RenderError when it does not get there."""
        while deploy["status"] in UNDER_WAY:
            time.sleep(self._pause_s)
            deploy = self._ask("GET", f"/deploys/{deploy['id']}")
        if deploy["status"] != "live":
            raise RenderError(f"deploy {deploy['id']} ended as {deploy['status']}")
        return deploy

    def deploy(self, sha: str) -> Deploy:
        return self.wait(self._ask("POST", "/deploys", commitId=sha))

    def rollback(self, deploy: Deploy) -> Deploy:
        return self.wait(self._ask("POST", "/rollback", deployId=deploy["id"]))


def commit_of(deploy: Deploy) -> str:
    return str((deploy.get("commit") or {}).get("id", ""))


def parent_of(sha: str) -> str:
    """The commit before, or an empty text."""
    command = ["git", "rev-parse", "--verify", "--quiet", f"{sha}^"]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True).stdout.strip()


def go_back(render: Render, sha: str, parent: Callable[[str], str] = parent_of) -> str:
    """What is live again. The history of Render decides; without one, that of git."""
    history = render.history()
    live: Optional[Deploy] = next((d for d in history if d["status"] == "live"), None)
    if live and commit_of(live) != sha:
        return f"{commit_of(live)} never went out of service"
    good = next((d for d in history if d["status"] in WAS_GOOD and commit_of(d) != sha), None)
    if good:
        render.rollback(good)
        return f"{commit_of(good)} is live again"
    before = parent(sha)
    if not before:
        raise RenderError("no deploy and no commit to go back to: deploy a good one by hand")
    render.deploy(before)
    return f"{before}, the commit before, was deployed"


def main() -> None:
    parser = argparse.ArgumentParser(prog="render.py")
    parser.add_argument("command", choices=("deploy", "rollback"))
    parser.add_argument("sha")
    options = parser.parse_args()
    client = httpx.Client(
        base_url=os.environ.get("RENDER_API_URL") or API,
        headers={"Authorization": "Bearer " + os.environ["RENDER_API_KEY"]},
        timeout=30,
    )
    pause_s = float(os.environ.get("RENDER_PAUSE_S", "5"))
    render = Render(client, os.environ["RENDER_SERVICE"], pause_s)
    try:
        if options.command == "deploy":
            print(f"deploy {render.deploy(options.sha)['id']} is live")
        else:
            print(go_back(render, options.sha))
    except (RenderError, httpx.HTTPError) as error:
        sys.exit(f"render: {error}")


if __name__ == "__main__":
    main()
