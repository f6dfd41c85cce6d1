"""What the property tests that take a fixture share."""

from hypothesis import HealthCheck, settings

__all__ = ["ONE_FIXTURE"]

ONE_FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
"""One fixture serves all examples of a test: each writes its own file over the last one's."""
