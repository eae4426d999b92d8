"""The experiments that the linear analysis is meant to explain: Tables 1 and 2, Figures 2 and 3.

The adversarial masks are `linreg_theory.masks`, the code that the claims verify. Imports go one
way, from here to `linreg_theory`; torch is needed here only.
"""
