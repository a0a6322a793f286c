from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.db.backends.signals import connection_created


class DlqConfig(AppConfig):
    name = "dlq"
    verbose_name = "Dead letter queue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dlq import checks  # noqa: F401 (registers them)
        from dlq.db.far_moments import read_far_moments
        from dlq.redaction.logs import mask_logs
        from dlq.start.visits import remember_log_in

        connection_created.connect(read_far_moments, dispatch_uid="dlq.far_moments")
        user_logged_in.connect(remember_log_in, dispatch_uid="dlq.log_in")
        mask_logs()
