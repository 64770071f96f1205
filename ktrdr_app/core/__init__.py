"""What every room shares: errors, progress, cancelling, atomic files, seeds, paths, time frames."""
