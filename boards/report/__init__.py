# SPDX-License-Identifier: MIT
"""What a run or a bench found, as one HTML page that needs no other file."""
