# SPDX-License-Identifier: MIT
"""Networks and hardware searched together: what a search is, its store, its trials, its results."""
