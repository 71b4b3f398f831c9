# SPDX-License-Identifier: MIT
"""Comparisons on equal budgets."""
