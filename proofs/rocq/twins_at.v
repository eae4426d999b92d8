From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import claims_at small.

(******************************************************************************)
(* Wrong twins of the claims on adversarial training, AT-1 to AT-9.           *)
(*                                                                            *)
(* A wrong twin of a theorem is the theorem with one thing wrong: a factor    *)
(* lost, a sign turned, an inner for an outer product, > for >=, a hypothesis *)
(* left out. It is refuted at a small rational instance, one or two samples   *)
(* of one or two features, so that the theorem is seen to say something: it   *)
(* is not true of anything that resembles it. A twin carries the name of its  *)
(* theorem and the suffix _mutant_<word>; some are in claims_at.v.            *)
(*                                                                            *)
(* Names used by all: x the data, y the targets, w the weights, d the radius. *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Implicit Types (d t : rat).

(* AT-1: the factor of the second term, and the matrix of the third. *)

Lemma fgsm_objective_splits_in_three_mutant_doubled :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  fgsm_loss x y w 1 <>
    loss x y w + 2%:R * (\sum_i \sum_j `|1 * input_gradient x y w i j|) +
    1 ^+ 2 * (\sum_j \sum_m w j * gamma_at x y w j m * w m).
Proof. by move=> *; by_numbers. Qed.

Lemma fgsm_objective_splits_in_three_mutant_inner_product :
  let x := one (two 0 0) in let y := one 1 in
  let w : _ -> rat := two 2%:R 1 in
  fgsm_loss x y w 1 <>
    loss x y w + \sum_i \sum_j `|1 * input_gradient x y w i j| +
    1 ^+ 2 * (\sum_j gamma_at x y w j j) * (\sum_j w j ^+ 2).
Proof. by move=> *; by_numbers. Qed.

(* AT-2: zero residuals, zero weights, the number of weights, equal weights   *)
(* and a negative radius.                                                     *)

Lemma literal_gamma_at_overstates_mutant_all_samples :
  let x := one (two 0 0) in let y := one 0 in
  let w : _ -> rat := two 1 2%:R in
  loss x y w + \sum_i \sum_j `|1 * input_gradient x y w i j| +
    1 ^+ 2 * (\sum_i \sum_j Num.sg (input_gradient x y w i j) ^+ 2) *
    (\sum_j w j ^+ 2) - fgsm_loss x y w 1 <>
  1 ^+ 2 * 1%:R *
    (#|[set j | w j != 0]|%:R * (\sum_j w j ^+ 2) - (\sum_j `|w j|) ^+ 2).
Proof. by move=> *; by_numbers. Qed.

Lemma literal_gamma_at_overstates_mutant_all_features :
  let x := one (two 0 0) in let y := one 1 in
  let w : _ -> rat := two 1 0 in
  loss x y w + \sum_i \sum_j `|1 * input_gradient x y w i j| +
    1 ^+ 2 * (\sum_i \sum_j Num.sg (input_gradient x y w i j) ^+ 2) *
    (\sum_j w j ^+ 2) - fgsm_loss x y w 1 <>
  1 ^+ 2 * #|[set i | residual x y w i != 0]|%:R *
    (2%:R * (\sum_j w j ^+ 2) - (\sum_j `|w j|) ^+ 2).
Proof. by move=> *; by_numbers. Qed.

Lemma literal_gamma_at_overstates_mutant_no_features :
  let x := one (two 0 0) in let y := one 1 in
  let w : _ -> rat := two 1 1 in
  loss x y w + \sum_i \sum_j `|1 * input_gradient x y w i j| +
    1 ^+ 2 * (\sum_i \sum_j Num.sg (input_gradient x y w i j) ^+ 2) *
    (\sum_j w j ^+ 2) - fgsm_loss x y w 1 <>
  1 ^+ 2 * #|[set i | residual x y w i != 0]|%:R *
    (\sum_j w j ^+ 2 - (\sum_j `|w j|) ^+ 2).
Proof. by move=> *; by_numbers. Qed.

