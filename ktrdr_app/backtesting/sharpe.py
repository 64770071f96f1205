"""How sure a Sharpe ratio is: against zero, and against the best of as many tries without any skill.

All Sharpe ratios here are PER OBSERVATION (bar), not annualised; kurtosis is raw, 3 for the normal distribution.
"""

from __future__ import annotations

import math
from statistics import NormalDist

EULER = 0.5772156649015329
"""Euler's and Mascheroni's constant."""

CONFIDENCE = 0.95
"""Probability that a track record is long enough for."""

_NORMAL = NormalDist()


def probabilistic_sharpe(
    sharpe: float, count: int, skewness: float, kurtosis: float, benchmark: float = 0.0
) -> float | None:
    """Return the probability that the true Sharpe ratio is above a benchmark.

    Φ[(SR - SR*) √(n - 1) / √(1 - γ3 SR + (γ4 - 1)/4 SR²)] (Bailey and López de Prado 2012, eq. 11). Observations
    are taken as independent; the moments correct for skew and fat tails, not for runs of like returns.

    Parameters
    ----------
    sharpe : float
        SR, per observation.
    count : int
        n, number of returns.
    skewness, kurtosis : float
        γ3 and γ4 of the returns.
    benchmark : float
        SR*, per observation.

    Returns
    -------
    float or None
        0 to 1; None for fewer than two returns, or a ratio without sampling error.
    """
    variance = _variance(sharpe, skewness, kurtosis)
    if count < 2 or variance <= 0:
        return None
    return _NORMAL.cdf((sharpe - benchmark) * math.sqrt((count - 1) / variance))


def expected_best_sharpe(variance: float, trials: float) -> float:
    """Return the Sharpe ratio that the best of N tries without skill is expected to show.

    √V[SR] · [(1 - γ) Φ⁻¹(1 - 1/N) + γ Φ⁻¹(1 - 1/(N e))] (Bailey and López de Prado 2014, eq. 1), γ = 0.5772.

    Parameters
    ----------
    variance : float
        V[SR], variance of the tries' Sharpe ratios per observation.
    trials : float
        N, number of independent tries; 1 leaves nothing to choose from.

    Returns
    -------
    float
        0 for one try; never below 0 (the formula is, for N just above 1).
    """
    if trials <= 1 or variance <= 0:
        return 0.0
    near, far = _NORMAL.inv_cdf(1 - 1 / trials), _NORMAL.inv_cdf(1 - 1 / (trials * math.e))
    return max(0.0, math.sqrt(variance) * ((1 - EULER) * near + EULER * far))


def least_track_record(
    sharpe: float, skewness: float, kurtosis: float, benchmark: float = 0.0, confidence: float = CONFIDENCE
) -> float | None:
    """Return how many observations it takes to be this confident that the true ratio is above a benchmark.

    1 + (1 - γ3 SR + (γ4 - 1)/4 SR²) (z / (SR - SR*))² (Bailey and López de Prado 2012, eq. 13).

    Parameters
    ----------
    sharpe, skewness, kurtosis, benchmark
        As `probabilistic_sharpe` takes them.
    confidence : float
        Probability wanted, 0.5 to below 1.

    Returns
    -------
    float or None
        Number of returns; None where the ratio is not above the benchmark: no record is long enough.
    """
    if sharpe <= benchmark:
        return None
    spread = _NORMAL.inv_cdf(confidence) / (sharpe - benchmark)
    return 1 + _variance(sharpe, skewness, kurtosis) * spread**2


def independent_trials(trials: int, correlation: float) -> float:
    """Return how many independent tries are as good as correlated ones.

    ρ + (1 - ρ) N (Bailey and López de Prado 2014, appendix A.3): N tries that all do the same are one.

    Parameters
    ----------
    trials : int
        N, 1 or more.
    correlation : float
        ρ, mean correlation between the tries' returns; below 0 it counts as 0.

    Returns
    -------
    float
        1 to N.
    """
    shared = min(1.0, max(0.0, correlation))
    return shared + (1 - shared) * trials


def _variance(sharpe: float, skewness: float, kurtosis: float) -> float:
    return 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2
