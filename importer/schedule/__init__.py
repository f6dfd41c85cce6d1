"""An import every night: the texts that cron, systemd and Windows' Task Scheduler want. Pure."""

from importer.schedule.cron import crontab
from importer.schedule.night import Night
from importer.schedule.systemd import service_unit, timer_unit
from importer.schedule.windows import batch_file, task_command

__all__ = ["Night", "batch_file", "crontab", "service_unit", "task_command", "timer_unit"]
