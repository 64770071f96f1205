"""Why a trade was made, or not: the chain from the inputs to the fill, with small bars, verdicts and what-ifs."""
