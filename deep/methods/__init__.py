"""The methods of Tables 1 and 2: what a step lowers, and who attacks it.

  divergences  == how far outputs are from labels and from one another
  adversaries  == which units a mask drops, and where an input is pushed
  ensembles    == what temporal ensembling remembers
  passes       == the forward passes of one step
  losses       == the terms of every method, by name
  schedules    == weights and rates, epoch by epoch

Each module uses only those above it, and of `deep.networks` what they all are.
"""
