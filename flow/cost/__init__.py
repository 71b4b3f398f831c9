# SPDX-License-Identifier: MIT
"""What a hardware graph takes of a device."""
