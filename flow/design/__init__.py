# SPDX-License-Identifier: MIT
"""The facts of a built design."""
