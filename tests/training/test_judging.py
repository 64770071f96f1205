"""The judge: the prior that every figure is held against."""

from __future__ import annotations

import numpy as np
import pytest

from ktrdr_app.core.errors import InvalidValue
from ktrdr_app.training.judging import class_prior


def test_a_prior_of_nothing_is_refused() -> None:
    with pytest.raises(InvalidValue):
        class_prior(np.array([], dtype=np.int8))
    np.testing.assert_allclose(class_prior(np.array([0, 0], dtype=np.int8)), [0.6, 0.2, 0.2])
