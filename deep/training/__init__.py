"""A run from its settings to its result, and how it goes on where it was killed.

hardware     == where it is computed: device, precision, processes
environment  == what it was computed with
checkpoints  == its state as one file, whole or not there
runs         == its folder
curves       == its curves for TensorBoard
progress     == its bar, and how it is interrupted
evaluation   == how wrong its network is
learner      == all that changes, and one step of it
trainer      == the only loop there is
timing       == how long a step takes
"""
