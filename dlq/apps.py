from django.apps import AppConfig
from django.db.backends.signals import connection_created


class DlqConfig(AppConfig):
    name = "dlq"
    verbose_name = "Dead letter queue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from dlq import checks  # noqa: F401 (registers them)
        from dlq.db.far_moments import read_far_moments
        from dlq.redaction.logs import mask_logs

        connection_created.connect(read_far_moments, dispatch_uid="dlq.far_moments")
        mask_logs()
