# SPDX-License-Identifier: MIT
"""Packages as others bring them, installed for a test by copying them."""
