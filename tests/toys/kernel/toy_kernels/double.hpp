// SPDX-License-Identifier: MIT
#pragma once
namespace bnn {
template <unsigned kWidth>
void Double(hls::stream<ap_uint<kWidth>> &x, hls::stream<ap_uint<kWidth + 1>> &y, unsigned beats) {
  for (unsigned i = 0; i < beats; ++i) y.write(ap_uint<kWidth + 1>(x.read()) << 1);
}
}  // namespace bnn
