# SPDX-License-Identifier: MIT
"""A module with a READER for each format of pictures; they are found, not listed."""
