# SPDX-License-Identifier: MIT
#
# vivado -mode batch -source reports.tcl -tclargs PROJECT FOLDER - reports of a routed project
lassign $argv project folder
open_project $project
open_run impl_1
report_utilization -hierarchical -file $folder/hierarchy.rpt
report_timing_summary -file $folder/timing.rpt
report_power -file $folder/power.rpt
close_project
