// SPDX-License-Identifier: MIT
//
// Stands in for finn-hlslib, which FINN's frame around our code includes and the twins do not use.
#pragma once
#include <ap_int.h>
#include <hls_stream.h>
