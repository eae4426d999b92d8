"""What claims are tried on: families of cases, in every number system.

A family gives all small integer cases in order of size (`grid`), seeded ones with ties, zeros
and duplicates (`planted`), cuts of real data (`observed`), Hypothesis strategies (`draw`) and
symbolic cases that together cover all values of a size (`cells`); see family.py.
"""
