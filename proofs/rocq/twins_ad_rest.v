From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout claims_ad.
From LinearRegression Require Import small small_gains.

(******************************************************************************)
(* The wrong twins of the claims AD-9 to AD-15 on adversarial dropout. A      *)
(* wrong twin is the statement of a theorem with one thing wrong (a lost      *)
(* factor, a budget off by one, a hypothesis left out), refuted at a small    *)
(* rational instance, so that the right statement is seen to say something.   *)
(* It carries the name of its theorem and _mutant_<word>.                     *)
(*                                                                            *)
(* Nearly all instances have one sample x of one feature, where dropping that *)
(* leaves the target y.                                                       *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* AD-9. *)
Lemma drops_are_capped_by_adverse_features_mutant_truly_adverse :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  #|greedy_drops x y w 1 ord0| <>
  minn 1 #|[set j | residual x y w ord0 ^+ 2 <
    dropped_residual x y w ord0 [set j] ^+ 2]|.
Proof.
by move=> x y w; rewrite /greedy_drops greedy_mask_full //; evaluate.
Qed.

Lemma drops_are_capped_by_adverse_features_mutant_all_adverse :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  #|greedy_drops x y w 0 ord0| <>
  #|[set j | x ord0 j * input_gradient x y w ord0 j < 0]|.
Proof.
by move=> x y w; rewrite /greedy_drops greedy_mask0 cards0; evaluate.
Qed.

Lemma drops_are_capped_by_adverse_features_mutant_always_k :
  let x := one (one (1 : rat)) in let y := one 0 in let w := one 1 in
  #|greedy_drops x y w 1 ord0| <> 1%N.
Proof.
by move=> x y w; rewrite /greedy_drops greedy_mask_full //; evaluate.
Qed.

Lemma drops_are_capped_by_adverse_features_mutant_counts_zeros :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  #|greedy_drops x y w 1 ord0| <>
  minn 1 #|[set j | x ord0 j * input_gradient x y w ord0 j <= 0]|.
Proof.
by move=> x y w; rewrite /greedy_drops greedy_mask_full //; evaluate.
Qed.

