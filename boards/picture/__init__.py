# SPDX-License-Identifier: MIT
"""Pictures and films out of restored frames."""
