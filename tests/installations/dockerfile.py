"""A Dockerfile's steps without a container: its folders lie in one of ours, its commands run as they are written.

What is not shown by that: the images themselves, the user, and the file system that can't be written to.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.commands.starts import REPOSITORY, clean

DOCKERFILE = REPOSITORY / "deploy/Dockerfile"


def instructions(text: str) -> list[tuple[str, str]]:
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    words = [line.split(None, 1) for line in lines if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, rest in words]


def command() -> list[str]:
    """What a container runs."""
    (words,) = [rest for word, rest in instructions(DOCKERFILE.read_text()) if word == "CMD"]
    return list(json.loads(words))


@dataclass
class Image:
    """What the steps leave behind. The folders of all stages are the same, so that what was made for /app stays right."""

    root: Path
    python: Path
    folder: str = "/"
    variables: dict[str, str] = field(default_factory=dict)

    @classmethod
    def built(cls, root: Path, python: Path) -> Image:
        image = cls(root, python)
        for word, rest in instructions(DOCKERFILE.read_text()):
            getattr(image, f"_{word.lower()}")(rest)
        return image

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.python.parent), os.environ["PATH"]])
        given = {name: self._here(text).replace("$PATH", path) for name, text in self.variables.items()}
        return clean(**{"PATH": path, **given})

    def _here(self, text: str) -> str:
        return re.sub(r"(?<![\w./])/(?=app\b|source\b)", f"{self.root}/", text)

    def _from(self, rest: str) -> None:
        assert re.fullmatch(r"python:3\.\d+-slim(?: AS \w+)?", rest), rest
        self.folder, self.variables = "/", {}

    def _workdir(self, rest: str) -> None:
        self.folder = rest
        Path(self._here(rest)).mkdir(parents=True)

    def _copy(self, rest: str) -> None:
        *sources, target = rest.split()
        if sources[0].startswith("--from="):
            assert sources[1:] == [target]
            assert Path(self._here(target)).exists()
            return
        here = Path(self._here(self.folder)) / target
        for source in sources:
            found = REPOSITORY / source
            if found.is_dir():
                shutil.copytree(found, here, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                (here.mkdir if target.endswith("/") else here.parent.mkdir)(parents=True, exist_ok=True)
                shutil.copy(found, here)

    def _run(self, rest: str) -> None:
        done = subprocess.run(
            self._here(rest), shell=True, cwd=self._here(self.folder), env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{rest}\n{done.stdout}{done.stderr}"

    def _env(self, rest: str) -> None:
        self.variables |= dict(word.split("=", 1) for word in rest.split())

    def _said(self, _rest: str) -> None:
        """Steps of which nothing is left in a folder."""

    _user = _expose = _cmd = _healthcheck = _said
