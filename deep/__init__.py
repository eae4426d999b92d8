"""The experiments that the linear analysis is meant to explain: Tables 1 and 2, Figures 2 and 3.

  settings, costs  == what a run is, and what it takes
  data             == from a data set's name to the tensors of a step
  networks         == the networks, each split at the layer that is attacked
  methods          == losses, adversaries, passes, schedules
  recipes          == every experiment by name, and where each of its values comes from
  inspection       == what masks do to a network, beside what the linear analysis says
  training         == a run from its settings to its result
  tables, figures  == ours beside the paper's
  cli              == linreg-deep; with commands, sweeps and showing

The adversarial masks are `linreg_theory.masks`, the code that the claims verify. Imports go one
way, from here to `linreg_theory`; torch is needed here only.
"""
