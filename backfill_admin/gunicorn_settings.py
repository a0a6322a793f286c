"""The web server: `gunicorn -c python:backfill_admin.gunicorn_settings`. GUNICORN_CMD_ARGS and the command line go before it."""

import os

wsgi_app = "backfill_admin.wsgi"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 8
loglevel = "warning"
# Which headers of a proxy are believed is decided once, by DJANGO_PROXIES: gunicorn believes none.
forwarded_allow_ips = ""
# A page may take as long as DLQ_STATEMENT_TIMEOUT; what is under way when the server is asked to stop is finished.
graceful_timeout = 30
control_socket_disable = True
# A worker's sign of life: in memory where there is such a place, so that a slow disk does not look like a dead worker.
IN_MEMORY = "/dev/shm"  # noqa: S108 (a file without a name)
worker_tmp_dir = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
