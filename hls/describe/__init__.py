# SPDX-License-Identifier: MIT
"""The words in which a kernel's descriptor is written; see hls/kernels."""
