# SPDX-License-Identifier: MIT
"""What kernels take of a device, by formula."""
