# SPDX-License-Identifier: MIT
"""Raw frames in, restored frames and cycle counts out."""
