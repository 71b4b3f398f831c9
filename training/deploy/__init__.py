# SPDX-License-Identifier: MIT
"""Trained networks into hardware's form, and out as QONNX."""
