# SPDX-License-Identifier: MIT
"""What a design takes, and the files that configure a board: a backend in each folder."""
