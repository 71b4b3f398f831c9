# SPDX-License-Identifier: MIT
"""What a network and a run are."""
