From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require claims_at claims_ad claims_collapse.
From LinearRegression Require claims_me claims_me_masks claims_me_more.
From LinearRegression Require claims_nb claims_by claims_by_more.
From LinearRegression Require claims_duality claims_interpolation.

(******************************************************************************)
(* Every theorem once more, in mathcomp's own words: no definition of this    *)
(* folder occurs in a statement. Each is closed by the theorem of its name,   *)
(* so the two say the same. Its statement and the axioms it rests on (none)   *)
(* are printed, and the output is compared with showcase.v.out.               *)
(* In all of them, x are the data, y the targets, w the weights.              *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Theorem fgsm_objective_splits_in_three :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (d : R),
  0 <= d ->
  \sum_i
     (y i -
      \sum_j
         (x i j + d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
         w j) ^+ 2 =
  \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
  \sum_i \sum_j `|d * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)| +
  d ^+ 2 *
  (\sum_j
      \sum_m
         w j *
         (\sum_i
             Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j) *
             Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w m)) *
         w m).
Proof. exact: claims_at.fgsm_objective_splits_in_three. Qed.
Check fgsm_objective_splits_in_three.
Print Assumptions fgsm_objective_splits_in_three.

Theorem literal_gamma_at_overstates :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (d : R),
  0 <= d ->
  \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
  \sum_i \sum_j `|d * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)| +
  d ^+ 2 *
  (\sum_i \sum_j Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j) ^+ 2) *
  (\sum_j w j ^+ 2) -
  \sum_i
     (y i -
      \sum_j
         (x i j + d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
         w j) ^+ 2 =
  d ^+ 2 * #|[set i | y i - \sum_j x i j * w j != 0]|%:R *
  (#|[set j | w j != 0]|%:R * (\sum_j w j ^+ 2) - (\sum_j `|w j|) ^+ 2) /\
  (\sum_j `|w j|) ^+ 2 <= #|[set j | w j != 0]|%:R * (\sum_j w j ^+ 2).
Proof. exact: claims_at.literal_gamma_at_overstates. Qed.
Check literal_gamma_at_overstates.
Print Assumptions literal_gamma_at_overstates.

Theorem fgsm_penalty_is_l1 :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (d : R),
  0 <= d ->
  \sum_i \sum_j `|d * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)| =
  2 * d * (\sum_j `|w j|) * (\sum_i `|y i - \sum_j x i j * w j|) /\
  \sum_i
     (y i -
      \sum_j
         (x i j + d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
         w j) ^+ 2 =
  \sum_(i | y i - \sum_j x i j * w j != 0)
     (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2.
Proof. exact: claims_at.fgsm_penalty_is_l1. Qed.
Check fgsm_penalty_is_l1.
Print Assumptions fgsm_penalty_is_l1.

Theorem fgsm_is_worst_case_iff_no_zero_residual :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (d : R),
  0 <= d ->
  [/\ forall r : 'I_N -> 'I_D -> R,
      (forall (i : 'I_N) (j : 'I_D), `|r i j| <= d) ->
      \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
      \sum_i (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2,
      exists2 r : 'I_N -> 'I_D -> R,
        forall (i : 'I_N) (j : 'I_D), `|r i j| <= d &
        \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
        \sum_i (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2
    & \sum_i
         (y i -
          \sum_j
             (x i j +
              d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
             w j) ^+ 2 =
      \sum_i (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2 <->
      [\/ forall i : 'I_N, y i - \sum_j x i j * w j != 0,
          forall j : 'I_D, w j = 0
        | d = 0]].
Proof. exact: claims_at.fgsm_is_worst_case_iff_no_zero_residual. Qed.
Check fgsm_is_worst_case_iff_no_zero_residual.
Print Assumptions fgsm_is_worst_case_iff_no_zero_residual.

Theorem fgsm_penalty_vanishes_linearly :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (d : R),
  0 <= d ->
  [/\ \sum_i
         (y i -
          \sum_j
             (x i j +
              d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
             w j) ^+ 2 - \sum_i (y i - \sum_j x i j * w j) ^+ 2 =
      d * (2 * (\sum_j `|w j|) * (\sum_i `|y i - \sum_j x i j * w j|)) +
      d ^+ 2 *
      (#|[set i | y i - \sum_j x i j * w j != 0]|%:R * (\sum_j `|w j|) ^+ 2),
      d * (2 * (\sum_j `|w j|) * (\sum_i `|y i - \sum_j x i j * w j|)) <=
      \sum_i
         (y i -
          \sum_j
             (x i j +
              d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
             w j) ^+ 2 - \sum_i (y i - \sum_j x i j * w j) ^+ 2
    & d <= 1 ->
      \sum_i
         (y i -
          \sum_j
             (x i j +
              d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
             w j) ^+ 2 - \sum_i (y i - \sum_j x i j * w j) ^+ 2 <=
      d *
      (2 * (\sum_j `|w j|) * (\sum_i `|y i - \sum_j x i j * w j|) +
       #|[set i | y i - \sum_j x i j * w j != 0]|%:R * (\sum_j `|w j|) ^+ 2)].
Proof. exact: claims_at.fgsm_penalty_vanishes_linearly. Qed.
Check fgsm_penalty_vanishes_linearly.
Print Assumptions fgsm_penalty_vanishes_linearly.

Theorem fgsm_penalty_is_active_iff_residual_nonzero :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (d : R),
  0 <= d ->
  (forall i : 'I_N,
   (y i -
    \sum_j
       (x i j + d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
       w j) ^+ 2 - (y i - \sum_j x i j * w j) ^+ 2 = 0 <->
   [\/ y i - \sum_j x i j * w j = 0, forall j : 'I_D, w j = 0 | d = 0]) /\
  (forall i m : 'I_N,
   y i - \sum_j x i j * w j != 0 ->
   y m - \sum_j x m j * w j != 0 ->
   (y i -
    \sum_j
       (x i j + d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
       w j) ^+ 2 - (y i - \sum_j x i j * w j) ^+ 2 -
   ((y m -
     \sum_j
        (x m j + d * Num.sg (- 2%:R * (y m - \sum_j0 x m j0 * w j0) * w j)) *
        w j) ^+ 2 - (y m - \sum_j x m j * w j) ^+ 2) =
   2 * d * (\sum_j `|w j|) *
   (`|y i - \sum_j x i j * w j| - `|y m - \sum_j x m j * w j|)).
Proof. exact: claims_at.fgsm_penalty_is_active_iff_residual_nonzero. Qed.
Check fgsm_penalty_is_active_iff_residual_nonzero.
Print Assumptions fgsm_penalty_is_active_iff_residual_nonzero.

Theorem gamma_at_term_is_squared_l1 :
  forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R),
  let n := #|[set i | y i - \sum_j x i j * w j != 0]|%:R in
  let s := \col_j Num.sg (w j) in
  let gamma :=
    \matrix_(j, m) (\sum_i
                       Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j) *
                       Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w m))
    in
  [/\ gamma = n *: (s *m s^T), (\rank gamma <= 1)%N
    & \sum_j \sum_m w j * gamma j m * w m = n * (\sum_j `|w j|) ^+ 2].
Proof. exact: claims_at.gamma_at_term_is_squared_l1. Qed.
Check gamma_at_term_is_squared_l1.
Print Assumptions gamma_at_term_is_squared_l1.

Theorem ball_worst_case_is_convex_fgsm_is_not :
  forall R : realFieldType,
  [/\ forall (N D : nat) (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R)
        (u v : 'I_D -> R) (d t : R),
      0 <= d ->
      0 <= t <= 1 ->
      \sum_i
         (`|y i - \sum_j x i j * ((1 - t) * u j + t * v j)| +
          d * (\sum_j `|(1 - t) * u j + t * v j|)) ^+ 2 <=
      (1 - t) *
      (\sum_i (`|y i - \sum_j x i j * u j| + d * (\sum_j `|u j|)) ^+ 2) +
      t * (\sum_i (`|y i - \sum_j x i j * v j| + d * (\sum_j `|v j|)) ^+ 2),
      forall (N D : nat) (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R)
        (u v : 'I_D -> R) (d : R),
      0 <= d ->
      `|\sum_i (`|y i - \sum_j x i j * u j| + d * (\sum_j `|u j|)) ^+ 2 -
        \sum_i (`|y i - \sum_j x i j * v j| + d * (\sum_j `|v j|)) ^+ 2| <=
      \sum_i
         (\sum_j (`|x i j| + d) * `|u j - v j|) *
         (`|y i - \sum_j x i j * u j| + d * (\sum_j `|u j|) +
          (`|y i - \sum_j x i j * v j| + d * (\sum_j `|v j|))),
      \sum_(i < 1)
         (1 - \sum_(j < 1) (1 + 1 * Num.sg (- 2%:R * (1 - \sum_(j0 < 1) 1 * 1)
           * 1)) * 1)
         ^+ 2 = 0 :> R,
      forall w : R,
      w != 1 ->
      1 <=
      \sum_(i < 1)
         (1 - \sum_(j < 1) (1 + 1 * Num.sg (- 2%:R * (1 - \sum_(j0 < 1) 1 * w)
           * w)) * w)
         ^+ 2
    & exists u v t : R,
        0 <= t <= 1 /\
        (1 - t) *
        (\sum_(i < 1)
            (1 -
             \sum_(j < 1) (1 + 1 * Num.sg (- 2%:R * (1 - \sum_(j0 < 1) 1 * u) *
               u)) * u)
            ^+ 2) +
        t *
        (\sum_(i < 1)
            (1 -
             \sum_(j < 1) (1 + 1 * Num.sg (- 2%:R * (1 - \sum_(j0 < 1) 1 * v) *
               v)) * v)
            ^+ 2) <
        \sum_(i < 1)
           (1 -
            \sum_(j < 1)
               (1 +
                1 *
                Num.sg
                  (- 2%:R * (1 - \sum_(j0 < 1) 1 * ((1 - t) * u + t * v)) *
                   ((1 - t) * u + t * v))) * ((1 - t) * u + t * v)) ^+ 2].
Proof. exact: claims_at.ball_worst_case_is_convex_fgsm_is_not. Qed.
Check ball_worst_case_is_convex_fgsm_is_not.
Print Assumptions ball_worst_case_is_convex_fgsm_is_not.

Theorem zero_is_robust_iff_radius_reaches_threshold :
  forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (d : R),
  0 <= d ->
  (forall w : 'I_D -> R,
   \sum_i (`|y i - \sum_j x i j * 0| + d * (\sum_(j < D) `|0 : R|)) ^+ 2 <=
   \sum_i (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2) <->
  \big[Num.max/0]_j `|\sum_i x i j * y i| <= d * (\sum_i `|y i|).
Proof. exact: claims_at.zero_is_robust_iff_radius_reaches_threshold. Qed.
Check zero_is_robust_iff_radius_reaches_threshold.
Print Assumptions zero_is_robust_iff_radius_reaches_threshold.

Theorem dropout_objective_splits_in_three :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat),
  [/\ forall T : 'I_N -> {set 'I_D},
      \sum_i (y i - \sum_(j | j \notin T i) x i j * w j) ^+ 2 =
      \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
      \sum_i
         \sum_(j in T i)
            - (x i j * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) +
      \sum_j
         \sum_m
            w j * (\sum_i (j \in T i)%:R * x i j * ((m \in T i)%:R * x i m)) *
            w m,
      \sum_i
         (y i -
          \sum_(j | j
                      \notin [set j0 | (0 < k)%N &
                    x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <=
                    Num.min
                      (sort <=%R
                         [seq x i j1 *
                              (- 2%:R * (y i - \sum_j2 x i j2 * w j2) * w j1)
                            | j1 <- enum 'I_D])`_k.-1 0])
          x i j * w j) ^+ 2 =
      \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
      \sum_i
         \sum_(j in [set j0 | (0 < k)%N & x i j0 *
                                          (- 2%:R *
                                           (y i - \sum_j1 x i j1 * w j1) *
                                           w j0) <=
                                          Num.min
                                            (sort <=%R
                                               [seq
                                                x i j1 *
                                                (- 2%:R *
                                                 (y i - \sum_j2 x i j2 * w j2) *
                                                 w j1)
                                                  | j1 <-
                                                enum 'I_D])`_k.-1 0])
            `|x i j * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)| +
      \sum_j
         \sum_m
            w j *
            (\sum_i
                (j
                   \in [set j0 | (0 < k)%N & x i j0 *
                                             (- 2%:R *
                                              (y i - \sum_j1 x i j1 * w j1) *
                                              w j0) <=
                                             Num.min
                                               (sort <=%R
                                                  [
                                                  seq
                                                  x i j1 *
                                                  (- 2%:R *
                                                  (y i -
                                                  \sum_j2 x i j2 * w j2) *
                                                  w j1)
                                                   | j1 <-
                                                  enum 'I_D])`_k.-1 0])%:R *
                x i j *
                ((m
                    \in [set j0 | (0 < k)%N & x i j0 *
                                              (- 2%:R *
                                               (y i - \sum_j1 x i j1 * w j1) *
                                               w j0) <=
                                              Num.min
                                                (sort <=%R
                                                  [seq
                                                  x i j1 *
                                                  (- 2%:R *
                                                  (y i -
                                                  \sum_j2 x i j2 * w j2) *
                                                  w j1)
                                                   | j1 <-
                                                  enum 'I_D])`_k.-1 0])%:R *
                 x i m)) * w m
    & \sum_i
         (y i -
          \sum_(j | j
                      \notin [set j0 in take k
                                          (sort
                                             (fun a b : 'I_D =>
                                              x i a *
                                              (- 2%:R *
                                               (y i - \sum_j1 x i j1 * w j1) *
                                               w a) <=
                                              x i b *
                                              (- 2%:R *
                                               (y i - \sum_j1 x i j1 * w j1) *
                                               w b))
                                             (enum 'I_D)) |
                    x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <
                    0]) x i j * w j) ^+ 2 =
      \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
      \sum_i
         \sum_(j in [set j0 in take k
                                 (sort
                                    (fun a b : 'I_D =>
                                     x i a *
                                     (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                      w a) <=
                                     x i b *
                                     (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                      w b)) (enum 'I_D)) |
         x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) < 0])
            `|x i j * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)| +
      \sum_j
         \sum_m
            w j *
            (\sum_i
                (j
                   \in [set j0 in take k
                                    (sort
                                       (fun a b : 'I_D =>
                                        x i a *
                                        (- 2%:R *
                                         (y i - \sum_j1 x i j1 * w j1) *
                                         w a) <=
                                        x i b *
                                        (- 2%:R *
                                         (y i - \sum_j1 x i j1 * w j1) *
                                         w b)) (enum 'I_D)) |
                 x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <
                   0])%:R *
                x i j *
                ((m
                    \in [set j0 in take k
                                     (sort
                                        (fun a b : 'I_D =>
                                         x i a *
                                         (- 2%:R *
                                          (y i - \sum_j1 x i j1 * w j1) *
                                          w a) <=
                                         x i b *
                                         (- 2%:R *
                                          (y i - \sum_j1 x i j1 * w j1) *
                                          w b)) (enum 'I_D)) |
                  x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <
                  0])%:R * x i m)) * w m].
Proof. exact: claims_ad.dropout_objective_splits_in_three. Qed.
Check dropout_objective_splits_in_three.
Print Assumptions dropout_objective_splits_in_three.

Theorem gamma_add_term_is_squared_sum :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat),
  (forall T : 'I_N -> {set 'I_D},
   \sum_j
      \sum_m
         w j * (\sum_i (j \in T i)%:R * x i j * ((m \in T i)%:R * x i m)) *
         w m = \sum_i (\sum_(j in T i) x i j * w j) ^+ 2) /\
  \sum_j
     \sum_m
        w j *
        (\sum_i
            (j
               \in [set j0 in take k
                                (sort
                                   (fun a b : 'I_D =>
                                    x i a *
                                    (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                     w a) <=
                                    x i b *
                                    (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                     w b)) (enum 'I_D)) |
             x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) < 0])%:R *
            x i j *
            ((m
                \in [set j0 in take k
                                 (sort
                                    (fun a b : 'I_D =>
                                     x i a *
                                     (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                      w a) <=
                                     x i b *
                                     (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                      w b)) (enum 'I_D)) |
              x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) < 0])%:R
                *
             x i m)) * w m =
  \sum_(i | y i - \sum_j x i j * w j != 0)
     (\big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
         (\sum_(j in S)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)))
     ^+ 2.
Proof. exact: claims_ad.gamma_add_term_is_squared_sum. Qed.
Check gamma_add_term_is_squared_sum.
Print Assumptions gamma_add_term_is_squared_sum.

Theorem greedy_loss_has_closed_form :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat),
  [/\ \sum_i
         (y i -
          \sum_(j | j
                      \notin [set j0 in take k
                                          (sort
                                             (fun a b : 'I_D =>
                                              x i a *
                                              (- 2%:R *
                                               (y i - \sum_j1 x i j1 * w j1) *
                                               w a) <=
                                              x i b *
                                              (- 2%:R *
                                               (y i - \sum_j1 x i j1 * w j1) *
                                               w b))
                                             (enum 'I_D)) |
                    x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <
                    0]) x i j * w j) ^+ 2 =
      \sum_(i | y i - \sum_j x i j * w j != 0)
         (`|y i - \sum_j x i j * w j| +
          \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
             (\sum_(j in S)
                 (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)))
         ^+ 2,
      forall i : 'I_N,
      y i - \sum_j x i j * w j = 0 ->
      (0 < k)%N ->
      [set j | (0 < k)%N & x i j *
                           (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j) <=
                           Num.min
                             (sort <=%R
                                [seq x i j0 *
                                     (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                      w j0)
                                   | j0 <- enum 'I_D])`_k.-1 0] =
      [set: ordinal_finType D] /\
      (y i -
       \sum_(j | j
                   \notin [set j0 | (0 < k)%N & x i j0 *
                                                (- 2%:R *
                                                 (y i - \sum_j1 x i j1 * w j1) *
                                                 w j0) <=
                                                Num.min
                                                  (sort <=%R
                                                  [seq
                                                  x i j1 *
                                                  (- 2%:R *
                                                  (y i -
                                                  \sum_j2 x i j2 * w j2) *
                                                  w j1)
                                                   | j1 <-
                                                  enum 'I_D])`_k.-1 0])
          x i j * w j) ^+ 2 = y i ^+ 2
    & (0 < k)%N ->
      (forall i : 'I_N,
       y i - \sum_j x i j * w j != 0 ->
       injective (fun j : 'I_D => x i j * w j)) ->
      \sum_i
         (y i -
          \sum_(j | j
                      \notin [set j0 | (0 < k)%N &
                    x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <=
                    Num.min
                      (sort <=%R
                         [seq x i j1 *
                              (- 2%:R * (y i - \sum_j2 x i j2 * w j2) * w j1)
                            | j1 <- enum 'I_D])`_k.-1 0])
          x i j * w j) ^+ 2 =
      \sum_(i | y i - \sum_j x i j * w j != 0)
         (`|y i - \sum_j x i j * w j| +
          \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
             (\sum_(j in S)
                 (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)))
         ^+ 2 + \sum_(i | y i - \sum_j x i j * w j == 0) y i ^+ 2].
Proof. exact: claims_ad.greedy_loss_has_closed_form. Qed.
Check greedy_loss_has_closed_form.
Print Assumptions greedy_loss_has_closed_form.

Theorem greedy_mask_maximises_linearised_loss :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
  (#|[set j in take k
                 (sort
                    (fun a b : 'I_D =>
                     (x i a * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w a) <=
                      x i b * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w b))%R)
                    (enum 'I_D)) | (x i j *
                                    (- 2%:R * (y i - \sum_j0 x i j0 * w j0) *
                                     w j) < 0)%R]| <= k)%N /\
  (forall S0 : {set 'I_D},
   (#|S0| <= k)%N ->
   \sum_(j in S0) - (x i j * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) <=
   \sum_(j in [set j0 in take k
                           (sort
                              (fun a b : 'I_D =>
                               x i a *
                               (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w a) <=
                               x i b *
                               (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w b))
                              (enum 'I_D)) | x i j0 *
                                             (- 2%:R *
                                              (y i - \sum_j1 x i j1 * w j1) *
                                              w j0) < 0])
      - (x i j * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j))).
Proof. exact: claims_ad.greedy_mask_maximises_linearised_loss. Qed.
Check greedy_mask_maximises_linearised_loss.
Print Assumptions greedy_mask_maximises_linearised_loss.

Theorem worst_mask_is_better_of_two_sides :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
  [/\ \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
         (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2 =
      Num.max
        (`|y i - \sum_j x i j * w j| +
         \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
            (\sum_(j in S)
                (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)))
        (\big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
            (\sum_(j in S)
                -
                ((-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j))) -
         `|y i - \sum_j x i j * w j|) ^+ 2,
      exists2 S : {set 'I_D},
        (#|S| <= k)%N &
        (y i - \sum_(j | j \notin S) x i j * w j) ^+ 2 =
        \big[Num.max/0]_(S1 : {set 'I_D} | (#|S1| <= k)%N)
           (y i - \sum_(j | j \notin S1) x i j * w j) ^+ 2,
      y i - \sum_j x i j * w j != 0 ->
      (y i -
       \sum_(j | j
                   \notin [set j0 in take k
                                       (sort
                                          (fun a b : 'I_D =>
                                           x i a *
                                           (- 2%:R *
                                            (y i - \sum_j1 x i j1 * w j1) *
                                            w a) <=
                                           x i b *
                                           (- 2%:R *
                                            (y i - \sum_j1 x i j1 * w j1) *
                                            w b)) (enum 'I_D)) |
                 x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) < 0])
          x i j * w j) ^+ 2 =
      \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
         (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2 <->
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
         (\sum_(j in S)
             - ((-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j))) -
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
         (\sum_(j in S)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) <=
      2 * `|y i - \sum_j x i j * w j|
    & y i - \sum_j x i j * w j = 0 ->
      (y i -
       \sum_(j | j
                   \notin [set j0 in take k
                                       (sort
                                          (fun a b : 'I_D =>
                                           x i a *
                                           (- 2%:R *
                                            (y i - \sum_j1 x i j1 * w j1) *
                                            w a) <=
                                           x i b *
                                           (- 2%:R *
                                            (y i - \sum_j1 x i j1 * w j1) *
                                            w b)) (enum 'I_D)) |
                 x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) < 0])
          x i j * w j) ^+ 2 = 0 /\
      \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
         (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2 =
      Num.max
        (\big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
            (\sum_(j in S)
                (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)))
        (\big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
            (\sum_(j in S)
                -
                ((-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j))))
      ^+ 2].
Proof. exact: claims_ad.worst_mask_is_better_of_two_sides. Qed.
Check worst_mask_is_better_of_two_sides.
Print Assumptions worst_mask_is_better_of_two_sides.

Theorem drops_are_capped_by_adverse_features :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
  let residual := y i - \sum_j x i j * w j in
  let product j := x i j * (- 2%:R * residual * w j) in
  let kept S := y i - \sum_(j | j \notin S) x i j * w j in
  let greedy :=
    [set j in take k
       (sort (fun a b : 'I_D => product a <= product b) (enum 'I_D))
     | product j < 0] in
  let printed :=
    [set j | (0 < k)%N & product j <=
       Num.min (sort <=%R [seq product m | m <- enum 'I_D])`_k.-1 0] in
  [/\ #|greedy| = minn k #|[set j | product j < 0]|,
      (minn k #|[set j | (product j <= 0)%R]| <= #|printed|)%N /\
      (#|printed| == minn k #|[set j | product j <= 0]|) = (#|printed| <= k)%N,
      injective product -> #|printed| = minn k #|[set j | product j <= 0]|,
      forall j, product j < 0 -> residual ^+ 2 < kept [set j] ^+ 2 &
      forall j, (residual ^+ 2 < kept [set j] ^+ 2) =
        (product j < (x i j * w j) ^+ 2)].
Proof. exact: claims_ad.drops_are_capped_by_adverse_features. Qed.
Check drops_are_capped_by_adverse_features.
Print Assumptions drops_are_capped_by_adverse_features.

Theorem penalty_vanishes_without_budget :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R),
  [/\ forall i : 'I_N,
      [set j | (0 < 0)%N & x i j *
                           (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j) <=
                           Num.min
                             (sort <=%R
                                [seq x i j0 *
                                     (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                      w j0)
                                   | j0 <- enum 'I_D])`_0.-1 0] = set0,
      forall i : 'I_N,
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= 0)%N)
         (\sum_(j in S)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) = 0,
      \sum_i
         \sum_(j in [set j0 | (0 < 0)%N & x i j0 *
                                          (- 2%:R *
                                           (y i - \sum_j1 x i j1 * w j1) *
                                           w j0) <=
                                          Num.min
                                            (sort <=%R
                                               [seq
                                                x i j1 *
                                                (- 2%:R *
                                                 (y i - \sum_j2 x i j2 * w j2) *
                                                 w j1)
                                                  | j1 <-
                                                enum 'I_D])`_0.-1 0])
            `|x i j * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)| = 0,
      \sum_j
         \sum_m
            w j *
            (\sum_i
                (j
                   \in [set j0 | (0 < 0)%N & x i j0 *
                                             (- 2%:R *
                                              (y i - \sum_j1 x i j1 * w j1) *
                                              w j0) <=
                                             Num.min
                                               (sort <=%R
                                                  [
                                                  seq
                                                  x i j1 *
                                                  (- 2%:R *
                                                  (y i -
                                                  \sum_j2 x i j2 * w j2) *
                                                  w j1)
                                                   | j1 <-
                                                  enum 'I_D])`_0.-1 0])%:R *
                x i j *
                ((m
                    \in [set j0 | (0 < 0)%N & x i j0 *
                                              (- 2%:R *
                                               (y i - \sum_j1 x i j1 * w j1) *
                                               w j0) <=
                                              Num.min
                                                (sort <=%R
                                                  [seq
                                                  x i j1 *
                                                  (- 2%:R *
                                                  (y i -
                                                  \sum_j2 x i j2 * w j2) *
                                                  w j1)
                                                   | j1 <-
                                                  enum 'I_D])`_0.-1 0])%:R *
                 x i m)) * w m = 0
    & \sum_i
         (y i -
          \sum_(j | j
                      \notin [set j0 | (0 < 0)%N &
                    x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <=
                    Num.min
                      (sort <=%R
                         [seq x i j1 *
                              (- 2%:R * (y i - \sum_j2 x i j2 * w j2) * w j1)
                            | j1 <- enum 'I_D])`_0.-1 0])
          x i j * w j) ^+ 2 = \sum_i (y i - \sum_j x i j * w j) ^+ 2].
Proof. exact: claims_ad.penalty_vanishes_without_budget. Qed.
Check penalty_vanishes_without_budget.
Print Assumptions penalty_vanishes_without_budget.

Theorem penalty_is_concave_in_budget :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
  let a :=
    fun j : 'I_D =>
    (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j) in
  [/\ forall m : nat,
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= m)%N)
         (\sum_(j in S)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) <=
      \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= m.+1)%N)
         (\sum_(j in S0)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)),
      forall m : nat,
      \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= m.+2)%N)
         (\sum_(j in S0)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) -
      \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= m.+1)%N)
         (\sum_(j in S0)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) <=
      \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= m.+1)%N)
         (\sum_(j in S0)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) -
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= m)%N)
         (\sum_(j in S)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)),
      (#|[set j | (0 < a j)%R]| <= k)%N ->
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
         (\sum_(j in S)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) =
      \sum_j Num.max (a j) 0,
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
         (\sum_(j in S)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) =
      \sum_(n < k) (sort >=%R [seq Num.max (a j) 0 | j <- enum 'I_D])`_n
    & (forall j : 'I_D, 0 <= a j) ->
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
         (\sum_(j in S)
             (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) =
      \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N) (\sum_(j in S) `|x i j *
        w j|)].
Proof. exact: claims_ad.penalty_is_concave_in_budget. Qed.
Check penalty_is_concave_in_budget.
Print Assumptions penalty_is_concave_in_budget.

Theorem zero_is_worst_case_optimal_iff_balanced :
  forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (k : nat),
  [/\ \sum_i
         \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
            (y i - \sum_(j | j \notin S0) x i j * 0) ^+ 2 =
      \sum_i y i ^+ 2,
      (D <= k)%N ->
      forall w : 'I_D -> R,
      \sum_i
         \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
            (y i - \sum_(j | j \notin S0) x i j * 0) ^+ 2 <=
      \sum_i
         \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
            (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2,
      (forall w : 'I_D -> R,
       \sum_i
          \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
             (y i - \sum_(j | j \notin S0) x i j * 0) ^+ 2 <=
       \sum_i
          \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
             (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2) <->
      (exists2 c : 'I_N -> 'I_D -> R,
         (forall (i : 'I_N) (j : 'I_D), 0 <= c i j <= 1) /\
         (forall i : 'I_N, D%:R - \sum_j c i j <= k%:R) &
         forall j : 'I_D, \sum_i y i * c i j * x i j = 0)
    & forall m : nat,
      (k <= m)%N ->
      (forall w : 'I_D -> R,
       \sum_i
          \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
             (y i - \sum_(j | j \notin S0) x i j * 0) ^+ 2 <=
       \sum_i
          \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
             (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2) ->
      forall w : 'I_D -> R,
      \sum_i
         \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= m)%N)
            (y i - \sum_(j | j \notin S0) x i j * 0) ^+ 2 <=
      \sum_i
         \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= m)%N)
            (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2].
Proof. exact: claims_collapse.zero_is_worst_case_optimal_iff_balanced. Qed.
Check zero_is_worst_case_optimal_iff_balanced.
Print Assumptions zero_is_worst_case_optimal_iff_balanced.

Theorem printed_mask_overspends_on_ties :
  [/\ forall y : rat,
        #|[set _ : 'I_2 | (0 < 1)%N &
           1 * (- 2%:R * (y - \sum_(m < 2) 1 * 1) * 1) <=
           Num.min (sort <=%R
             [seq 1 * (- 2%:R * (y - \sum_(m < 2) 1 * 1) * 1)
             | _ <- enum 'I_2])`_1.-1 0]| = 2%N \/ y < 2%:R,
      forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
        (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
      let product j := x i j * (- 2%:R * (y i - \sum_m x i m * w m) * w j) in
      let s := sort <=%R [seq product j | j <- enum 'I_D] in
      (k < #|[set j | (0 < k)%N & (product j <= Num.min s`_k.-1 0)%R]|)%N =
      [&& (0 < k)%N, (k < D)%N & s`_k <= Num.min s`_k.-1 0],
      forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
        (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
      let product j := x i j * (- 2%:R * (y i - \sum_m x i m * w m) * w j) in
      let s := sort <=%R [seq product j | j <- enum 'I_D] in
      (k < #|[set j | (0 < k)%N & (product j <= Num.min s`_k.-1 0)%R]|)%N =
      [&& (0 < k)%N, (k < D)%N, s`_k == s`_k.-1 & s`_k <= 0],
      forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
        (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
      let product j := x i j * (- 2%:R * (y i - \sum_m x i m * w m) * w j) in
      let s := sort <=%R [seq product j | j <- enum 'I_D] in
      injective product ->
      (#|[set j | (0 < k)%N & (product j <= Num.min s`_k.-1 0)%R]| <= k)%N &
      forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
        (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
      let product j := x i j * (- 2%:R * (y i - \sum_m x i m * w m) * w j) in
      (#|[set j in take k
            (sort (fun a b : 'I_D => (product a <= product b)%R) (enum 'I_D))
          | (product j < 0)%R]| <= k)%N].
Proof. exact: claims_ad.printed_mask_overspends_on_ties. Qed.
Check printed_mask_overspends_on_ties.
Print Assumptions printed_mask_overspends_on_ties.

Theorem euclidean_budget_allows_squared_flips :
  [/\ forall (R : realDomainType) (D : nat) (S0 : {set 'I_D}) (k : nat) (r : R),
      0 <= r ->
      r ^+ 2 = \sum_j ((j \notin S0)%:R - 1) ^+ 2 ->
      (r <= k%:R) = (#|S0| <= k ^ 2)%N,
      forall k : nat, (k <= 1)%N -> (k ^ 2)%N = k &
      forall (R : realDomainType) (k : nat),
      (1 < k)%N ->
      let x : 'I_1 -> 'I_k.+1 -> R := fun _ _ => 1 in
      let y : 'I_1 -> R := fun=> 1 + \sum_(j < k.+1) j.+1%:R in
      let w : 'I_k.+1 -> R := fun j => j.+1%:R in
      let product j :=
        x ord0 j * (- 2%:R * (y ord0 - \sum_m x ord0 m * w m) * w j) in
      let printed :=
        [set j | (0 < k)%N & product j <=
           Num.min (sort <=%R [seq product m | m <- enum 'I_k.+1])`_k.-1 0] in
      exists2 S0 : {set 'I_k.+1},
        (#|S0| <= k ^ 2)%N &
        (y ord0 - \sum_(j | j \notin printed) x ord0 j * w j) ^+ 2 <
        (y ord0 - \sum_(j | j \notin S0) x ord0 j * w j) ^+ 2].
Proof. exact: claims_ad.euclidean_budget_allows_squared_flips. Qed.
Check euclidean_budget_allows_squared_flips.
Print Assumptions euclidean_budget_allows_squared_flips.

Theorem greedy_has_no_constant_factor :
  forall (R : realFieldType) (c : R),
  exists (x : 'I_1 -> 'I_1 -> R) (y w : 'I_1 -> R),
    0 <
    (y ord0 -
     \sum_(j | j
                 \notin [set j0 in take 1
                                     (sort
                                        (fun a b : 'I_1 =>
                                         x ord0 a *
                                         (- 2%:R *
                                          (y ord0 - \sum_j1 x ord0 j1 * w j1) *
                                          w a) <=
                                         x ord0 b *
                                         (- 2%:R *
                                          (y ord0 - \sum_j1 x ord0 j1 * w j1) *
                                          w b)) (enum 'I_1)) |
               x ord0 j0 *
               (- 2%:R * (y ord0 - \sum_j1 x ord0 j1 * w j1) * w j0) < 0])
        x ord0 j * w j) ^+ 2 /\
    c *
    (y ord0 -
     \sum_(j | j
                 \notin [set j0 in take 1
                                     (sort
                                        (fun a b : 'I_1 =>
                                         x ord0 a *
                                         (- 2%:R *
                                          (y ord0 - \sum_j1 x ord0 j1 * w j1) *
                                          w a) <=
                                         x ord0 b *
                                         (- 2%:R *
                                          (y ord0 - \sum_j1 x ord0 j1 * w j1) *
                                          w b)) (enum 'I_1)) |
               x ord0 j0 *
               (- 2%:R * (y ord0 - \sum_j1 x ord0 j1 * w j1) * w j0) < 0])
        x ord0 j * w j) ^+ 2 <
    \big[Num.max/0]_(S0 : {set 'I_1} | (#|S0| <= 1)%N)
       (y ord0 - \sum_(j | j \notin S0) x ord0 j * w j) ^+ 2.
Proof. exact: claims_ad.greedy_has_no_constant_factor. Qed.
Check greedy_has_no_constant_factor.
Print Assumptions greedy_has_no_constant_factor.

Theorem l1_term_is_not_a_norm :
  [/\ forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
        (y : 'I_N -> R) (w : 'I_D -> R) (k : nat),
      \sum_i
         \sum_(j in [set j0 in take k
                                 (sort
                                    (fun a b : 'I_D =>
                                     x i a *
                                     (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                      w a) <=
                                     x i b *
                                     (- 2%:R * (y i - \sum_j1 x i j1 * w j1) *
                                      w b)) (enum 'I_D)) |
         x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) < 0])
            `|x i j * (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)| =
      2 *
      (\sum_i
          `|y i - \sum_j x i j * w j| *
          \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
             (\sum_(j in S)
                 (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j))),
      forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
        (k : nat) (c s : 'I_N -> R),
      (forall i : 'I_N, 0 <= c i) ->
      let q :=
        fun w : 'I_D -> R =>
        \sum_i
           c i *
           \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
              (\sum_(j in S) s i * (x i j * w j)) in
      (forall (t : R) (w : 'I_D -> R),
       0 <= t -> q (fun j : 'I_D => t * w j) = t * q w) /\
      (forall u v : 'I_D -> R, q (fun j : 'I_D => u j + v j) <= q u + q v)
    & let q :=
        fun w : rat =>
        \big[Num.max/0]_(S0 : {set 'I_1} | (#|S0| <= 1)%N) (\sum_(j in S0) 1 *
          (1 * w)) in
      q (-1) = 0 /\ q 1 = 1].
Proof. exact: claims_ad.l1_term_is_not_a_norm. Qed.
Check l1_term_is_not_a_norm.
Print Assumptions l1_term_is_not_a_norm.

Theorem dropout_is_scale_free_training_is_not :
  (forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
     (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (c : 'I_D -> R),
   (forall j : 'I_D, c j != 0) ->
   let x' := fun (i : 'I_N) (j : 'I_D) => c j * x i j in
   let w' := fun j : 'I_D => w j / c j in
   [/\ \sum_i
          (y i -
           \sum_(j | j
                       \notin [set j0 | (0 < k)%N &
                     x' i j0 *
                     (- 2%:R * (y i - \sum_j1 x' i j1 * w' j1) * w' j0) <=
                     Num.min
                       (sort <=%R
                          [seq x' i j1 *
                               (- 2%:R * (y i - \sum_j2 x' i j2 * w' j2) *
                                w' j1)
                             | j1 <- enum 'I_D])`_k.-1 0])
           x' i j * w' j) ^+ 2 =
       \sum_i
          (y i -
           \sum_(j | j
                       \notin [set j0 | (0 < k)%N &
                     x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <=
                     Num.min
                       (sort <=%R
                          [seq x i j1 *
                               (- 2%:R * (y i - \sum_j2 x i j2 * w j2) * w j1)
                             | j1 <- enum 'I_D])`_k.-1 0])
           x i j * w j) ^+ 2,
       \sum_i
          (y i -
           \sum_(j | j
                       \notin [set j0 in take k
                                           (sort
                                              (fun a b : 'I_D =>
                                               x' i a *
                                               (- 2%:R *
                                                (y i -
                                                 \sum_j1 x' i j1 * w' j1) *
                                                w' a) <=
                                               x' i b *
                                               (- 2%:R *
                                                (y i -
                                                 \sum_j1 x' i j1 * w' j1) *
                                                w' b))
                                              (enum 'I_D)) |
                     x' i j0 *
                     (- 2%:R * (y i - \sum_j1 x' i j1 * w' j1) * w' j0) < 0])
              x' i j * w' j) ^+ 2 =
       \sum_i
          (y i -
           \sum_(j | j
                       \notin [set j0 in take k
                                           (sort
                                              (fun a b : 'I_D =>
                                               x i a *
                                               (- 2%:R *
                                                (y i - \sum_j1 x i j1 * w j1) *
                                                w a) <=
                                               x i b *
                                               (- 2%:R *
                                                (y i - \sum_j1 x i j1 * w j1) *
                                                w b))
                                              (enum 'I_D)) |
                     x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) <
                     0]) x i j * w j) ^+ 2
     & \sum_i
          \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
             (y i - \sum_(j | j \notin S0) x' i j * w' j) ^+ 2 =
       \sum_i
          \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
             (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2]) /\
  (let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
   let y : 'I_1 -> rat := fun=> 3%:R in
   let w : 'I_1 -> rat := fun=> 1 in
   \sum_i
      (y i -
       \sum_j
          (2 * x i j +
           1 *
           Num.sg
             (- 2%:R * (y i - \sum_j0 2 * x i j0 * (w j0 / 2)) * (w j / 2))) *
          (w j / 2)) ^+ 2 <>
   \sum_i
      (y i -
       \sum_j
          (x i j + 1 * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * w j0) * w j)) *
          w j) ^+ 2).
Proof. exact: claims_ad.dropout_is_scale_free_training_is_not. Qed.
Check dropout_is_scale_free_training_is_not.
Print Assumptions dropout_is_scale_free_training_is_not.

Theorem exact_dropout_is_convex_greedy_is_not :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 1 in
  let greedy :=
    fun w : rat =>
    \sum_i
       (y i -
        \sum_(j | j
                    \notin [set j0 in take 1
                                        (sort
                                           (fun a b : 'I_1 =>
                                            x i a *
                                            (- 2%:R *
                                             (y i - \sum_j1 x i j1 * w) * w) <=
                                            x i b *
                                            (- 2%:R *
                                             (y i - \sum_j1 x i j1 * w) * w))
                                           (enum 'I_1)) |
                  x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w) * w) < 0])
           x i j * w) ^+ 2 in
  let printed :=
    fun w : rat =>
    \sum_i
       (y i -
        \sum_(j | j
                    \notin [set j0 | (0 < 1)%N & x i j0 *
                                                 (- 2%:R *
                                                  (y i - \sum_j1 x i j1 * w) *
                                                  w) <=
                                                 Num.min
                                                  (sort <=%R
                                                  [seq
                                                  x i j1 *
                                                  (- 2%:R *
                                                  (y i - \sum_j2 x i j2 * w) *
                                                  w)
                                                   | j1 <-
                                                  enum 'I_1])`_1.-1 0])
           x i j * w) ^+ 2 in
  [/\ forall (R : realDomainType) (N D : nat) (x0 : 'I_N -> 'I_D -> R)
        (y0 : 'I_N -> R) (k : nat) (u v : 'I_D -> R)
        (t : R),
      0 <= t <= 1 ->
      \sum_i
         \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
            (y0 i - \sum_(j | j \notin S0) x0 i j * ((1 - t) * u j + t * v j))
            ^+ 2 <=
      (1 - t) *
      (\sum_i
          \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
             (y0 i - \sum_(j | j \notin S0) x0 i j * u j) ^+ 2) +
      t *
      (\sum_i
          \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
             (y0 i - \sum_(j | j \notin S0) x0 i j * v j) ^+ 2),
      forall w : rat_numDomainType,
      0 <= w < 1 -> greedy w = 1 /\ printed w = 1,
      forall w : rat_numDomainType,
      1 < w -> greedy w = (w - 1) ^+ 2 /\ printed w = (w - 1) ^+ 2,
      greedy 1 = 0 /\ printed 1 = 1
    & (greedy 0 + greedy 1) / 2 < greedy (1 / 2) /\
      (printed (1 / 2) + printed (3 / 2)) / 2 < printed 1].
Proof. exact: claims_ad.exact_dropout_is_convex_greedy_is_not. Qed.
Check exact_dropout_is_convex_greedy_is_not.
Print Assumptions exact_dropout_is_convex_greedy_is_not.

Theorem expansion_is_a_lower_bound_if_convex :
  forall (R : realDomainType) (H : nat) (h w : 'I_H -> R)
    (y : R) (z0 z : 'I_H -> R),
  (y - \sum_j z0 j * h j * w j) ^+ 2 +
  \sum_j
     (z j - z0 j) * (- 2%:R * (y - \sum_j0 z0 j0 * h j0 * w j0) * h j * w j) <=
  (y - \sum_j z j * h j * w j) ^+ 2 /\
  (0 <=
   \sum_j
      (z j - z0 j) * (- 2%:R * (y - \sum_j0 z0 j0 * h j0 * w j0) * h j * w j) ->
   (y - \sum_j z0 j * h j * w j) ^+ 2 <= (y - \sum_j z j * h j * w j) ^+ 2).
Proof. exact: claims_me.expansion_is_a_lower_bound_if_convex. Qed.
Check expansion_is_a_lower_bound_if_convex.
Print Assumptions expansion_is_a_lower_bound_if_convex.

Theorem jacobian_belongs_at_the_base_mask :
  forall (R : realDomainType) (H : nat) (h w : 'I_H -> R) (y : R),
  (forall z0 z : 'I_H -> R,
   0 <=
   \sum_j
      (z j - z0 j) * (- 2%:R * (y - \sum_j0 z0 j0 * h j0 * w j0) * h j * w j) ->
   (y - \sum_j z0 j * h j * w j) ^+ 2 <= (y - \sum_j z j * h j * w j) ^+ 2) /\
  (let h0 := fun j : 'I_2 => if j == ord0 then 1 else -1 in
   let w0 := fun j : 'I_2 => if j == ord0 then -1 else 1 in
   let error := fun z : 'I_2 -> rat => (-1 - \sum_j z j * h0 j * w0 j) ^+ 2
     in
   let slope :=
     fun j : 'I_2 => - 2%:R * (-1 - \sum_j0 1 * h0 j0 * w0 j0) * h0 j * w0 j
     in
   let flip := fun j : 'I_2 => if j == ord0 then 1 else 0 in
   [/\ error (fun=> 0) = 1, 0 < \sum_j (flip j - 0) * slope j
     & error flip = 0]).
Proof. exact: claims_me.jacobian_belongs_at_the_base_mask. Qed.
Check jacobian_belongs_at_the_base_mask.
Print Assumptions jacobian_belongs_at_the_base_mask.

Theorem jacobian_is_unit_times_gradient :
  (forall (R : comRingType) (d : {poly R}) (h : R),
   ((d \Po h *: 'X)^`()).[1] = h * (d^`()).[h]) /\
  (forall (R : realDomainType) (H : nat) (h w : 'I_H -> R) (y : R) (j : 'I_H),
   - 2%:R * (y - \sum_j0 1 * h j0 * w j0) * h j * w j =
   h j * (- 2%:R * (y - \sum_j0 h j0 * w j0) * w j)).
Proof. exact: claims_me.jacobian_is_unit_times_gradient. Qed.
Check jacobian_is_unit_times_gradient.
Print Assumptions jacobian_is_unit_times_gradient.

Theorem virtual_gradient_vanishes_at_the_base_mask :
  [/\ forall (R : comRingType) C (f : 'I_C -> {poly R}) (s : R),
        (\sum_c ((f c).[s]%:P - f c) ^+ 2)^`().[s] = 0,
      forall (F : fieldType) C (p q dz : 'I_C -> F),
        \sum_c p c = 1 -> (forall c, q c != 0) ->
        let dq c := q c * (dz c - \sum_b q b * dz b) in
        - (\sum_c p c * (dq c / q c)) = \sum_c (q c - p c) * dz c,
      forall (F : fieldType) C (q dz : 'I_C -> F),
        \sum_c (q c - q c) * dz c = 0 &
      (- ((1 : rat)%:P * 'X))^`().[1] <> 0] /\
  [/\ forall (R : realFieldType) (f : R -> R) (a u : R), 0 < u ->
        (forall t, `|t| <= u -> f 0 <= f t) ->
        (forall e, 0 < e -> exists2 d, 0 < d &
          forall t, `|t| <= d -> `|f t - f 0 - t * a| <= e * `|t|) ->
        a = 0,
      forall (R : realFieldType) (lg : R -> R),
        (forall z, 0 < z -> 1 - z^-1 <= lg z <= z - 1) ->
        [/\ forall C (p q : 'I_C -> R),
              (forall c, 0 <= p c) -> (forall c, 0 < q c) ->
              \sum_c p c = 1 -> \sum_c q c = 1 ->
              0 <= \sum_c p c * lg (p c / q c) <=
              \sum_c (p c - q c) ^+ 2 / q c,
            forall C (p : 'I_C -> R) (q : R -> 'I_C -> R) (k m u : R),
              (forall c, 0 <= p c) -> \sum_c p c = 1 -> 0 < m -> 0 < u ->
              (forall t, 0 <= t <= u -> \sum_c q t c = 1) ->
              (forall t c, 0 <= t <= u -> m <= q t c) ->
              (forall t c, 0 <= t <= u -> `|q t c - p c| <= k * t) ->
              [/\ forall t, 0 <= t <= u ->
                    0 <= \sum_c p c * lg (p c / q t c) <=
                    C%:R * k ^+ 2 / m * t ^+ 2,
                  forall t, 0 <= t <= u ->
                    0 <= \sum_c (p c - q t c) ^+ 2 <= C%:R * k ^+ 2 * t ^+ 2,
                  forall e, 0 < e -> exists2 d, 0 < d & forall t, 0 < t <= d ->
                    0 <= \sum_c p c * lg (p c / q t c) <= e * t &
                  forall e, 0 < e -> exists2 d, 0 < d & forall t, 0 < t <= d ->
                    0 <= \sum_c (p c - q t c) ^+ 2 <= e * t] &
            let p (c : 'I_2) : R :=
              if c == ord0 then 4%:R^-1 else 3%:R / 4%:R in
            let q (t : R) (c : 'I_2) := if c == ord0 then p c + t else p c - t
            in
            forall t, 0 <= t <= 2%:R^-1 ->
            [/\ \sum_c q t c = 1, forall c, 4%:R^-1 <= q t c,
                forall c, `|q t c - p c| <= 1 * t,
                5%:R / 12%:R * t <=
                - (\sum_c q t c * lg (p c)) - - (\sum_c p c * lg (p c)) &
                \sum_c `|q t c - p c| = 2%:R * t]],
      forall (F : fieldType) (lg : F -> F) C (p q : 'I_C -> F),
        (forall c, p c != 0 -> lg (p c / q c) = lg (p c) - lg (q c)) ->
        - (\sum_c p c * lg (q c)) - - (\sum_c p c * lg (p c)) =
        \sum_c p c * lg (p c / q c) &
      forall R : realFieldType, exists lg : R -> R,
        forall z, 0 < z -> 1 - z^-1 <= lg z <= z - 1].
Proof. exact: claims_me_more.virtual_gradient_vanishes_at_the_base_mask. Qed.
Check virtual_gradient_vanishes_at_the_base_mask.
Print Assumptions virtual_gradient_vanishes_at_the_base_mask.

Theorem dropping_constants_keeps_the_argmax :
  [/\ forall (R : realDomainType) (H : nat) (d0 : R) (J z0 z : 'I_H -> R),
      d0 + \sum_j (z j - z0 j) * J j =
      \sum_j z j * J j + (d0 - \sum_j z0 j * J j),
      forall (R : realDomainType) (H : nat) (d0 : R)
        (J z0 : 'I_H -> R) (allowed : ('I_H -> R) -> Prop)
        (z : 'I_H -> R),
      (forall z' : 'I_H -> R,
       allowed z' ->
       d0 + \sum_j (z' j - z0 j) * J j <= d0 + \sum_j (z j - z0 j) * J j) <->
      (forall z' : 'I_H -> R,
       allowed z' -> \sum_j z' j * J j <= \sum_j z j * J j)
    & forall c : rat,
      exists d0 z : rat,
        d0 + \sum_(j < 1) (z - 1) * 1 <> c * (\sum_(j < 1) z * 1)].
Proof. exact: claims_me.dropping_constants_keeps_the_argmax. Qed.
Check dropping_constants_keeps_the_argmax.
Print Assumptions dropping_constants_keeps_the_argmax.

Theorem algorithm_1_overshoots_by_one_flip :
  forall (R : realDomainType) (H : nat) (J : 'I_H -> R)
    (S0 : {set 'I_H}) (L : R) (m : nat),
  m%:R <= L ^+ 2 < m.+1%:R ->
  [/\ #|[set j | (j
                    \in (fix flip_loop
                           (ok : {set 'I_H} -> bool)
                           (s : seq 'I_H) (T : {set 'I_H}) {struct s} :
                             {set 'I_H} :=
                           match s with
                           | [::] => T
                           | i :: s' =>
                               if ok T
                               then
                                flip_loop ok s'
                                  (if if i \in T then 0 < J i else J i < 0
                                   then if i \in T then T :\ i else i |: T
                                   else T)
                               else T
                           end)
                          (fun T : {set 'I_H} =>
                           \sum_j0
                              ((j0 \notin S0)%:R - (j0 \notin T)%:R) ^+ 2 <=
                           L ^+ 2)
                          (sort (fun a b : 'I_H => `|J b| <= `|J a|)
                             (enum 'I_H)) S0) != (j \in S0)]| =
      minn m.+1 #|[set i | (if i \in S0 then 0 < J i else J i < 0)]|,
      #|[set j | (j
                    \in (fix flip_loop
                           (ok : {set 'I_H} -> bool)
                           (s : seq 'I_H) (T : {set 'I_H}) {struct s} :
                             {set 'I_H} :=
                           match s with
                           | [::] => T
                           | i :: s' =>
                               if ok T
                               then
                                flip_loop ok s'
                                  (if if i \in T then 0 < J i else J i < 0
                                   then if i \in T then T :\ i else i |: T
                                   else T)
                               else T
                           end)
                          (fun T : {set 'I_H} =>
                           \sum_j0
                              ((j0 \notin S0)%:R - (j0 \notin T)%:R) ^+ 2 + 1 <=
                           L ^+ 2)
                          (sort (fun a b : 'I_H => `|J b| <= `|J a|)
                             (enum 'I_H)) S0) != (j \in S0)]| =
      minn m #|[set i | (if i \in S0 then 0 < J i else J i < 0)]|,
      \sum_j
         ((j \notin S0)%:R -
          (j
             \notin (fix flip_loop
                       (ok : {set 'I_H} -> bool) (s : seq 'I_H)
                       (T : {set 'I_H}) {struct s} : {set 'I_H} :=
                       match s with
                       | [::] => T
                       | i :: s' =>
                           if ok T
                           then
                            flip_loop ok s'
                              (if if i \in T then 0 < J i else J i < 0
                               then if i \in T then T :\ i else i |: T
                               else T)
                           else T
                       end)
                      (fun T : {set 'I_H} =>
                       \sum_j0 ((j0 \notin S0)%:R - (j0 \notin T)%:R) ^+ 2 +
                       1 <= L ^+ 2)
                      (sort (fun a b : 'I_H => `|J b| <= `|J a|) (enum 'I_H))
                      S0)%:R) ^+ 2 <= L ^+ 2
    & forall T : {set 'I_H},
      \sum_j ((j \notin S0)%:R - (j \notin T)%:R) ^+ 2 <= L ^+ 2 ->
      \sum_j ((j \notin T)%:R - (j \notin S0)%:R) * J j <=
      \sum_j
         ((j
             \notin (fix flip_loop
                       (ok : {set 'I_H} -> bool) (s : seq 'I_H)
                       (T0 : {set 'I_H}) {struct s} : {set 'I_H} :=
                       match s with
                       | [::] => T0
                       | i :: s' =>
                           if ok T0
                           then
                            flip_loop ok s'
                              (if if i \in T0 then 0 < J i else J i < 0
                               then if i \in T0 then T0 :\ i else i |: T0
                               else T0)
                           else T0
                       end)
                      (fun T0 : {set 'I_H} =>
                       \sum_j0 ((j0 \notin S0)%:R - (j0 \notin T0)%:R) ^+ 2 +
                       1 <= L ^+ 2)
                      (sort (fun a b : 'I_H => `|J b| <= `|J a|) (enum 'I_H))
                      S0)%:R - (j \notin S0)%:R) *
         J j].
Proof. exact: claims_me.algorithm_1_overshoots_by_one_flip. Qed.
Check algorithm_1_overshoots_by_one_flip.
Print Assumptions algorithm_1_overshoots_by_one_flip.

Theorem euclidean_limit_is_void_from_inverse_root :
  (forall (R : realDomainType) (H : nat) (d : R),
   (0 < H)%N ->
   (forall S0 T : {set 'I_H},
    \sum_j ((j \notin S0)%:R - (j \notin T)%:R) ^+ 2 <= (d * H%:R) ^+ 2) <->
   1 <= d ^+ 2 * H%:R) /\ (256%:R : rat) < (3%:R / 10%:R * 256%:R) ^+ 2.
Proof. exact: claims_me.euclidean_limit_is_void_from_inverse_root. Qed.
Check euclidean_limit_is_void_from_inverse_root.
Print Assumptions euclidean_limit_is_void_from_inverse_root.

Theorem unit_knapsack_is_solved_by_sorting :
  forall (R : realDomainType) (I : finType) (u : I -> R) (k : nat),
  let best :=
    [set j in take k (sort (fun a b : I => u b <= u a) (enum I)) |
    0 < u j] in
  (\sum_(j in best) 1 <= k)%N /\
  (forall S0 : {set I},
   (\sum_(j in S0) 1 <= k)%N -> \sum_(j in S0) u j <= \sum_(j in best) u j).
Proof. exact: claims_me.unit_knapsack_is_solved_by_sorting. Qed.
Check unit_knapsack_is_solved_by_sorting.
Print Assumptions unit_knapsack_is_solved_by_sorting.

Theorem mask_distances_are_squared_norms (R : realFieldType) :
  let jd H (A B : {set 'I_H}) : R := 1 - #|A :&: B|%:R / #|A :|: B|%:R in
  [/\ forall H (A B : {set 'I_H}),
        \sum_j ((j \in A)%:R - (j \in B)%:R) ^+ 2 =
        #|(A :\: B) :|: (B :\: A)|%:R :> R,
      forall H E (A B : {set 'I_H}),
        let edges (A : {set 'I_H}) := setX A [set: 'I_E] in
        (#|(edges A :\: edges B) :|: (edges B :\: edges A)|%:R : R) =
        E%:R * \sum_j ((j \in A)%:R - (j \in B)%:R) ^+ 2,
      forall H (A B : {set 'I_H}), A :|: B != set0 ->
        jd H A B =
        (\sum_j ((j \in A)%:R - (j \in B)%:R) ^+ 2) /
        (\sum_j ((j \in A)%:R + (j \in B)%:R - (j \in A)%:R * (j \in B)%:R) ^+
          2),
      forall H (A B : {set 'I_H}),
        (2 * #|A :|: B| = #|A| + #|B| + #|(A :\: B) :|: (B :\: A)|)%N &
      let A := [set: 'I_3] in let B := [set j : 'I_3 | (j < 2)%N] in
      let C := [set j : 'I_3 | (j < 1)%N] in
      [/\ #|(A :\: B) :|: (B :\: A)| = #|(C :\: B) :|: (B :\: C)|,
          jd 3%N A B = 3%:R^-1 & jd 3%N C B = 2%:R^-1]] /\
  [/\ forall H (A : {set 'I_H}) f u,
        (exists2 B : {set 'I_H}, #|(A :\: B) :|: (B :\: A)| = f &
          #|A :|: B| = u) <->
        (maxn #|A| f <= u <= minn (#|A| + f) H)%N,
      forall H (A B : {set 'I_H}) f, A :|: B != set0 ->
        #|(A :\: B) :|: (B :\: A)| = f ->
        f%:R / (minn (#|A| + f) H)%:R <= jd H A B <= f%:R / (maxn #|A| f)%:R,
      forall H (A : {set 'I_H}) f, (0 < f <= H)%N ->
        (exists2 B : {set 'I_H}, #|(A :\: B) :|: (B :\: A)| = f &
          jd H A B = f%:R / (minn (#|A| + f) H)%:R) /\
        (exists2 B : {set 'I_H}, #|(A :\: B) :|: (B :\: A)| = f &
          jd H A B = f%:R / (maxn #|A| f)%:R),
      forall H (A B : {set 'I_H}),
        #|(A :\: B) :|: (B :\: A)|%:R <= H%:R * jd H A B &
      forall H (j : 'I_H),
        #|(set0 :\: [set j]) :|: ([set j] :\: set0)| = 1%N /\
        jd H set0 [set j] = 1].
Proof. exact: claims_me_masks.mask_distances_are_squared_norms. Qed.
Check mask_distances_are_squared_norms.
Print Assumptions mask_distances_are_squared_norms.

Theorem cross_entropy_is_not_zero_on_equals :
  [/\ forall (R : realDomainType) (lg : R -> R), lg 1 = 0 ->
        (forall t, 0 < t < 1 -> lg t < 0) ->
        forall C (p : 'I_C -> R), (forall c, 0 <= p c) ->
        [/\ forall q : 'I_C -> R, (forall c, 0 < p c -> 0 < q c <= 1) ->
              0 <= - (\sum_c p c * lg (q c)),
            \sum_c p c = 1 ->
              - (\sum_c p c * lg (p c)) = 0 <-> exists c, p c = 1 &
            \sum_c p c * (lg (p c) - lg (p c)) = 0],
      forall (F : fieldType) (lg : F -> F) C (p q : 'I_C -> F),
        (forall c, p c != 0 -> lg (q c / p c) = lg (q c) - lg (p c)) ->
        - (\sum_c p c * lg (q c)) =
        - (\sum_c p c * lg (q c / p c)) + - (\sum_c p c * lg (p c)),
      forall (R : realFieldType) (lg : R -> R), lg 1 = 0 ->
        (forall t, 0 < t -> t != 1 -> lg t < t - 1) ->
        forall C (p q : 'I_C -> R), (forall c, 0 <= p c) -> \sum_c p c = 1 ->
        (forall c, 0 <= q c) -> \sum_c q c = 1 ->
        (forall c, 0 < p c -> 0 < q c) ->
        0 <= - (\sum_c p c * lg (q c / p c)) /\
        (- (\sum_c p c * lg (q c / p c)) = 0 <-> p =1 q),
      forall (R : realDomainType) C (p q : 'I_C -> R),
        0 <= \sum_c (p c - q c) ^+ 2 /\
        (\sum_c (p c - q c) ^+ 2 = 0 <-> p =1 q) &
      forall R : realFieldType, exists lg : R -> R,
        [/\ lg 1 = 0, forall t, 0 < t < 1 -> lg t < 0 &
            forall t, 0 < t -> t != 1 -> lg t < t - 1]].
Proof. exact: claims_me_more.cross_entropy_is_not_zero_on_equals. Qed.
Check cross_entropy_is_not_zero_on_equals.
Print Assumptions cross_entropy_is_not_zero_on_equals.

Theorem expansion_is_a_lower_bound_if_convex_any :
  forall (R : realFieldType) (f : R -> R) (slope c : R),
  (forall t : R, 0 <= t <= 1 -> f t <= (1 - t) * f 0 + t * f 1) ->
  (forall t : R, 0 <= t <= 1 -> `|f t - f 0 - t * slope| <= c * t ^+ 2) ->
  f 0 + slope <= f 1.
Proof. exact: claims_me.expansion_is_a_lower_bound_if_convex_any. Qed.
Check expansion_is_a_lower_bound_if_convex_any.
Print Assumptions expansion_is_a_lower_bound_if_convex_any.

Theorem gaussian_noise_is_ridge :
  let moment (R : comRingType) (s : R) n : R :=
    if odd n then 0 else (\prod_(k < n./2) k.*2.+1)%N%:R * s ^+ n in
  [/\ forall (R A : comRingType) (c : {rmorphism R -> A})
          (E : {additive A -> R}) N D (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R)
          (r : 'I_N -> 'I_D -> A) (s2 : R),
        (forall a z, E (c a * z) = a * E z) -> E 1 = 1 ->
        (forall i j, E (r i j) = 0) ->
        (forall i j m, E (r i j * r i m) = (j == m)%:R * s2) ->
        E (\sum_i (c (y i) - \sum_j (c (x i j) + r i j) * c (w j)) ^+ 2) =
        \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
        N%:R * s2 * (\sum_j w j ^+ 2),
      forall (R A : comRingType) (c : {rmorphism R -> A})
          (E : {additive A -> R}) N D (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R)
          (r : 'I_N -> 'I_D -> A) (s : R),
        (forall a z, E (c a * z) = a * E z) ->
        (forall e : 'I_N -> 'I_D -> nat,
          E (\prod_i \prod_j r i j ^+ e i j) =
          \prod_i \prod_j moment R s (e i j)) ->
        E (\sum_i (c (y i) - \sum_j (c (x i j) + r i j) * c (w j)) ^+ 2) =
        \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
        N%:R * s ^+ 2 * (\sum_j w j ^+ 2),
      forall (R : comRingType) N D (s : R),
        exists (A : comRingType) (c : {rmorphism R -> A})
          (E : {additive A -> R}) (r : 'I_N -> 'I_D -> A),
        (forall a z, E (c a * z) = a * E z) /\
        forall e : 'I_N -> 'I_D -> nat,
          E (\prod_i \prod_j r i j ^+ e i j) =
          \prod_i \prod_j moment R s (e i j) &
      forall (R : comRingType) (W : finType) (p : W -> R) N D
          (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R) (n : W -> 'I_N -> 'I_D -> R)
          (s2 : R),
        \sum_o p o = 1 ->
        (forall i j, \sum_o p o * n o i j = 0) ->
        (forall i j m, \sum_o p o * (n o i j * n o i m) = (j == m)%:R * s2) ->
        \sum_o p o * (\sum_i (y i - \sum_j (x i j + n o i j) * w j) ^+ 2) =
        \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
        N%:R * s2 * (\sum_j w j ^+ 2)].
Proof. exact: claims_nb.gaussian_noise_is_ridge. Qed.
Check gaussian_noise_is_ridge.
Print Assumptions gaussian_noise_is_ridge.

Theorem dropout_noise_is_scaled_ridge :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : ordinal_finType N -> R) (w : 'I_D -> R) (p q : R),
  p + q = 1 ->
  \sum_i
     \sum_(S0 : {set 'I_D})
        \prod_j (if j \in S0 then p else q) *
        (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2 =
  \sum_i (y i - q * (\sum_j x i j * w j)) ^+ 2 +
  p * q * (\sum_i \sum_j x i j ^+ 2 * w j ^+ 2).
Proof. exact: claims_nb.dropout_noise_is_scaled_ridge. Qed.
Check dropout_noise_is_scaled_ridge.
Print Assumptions dropout_noise_is_scaled_ridge.

Theorem l2_ball_adds_norm_inside_the_square :
  forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : ordinal_finType N -> R) (w : 'I_D -> R) (d nw : R),
  0 <= d ->
  0 <= nw ->
  nw ^+ 2 = \sum_j w j ^+ 2 ->
  (forall r : 'I_N -> 'I_D -> R,
   (forall i : 'I_N, \sum_j r i j ^+ 2 <= d ^+ 2) ->
   \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
   \sum_i (`|y i - \sum_j x i j * w j| + d * nw) ^+ 2) /\
  (exists2 r : 'I_N -> 'I_D -> R,
     forall i : 'I_N, \sum_j r i j ^+ 2 <= d ^+ 2 &
     \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
     \sum_i (`|y i - \sum_j x i j * w j| + d * nw) ^+ 2).
Proof. exact: claims_nb.l2_ball_adds_norm_inside_the_square. Qed.
Check l2_ball_adds_norm_inside_the_square.
Print Assumptions l2_ball_adds_norm_inside_the_square.

Theorem worst_dropout_is_feature_deletion :
  forall (R : realDomainType) (I : finType) (a : I -> R) (k : nat),
  [/\ forall (z : R) (v : I -> R),
      0 <= z ->
      (forall j : I, 0 <= v j) ->
      (forall j : I, a j <= z + v j) ->
      \big[Num.max/0]_(S : {set I} | (#|S| <= k)%N) (\sum_(j in S) a j) <=
      k%:R * z + \sum_j v j,
      exists2 z : R,
        0 <= z &
        \big[Num.max/0]_(S : {set I} | (#|S| <= k)%N) (\sum_(j in S) a j) =
        k%:R * z + \sum_j Num.max (a j - z) 0
    & forall (N D : nat) (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R)
        (w : 'I_D -> R) (m : nat) (i : 'I_N),
      \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= m)%N)
         (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2 =
      Num.max
        (y i - \sum_j x i j * w j +
         \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= m)%N) (\sum_(j in S) x i j
           * w j))
        (\big[Num.max/0]_(S : {set 'I_D} | (#|S| <= m)%N) (\sum_(j in S) - (x i
          j * w j)) -
         (y i - \sum_j x i j * w j)) ^+ 2].
Proof. exact: claims_nb.worst_dropout_is_feature_deletion. Qed.
Check worst_dropout_is_feature_deletion.
Print Assumptions worst_dropout_is_feature_deletion.

Theorem relaxed_masks_gain_nothing :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
  (forall c : 'I_D -> R,
   (forall j : 'I_D, 0 <= c j <= 1) ->
   \sum_j (1 - c j) <= k%:R ->
   (y i - \sum_j c j * x i j * w j) ^+ 2 <=
   \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
      (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2) /\
  (exists2 S : {set 'I_D},
     (#|S| <= k)%N &
     (y i - \sum_(j | j \notin S) x i j * w j) ^+ 2 =
     \big[Num.max/0]_(S1 : {set 'I_D} | (#|S1| <= k)%N)
        (y i - \sum_(j | j \notin S1) x i j * w j) ^+ 2).
Proof. exact: claims_by.relaxed_masks_gain_nothing. Qed.
Check relaxed_masks_gain_nothing.
Print Assumptions relaxed_masks_gain_nothing.

Theorem greedy_gap_has_closed_form :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
  y i - \sum_j x i j * w j != 0 ->
  \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
     (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2 -
  (y i -
   \sum_(j | j
               \notin [set j0 in take k
                                   (sort
                                      (fun a b : 'I_D =>
                                       x i a *
                                       (- 2%:R *
                                        (y i - \sum_j1 x i j1 * w j1) *
                                        w a) <=
                                       x i b *
                                       (- 2%:R *
                                        (y i - \sum_j1 x i j1 * w j1) *
                                        w b)) (enum 'I_D)) |
             x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) < 0])
      x i j * w j) ^+ 2 =
  Num.max
    (\big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
        (\sum_(j in S)
            - ((-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j))) -
     \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
        (\sum_(j in S)
            (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j)) -
     2 * `|y i - \sum_j x i j * w j|) 0 *
  (\big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
      (\sum_(j in S)
          - ((-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j))) +
   \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
      (\sum_(j in S)
          (-1) ^+ (y i - \sum_j0 x i j0 * w j0 < 0)%R * (x i j * w j))).
Proof. exact: claims_by.greedy_gap_has_closed_form. Qed.
Check greedy_gap_has_closed_form.
Print Assumptions greedy_gap_has_closed_form.

Theorem large_residual_makes_greedy_exact :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat) (i : 'I_N),
  \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N) (\sum_(j in S) `|x i j * w
    j|) <=
  2 * `|y i - \sum_j x i j * w j| ->
  (y i -
   \sum_(j | j
               \notin [set j0 in take k
                                   (sort
                                      (fun a b : 'I_D =>
                                       x i a *
                                       (- 2%:R *
                                        (y i - \sum_j1 x i j1 * w j1) *
                                        w a) <=
                                       x i b *
                                       (- 2%:R *
                                        (y i - \sum_j1 x i j1 * w j1) *
                                        w b)) (enum 'I_D)) |
             x i j0 * (- 2%:R * (y i - \sum_j1 x i j1 * w j1) * w j0) < 0])
      x i j * w j) ^+ 2 =
  \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
     (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2.
Proof. exact: claims_by.large_residual_makes_greedy_exact. Qed.
Check large_residual_makes_greedy_exact.
Print Assumptions large_residual_makes_greedy_exact.

Theorem sparse_weights_cannot_win :
  forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (k : nat),
  (#|[set j | (w j != 0)%R]| <= k)%N ->
  \sum_i y i ^+ 2 <=
  \sum_i
     \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
        (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2.
Proof. exact: claims_by.sparse_weights_cannot_win. Qed.
Check sparse_weights_cannot_win.
Print Assumptions sparse_weights_cannot_win.

Theorem fgsm_erases_interpolation :
  (forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
     (y : 'I_N -> R) (w : 'I_D -> R) (d : R),
   0 <= d ->
   (forall i : 'I_N, y i - \sum_j x i j * w j = 0) ->
   let fgsm_loss (v : 'I_D -> R) :=
     \sum_i
        (y i -
         \sum_j
            (x i j +
             d * Num.sg (- 2%:R * (y i - \sum_j0 x i j0 * v j0) * v j)) *
            v j) ^+ 2 in
   [/\ fgsm_loss w = 0,
       forall v : 'I_D -> R, 0 <= fgsm_loss v
     & \sum_i (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2 =
       N%:R * (d * (\sum_j `|w j|)) ^+ 2]) /\
  (forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
     (y : 'I_N -> R) (w : 'I_D -> R),
   (forall i : 'I_N, y i - \sum_j x i j * w j = 0) ->
   let certificate (b : 'I_N -> R) :=
     (forall j, `|\sum_i x i j * b i| <= 1) /\
     \sum_i y i * b i = \sum_j `|w j| in
   let least := forall v : 'I_D -> R,
     (forall i : 'I_N, y i - \sum_j x i j * v j = 0) ->
     \sum_j `|w j| <= \sum_j `|v j| in
   let optimal (d : R) := forall v : 'I_D -> R,
     \sum_i (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2 <=
     \sum_i (`|y i - \sum_j x i j * v j| + d * (\sum_j `|v j|)) ^+ 2 in
   [/\ forall d : R, 0 < d -> (0 < N)%N ->
       (optimal d <->
        exists2 b, certificate b & forall i, N%:R * d * `|b i| <= 1),
       least <-> (exists b, certificate b),
       (0 < N)%N -> (least <-> (exists2 d : R, 0 < d & optimal d)),
       forall c d : R, 0 <= c <= d -> optimal d -> optimal c
     & forall d : R, d = 0 \/ N = 0%N -> optimal d]).
Proof. exact: claims_interpolation.fgsm_erases_interpolation. Qed.
Check fgsm_erases_interpolation.
Print Assumptions fgsm_erases_interpolation.

Theorem budgets_order_the_losses :
  (forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
     (y : 'I_N -> R) (w : 'I_D -> R) (k : nat),
   let residual i := y i - \sum_j x i j * w j in
   let product i j := x i j * (- 2%:R * residual i * w j) in
   let dropped i S := (y i - \sum_(j | j \notin S) x i j * w j) ^+ 2 in
   let greedy i :=
     [set j in take k
        (sort (fun a b : 'I_D => product i a <= product i b) (enum 'I_D))
      | product i j < 0] in
   let exact m :=
     \sum_i \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= m)%N)
       dropped i S0 in
   [/\ \sum_i residual i ^+ 2 <= \sum_i dropped i (greedy i),
       \sum_i dropped i (greedy i) <= exact k,
       forall m : nat, (k <= m)%N -> exact k <= exact m &
       forall T : 'I_N -> {set 'I_D},
       (forall i : 'I_N, (#|T i| <= k)%N) ->
       \sum_i dropped i (T i) <= exact k]) /\
  (forall (R : realFieldType) (c : R),
   exists (x : 'I_1 -> 'I_2 -> R) (y : 'I_1 -> R) (w : 'I_2 -> R),
   let product i j :=
     x i j * (- 2%:R * (y i - \sum_m x i m * w m) * w j) in
   let dropped i S := (y i - \sum_(j | j \notin S) x i j * w j) ^+ 2 in
   let greedy :=
     \sum_i dropped i
       [set j in take 1
          (sort (fun a b : 'I_2 => product i a <= product i b) (enum 'I_2))
        | product i j < 0] in
   let random :=
     (\sum_(S0 : {set 'I_2} | #|S0| == 1%N) \sum_i dropped i S0) /
     #|[set S0 : {set 'I_2} | #|S0| == 1%N]|%:R in
   0 < greedy /\ c * greedy < random).
Proof. exact: claims_by.budgets_order_the_losses. Qed.
Check budgets_order_the_losses.
Print Assumptions budgets_order_the_losses.

Theorem robust_regressions_have_weak_duality :
  let training (R : realDomainType) N D (x : 'I_N -> 'I_D -> R)
      (y : 'I_N -> R) (d : R) (w : 'I_D -> R) :=
    \sum_i (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2 in
  let feasible (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) (d : R)
      (alpha a : 'I_N -> R) :=
    (forall i, `|alpha i| <= a i) /\
    forall j, `|\sum_i x i j * alpha i| <= d * (\sum_i a i) in
  let value (R : realDomainType) N (y : 'I_N -> R) (alpha a : 'I_N -> R) :=
    2%:R * (\sum_i alpha i * y i) - (\sum_i a i ^+ 2) in
  let dropout (R : realDomainType) N D (x : 'I_N -> 'I_D -> R)
      (y : 'I_N -> R) (k : nat) (w : 'I_D -> R) :=
    \sum_i \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
      (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2 in
  let dropout_feasible (R : realDomainType) N D (x : 'I_N -> 'I_D -> R)
      (k : nat) (p q : 'I_N -> R) (u v : 'I_N -> 'I_D -> R) :=
    [/\ (forall i j, 0 <= u i j <= p i) /\ (forall i j, 0 <= v i j <= q i),
        (forall i, 0 <= p i) /\ (forall i, 0 <= q i),
        forall i, \sum_j (p i - u i j) <= k%:R * p i,
        forall i, \sum_j (q i - v i j) <= k%:R * q i &
        forall j, \sum_i x i j * (u i j - v i j) = 0] in
  let dropout_value (R : realDomainType) N (y p q : 'I_N -> R) :=
    2%:R * (\sum_i (p i - q i) * y i) - (\sum_i (p i + q i) ^+ 2) in
  [/\ forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R),
        (forall w d alpha a, 0 <= d -> feasible R N D x d alpha a ->
           value R N y alpha a <= training R N D x y d w) /\
        (forall w k p q u v, dropout_feasible R N D x k p q u v ->
           dropout_value R N y p q <= dropout R N D x y k w),
      forall (R : realFieldType) N D (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R)
          (d : R), 0 <= d ->
        let loss := training R N D x y d in
        let feasible := feasible R N D x d in let value := value R N y in
        [/\ forall w, (forall v, loss w <= loss v) <->
              exists alpha a, feasible alpha a /\ value alpha a = loss w,
            forall w alpha a, feasible alpha a -> value alpha a = loss w ->
              [/\ forall i, a i =
                    `|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|),
                  forall i, alpha i * (y i - \sum_j x i j * w j) =
                    a i * `|y i - \sum_j x i j * w j| &
                  forall j, (\sum_i x i j * alpha i) * w j =
                    d * (\sum_i a i) * `|w j|] &
            exists w alpha a, feasible alpha a /\ value alpha a = loss w],
      forall (R : realFieldType) N D (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R)
          (k : nat),
        let loss := dropout R N D x y k in
        let feasible := dropout_feasible R N D x k in
        let value := dropout_value R N y in
        (forall w, (forall v, loss w <= loss v) <->
           exists p q u v, feasible p q u v /\ value p q = loss w) /\
        (exists w p q u v, feasible p q u v /\ value p q = loss w) &
      forall (R : realFieldType) N D (x : 'I_N -> 'I_D -> rat)
          (y : 'I_N -> rat),
        let rx i j : R := ratr (x i j) in let ry i : R := ratr (y i) in
        (forall d, 0 <= d -> exists w : 'I_D -> rat, forall v,
           training R N D rx ry (ratr d) (fun j => ratr (w j)) <=
           training R N D rx ry (ratr d) v) /\
        (forall k, exists w : 'I_D -> rat, forall v,
           dropout R N D rx ry k (fun j => ratr (w j)) <=
           dropout R N D rx ry k v)].
Proof. exact: claims_duality.robust_regressions_have_weak_duality. Qed.
Check robust_regressions_have_weak_duality.
Print Assumptions robust_regressions_have_weak_duality.

Theorem top_k_norm_is_dual_to_its_polar :
  (forall (R : realDomainType) (D k : nat) (v : 'I_D -> R),
   let knorm (v : 'I_D -> R) :=
     \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
       \sum_(j in S0) `|v j| in
   [/\ forall u : 'I_D -> R,
       (forall j : 'I_D, `|u j| <= 1) ->
       \sum_j `|u j| <= k%:R -> \sum_j u j * v j <= knorm v,
       forall (u : 'I_D -> R) (c : R),
       (forall j : 'I_D, `|u j| <= c) ->
       \sum_j `|u j| <= k%:R * c -> \sum_j u j * v j <= c * knorm v &
       exists2 u : 'I_D -> R,
         (forall j : 'I_D, `|u j| <= 1) /\ \sum_j `|u j| <= k%:R &
         \sum_j u j * v j = knorm v]) /\
  (forall (R : realFieldType) (D k : nat),
   (0 < k)%N ->
   let knorm (v : 'I_D -> R) :=
     \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= k)%N)
       \sum_(j in S0) `|v j| in
   let polar (u : 'I_D -> R) :=
     Num.max (\big[Num.max/0]_j `|u j|) ((\sum_j `|u j|) / k%:R) in
   [/\ forall u v : 'I_D -> R, \sum_j u j * v j <= polar u * knorm v,
       forall v : 'I_D -> R,
       exists2 u : 'I_D -> R, polar u <= 1 & \sum_j u j * v j = knorm v,
       forall v : 'I_D -> R,
       exists2 u : 'I_D -> R, knorm u <= 1 & \sum_j u j * v j = polar v,
       forall (t : R) (v z : 'I_D -> R),
       0 <= t ->
       let r j := v j - z j in
       let prox z := (\sum_j (z j - v j) ^+ 2) / 2%:R + t * knorm z in
       let minimal := forall z' : 'I_D -> R, prox z <= prox z' in
       let nearest :=
         polar r <= t /\
         forall r' : 'I_D -> R,
         polar r' <= t -> \sum_j (v j - r j) ^+ 2 <= \sum_j (v j - r' j) ^+ 2 in
       let paired := polar r <= t /\ \sum_j r j * z j = t * knorm z in
       [/\ minimal <-> nearest,
           minimal <-> paired,
           minimal -> forall z' : 'I_D -> R, prox z' <= prox z -> z' =1 z &
           nearest ->
           forall r' : 'I_D -> R,
           polar r' <= t ->
           \sum_j (v j - r' j) ^+ 2 <= \sum_j (v j - r j) ^+ 2 ->
           r' =1 r] &
       forall (t : R) (v : 'I_D -> R),
       0 <= t ->
       exists2 l : R,
         0 <= l &
         let prox z := (\sum_j (z j - v j) ^+ 2) / 2%:R + t * knorm z in
         let z j := v j - Num.sg (v j) * Num.min (Num.max (`|v j| - l) 0) t in
         forall z' : 'I_D -> R, prox z <= prox z']).
Proof. exact: claims_by.top_k_norm_is_dual_to_its_polar. Qed.
Check top_k_norm_is_dual_to_its_polar.
Print Assumptions top_k_norm_is_dual_to_its_polar.

Theorem full_budget_is_training_on_halved_design :
  forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (i : 'I_N),
  \big[Num.max/0]_(S0 : {set 'I_D} | (#|S0| <= D)%N)
     (y i - \sum_(j | j \notin S0) x i j * w j) ^+ 2 =
  (`|y i - (\sum_j x i j * w j) / 2| + (\sum_j `|x i j * w j|) / 2) ^+ 2.
Proof. exact: claims_by.full_budget_is_training_on_halved_design. Qed.
Check full_budget_is_training_on_halved_design.
Print Assumptions full_budget_is_training_on_halved_design.

Theorem hinge_deletion_is_one_sided :
  forall (R : realDomainType) (D : nat) (x w : 'I_D -> R) (y : R) (k : nat),
  let m := y * (\sum_j x j * w j) in
  let u := fun j : 'I_D => y * (x j * w j) in
  let best :=
    [set j in take k (sort (fun a b : 'I_D => u b <= u a) (enum 'I_D)) |
    0 < u j] in
  let hinge :=
    fun S : {set 'I_D} =>
    Num.max (1 - y * (\sum_(j | j \notin S) x j * w j)) 0 in
  [/\ (#|best| <= k)%N,
      forall S : {set 'I_D}, (#|S| <= k)%N -> hinge S <= hinge best
    & hinge best =
      Num.max
        (1 - m + \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N) (\sum_(j in
          S) u j)) 0].
Proof. exact: claims_by.hinge_deletion_is_one_sided. Qed.
Check hinge_deletion_is_one_sided.
Print Assumptions hinge_deletion_is_one_sided.

Theorem duplicate_columns_can_share_weight :
  forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (p q : 'I_D),
  (forall i, x i p = x i q) ->
  let shared := fun (w : 'I_D -> R) j =>
    if (j == p) || (j == q) then (w p + w q) / 2%:R else w j in
  let dropout := fun (w : 'I_D -> R) (k : nat) =>
    \sum_i \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
      (y i - \sum_(j | j \notin S) x i j * w j) ^+ 2 in
  let training := fun (w : 'I_D -> R) (d : R) =>
    \sum_i (`|y i - \sum_j x i j * w j| + d * (\sum_j `|w j|)) ^+ 2 in
  [/\ forall w k, dropout (shared w) k <= dropout w k,
      forall w d, 0 <= d -> training (shared w) d <= training w d,
      forall k, exists2 v : 'I_D -> R, v p = v q &
        forall u, dropout v k <= dropout u k &
      forall d, 0 <= d -> exists2 v : 'I_D -> R, v p = v q &
        forall u, training v d <= training u d].
Proof. exact: claims_by_more.duplicate_columns_can_share_weight. Qed.
Check duplicate_columns_can_share_weight.
Print Assumptions duplicate_columns_can_share_weight.

Theorem head_margins_are_maximised_by_sorting :
  forall (R : realDomainType) (C D : nat) (W : 'I_C -> 'I_D -> R)
    (b : 'I_C -> R) (x : 'I_D -> R) (kept : {set 'I_D}) (y : 'I_C) (k : nat),
  let logit := fun (S : {set 'I_D}) c =>
    b c + \sum_(j | (j \in kept) (+) (j \in S)) W c j * x j in
  let margin := fun c (S : {set 'I_D}) => logit S c - logit S y in
  let change := fun c j => (-1) ^+ (j \in kept) * ((W c j - W y j) * x j) in
  let flips := fun c =>
    [set j in take k (sort (fun p q => change c q <= change c p) (enum 'I_D)) |
    0 < change c j] in
  [/\ forall c, (#|flips c| <= k)%N,
      forall c (S : {set 'I_D}), (#|S| <= k)%N ->
        margin c S <= margin c (flips c),
      forall c, margin c (flips c) = margin c set0 +
        \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
          \sum_(j in S) change c j &
      forall f : R -> R, (forall s, 0 <= f s) -> {homo f : s t / s <= t} ->
        let best := \big[Num.max/0]_(c | c != y) f (margin c (flips c)) in
        let total := fun S : {set 'I_D} => \sum_c f (margin c S) in
        [/\ forall S : {set 'I_D}, (#|S| <= k)%N ->
              total S <= C%:R * (f 0 + best),
            exists2 S : {set 'I_D}, (#|S| <= k)%N & f 0 + best <= total S &
            C = 2%N -> forall S : {set 'I_D}, (#|S| <= k)%N ->
              total S <= f 0 + best]].
Proof. exact: claims_by_more.head_margins_are_maximised_by_sorting. Qed.
Check head_margins_are_maximised_by_sorting.
Print Assumptions head_margins_are_maximised_by_sorting.

Theorem row_and_column_attacks_differ :
  [/\ forall (R : realDomainType) (N D : nat) (x : 'I_N -> 'I_D -> R)
        (y : 'I_N -> R) (w : 'I_D -> R) (B : ('I_D -> R) -> Prop) (d nw : R),
        (forall r, B r -> `|\sum_j r j * w j| <= d * nw) ->
        (exists2 r, B r & \sum_j r j * w j = d * nw) ->
        (exists2 r, B r & \sum_j r j * w j = - (d * nw)) ->
        (forall r : 'I_N -> 'I_D -> R, (forall i, B (r i)) ->
          \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
          \sum_i (`|y i - \sum_j x i j * w j| + d * nw) ^+ 2) /\
        exists2 r : 'I_N -> 'I_D -> R, forall i, B (r i) &
          \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
          \sum_i (`|y i - \sum_j x i j * w j| + d * nw) ^+ 2,
      let moved := fun r : 'I_2 -> 'I_1 -> rat =>
        \sum_(i < 2) ((i + 3)%:R - \sum_j (0 + r i j) * 1) ^+ 2 in
      (forall r, (forall i j, `|r i j| <= 1) -> moved r <= 41%:R) /\
      exists2 r, forall i j, `|r i j| <= 1 & moved r = 41%:R &
      let moved := fun r : 'I_2 -> 'I_1 -> rat =>
        \sum_(i < 2) ((i + 3)%:R - \sum_j (0 + r i j) * 1) ^+ 2 in
      (forall r, (forall j, \sum_i r i j ^+ 2 <= 1) -> moved r <= 36%:R) /\
      exists2 r, forall j, \sum_i r i j ^+ 2 <= 1 & moved r = 36%:R].
Proof. exact: claims_by_more.row_and_column_attacks_differ. Qed.
Check row_and_column_attacks_differ.
Print Assumptions row_and_column_attacks_differ.

Theorem nonzero_residual_optimum_is_lasso :
  forall (R : realFieldType) (N D : nat) (x : 'I_N -> 'I_D -> R)
    (y : 'I_N -> R) (w : 'I_D -> R) (d : R),
  0 <= d ->
  let e := fun (v : 'I_D -> R) i => y i - \sum_j x i j * v j in
  let l1 := fun v : 'I_D -> R => \sum_j `|v j| in
  let lambda := 2%:R * d * (\sum_i `|e w i| + N%:R * (d * l1 w)) in
  let lasso := fun v => \sum_i e v i ^+ 2 + lambda * l1 v in
  let training := fun v => \sum_i (`|e v i| + d * l1 v) ^+ 2 in
  (forall i, e w i != 0) -> (forall j, \sum_i x i j * Num.sg (e w i) = 0) ->
  (forall s : 'I_D -> R,
     (forall j, `|s j| <= 1) -> (forall j, s j * w j = `|w j|) ->
     (forall j, \sum_i 2%:R * (`|e w i| + d * l1 w) *
       (d * s j - Num.sg (e w i) * x i j) = 0) ->
     forall v, lasso w <= lasso v) /\
  ((forall u, training w <= training u) -> forall v, lasso w <= lasso v).
Proof. exact: claims_by_more.nonzero_residual_optimum_is_lasso. Qed.
Check nonzero_residual_optimum_is_lasso.
Print Assumptions nonzero_residual_optimum_is_lasso.
