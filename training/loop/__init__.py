# SPDX-License-Identifier: MIT
"""The training loop."""
