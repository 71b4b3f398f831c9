# SPDX-License-Identifier: MIT
"""The chip beside a GPU and a CPU: the same frames, the same sizes, what is not known left out."""
