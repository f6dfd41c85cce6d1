import random
from typing import Any

import lead_parity
import pytest

from importer.lead import Policies, plan_mapping


@pytest.mark.parametrize("seed", range(4))
def test_no_row_that_is_fit_to_send_is_refused_cut_or_off_the_list(seed: int) -> None:
    tally = lead_parity.run(1500, random.Random(seed))
    assert tally.breaches == []
    assert tally.ready > tally.rows / 5


def test_without_the_checks_the_same_rows_would_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_fields(*args: Any, fields: object, policies: Policies) -> Any:
        del fields
        return plan_mapping(*args, policies=policies)

    monkeypatch.setattr(lead_parity, "plan_mapping", without_fields)
    assert len(lead_parity.run(300, random.Random(1)).breaches) > 50
