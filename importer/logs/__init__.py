"""What a run says: to a person on standard error, to a program in a file of JSON lines.

Every module logs by the standard library's `logging`, under the name `importer`. Nothing that is logged holds a key or
a lead's data, and neither do traces, which leave out what an exception says.
"""

from importer.logs.setup import Logs, open_logs

__all__ = ["Logs", "open_logs"]
