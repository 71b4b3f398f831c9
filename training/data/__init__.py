# SPDX-License-Identifier: MIT
"""Samples: photographs, noise, crops, batches."""
