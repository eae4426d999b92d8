r"""An erratum to the paper: what is printed, what is right, and why.

  Erratum   == a place, both sides in LaTeX, the reason in a sentence or two, the claims behind it
  ERRATA    == all of them, in the paper's order
  PLACES    == the places that have one, in that order

Every claim of the paper whose wording fails is behind at least one entry, so the list is whole
with respect to the claims; a test holds it. In all of them e_i = y_i - x_i'w is the residual,
a_ij = x_ij w_j what dropping feature j adds to it, and sg(0) = 0.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ERRATA", "PLACES", "Erratum"]


@dataclass(frozen=True)
class Erratum:
    """One correction. `printed` and `right` are LaTeX, `why` is prose with $formulas$."""

    place: str
    printed: str
    right: str
    why: str
    claims: tuple[str, ...]


ERRATA = (
    Erratum(
        "Formula 1",
        r"D \text{ is a distance, for example the cross entropy}",
        r"CE[y, y] = \mathcal{H}(y) > 0 \text{ unless } y \text{ is one-hot}",
        "The cross entropy is the KL divergence plus the entropy of its first argument. With a "
        "teacher that is fixed the entropy is a constant; where both arguments are learned, it "
        "pulls the output towards one-hot vectors.",
        ("ME-10",),
    ),
    Erratum(
        "Formula 3, the constraint",
        r"\|\epsilon^s - \epsilon\|_2 \le \delta H",
        r"\|\epsilon^s - \epsilon\|_2^2 \le \delta H",
        "The norm of a difference of masks is the square root of the number of flips, so the "
        "printed limit allows $(\\delta H)^2$ of them and excludes no mask from "
        "$\\delta = 1/\\sqrt H$ on. The limit that is meant counts flips.",
        ("ME-7",),
    ),
    Erratum(
        "Formula 3, the constraint",
        r"\text{restricted in this way, a layer does not lose its connections}",
        r"0 \in \arg\min_w \sum_i \max_{|S| \le k} (\cdot)^2 \iff \exists\, c_{ij} \in [0, 1]: "
        r"\sum_j c_{ij} \ge D - k \ \forall i,\ \sum_i y_i c_{ij} x_{ij} = 0 \ \forall j",
        "In a linear regression the budget alone does not prevent that the best weights are "
        "zero: they are from a budget on that depends on the data and is often smaller than $D$.",
        ("AD-15",),
    ),
    Erratum(
        "Supplement, the distances",
        r"GED(g_1, g_2) = (N_l + N_u) \|\epsilon^1 - \epsilon^2\|_2",
        r"GED(g_1, g_2) = (N_l + N_u) \|\epsilon^1 - \epsilon^2\|_2^2",
        "Every unit that differs takes $N_l + N_u$ edges with it, and the number of such units "
        "is the squared norm.",
        ("ME-9",),
    ),
    Erratum(
        "Supplement, the distances",
        r"JD(\epsilon^1, \epsilon^2) = \frac{\|\epsilon^1 - \epsilon^2\|_2}"
        r"{\|\epsilon^1 + \epsilon^2 - \epsilon^1 \epsilon^2\|_2},\quad "
        r"GED \propto JD \propto \|\epsilon^1 - \epsilon^2\|_2",
        r"JD(\epsilon^1, \epsilon^2) = \frac{\|\epsilon^1 - \epsilon^2\|_2^2}"
        r"{\|\epsilon^1 + \epsilon^2 - \epsilon^1 \epsilon^2\|_2^2},\quad "
        r"\frac{d}{\min(s + d, H)} \le JD \le \frac{d}{\max(s, d)},\quad "
        r"d = \|\epsilon^1 - \epsilon^2\|_2^2 > 0,\ s = \|\epsilon^1\|_2^2",
        "Counts are squared norms here, too. The Jaccard distance also depends on how many units "
        "are on, so it is not proportional to the others: one flip is worth 1/3 between 111 and "
        "110, and 1/2 between 100 and 110. Both bounds are attained.",
        ("ME-9",),
    ),
    Erratum(
        "Formula 9",
        r"D(\epsilon) \approx D(\epsilon^0) + (\epsilon - \epsilon^0)^\top J(\epsilon^0),\quad "
        r"\epsilon^0 = 1 \text{ while Algorithm 1 starts from } \epsilon^s",
        r"D(\epsilon) \approx D(\epsilon^s) + (\epsilon - \epsilon^s)^\top J(\epsilon^s)",
        "A step from $\\epsilon^s$ by the Jacobian at all ones can lower the divergence that it "
        "is to raise. With the Jacobian at $\\epsilon^s$ it cannot, where $D$ is convex in the "
        "mask; the expansion is then a lower bound.",
        ("ME-3", "ME-1"),
    ),
    Erratum(
        "Formula 9",
        r"\nabla_\epsilon D[f(\epsilon^s), f(\epsilon)] = 0 \text{ at } \epsilon = \epsilon^s"
        r"\text{, as the outputs are identical}",
        r"\nabla_\epsilon D[f(\epsilon^s), f(\epsilon)] \big|_{\epsilon = \epsilon^s} = 0"
        r"\text{ if } D[f, \cdot] \text{ is differentiable and least at } f",
        "That is so for KL, QE and the cross entropy in this order, and not for every "
        "non-negative distance: not for the cross entropy with its arguments exchanged, nor for "
        "a norm without its square.",
        ("ME-4",),
    ),
    Erratum(
        "Formula 10",
        r"D(\epsilon) \propto \sum_i \epsilon_i J_i",
        r"\hat D(\epsilon) = D(1) - 1^\top J + \epsilon^\top J",
        "The two differ by a constant, not by a factor. The masks that maximise them are the same.",
        ("ME-5",),
    ),
    Erratum(
        "Algorithm 1",
        r"\text{the mask solves a 0/1 knapsack problem, by dynamic programming}",
        r"\max_{|F| \le k} \sum_{j \in F} c_j = \text{the sum of the } k \text{ largest } c_j,"
        r"\quad c_j = ((1 - 2 \epsilon^s_j) J_j)_+",
        "Every unit weighs one, so sorting solves it exactly. Taking units by their value alone, "
        "as Algorithm 1 does, would be wrong for unequal weights.",
        ("ME-8",),
    ),
    Erratum(
        "Algorithm 1",
        r"\text{line 6: while } \|\epsilon^s - \epsilon^{adv}\|_2 \le \delta H",
        r"\text{line 6: while } \|\epsilon^s - \epsilon^{adv}\|_2^2 + 1 \le (\delta H)^2"
        r"\text{, or } \le \delta H \text{ where flips are counted}",
        "The test precedes the flip, so the last flip may leave the limit: at $\\delta H = 0$ "
        "one unit is still flipped. The repaired test asks whether one more flip fits, and the "
        "mask then is the best one within the limit.",
        ("ME-6",),
    ),
    Erratum(
        "Formula 12",
        r"\arg\max_{\|r_i\|_\infty \le \delta} (y_i - (x_i + r_i)^\top w)^2"
        r" = \delta\,\mathrm{sg}(\nabla_{x_i} l)",
        r"\max_{\|r_i\|_\infty \le \delta} (y_i - (x_i + r_i)^\top w)^2"
        r" = (|e_i| + \delta \|w\|_1)^2",
        "Where a residual is zero so is the gradient, and the step is none: it misses "
        "$\\delta^2 \\|w\\|_1^2$ there, and nothing elsewhere. That makes Formula 12 neither "
        "convex nor continuous, and zero at weights that interpolate.",
        ("AT-5", "AT-6"),
    ),
    Erratum(
        "Formula 13",
        r"l_{AT} = l + \sum_{ij} |\delta \nabla_{x_{ij}} l| + \delta^2 w^\top \Gamma_{AT} w",
        r"l_{AT} = l + \delta \sum_{ij} |\nabla_{x_{ij}} l| + \delta^2 w^\top \Gamma_{AT} w",
        "The two are the same for $\\delta \\ge 0$, which the paper does not ask for; for "
        "$\\delta < 0$ the second term is negative.",
        ("AT-1",),
    ),
    Erratum(
        "Formula 13",
        r"\Gamma_{AT} = \sum_i \mathrm{sg}(\nabla_{x_i} l)^\top \mathrm{sg}(\nabla_{x_i} l)",
        r"\Gamma_{AT} = \sum_i \mathrm{sg}(\nabla_{x_i} l)\, \mathrm{sg}(\nabla_{x_i} l)^\top",
        "The paper's vectors are columns, so the printed product is a number. Formula 13 then "
        "exceeds Formula 12 as soon as two weights that are not zero have different sizes.",
        ("AT-2", "AT-1"),
    ),
    Erratum(
        "Formula 13",
        r"\delta^2 w^\top \Gamma_{AT} w \text{ is an } L_2 \text{ regularization}",
        r"\delta^2 w^\top \Gamma_{AT} w = \delta^2 n_+ \|w\|_1^2,\quad n_+ = \#\{i : e_i \ne 0\}",
        "All the outer products are $\\mathrm{sg}(w)\\,\\mathrm{sg}(w)^\\top$, so the matrix has "
        "rank one at most, and the term is a squared $\\ell_1$ norm.",
        ("AT-3",),
    ),
    Erratum(
        "Formula 13",
        r"\text{for a large } \delta \text{ the regularization exceeds the loss, and learning "
        r"becomes infeasible}",
        r"w = 0 \text{ minimises } \sum_i (|e_i| + \delta \|w\|_1)^2 \iff "
        r"\delta \|y\|_1 \ge \|X^\top y\|_\infty",
        "At $w = 0$ the regularization is zero, whatever $\\delta$ is. What happens is sharper: "
        "from a threshold on, and not before, zero weights are the best ones.",
        ("AT-8",),
    ),
    Erratum(
        "Formula 14, the argmax",
        r"\|\epsilon_i - 1\|_2 \le k",
        r"\|\epsilon_i - 1\|_2^2 = |S_i| \le k",
        "The printed constraint allows $k^2$ drops, and Formula 14 spends $k$.",
        ("AD-5",),
    ),
    Erratum(
        "Formula 14, the argmax",
        r"\text{Formula 14 is the } \arg\max_{\epsilon_i} (y_i - (\epsilon_i \odot x_i)^\top w)^2",
        r"\max_{|S| \le k} \Bigl(e_i + \sum_{j \in S} a_{ij}\Bigr)^2"
        r" = \max(|e_i| + P_i(k),\, M_i(k) - |e_i|)^2",
        "Formula 14 pushes a residual away from zero, by $P_i(k)$. Pulling it through zero, by "
        "$M_i(k)$, may lead farther: for $e_i \\ne 0$ Formula 14 is optimal iff "
        "$M_i(k) - P_i(k) \\le 2 |e_i|$ or both sums are zero, and the maximum can be any number "
        "of times what it reaches. What it does maximise, with ties broken, is the linearised "
        "loss.",
        ("AD-7", "AD-8", "AD-6"),
    ),
    Erratum(
        "Formula 14",
        r"\epsilon_{ij} = 0 \text{ if } x_{ij} \nabla_{x_{ij}} l \le \min\{s_{ik}, 0\}",
        r"\epsilon_{ij} = 0 \text{ for the } k \text{ lowest } x_{ij} \nabla_{x_{ij}} l"
        r"\text{, ties broken, as far as they are negative}",
        "Where the k-th lowest product ties with the next at or below zero, the printed mask "
        "drops more than $k$ features; where a residual is zero, all products are, and it drops "
        "everything.",
        ("AD-4", "AD-3", "AD-6"),
    ),
    Erratum(
        "Formula 14",
        r"k = 0: \quad s_{i0} \text{ is not defined}",
        r"s_{i0} = -\infty",
        "No element is the 0-th lowest. Only with this convention nothing is dropped at $k = 0$ "
        "and the penalties vanish, as the paper says.",
        ("AD-10",),
    ),
    Erratum(
        "Formula 15",
        r"l_{AdD} \text{ has the } k \text{ largest loss changes of each data point in it}",
        r"l_{AdD} = \sum_{e_i \ne 0} (|e_i| + P_i(n_i))^2 + \sum_{e_i = 0} y_i^2,\quad "
        r"n_i = \#\{j : \epsilon_{ij} = 0\},\ k \ge 1",
        "That is the printed mask; with ties broken $n_i$ is $k$ and the second sum is zero. "
        "Either way the objective jumps where a residual crosses zero, and it is not convex; the "
        "exact worst case is.",
        ("AD-3", "AD-14"),
    ),
    Erratum(
        "Formula 16",
        r"\Gamma_{AdD} = \sum_i v_i^\top v_i,\quad v_i = (1 - \epsilon_i) \odot x_i",
        r"\Gamma_{AdD} = \sum_i v_i v_i^\top",
        "As for Formula 13, the printed product is a number. For masks other than Formula 14's "
        "the second term has $-x_{ij} \\nabla_{x_{ij}} l$ instead of its absolute value.",
        ("AD-1",),
    ),
    Erratum(
        "Formula 16",
        r"w^\top \Gamma_{AdD} w \text{ is an } L_2 \text{ regularization}",
        r"w^\top \Gamma_{AdD} w = \sum_i \Bigl(\sum_{j \in S_i} a_{ij}\Bigr)^2",
        "It squares the sum of what is dropped and does not sum the squares.",
        ("AD-2",),
    ),
    Erratum(
        "Formula 16",
        r"\text{the second term is the } L_1 \text{ regularization of the } k \text{ largest "
        r"loss changes}",
        r"\sum_i \sum_{j \in S_i} |x_{ij} \nabla_{x_{ij}} l| = 2 \sum_i |e_i| P_i(k)",
        "It is no norm: it is zero at weights that are not, where dropping never raises the "
        "linearised loss, and it is neither homogeneous nor convex, as the residual moves with "
        "the weights.",
        ("AD-12",),
    ),
    Erratum(
        "Below Formula 16",
        r"k \text{ is the number of elements of } S_i",
        r"|S_i| = \min\bigl(k,\, \#\{j : x_{ij} \nabla_{x_{ij}} l < 0\}\bigr)",
        "With ties broken, features whose removal does not raise the linearised loss are never "
        "dropped.",
        ("AD-9",),
    ),
    Erratum(
        "Below Formula 16",
        r"\text{the penalties of adversarial training are always activated, and static}",
        r"p_i = \delta \|w\|_1 (2 |e_i| + \delta \|w\|_1) \text{ where } e_i \ne 0"
        r"\text{, else } 0",
        "A sample is penalised iff its residual, the weights and $\\delta$ are not zero, and the "
        "penalty grows with its residual.",
        ("AT-9",),
    ),
)

PLACES = tuple(dict.fromkeys(entry.place for entry in ERRATA))
