"""The real nginx with TLS in front of a server, on loopback, with the directives of docs/running.md."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.commands.starts import REPOSITORY, free_port

PLACES = "/usr/sbin:/usr/bin"
PATIENCE = 10.0

# Everything that nginx would otherwise write below /var.
AROUND = """
error_log stderr;
pid pid;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    {server}
}}
"""


@dataclass(frozen=True)
class Front:
    """Where nginx answers, and what a client has to trust."""

    http: str
    https: str
    trust: ssl.SSLContext


def program() -> str:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:{PLACES}")
    if found is None:
        sentence = "There is no nginx: apt-get install nginx-light."
        if os.environ.get("REQUIRE_PROXY"):
            pytest.fail(sentence, pytrace=False)
        pytest.skip(sentence)
    return found


@contextmanager
def nginx(behind: int) -> Iterator[Front]:
    """In front of the server on that port, for as long as it is needed."""
    command = program()
    http, https = free_port(), free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key, certificate = _certificate(folder)
        ours = {
            "listen 80;": f"listen 127.0.0.1:{http};",
            "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl;",
            "server_name dlq.example.com;": "",
            "/etc/ssl/certs/dlq.example.com.pem": str(certificate),
            "/etc/ssl/private/dlq.example.com.key": str(key),
            "http://127.0.0.1:8000": f"http://127.0.0.1:{behind}",
        }
        (folder / "config").write_text(AROUND.format(server=_documented(ours)))
        # One process in the foreground, under our account: it can be ended by its pid, and reads our folder.
        process = subprocess.Popen(
            [command, "-p", folder, "-c", folder / "config", "-e", "stderr", "-g", "daemon off; master_process off;"]
        )
        try:
            _wait(process, https)
            trust = ssl.create_default_context(cafile=certificate)
            yield Front(f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}", trust)
        finally:
            process.terminate()
            process.wait()


def _documented(ours: dict[str, str]) -> str:
    """The documented directives, in which only ports and paths are ours."""
    [server] = re.findall(
        r"^```nginx\n(.*?)^```", (REPOSITORY / "docs/running.md").read_text(), re.DOTALL | re.MULTILINE
    )
    for theirs, mine in ours.items():
        assert server.count(theirs) == 1, theirs
        server = server.replace(theirs, mine)
    return str(server)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key, certificate = folder / "key", folder / "certificate"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, certificate


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            assert process.poll() is None, "nginx ended"
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
