# SPDX-License-Identifier: MIT
"""A design between a camera's video and video again, with registers."""