Lemma literal_gamma_at_overstates_mutant_strict :
  let w : _ -> rat := two 1 1 in
  ~ (\sum_j `|w j|) ^+ 2 < #|[set j | w j != 0]|%:R * (\sum_j w j ^+ 2).
Proof. by move=> *; by_numbers. Qed.

Lemma literal_gamma_at_overstates_mutant_negative :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  let d := -1 in
  loss x y w + \sum_i \sum_j `|d * input_gradient x y w i j| +
    d ^+ 2 * (\sum_i \sum_j Num.sg (input_gradient x y w i j) ^+ 2) *
    (\sum_j w j ^+ 2) - fgsm_loss x y w d <>
  d ^+ 2 * #|[set i | residual x y w i != 0]|%:R *
    (#|[set j | w j != 0]|%:R * (\sum_j w j ^+ 2) - (\sum_j `|w j|) ^+ 2).
Proof. by move=> *; by_numbers. Qed.

(* AT-3: zero residuals, the signs, the radius and the rank. *)

Lemma gamma_at_term_is_squared_l1_mutant_all_samples :
  let x := one (one 0) in let y := one 0 in let w : _ -> rat := one 1 in
  \sum_j \sum_m w j * gamma_at x y w j m * w m <> 1%:R * (\sum_j `|w j|) ^+ 2.
Proof. by move=> *; by_numbers. Qed.

Lemma gamma_at_term_is_squared_l1_mutant_signs_do_not_matter :
  let x := one (two 0 0) in let y := one 1 in
  let w : _ -> rat := two 1 (-1) in
  let n : rat := #|[set i | residual x y w i != 0]|%:R in
  let s : 'cV[rat]_2 := \col_j `|Num.sg (w j)| in
  \matrix_(j, m) gamma_at x y w j m <> n *: (s *m s^T).
Proof.
move=> x y w n s /matrixP/(_ ord0 (lift ord0 ord0)).
by rewrite /n /s !mxE big_ord1 !mxE; by_numbers.
Qed.

Lemma gamma_at_term_is_squared_l1_mutant_linear_in_delta :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  let d := 2%:R in
  d ^+ 2 * (\sum_j \sum_m w j * gamma_at x y w j m * w m) <>
  d * #|[set i | residual x y w i != 0]|%:R * (\sum_j `|w j|) ^+ 2.
Proof. by move=> *; by_numbers. Qed.

(* At most one, not one. *)
Lemma gamma_at_term_is_squared_l1_mutant_rank_one :
  let x := one (one 0) in let y := one 0 in let w : _ -> rat := one 1 in
  \rank (\matrix_(j, m) gamma_at x y w j m) <> 1%N.
Proof.
move=> x y w; rewrite (_ : \matrix_(j, m) _ = 0) ?mxrank0 //.
apply/matrixP=> j m; rewrite !mxE; apply/eqP; rewrite (ord1 j) (ord1 m).
by by_numbers.
Qed.

(* AT-4: the factor, the norm, zero residuals and a negative radius. *)

Lemma fgsm_penalty_is_l1_mutant_lost_factor :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  \sum_i \sum_j `|1 * input_gradient x y w i j| <>
  1 * (\sum_j `|w j|) * (\sum_i `|residual x y w i|).
Proof. by move=> *; by_numbers. Qed.

Lemma fgsm_penalty_is_l1_mutant_outer_absolute :
  let x := one (two 0 0) in let y := one 1 in
  let w : _ -> rat := two 1 (-1) in
  \sum_i \sum_j `|1 * input_gradient x y w i j| <>
    2%:R * 1 * `|\sum_j w j| * (\sum_i `|residual x y w i|) /\
  fgsm_loss x y w 1 <>
    \sum_(i | residual x y w i != 0)
      (`|residual x y w i| + 1 * `|\sum_j w j|) ^+ 2.
Proof. by move=> *; split; by_numbers. Qed.

Lemma fgsm_penalty_is_l1_mutant_zero_residuals_count :
  let x := one (one 0) in let y := one 0 in let w : _ -> rat := one 1 in
  fgsm_loss x y w 1 <> \sum_i (`|residual x y w i| + 1 * (\sum_j `|w j|)) ^+ 2.
Proof. by move=> *; by_numbers. Qed.

Lemma fgsm_penalty_is_l1_mutant_negative :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  \sum_i \sum_j `|-1 * input_gradient x y w i j| <>
  2%:R * -1 * (\sum_j `|w j|) * (\sum_i `|residual x y w i|).
Proof. by move=> *; by_numbers. Qed.

(* AT-5: what the ball reaches. *)

Lemma fgsm_is_worst_case_iff_no_zero_residual_mutant_signed_residual :
  let x := one (one 0) in let y := one (-1) in let w : _ -> rat := one 1 in
  ~ forall r : 'I_1 -> 'I_1 -> rat, (forall i j, `|r i j| <= 1) ->
    \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
    \sum_i (residual x y w i + 1 * (\sum_j `|w j|)) ^+ 2.
Proof.
by move=> x y w /(_ (one (one 0)) (fun _ _ => isT)); by_numbers.
Qed.

Lemma fgsm_is_worst_case_iff_no_zero_residual_mutant_squares_apart :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  ~ forall r : 'I_1 -> 'I_1 -> rat, (forall i j, `|r i j| <= 1) ->
    \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
    \sum_i (residual x y w i ^+ 2 + (1 * (\sum_j `|w j|)) ^+ 2).
Proof.
by move=> x y w /(_ (one (one (-1))) (fun _ _ => isT)); by_numbers.
Qed.

Lemma fgsm_is_worst_case_iff_no_zero_residual_mutant_inner_norm :
  let x := one (two 0 0) in let y := one 0 in
  let w : _ -> rat := two 1 (-1) in
  ~ forall r : 'I_1 -> 'I_2 -> rat, (forall i j, `|r i j| <= 1) ->
    \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
    \sum_i (`|residual x y w i| + 1 * (\sum_j w j)) ^+ 2.
Proof.
move=> x y w; have le1 : forall i j, `|one (two 1 (-1)) i j| <= 1 :> rat.
  by move=> i; case=> [[|[|m]]].
by move/(_ _ le1); by_numbers.
Qed.

Lemma fgsm_is_worst_case_iff_no_zero_residual_mutant_always :
  let x := one (one 0) in let y := one 0 in let w : _ -> rat := one 1 in
  fgsm_loss x y w 1 <> \sum_i (`|residual x y w i| + 1 * (\sum_j `|w j|)) ^+ 2.
Proof. by move=> *; by_numbers. Qed.

(* Each of the three ways to have nothing to miss is needed. *)
Lemma fgsm_is_worst_case_iff_no_zero_residual_mutant_no_zero_weights :
  let x := one (one 0) in let y := one 0 in let w : _ -> rat := one 0 in
  ~ (fgsm_loss x y w 1 =
       \sum_i (`|residual x y w i| + 1 * (\sum_j `|w j|)) ^+ 2 <->
     (forall i, residual x y w i != 0) \/ 1 = 0 :> rat).
Proof.
move=> x y w [to_cases _]; case: to_cases => [|/(_ ord0)|//].
  by by_numbers.
by by_numbers.
Qed.

Lemma fgsm_is_worst_case_iff_no_zero_residual_mutant_no_zero_radius :
  let x := one (one 0) in let y := one 0 in let w : _ -> rat := one 1 in
  ~ (fgsm_loss x y w 0 =
       \sum_i (`|residual x y w i| + 0 * (\sum_j `|w j|)) ^+ 2 <->
     (forall i, residual x y w i != 0) \/ forall j, w j = 0).
Proof.
move=> x y w [to_cases _]; case: to_cases => [|/(_ ord0)|/(_ ord0)//].
  by by_numbers.
by by_numbers.
Qed.

Lemma fgsm_is_worst_case_iff_no_zero_residual_mutant_negative :
  let x := one (one 0) in let y := one 0 in let w : _ -> rat := one 1 in
  ~ exists2 r : 'I_1 -> 'I_1 -> rat, forall i j, `|r i j| <= -1 &
    \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
    \sum_i (`|residual x y w i| + -1 * (\sum_j `|w j|)) ^+ 2.
Proof.
by move=> x y w [r /(_ ord0 ord0) r_le]; have := le_trans (normr_ge0 _) r_le.
Qed.

(* AT-6: convexity, where it fails, and the jump. *)

Lemma ball_worst_case_is_convex_fgsm_is_not_mutant_concave :
  let x := one (one 0) in let y : _ -> rat := one 0 in
  let u : _ -> rat := one 1 in let v : _ -> rat := one (-1) in
  let t : rat := 2%:R^-1 in
  ~ (1 - t) * ball_loss x y u 1 + t * ball_loss x y v 1 <=
    ball_loss x y (fun j => (1 - t) * u j + t * v j) 1.
Proof. by move=> *; by_numbers. Qed.

Lemma ball_worst_case_is_convex_fgsm_is_not_mutant_lost_factor :
  let x := one (one 0) in let y : _ -> rat := one 1 in
  let u : _ -> rat := one 0 in let v : _ -> rat := one 0 in
  let t : rat := 2%:R^-1 in
  ~ ball_loss x y (fun j => (1 - t) * u j + t * v j) 1 <=
    ((1 - t) * ball_loss x y u 1 + t * ball_loss x y v 1) / 2%:R.
Proof. by move=> *; by_numbers. Qed.

Lemma ball_worst_case_is_convex_fgsm_is_not_mutant_fgsm_at_the_ends :
  let x := one (one 1) in let y : _ -> rat := one 1 in
  let u : _ -> rat := one 1 in let v : _ -> rat := one 1 in
  let t : rat := 2%:R^-1 in
  ~ ball_loss x y (fun j => (1 - t) * u j + t * v j) 1 <=
    (1 - t) * fgsm_loss x y u 1 + t * fgsm_loss x y v 1.
Proof. by move=> *; by_numbers. Qed.

Lemma ball_worst_case_is_convex_fgsm_is_not_mutant_no_jump :
  ~ forall w : rat, 1 <= fgsm_loss (one (one 1)) (one 1) (one w) 1.
Proof. by move/(_ 1); by_numbers. Qed.

Lemma ball_worst_case_is_convex_fgsm_is_not_mutant_negative :
  let x := one (one 0) in let y : _ -> rat := one 1 in
  let u : _ -> rat := one 1 in let v : _ -> rat := one (-1) in
  let t : rat := 2%:R^-1 in
  ~ ball_loss x y (fun j => (1 - t) * u j + t * v j) (-1) <=
    (1 - t) * ball_loss x y u (-1) + t * ball_loss x y v (-1).
Proof. by move=> *; by_numbers. Qed.

Lemma ball_worst_case_is_convex_fgsm_is_not_mutant_extrapolated :
  let x := one (one 1) in let y : _ -> rat := one 0 in
  let u : _ -> rat := one 0 in let v : _ -> rat := one 1 in
  let t : rat := 2%:R in
  ~ ball_loss x y (fun j => (1 - t) * u j + t * v j) 0 <=
    (1 - t) * ball_loss x y u 0 + t * ball_loss x y v 0.
Proof. by move=> *; by_numbers. Qed.

(* The radius moves the worst case with the weights, even without data. *)
Lemma ball_worst_case_is_convex_fgsm_is_not_mutant_no_radius :
  let x := one (one 0) in let y : _ -> rat := one 0 in
  let u : _ -> rat := one 1 in let v : _ -> rat := one 0 in
  ~ `|ball_loss x y u 1 - ball_loss x y v 1| <=
    \sum_i (\sum_j `|x i j| * `|u j - v j|) *
      ((`|residual x y u i| + 1 * l1 u) + (`|residual x y v i| + 1 * l1 v)).
Proof. by move=> *; by_numbers. Qed.

(* AT-7: the two rates, the number of residuals, and the two bounds. *)

Lemma fgsm_penalty_vanishes_linearly_mutant_linear_only :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  fgsm_loss x y w 1 - loss x y w <>
  1 * (2%:R * (\sum_j `|w j|) * (\sum_i `|residual x y w i|)).
Proof. by move=> *; by_numbers. Qed.

Lemma fgsm_penalty_vanishes_linearly_mutant_quadratic_only :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  fgsm_loss x y w 1 - loss x y w <>
  1 ^+ 2 * (#|[set i | residual x y w i != 0]|%:R * (\sum_j `|w j|) ^+ 2).
Proof. by move=> *; by_numbers. Qed.

Lemma fgsm_penalty_vanishes_linearly_mutant_lost_factor :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  fgsm_loss x y w 1 - loss x y w <>
  1 * ((\sum_j `|w j|) * (\sum_i `|residual x y w i|)) +
  1 ^+ 2 * (#|[set i | residual x y w i != 0]|%:R * (\sum_j `|w j|) ^+ 2).
Proof. by move=> *; by_numbers. Qed.

Lemma fgsm_penalty_vanishes_linearly_mutant_all_samples :
  let x := two (one 0) (one 0) in let y := two 1 0 in
  let w : _ -> rat := one 1 in
  fgsm_loss x y w 1 - loss x y w <>
  1 * (2%:R * (\sum_j `|w j|) * (\sum_i `|residual x y w i|)) +
  1 ^+ 2 * (2%:R * (\sum_j `|w j|) ^+ 2).
Proof. by move=> *; by_numbers. Qed.

(* Without weights there is no penalty. *)
Lemma fgsm_penalty_vanishes_linearly_mutant_strict :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 0 in
  ~ 1 * (2%:R * (\sum_j `|w j|) * (\sum_i `|residual x y w i|)) <
    fgsm_loss x y w 1 - loss x y w.
Proof. by move=> *; by_numbers. Qed.

(* Beyond 1 the square of the radius is more than the radius. *)
Lemma fgsm_penalty_vanishes_linearly_mutant_large :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  let d := 2%:R in
  ~ fgsm_loss x y w d - loss x y w <=
    d * (2%:R * (\sum_j `|w j|) * (\sum_i `|residual x y w i|) +
         #|[set i | residual x y w i != 0]|%:R * (\sum_j `|w j|) ^+ 2).
Proof. by move=> *; by_numbers. Qed.

(* AT-8: other thresholds. Against the theorem, it is enough that a wrong one *)
(* is on the other side.                                                      *)

Lemma other_threshold N D (x : 'I_N -> 'I_D -> rat) y d (reached : bool) :
  0 <= d ->
  reached != (\big[Num.max/0]_j `|\sum_i x i j * y i| <= d * (\sum_i `|y i|)) ->
  ~ ((forall w, ball_loss x y (fun=> 0) d <= ball_loss x y w d) <-> reached).
Proof.
move=> d_ge0 /eqP neq iff; apply: neq; apply/idP/idP.
  by move/iff/(zero_is_robust_iff_radius_reaches_threshold x y d_ge0).
by move/(zero_is_robust_iff_radius_reaches_threshold x y d_ge0)/iff.
Qed.

Lemma zero_is_robust_iff_radius_reaches_threshold_mutant_strict :
  let x := one (one 1) in let y : _ -> rat := one 1 in let d := 1 in
  ~ ((forall w, ball_loss x y (fun=> 0) d <= ball_loss x y w d) <->
     \big[Num.max/0]_j `|\sum_i x i j * y i| < d * (\sum_i `|y i|)).
Proof. by move=> *; apply: other_threshold => //; by_numbers. Qed.

Lemma zero_is_robust_iff_radius_reaches_threshold_mutant_half :
  let x := one (one 1) in let y : _ -> rat := one 1 in let d := 2%:R^-1 in
  ~ ((forall w, ball_loss x y (fun=> 0) d <= ball_loss x y w d) <->
     \big[Num.max/0]_j `|\sum_i x i j * y i| <= 2%:R * d * (\sum_i `|y i|)).
Proof. by move=> *; apply: other_threshold => //; by_numbers. Qed.

Lemma zero_is_robust_iff_radius_reaches_threshold_mutant_sum :
  let x := one (two 1 1) in let y : _ -> rat := one 1 in let d := 1 in
  ~ ((forall w, ball_loss x y (fun=> 0) d <= ball_loss x y w d) <->
     \sum_j `|\sum_i x i j * y i| <= d * (\sum_i `|y i|)).
Proof. by move=> *; apply: other_threshold => //; by_numbers. Qed.

Lemma zero_is_robust_iff_radius_reaches_threshold_mutant_signed :
  let x := one (one (-1)) in let y : _ -> rat := one 1 in let d := 0 in
  ~ ((forall w, ball_loss x y (fun=> 0) d <= ball_loss x y w d) <->
     \big[Num.max/0]_j (\sum_i x i j * y i) <= d * (\sum_i `|y i|)).
Proof. by move=> *; apply: other_threshold => //; by_numbers. Qed.

(* Without features, zero is all there is, whatever the radius. *)
Lemma zero_is_robust_iff_radius_reaches_threshold_mutant_negative :
  let x := one (fun _ : 'I_0 => 0) in let y : _ -> rat := one 1 in
  let d := -1 in
  ~ ((forall w, ball_loss x y (fun=> 0) d <= ball_loss x y w d) <->
     \big[Num.max/0]_j `|\sum_i x i j * y i| <= d * (\sum_i `|y i|)).
Proof.
move=> x y d [reached _].
suff /reached : forall w, ball_loss x y (fun=> 0) d <= ball_loss x y w d.
  by by_numbers.
by move=> w; by_numbers.
Qed.

(* AT-9: when a sample is penalised, and how strongly. *)

Lemma fgsm_penalty_is_active_iff_residual_nonzero_mutant_zero_residuals :
  let x := one (one 0) in let y := one 0 in let w : _ -> rat := one 1 in
  ~ (fgsm_penalty x y w 1 ord0 = 0 <-> (forall j, w j = 0) \/ 1 = 0 :> rat).
Proof.
move=> x y w [to_cases _]; case: to_cases => [|/(_ ord0)//|//].
by by_numbers.
Qed.

Lemma fgsm_penalty_is_active_iff_residual_nonzero_mutant_every_weight :
  let x := one (two 0 0) in let y := one 1 in let w : _ -> rat := two 1 0 in
  ~ (fgsm_penalty x y w 1 ord0 = 0 <->
     [\/ residual x y w ord0 = 0, exists j, w j = 0 | 1 = 0 :> rat]).
Proof.
move=> x y w [_ inactive]; have := inactive (Or32 _ _ _).
by move=> /(_ (ex_intro _ (lift ord0 ord0) erefl)); by_numbers.
Qed.

Lemma fgsm_penalty_is_active_iff_residual_nonzero_mutant_static :
  let x := two (one 0) (one 0) in let y := two 2%:R 1 in
  let w : _ -> rat := one 1 in
  fgsm_penalty x y w 1 ord0 - fgsm_penalty x y w 1 (lift ord0 ord0) <> 0.
Proof. by move=> *; by_numbers. Qed.

Lemma fgsm_penalty_is_active_iff_residual_nonzero_mutant_doubled :
  let x := one (one 0) in let y := one 1 in let w : _ -> rat := one 1 in
  fgsm_penalty x y w 1 ord0 <>
  2%:R * (1 * (\sum_j `|w j|)) * (`|residual x y w ord0| + 1 * (\sum_j `|w j|)).
Proof. by move=> *; by_numbers. Qed.

Lemma fgsm_penalty_is_active_iff_residual_nonzero_mutant_lost_factor :
  let x := two (one 0) (one 0) in let y := two 2%:R 1 in
  let w : _ -> rat := one 1 in let i := ord0 in let m := lift ord0 ord0 in
  fgsm_penalty x y w 1 i - fgsm_penalty x y w 1 m <>
  1 * (\sum_j `|w j|) * (`|residual x y w i| - `|residual x y w m|).
Proof. by move=> *; by_numbers. Qed.

(* A sample without a residual is out of the comparison. *)
Lemma fgsm_penalty_is_active_iff_residual_nonzero_mutant_out_of_reach :
  let x := two (one 0) (one 0) in let y := two 1 0 in
  let w : _ -> rat := one 1 in let i := ord0 in let m := lift ord0 ord0 in
  fgsm_penalty x y w 1 i - fgsm_penalty x y w 1 m <>
  2%:R * 1 * (\sum_j `|w j|) * (`|residual x y w i| - `|residual x y w m|).
Proof. by move=> *; by_numbers. Qed.
