# SPDX-License-Identifier: MIT
"""Raw frames: files in, mosaics and codes out."""
