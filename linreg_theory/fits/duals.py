"""Lower bounds that hold whatever the solver did: the duals of both robust regressions.

  training_value(p, w, b)      == sum_i (|e_i| + rho_i ||w||)^2, e = y - X w - F b
  training_bound(p, alpha)     == a lower bound of its minimum, from any alpha (N,)
  water_level(alpha, rho, t)   == the smallest v with sum_i rho_i max(|alpha_i|, v rho_i) >= t

The dual of adversarial training is to maximise 2 y'alpha - |a|^2 subject to |alpha| <= a,
F'alpha = 0 and ||X'alpha||_dual <= rho'a. The conditions are homogeneous: any alpha is made
to meet them by raising its smallest a_i to a common level, and scaled to its best multiple.
"""
