"""Fresh virtual environments with the wheel in them, as somebody's `pip install` makes them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.commands.starts import REPOSITORY, clean
from tests.installations.dockerfile import Image
from tests.installations.history import version_before

PYENV = Path("~/.pyenv/versions").expanduser()
ALWAYS = ("gunicorn", "uvicorn")
THEMES = ("django-unfold", "django-jazzmin", "django-grappelli")


@dataclass(frozen=True)
class Environment:
    """`python` is its interpreter's version; `django` and further requirements are as pip takes them."""

    name: str
    python: str
    django: str
    further: tuple[str, ...] = ()
    is_image: bool = False
    """Made by the steps of the Dockerfile."""
    is_before: bool = False
    """With the version before this one."""

    @property
    def interpreter(self) -> Path:
        """The one of this version that the machine has: our own, or one of pyenv's."""
        found = [Path(sys.executable)] if sys.version.startswith(f"{self.python}.") else []
        found += [path / "bin/python" for path in sorted(PYENV.glob(f"{self.python}.*"))]
        if not found:
            raise FileNotFoundError(f"There is no Python {self.python} on this machine.")
        return found[-1]


def newest_python() -> str:
    """The newest that pyenv has, or our own."""
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    versions = [path.name for path in PYENV.glob("3.*")] or [own]
    return ".".join(max(versions, key=lambda name: [int(part) for part in name.split(".")]).split(".")[:2])


OLDEST = Environment("oldest", "3.11", "Django>=5.2,<5.3")
NEWEST = Environment("newest", newest_python(), "Django<7", THEMES)

BEFORE = Environment("before", "3.11", "Django>=5.2,<5.3", is_before=True)
IMAGE = Environment("image", "3.13", "", is_image=True)


@cache
def wheel(folder: Path, source: Path = REPOSITORY) -> Path:
    _run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, source)
    (made,) = folder.glob("backfill_admin-*.whl")
    return made


@dataclass(frozen=True)
class Made:
    """An environment that is there."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin/python"

    def versions(self) -> dict[str, str]:
        listed = _run(self.python, "-m", "pip", "list", "--format=freeze").splitlines()
        found = dict(line.split("==", 1) for line in listed if "==" in line)
        version = _run(self.python, "-c", "import platform; print(platform.python_version())").strip()
        return found | {"Python": version}


def make(environment: Environment, folder: Path) -> Made:
    """In `folder`, where it may be from the last time: then only the wheel is new."""
    if environment.is_image:
        Image.built(folder / environment.name, environment.interpreter)
        return Made(folder / environment.name / "app")
    made = Made(folder / environment.name)
    package = (
        wheel(folder / "wheel-before", version_before(folder / "source-before"))
        if environment.is_before
        else wheel(folder / "wheel")
    )
    if not made.python.exists():
        _run(environment.interpreter, "-m", "venv", made.folder)
        _pip(made, f"{package}[server]", environment.django, *ALWAYS, *environment.further)
    else:
        _pip(made, "--no-deps", "--force-reinstall", str(package))
    return made


def _pip(made: Made, *words: str) -> None:
    _run(made.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words)


def _run(*words: str | Path) -> str:
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, env=clean(), cwd="/", check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}\n{done.stdout}{done.stderr}")
    return done.stdout
