# SPDX-License-Identifier: MIT
"""Network families, a file each; every module here has FAMILIES, see facts/family.py."""
