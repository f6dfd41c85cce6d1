"""What is about to be sent and what came back, durably; the only room that knows a database."""
