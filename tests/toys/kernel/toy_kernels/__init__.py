# SPDX-License-Identifier: MIT
"""A kernel as another package brings it: its four languages and its descriptor."""
