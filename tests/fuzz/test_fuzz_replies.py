"""A fixed part of what `fuzz_replies.py` makes for as long as one likes."""

import pytest
from fuzz_replies import check_replies


@pytest.mark.parametrize("seed", range(4))
def test_no_reply_upsets_its_readers(seed: int) -> None:
    check_replies(500, seed)