(* Formula 14's mask is not capped where products are tied. *)
Lemma drops_are_capped_by_adverse_features_mutant_ties :
  let x := one (two 1 (1 : rat)) in let y := one 5%:R in let w := two 1 1 in
  #|printed_drops x y w 1 ord0| <>
  minn 1 #|[set j | x ord0 j * input_gradient x y w ord0 j <= 0]|.
Proof.
move=> x y w; have tied j : change x y w ord0 j = - 6%:R.
  by case: j => -[|[|//]] ?; rewrite /x /w /y; unroll; apply/eqP.
rewrite /printed_drops (printed_mask_tied _ tied) // cardsT card_ord.
by evaluate.
Qed.

(* AD-10. *)
Lemma penalty_vanishes_without_budget_mutant_off_by_one :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  masked_loss x y w (printed_drops x y w 1) <> loss x y w.
Proof.
move=> x y w; rewrite /masked_loss big_ord1 /printed_drops printed_mask_full //.
by evaluate.
Qed.

Lemma penalty_vanishes_without_budget_mutant_without_targets :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  masked_loss x y w (printed_drops x y w 0) <> \sum_i y i ^+ 2.
Proof.
move=> x y w; have [_ _ _ _ ->] := penalty_vanishes_without_budget x y w.
by evaluate.
Qed.

Lemma penalty_vanishes_without_budget_mutant_quadratic_term_stays :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  masked_loss x y w (printed_drops x y w 0) <>
  loss x y w + \sum_i \sum_j (x i j * w j) ^+ 2.
Proof.
move=> x y w; have [_ _ _ _ ->] := penalty_vanishes_without_budget x y w.
by evaluate.
Qed.

Lemma penalty_vanishes_without_budget_mutant_l1_term_stays :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  masked_loss x y w (printed_drops x y w 0) <>
  loss x y w + \sum_i \sum_j `|x i j * input_gradient x y w i j|.
Proof.
move=> x y w; have [_ _ _ _ ->] := penalty_vanishes_without_budget x y w.
by evaluate.
Qed.

(* AD-11. *)
Lemma penalty_is_concave_in_budget_mutant_convex :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  ~ (gain x y w 1 ord0 - gain x y w 0 ord0 <=
     gain x y w 2 ord0 - gain x y w 1 ord0).
Proof.
move=> x y w; rewrite {3}/gain /side_gain topk_full ?card_ord //.
by gains.
Qed.

Lemma penalty_is_concave_in_budget_mutant_saturates_early :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  let a j := (-1) ^+ (residual x y w ord0 < 0)%R * (x ord0 j * w j) in
  ~ ((#|[set j | (0 < a j)%R]| <= 1)%N ->
     gain x y w 0 ord0 = \sum_j Num.max (a j) 0).
Proof.
move=> x y w a; rewrite (leq_trans (max_card _)) ?card_ord // => /(_ isT).
by rewrite /a; gains.
Qed.

Lemma penalty_is_concave_in_budget_mutant_nonincreasing :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  ~ (gain x y w 1 ord0 <= gain x y w 0 ord0).
Proof. by move=> x y w; gains. Qed.

(* Without the hypothesis that all drops are adverse. *)
Lemma penalty_is_concave_in_budget_mutant_largest_sizes :
  let x := one (one (1 : rat)) in let y := one 0 in let w := one 1 in
  gain x y w 1 ord0 <> topk 1 (fun j => `|x ord0 j * w j|).
Proof. by move=> x y w; gains. Qed.

(* AD-12. *)
Lemma l1_term_is_not_a_norm_mutant_lost_factor :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  \sum_i (\sum_(j in greedy_drops x y w 1 i)
    `|x i j * input_gradient x y w i j|) <>
  \sum_i `|residual x y w i| * gain x y w 1 i.
Proof.
by move=> x y w; have [-> _ _] := l1_term_is_not_a_norm; gains.
Qed.

Lemma l1_term_is_not_a_norm_mutant_other_side :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  \sum_i (\sum_(j in greedy_drops x y w 1 i)
    `|x i j * input_gradient x y w i j|) <>
  2%:R * (\sum_i `|residual x y w i| * counter_gain x y w 1 i).
Proof.
by move=> x y w; have [-> _ _] := l1_term_is_not_a_norm; gains.
Qed.

Lemma l1_term_is_not_a_norm_mutant_superadditive :
  let q (w : rat) := topk 1 (fun _ : 'I_1 => 1 * (1 * w)) in
  ~ (q 1 + q (-1) <= q (1 + -1)).
Proof. by move=> q; rewrite /q; gains. Qed.

(* A negative factor turns the other side up. *)
Lemma l1_term_is_not_a_norm_mutant_negative_factor :
  let q (w : rat) := topk 1 (fun _ : 'I_1 => 1 * (1 * w)) in
  q (-1 * 1) <> -1 * q 1 /\ q (-1 * 1) <> `|-1| * q 1.
Proof. by move=> q; rewrite /q; split; gains. Qed.

Lemma l1_term_is_not_a_norm_mutant_homogeneous_with_its_residual :
  let x := one (one (1 : rat)) in let y := one 3%:R in
  let term w := \sum_i (\sum_(j in greedy_drops x y w 1 i)
    `|x i j * input_gradient x y w i j|) in
  term (one (2%:R * 1)) <> 2%:R * term (one 1).
Proof.
move=> x y term; rewrite /term; have [termE _ _] := l1_term_is_not_a_norm.
by rewrite !termE; gains.
Qed.

Lemma l1_term_is_not_a_norm_mutant_convex_with_its_residual :
  let x := one (one (1 : rat)) in let y := one 2%:R in
  let term w := \sum_i (\sum_(j in greedy_drops x y w 1 i)
    `|x i j * input_gradient x y w i j|) in
  ~ (2%:R * term (one 1) <= term (one 0) + term (one 2%:R)).
Proof.
move=> x y term; rewrite /term; have [termE _ _] := l1_term_is_not_a_norm.
by rewrite !termE; gains.
Qed.

(* AD-13: with the factor c = 2. *)
Lemma dropout_is_scale_free_training_is_not_mutant_training_is_invariant :
  let x := one (one (1 : rat)) in let y := one 3%:R in let w := one 1 in
  ball_loss (fun i j => 2%:R * x i j) y (fun j => w j / 2%:R) 1 <>
  ball_loss x y w 1.
Proof. by move=> x y w; evaluate. Qed.

Lemma dropout_is_scale_free_training_is_not_mutant_only_the_data :
  let x := one (one (1 : rat)) in let y := one 3%:R in let w := one 1 in
  exact_loss (fun i j => 2%:R * x i j) y w 0 <> exact_loss x y w 0.
Proof. by move=> x y w; gains. Qed.

Lemma dropout_is_scale_free_training_is_not_mutant_only_the_weights :
  let x := one (one (1 : rat)) in let y := one 3%:R in let w := one 1 in
  exact_loss x y (fun j => w j / 2%:R) 0 <> exact_loss x y w 0.
Proof. by move=> x y w; gains. Qed.

Lemma dropout_is_scale_free_training_is_not_mutant_the_targets_too :
  let x := one (one (1 : rat)) in let y := one 3%:R in let w := one 1 in
  exact_loss (fun i j => 2%:R * x i j) (fun i => 2%:R * y i)
    (fun j => w j / 2%:R) 0 <> exact_loss x y w 0.
Proof. by move=> x y w; gains. Qed.

(* A factor of 0 loses the feature. *)
Lemma dropout_is_scale_free_training_is_not_mutant_zero_factor :
  let x := one (one (1 : rat)) in let y := one 3%:R in let w := one 1 in
  exact_loss (fun i j => 0 * x i j) y (fun j => w j / 0) 0 <>
  exact_loss x y w 0.
Proof. by move=> x y w; gains. Qed.

(* AD-14: the loss is (y - w) ^ 2 without a budget. *)
Lemma exact_dropout_is_convex_greedy_is_not_mutant_concave :
  let x := one (one (1 : rat)) in let y := one 1 in
  ~ ((exact_loss x y (one 0) 0 + exact_loss x y (one 2%:R) 0) / 2%:R <=
     exact_loss x y (one ((0 + 2%:R) / 2%:R)) 0).
Proof. by move=> x y; gains. Qed.

Lemma exact_dropout_is_convex_greedy_is_not_mutant_lost_factor :
  let x := one (one (1 : rat)) in let y := one 1 in
  ~ (2%:R ^+ 2 * exact_loss x y (one ((0 + 0) / 2%:R)) 0 <=
     exact_loss x y (one 0) 0 + exact_loss x y (one 0) 0).
Proof. by move=> x y; gains. Qed.

Lemma exact_dropout_is_convex_greedy_is_not_mutant_one_end :
  let x := one (one (1 : rat)) in let y := one 1 in
  ~ (exact_loss x y (one ((1 + 3%:R) / 2%:R)) 0 <= exact_loss x y (one 1) 0).
Proof. by move=> x y; gains. Qed.

(* Beyond the ends: t = 2. *)
Lemma exact_dropout_is_convex_greedy_is_not_mutant_outside :
  let x := one (one (1 : rat)) in let y := one 1 in let t : rat := 2%:R in
  ~ (exact_loss x y (one ((1 - t) * 0 + t * 1)) 0 <=
     (1 - t) * exact_loss x y (one 0) 0 + t * exact_loss x y (one 1) 0).
Proof. by move=> x y t; gains. Qed.

(* The loss of the greedy masks is 1 left of w = 1, and 0 there. *)
Lemma exact_dropout_is_convex_greedy_is_not_mutant_no_jump :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 1 in
  let greedy (w : rat) :=
    masked_loss x y (fun=> w) (greedy_drops x y (fun=> w) 1) in
  ~ exists2 d : rat, 0 < d &
      forall w, `|w - 1| < d -> `|greedy w - greedy 1| < 1.
Proof.
move=> x y greedy [d d_gt0]; pose m := Num.min (d / 2%:R) 1.
have m_gt0 : 0 < m by rewrite lt_minr divr_gt0.
have m_le1 : m <= 1 by rewrite le_minl lexx orbT.
have m_ltd : m < d.
  by rewrite lt_minl ltr_pdivr_mulr // ltr_pmulr // ltr1n.
have [_ below _ [greedy1 _] _] := exact_dropout_is_convex_greedy_is_not.
move/(_ (1 - m)); rewrite addrAC subrr sub0r normrN gtr0_norm // => /(_ m_ltd).
have [|greedy_m _] := below (1 - m).
  by rewrite subr_ge0 m_le1 ltr_subl_addr ltr_addl.
by rewrite /greedy greedy_m greedy1.
Qed.

(* AD-15. Where only the second feature matters and may be dropped, weights   *)
(* of 0 are optimal below a full budget, though least squares is not at 0.    *)
Lemma second_feature_drops w :
  exact_loss (one (two 0 (1 : rat))) (one 1) (fun=> 0) 1 <=
  exact_loss (one (two 0 (1 : rat))) (one 1) w 1.
Proof.
apply: ler_sum => i _; apply: bigmaxr_le => [|S _].
  exact: exact_sample_ge0.
have drop2 : (#|[set lift ord0 (ord0 : 'I_1)]| <= 1)%N by rewrite cards1.
apply: le_trans (le_exact_sample _ _ _ _ drop2); rewrite /dropped_residual.
rewrite [X in (_ - X) ^+ 2 <= _]big1 => [|j _]; last by rewrite mulr0.
rewrite [X in _ <= (_ - X) ^+ 2]big1 // => -[[|[|//]] ?]; rewrite inE //.
by rewrite mul0r.
Qed.

Lemma zero_is_worst_case_optimal_iff_balanced_mutant_full_budget_only :
  let x := one (two 0 (1 : rat)) in let y := one 1 in
  ~ ((forall w, exact_loss x y (fun=> 0) 1 <= exact_loss x y w 1) ->
     (2 <= 1)%N).
Proof. by move=> x y /(_ second_feature_drops). Qed.

Lemma zero_is_worst_case_optimal_iff_balanced_mutant_least_squares_decides :
  let x := one (two 0 (1 : rat)) in let y := one 1 in
  ~ ((forall w, exact_loss x y (fun=> 0) 1 <= exact_loss x y w 1) ->
     forall j, \sum_i y i * x i j = 0).
Proof.
move=> x y /(_ second_feature_drops)/(_ (lift ord0 ord0)); rewrite big_ord1.
exact/eqP.
Qed.

(* One drop too many, k in place of D - k, and a fraction above 1. *)
Lemma zero_is_worst_case_optimal_iff_balanced_mutant_off_by_one :
  let x := one (one (1 : rat)) in let y := one 1 in
  let c := one (one (0 : rat)) in
  [/\ forall i j, 0 <= c i j <= 1, forall i, 1 - \sum_j c i j <= 1%:R,
      forall j, \sum_i y i * c i j * x i j = 0 &
      ~ forall w, exact_loss x y (fun=> 0) 0 <= exact_loss x y w 0].
Proof.
move=> x y c; split=> // [i|j|]; [by evaluate | by evaluate |].
by move/(_ (one 1)); gains.
Qed.

Lemma zero_is_worst_case_optimal_iff_balanced_mutant_keeps_k :
  let x := one (one (1 : rat)) in let y := one 1 in
  let c := one (one (0 : rat)) in
  [/\ forall i j, 0 <= c i j <= 1, forall i, 0%:R <= \sum_j c i j,
      forall j, \sum_i y i * c i j * x i j = 0 &
      ~ forall w, exact_loss x y (fun=> 0) 0 <= exact_loss x y w 0].
Proof.
move=> x y c; split=> // [i|j|]; [by evaluate | by evaluate |].
by move/(_ (one 1)); gains.
Qed.

Lemma zero_is_worst_case_optimal_iff_balanced_mutant_above_one :
  let x := one (two 0 (1 : rat)) in let y := one 1 in
  let c := one (two 2%:R (0 : rat)) in
  [/\ forall i j, 0 <= c i j, forall i, 2%:R - \sum_j c i j <= 0%:R,
      forall j, \sum_i y i * c i j * x i j = 0 &
      ~ forall w, exact_loss x y (fun=> 0) 0 <= exact_loss x y w 0].
Proof.
move=> x y c; split=> [i [[|[|//]] ?] //|i|[[|[|//]] ?]|]; try by evaluate.
by move/(_ (two 0 1)); gains.
Qed.
