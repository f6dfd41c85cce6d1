"""The three passes of one import over its file: review, sending, report. It knows of no command and no terminal."""
