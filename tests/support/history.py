"""The first 314 commits of this project, told again in a repository: fixtures/history.jsonl has when each was
made, its message to the letter, and which folders at the top it changed (not their contents)."""
import json
import pathlib
import subprocess

FILE = pathlib.Path(__file__).resolve().parents[1] / "fixtures" / "history.jsonl"
WHO = "Ada Lovelace <ada@example.com>"


def commits():
    return [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def told(text):
    data = text.encode()
    return f"data {len(data)}\n".encode() + data + b"\n"


def stream(files, tags):
    """For `git fast-import`. `files` are in the first commit; `tags`: {how many commits: name}."""
    for number, commit in enumerate(commits(), start=1):
        yield f"commit refs/heads/main\nmark :{number}\n".encode()
        yield f"committer {WHO} {commit['at']} +0000\n".encode() + told(commit["message"])
        changed = {f"{part}/last": f"{number}\n" for part in commit["parts"]}
        for name, text in ({**files, **changed} if number == 1 else changed).items():
            yield f"M 100644 inline {name}\n".encode() + told(text)
        if number in tags:
            yield f"tag {tags[number]}\nfrom :{number}\n".encode()
            yield f"tagger {WHO} {commit['at']} +0000\n".encode() + told(tags[number])


def replay(repository, files, tags, env):
    """Into a repository that has no commit yet; leaves its branch main checked out."""
    for words, data in ((["fast-import", "--quiet"], b"".join(stream(files, tags))),
                        (["reset", "-q", "--hard", "main"], b"")):
        subprocess.run(["git", *words], cwd=repository, env=env, input=data, check=True)
