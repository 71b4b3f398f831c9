# SPDX-License-Identifier: MIT
"""The papers' measures and protocols."""
