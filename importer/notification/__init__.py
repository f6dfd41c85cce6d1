"""A short message to somebody who does not watch: how the imports of one command ended.

It has counts, the commonest problems by their names, and where the reports are: nothing of any lead, and no key.
"""

from importer.notification.message import Ended, Message, is_wanted, message_of
from importer.notification.sending import find_problems, send

__all__ = ["Ended", "Message", "find_problems", "is_wanted", "message_of", "send"]
