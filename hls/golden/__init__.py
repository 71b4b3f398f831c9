# SPDX-License-Identifier: MIT
"""What each kernel means, in NumPy integers; imports nothing but NumPy."""
