From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout.
From LinearRegression Require Import claims_by claims_by_more small small_gains.

(******************************************************************************)
(* The wrong twins of what the closed forms lead to, BY-1 to BY-14. A wrong   *)
(* twin is the statement of a theorem with one thing wrong (a lost factor, a  *)
(* budget off by one, < for <=, a hypothesis left out), refuted at a small    *)
(* rational instance, so that the right statement is seen to say something.   *)
(* It carries the name of its theorem and _mutant_<word>.                     *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* BY-1: fractions c of the features that break one of the bounds. *)
Lemma relaxed_masks_gain_nothing_mutant_one_more :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  let c := one 0 in
  [/\ forall j, 0 <= c j <= 1, \sum_j (1 - c j) <= 1%:R &
      ~ ((y ord0 - \sum_j c j * x ord0 j * w j) ^+ 2 <=
         exact_sample x y w 0 ord0)].
Proof. by move=> x y w c; split=> //; rewrite /c /y; gains. Qed.

Lemma relaxed_masks_gain_nothing_mutant_above_one :
  let x := one (one (1 : rat)) in let y := one 0 in let w := one 1 in
  let c := one 2%:R in
  [/\ forall j, 0 <= c j, \sum_j (1 - c j) <= 0%:R &
      ~ ((y ord0 - \sum_j c j * x ord0 j * w j) ^+ 2 <=
         exact_sample x y w 0 ord0)].
Proof. by move=> x y w c; split=> //; rewrite /c /y; gains. Qed.

Lemma relaxed_masks_gain_nothing_mutant_negative :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let c := one (-1) in
  [/\ forall j, c j <= 1, \sum_j (1 - c j) <= 2%:R &
      ~ ((y ord0 - \sum_j c j * x ord0 j * w j) ^+ 2 <=
         exact_sample x y w 2 ord0)].
Proof.
move=> x y w c; split=> //; first by rewrite /c; gains.
rewrite exact_sampleE /gain /side_gain topk_full ?card_ord //.
by rewrite /counter_gain /side_counter topk_full ?card_ord // /c /y; evaluate.
Qed.

Lemma relaxed_masks_gain_nothing_mutant_strict :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 0 in
  let c := one 2%:R^-1 in
  ~ ((y ord0 - \sum_j c j * x ord0 j * w j) ^+ 2 < exact_sample x y w 1 ord0).
Proof. by move=> x y w c; rewrite /c /y; gains. Qed.

(* BY-2: where the residual is 1, dropping -3 makes it -2. *)
Lemma greedy_gap_has_closed_form_mutant_lost_factor :
  let x := one (one (1 : rat)) in let y := one (- 2%:R) in
  let w := one (- 3%:R) in
  exact_sample x y w 1 ord0 -
    dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 <>
  Num.max (counter_gain x y w 1 ord0 - gain x y w 1 ord0 -
    `|residual x y w ord0|) 0 *
  (counter_gain x y w 1 ord0 + gain x y w 1 ord0).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
by rewrite (greedy_on _ e1) //; gains_with e1.
Qed.

Lemma greedy_gap_has_closed_form_mutant_difference :
  let x := one (two 1 (1 : rat)) in let y := one (- 2%:R) in
  let w := two 1 (- 4%:R) in
  exact_sample x y w 1 ord0 -
    dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 <>
  Num.max (counter_gain x y w 1 ord0 - gain x y w 1 ord0 -
    2%:R * `|residual x y w ord0|) 0 *
  (counter_gain x y w 1 ord0 - gain x y w 1 ord0).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
by rewrite (greedy_on _ e1) //; gains_with e1.
Qed.

Lemma greedy_gap_has_closed_form_mutant_no_positive_part :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  exact_sample x y w 1 ord0 -
    dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 <>
  (counter_gain x y w 1 ord0 - gain x y w 1 ord0 -
    2%:R * `|residual x y w ord0|) *
  (counter_gain x y w 1 ord0 + gain x y w 1 ord0).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
by rewrite (greedy_on _ e1) //; gains_with e1.
Qed.

(* At a residual of 0 greedy drops nothing. *)
Lemma greedy_gap_has_closed_form_mutant_zero_residual :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  exact_sample x y w 1 ord0 -
    dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 <>
  Num.max (counter_gain x y w 1 ord0 - gain x y w 1 ord0 -
    2%:R * `|residual x y w ord0|) 0 *
  (counter_gain x y w 1 ord0 + gain x y w 1 ord0).
Proof.
move=> x y w; have e0 : residual x y w ord0 = 0 by evaluate.
by rewrite (greedy_off _ e0); gains_with e0.
Qed.

(* BY-3. *)
Lemma large_residual_makes_greedy_exact_mutant_lost_half :
  let x := one (one (1 : rat)) in let y := one (- 2%:R) in
  let w := one (- 3%:R) in
  ~ (topk 1 (fun j => `|x ord0 j * w j|) <=
       4%:R * `|residual x y w ord0| ->
     dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 =
     exact_sample x y w 1 ord0).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
rewrite (greedy_on _ e1) // topk1_one e1 => /(_ isT).
by gains_with e1.
Qed.

Lemma large_residual_makes_greedy_exact_mutant_one_fewer :
  let x := one (one (1 : rat)) in let y := one (- 2%:R) in
  let w := one (- 3%:R) in
  ~ (topk 0 (fun j => `|x ord0 j * w j|) <=
       2%:R * `|residual x y w ord0| ->
     dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 =
     exact_sample x y w 1 ord0).
Proof.
move=> x y w; rewrite topk0 mulr_ge0 // => /(_ isT).
have e1 : residual x y w ord0 = 1 by evaluate.
by rewrite (greedy_on _ e1) //; gains_with e1.
Qed.

(* The largest product in place of the sum of the k largest. *)
Lemma large_residual_makes_greedy_exact_mutant_largest_alone :
  let x := one (two 1 (1 : rat)) in let y := one (- 3%:R) in
  let w := two (- 2%:R) (- 2%:R) in
  ~ (topk 1 (fun j => `|x ord0 j * w j|) <=
       2%:R * `|residual x y w ord0| ->
     dropped_residual x y w ord0 (greedy_drops x y w 2 ord0) ^+ 2 =
     exact_sample x y w 2 ord0).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
rewrite (greedy_on _ e1) // topk1_two exact_sampleE e1 => /(_ isT).
rewrite /gain /side_gain !topk_full ?card_ord //.
by rewrite /counter_gain /side_counter topk_full ?card_ord // e1; evaluate.
Qed.

Lemma large_residual_makes_greedy_exact_mutant_converse :
  let x := one (one (1 : rat)) in let y := one 4%:R in let w := one 3%:R in
  ~ (dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 =
     exact_sample x y w 1 ord0 ->
     topk 1 (fun j => `|x ord0 j * w j|) <= 2%:R * `|residual x y w ord0|).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
rewrite (greedy_on _ e1) // topk1_one e1 => le_topk.
suff : Num.max `|x ord0 ord0 * w ord0| 0 <= 2%:R * `|1| by apply: negP.
by apply: le_topk; gains_with e1.
Qed.

(* BY-4. *)
Lemma sparse_weights_cannot_win_mutant_one_more :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  ~ ((#|[set j | (w j != 0)%R]| <= 1)%N ->
     \sum_i y i ^+ 2 <= exact_loss x y w 0).
Proof.
move=> x y w; rewrite (leq_trans (max_card _)) ?card_ord // => /(_ isT).
by rewrite /y; gains.
Qed.

Lemma sparse_weights_cannot_win_mutant_strict :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 0 in
  ~ ((#|[set j | (w j != 0)%R]| <= 1)%N ->
     \sum_i y i ^+ 2 < exact_loss x y w 1).
Proof.
move=> x y w; rewrite (leq_trans (max_card _)) ?card_ord // => /(_ isT).
by rewrite /y; gains.
Qed.

Lemma sparse_weights_cannot_win_mutant_converse :
  let x := one (one (1 : rat)) in let y := one 0 in let w := one 1 in
  ~ (\sum_i y i ^+ 2 <= exact_loss x y w 0 ->
     (#|[set j | (w j != 0)%R]| <= 0)%N).
Proof.
move=> x y w sparse; have : (#|[set j | (w j != 0)%R]| <= 0)%N.
  by apply: sparse; rewrite /y; gains.
by rewrite /w; evaluate.
Qed.

(* BY-5. *)
Lemma full_budget_is_training_on_halved_design_mutant_whole_design :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  exact_sample x y w 1 ord0 <>
  (`|y ord0 - \sum_j x ord0 j * w j| +
   (\sum_j `|x ord0 j * w j|) / 2%:R) ^+ 2.
Proof. by move=> x y w; rewrite /y; gains. Qed.

Lemma full_budget_is_training_on_halved_design_mutant_whole_radius :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  exact_sample x y w 1 ord0 <>
  (`|y ord0 - (\sum_j x ord0 j * w j) / 2%:R| +
   \sum_j `|x ord0 j * w j|) ^+ 2.
Proof. by move=> x y w; rewrite /y; gains. Qed.

Lemma full_budget_is_training_on_halved_design_mutant_apart :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  exact_sample x y w 1 ord0 <>
  (y ord0 - (\sum_j x ord0 j * w j) / 2%:R) ^+ 2 +
  ((\sum_j `|x ord0 j * w j|) / 2%:R) ^+ 2.
Proof. by move=> x y w; rewrite /y; gains. Qed.

Lemma full_budget_is_training_on_halved_design_mutant_one_fewer :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  exact_sample x y w 0 ord0 <>
  (`|y ord0 - (\sum_j x ord0 j * w j) / 2%:R| +
   (\sum_j `|x ord0 j * w j|) / 2%:R) ^+ 2.
Proof. by move=> x y w; rewrite /y; gains. Qed.

(* The size of the sum in place of the sum of the sizes. *)
Lemma full_budget_is_training_on_halved_design_mutant_size_of_the_sum :
  let x := one (two 1 (1 : rat)) in let y := one 0 in let w := two 1 (-1) in
  exact_sample x y w 2 ord0 <>
  (`|y ord0 - (\sum_j x ord0 j * w j) / 2%:R| +
   `|\sum_j x ord0 j * w j| / 2%:R) ^+ 2.
Proof.
move=> x y w; rewrite full_budget_is_training_on_halved_design /y.
by evaluate.
Qed.

(* BY-6: the two columns are 0 and 1. *)
Lemma duplicate_columns_can_share_weight_mutant_other_columns :
  let x := one (two 1 (0 : rat)) in let y := one 1 in let w := two 1 0 in
  ~ (exact_loss x y (shared ord0 (lift ord0 ord0) w) 0 <= exact_loss x y w 0).
Proof. by move=> x y w; rewrite /shared; gains. Qed.

(* The sum of the weights in place of their mean. *)
Lemma duplicate_columns_can_share_weight_mutant_sum :
  let x := one (two 1 (1 : rat)) in let y := one 1 in let w := two 1 0 in
  let sum (j : 'I_2) := w ord0 + w (lift ord0 ord0) in
  ~ (exact_loss x y sum 0 <= exact_loss x y w 0).
Proof. by move=> x y w sum; rewrite /sum; gains. Qed.

Lemma duplicate_columns_can_share_weight_mutant_negative_radius :
  let x := one (two 0 (0 : rat)) in let y := one 2%:R in let w := two 1 (-1) in
  ~ (ball_loss x y (shared ord0 (lift ord0 ord0) w) (-1) <=
     ball_loss x y w (-1)).
Proof. by move=> x y w; rewrite /shared; evaluate. Qed.

(* Some optimum shares, but not every one. *)
Lemma duplicate_columns_can_share_weight_mutant_every_optimum :
  let x := one (two 0 (0 : rat)) in let y := one 0 in let w := two 1 0 in
  ~ ((forall u, exact_loss x y w 0 <= exact_loss x y u 0) ->
     w ord0 = w (lift ord0 ord0)).
Proof.
move=> x y w same; have /eqP : w ord0 = w (lift ord0 ord0).
  apply: same => u; apply: (@le_trans _ _ 0); first by gains.
  by apply: sumr_ge0 => i _; apply: exact_sample_ge0.
by apply/negP.
Qed.

(* BY-7: weights of 0 bound both problems by the target's square. *)
Lemma robust_regressions_have_weak_duality_mutant_factor :
  let x := one (one (0 : rat)) in let y := one 1 in let w := one 0 in
  let alpha := one 1 in let a := one 1 in
  [/\ forall i, `|alpha i| <= a i,
      forall j, `|\sum_i x i j * alpha i| <= 1 * (\sum_i a i) &
      ~ (4%:R * (\sum_i alpha i * y i) - \sum_i a i ^+ 2 <=
         ball_loss x y w 1)].
Proof.
by move=> x y w alpha a; split=> // *; rewrite /a /alpha ?/y; evaluate.
Qed.

Lemma robust_regressions_have_weak_duality_mutant_radius :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let alpha := one 1 in let a := one 1 in
  (forall i, `|alpha i| <= a i) /\
  ~ (2%:R * (\sum_i alpha i * y i) - \sum_i a i ^+ 2 <= ball_loss x y w 0).
Proof.
by move=> x y w alpha a; split=> // *; rewrite /a /alpha ?/y; evaluate.
Qed.

Lemma robust_regressions_have_weak_duality_mutant_dropout_factor :
  let x := one (one (0 : rat)) in let y := one 1 in let w := one 0 in
  let p := one 1 in let q := one 0 in
  let u := one (one 1) in let v := one (one 0) in
  [/\ forall i, \sum_j (p i - u i j) <= 0%:R * p i,
      forall i, \sum_j (q i - v i j) <= 0%:R * q i,
      forall j, \sum_i x i j * (u i j - v i j) = 0 &
      ~ (4%:R * (\sum_i (p i - q i) * y i) - \sum_i (p i + q i) ^+ 2 <=
         exact_loss x y w 0)].
Proof.
by move=> x y w p q u v; split=> // *; rewrite /u /v /p /q ?/y; gains.
Qed.

Lemma robust_regressions_have_weak_duality_mutant_dropout_unbalanced :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let p := one 1 in let q := one 0 in
  let u := one (one 1) in let v := one (one 0) in
  [/\ forall i, \sum_j (p i - u i j) <= 0%:R * p i,
      forall i, \sum_j (q i - v i j) <= 0%:R * q i &
      ~ (2%:R * (\sum_i (p i - q i) * y i) - \sum_i (p i + q i) ^+ 2 <=
         exact_loss x y w 0)].
Proof.
by move=> x y w p q u v; split=> // *; rewrite /u /v /p /q ?/y; gains.
Qed.

Lemma robust_regressions_have_weak_duality_mutant_dropout_one_more :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let p := one 1 in let q := one 0 in
  let u := one (one 0) in let v := one (one 0) in
  [/\ forall i, \sum_j (p i - u i j) <= 1%:R * p i,
      forall i, \sum_j (q i - v i j) <= 1%:R * q i,
      forall j, \sum_i x i j * (u i j - v i j) = 0 &
      ~ (2%:R * (\sum_i (p i - q i) * y i) - \sum_i (p i + q i) ^+ 2 <=
         exact_loss x y w 0)].
Proof.
by move=> x y w p q u v; split=> // *; rewrite /u /v /p /q ?/y; gains.
Qed.

(* BY-8: the exact worst case does not vanish at an interpolator. *)
Lemma fgsm_erases_interpolation_mutant_ball :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  ball_loss x y w 1 <> 0.
Proof. by move=> x y w; evaluate. Qed.

Lemma fgsm_erases_interpolation_mutant_lost_square :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  ball_loss x y w 2%:R <> 1%:R * (2%:R * \sum_j `|w j|).
Proof. by move=> x y w; rewrite /w; evaluate. Qed.

Lemma fgsm_erases_interpolation_mutant_ridge :
  let x := one (two 1 (0 : rat)) in let y := one 1 in let w := two 1 1 in
  ball_loss x y w 1 <> 1%:R * (1 ^+ 2 * \sum_j w j ^+ 2).
Proof. by move=> x y w; rewrite /w; evaluate. Qed.

Lemma fgsm_erases_interpolation_mutant_lost_samples :
  let x := two (one 1) (one (1 : rat)) in let y := two 1 1 in
  let w := one 1 in
  ball_loss x y w 1 <> (1 * \sum_j `|w j|) ^+ 2.
Proof. by move=> x y w; rewrite /w; evaluate. Qed.

Lemma fgsm_erases_interpolation_mutant_nonzero_residual :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  fgsm_loss x y w 1 <> 0.
Proof. by move=> x y w; evaluate. Qed.

(* BY-9. *)
Lemma budgets_order_the_losses_mutant_strict :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 0 in
  ~ (loss x y w < masked_loss x y w (greedy_drops x y w 1)).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
by rewrite /masked_loss big_ord1 (greedy_on _ e1) //; gains_with e1.
Qed.

Lemma budgets_order_the_losses_mutant_greedy_is_exact :
  let x := one (one (1 : rat)) in let y := one (- 2%:R) in
  let w := one (- 3%:R) in
  ~ (exact_loss x y w 1 <= masked_loss x y w (greedy_drops x y w 1)).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
by rewrite /masked_loss big_ord1 (greedy_on _ e1) //; gains_with e1.
Qed.

(* Any drop can be worse than the paper's adversarial one. *)
Lemma budgets_order_the_losses_mutant_any_below_greedy :
  let x := one (one (1 : rat)) in let y := one (- 2%:R) in
  let w := one (- 3%:R) in
  ~ (masked_loss x y w (fun=> setT) <=
     masked_loss x y w (greedy_drops x y w 1)).
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by evaluate.
rewrite /masked_loss !big_ord1 (greedy_on _ e1) // dropped_residual_all /y.
by gains_with e1.
Qed.

Lemma budgets_order_the_losses_mutant_falling :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  ~ (exact_loss x y w 1 <= exact_loss x y w 0).
Proof. by move=> x y w; gains. Qed.

Lemma budgets_order_the_losses_mutant_one_more :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  ~ forall T : 'I_1 -> {set 'I_1}, (forall i, #|T i| <= 1)%N ->
      masked_loss x y w T <= exact_loss x y w 0.
Proof.
move=> x y w /(_ (fun=> setT)); rewrite cardsT card_ord => /(_ (fun=> isT)).
by rewrite /masked_loss big_ord1 dropped_residual_all /y; gains.
Qed.

(* On ties Formula 14 spends more than its budget. *)
Lemma budgets_order_the_losses_mutant_printed :
  let x := one (two 1 (1 : rat)) in let y := one 5%:R in let w := two 1 1 in
  ~ (masked_loss x y w (printed_drops x y w 1) <= exact_loss x y w 1).
Proof.
move=> x y w; have tied j : change x y w ord0 j = - 6%:R.
  by case: j => -[|[|//]] ?; rewrite /x /w /y; unroll; apply/eqP.
rewrite /masked_loss big_ord1 /printed_drops (printed_mask_tied _ tied) //.
by rewrite dropped_residual_all /y; gains.
Qed.

(* BY-10: rows of size at most 1 reach 41, columns of length at most 1 36. *)
Lemma row_and_column_attacks_differ_mutant_columns_reach_rows :
  let moved (r : 'I_2 -> 'I_1 -> rat) :=
    \sum_(i < 2) ((i + 3)%:R - \sum_j (0 + r i j) * 1) ^+ 2 in
  ~ exists2 r, forall j, \sum_i r i j ^+ 2 <= 1 & moved r = 41%:R.
Proof.
move=> moved [r r_le rE]; have [_ _ [le36 _]] := row_and_column_attacks_differ.
by have := le36 r r_le; rewrite [X in X <= _]rE ler_nat.
Qed.

Lemma row_and_column_attacks_differ_mutant_rows_within_columns :
  let moved (r : 'I_2 -> 'I_1 -> rat) :=
    \sum_(i < 2) ((i + 3)%:R - \sum_j (0 + r i j) * 1) ^+ 2 in
  ~ forall r, (forall i j, `|r i j| <= 1) -> moved r <= 36%:R.
Proof.
have [_ [_ [r r_le rE]] _] := row_and_column_attacks_differ.
by move=> moved /(_ r r_le); rewrite [X in X <= _]rE ler_nat.
Qed.

(* The norm outside the square. *)
Lemma row_and_column_attacks_differ_mutant_norm_outside :
  let x := one (one (0 : rat)) in let y := one 1 in let w := one 1 in
  ~ forall r, (forall i j, `|r i j| <= 1) ->
      \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
      \sum_i (residual x y w i ^+ 2 + (1 * 1) ^+ 2).
Proof.
have r_in (i j : 'I_1) : `|one (one (-1 : rat)) i j| <= 1 by [].
by move=> x y w /(_ _ r_in); evaluate.
Qed.

(* Moves that reach one side only. *)
Lemma row_and_column_attacks_differ_mutant_one_side :
  let x := one (one (0 : rat)) in let y := one 1 in let w := one 1 in
  let B (r : 'I_1 -> rat) := r ord0 = 1 in
  [/\ forall r, B r -> `|\sum_j r j * w j| <= 1 * 1,
      exists2 r, B r & \sum_j r j * w j = 1 * 1 &
      ~ exists2 r : 'I_1 -> 'I_1 -> rat, forall i, B (r i) &
          \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
          \sum_i (`|residual x y w i| + 1 * 1) ^+ 2].
Proof.
move=> x y w B; split=> [r Br||[r Br]].
- by rewrite big_ord1 Br.
- by exists (one 1) => //; rewrite big_ord1.
by rewrite !big_ord1 Br; evaluate.
Qed.

(* BY-11: the pairing of u with v against the sum of the k largest |v j|. *)
Lemma top_k_norm_is_dual_to_its_polar_mutant_one_fewer :
  let u := one (1 : rat) in let v := one (1 : rat) in
  [/\ forall j, `|u j| <= 1, \sum_j `|u j| <= 1%:R &
      ~ (\sum_j u j * v j <= topk 0 (fun j => `|v j|))].
Proof. by move=> u v; split=> //; rewrite /u; gains. Qed.

Lemma top_k_norm_is_dual_to_its_polar_mutant_no_largest :
  let u := one (2%:R : rat) in let v := one (1 : rat) in
  \sum_j `|u j| <= 2%:R /\
  ~ (\sum_j u j * v j <= topk 2 (fun j => `|v j|)).
Proof.
move=> u v; split; first by rewrite /u; gains.
by rewrite topk_full ?card_ord // /u /v; evaluate.
Qed.

Lemma top_k_norm_is_dual_to_its_polar_mutant_signed :
  let u := one (-1 : rat) in let v := one (-1 : rat) in
  [/\ forall j, `|u j| <= 1, \sum_j `|u j| <= 1%:R &
      ~ (\sum_j u j * v j <= topk 1 v)].
Proof. by move=> u v; split=> //; rewrite /u /v; gains. Qed.

Lemma top_k_norm_is_dual_to_its_polar_mutant_largest_alone :
  let u := two 1 (1 : rat) in let v := two 1 (1 : rat) in
  [/\ forall j, `|u j| <= 1, \sum_j `|u j| <= 2%:R &
      ~ (\sum_j u j * v j <= topk 1 (fun j => `|v j|))].
Proof.
move=> u v; split=> [[[|[|//]] ?] //||]; by rewrite /u /v; gains.
Qed.

(* BY-12: the hinge loss without the features in S, and the k best of them. *)
Definition deletion_hinge D (x w : 'I_D -> rat) y (S : {set 'I_D}) :=
  Num.max (1 - y * (\sum_(j | j \notin S) x j * w j)) 0.

Definition deletions D (u : 'I_D -> rat) k :=
  [set j in take k (sort (fun a b => u b <= u a) (enum 'I_D)) | 0 < u j].

Lemma hinge_deletions D (x w : 'I_D -> rat) y k :
  let u j := y * (x j * w j) in
  deletion_hinge x w y (deletions u k) =
  Num.max (1 - y * (\sum_j x j * w j) + topk k u) 0.
Proof. by have [_ _] := hinge_deletion_is_one_sided x w y k. Qed.

Lemma hinge_deletion_is_one_sided_mutant_one_more :
  let x := one (1 : rat) in let w := one 1 in let y : rat := 1 in
  let u j := y * (x j * w j) in
  ~ forall S : {set 'I_1}, (#|S| <= 1)%N ->
      deletion_hinge x w y S <= deletion_hinge x w y (deletions u 0).
Proof.
move=> x w y u /(_ setT); rewrite cardsT card_ord => /(_ isT).
by rewrite hinge_deletions topk0 /deletion_hinge; evaluate.
Qed.

Lemma hinge_deletion_is_one_sided_mutant_lost_label :
  let x := one (1 : rat) in let w := one 1 in let y : rat := -1 in
  let u j := y * (x j * w j) in
  deletion_hinge x w y (deletions u 1) <>
  Num.max (1 - y * (\sum_j x j * w j) + topk 1 (fun j => x j * w j)) 0.
Proof. by move=> x w y u; rewrite hinge_deletions; gains. Qed.

Lemma hinge_deletion_is_one_sided_mutant_sign :
  let x := one (1 : rat) in let w := one 1 in let y : rat := 1 in
  let u j := y * (x j * w j) in
  deletion_hinge x w y (deletions u 0) <>
  Num.max (1 + y * (\sum_j x j * w j) + topk 0 u) 0.
Proof. by move=> x w y u; rewrite hinge_deletions; gains. Qed.

(* Dropping k features whatever they do. *)
Lemma hinge_deletion_is_one_sided_mutant_always_k :
  let x := one (1 : rat) in let w := one 1 in let y : rat := -1 in
  let u j := y * (x j * w j) in
  let best := [set j in take 1 (sort (fun a b => u b <= u a) (enum 'I_1))] in
  ~ forall S : {set 'I_1}, (#|S| <= 1)%N ->
      deletion_hinge x w y S <= deletion_hinge x w y best.
Proof.
move=> x w y u best; have -> : best = setT.
  apply/setP=> j; rewrite !inE take_oversize ?mem_sort ?mem_enum //.
  by rewrite size_sort -cardE card_ord.
by move/(_ set0); rewrite cards0 => /(_ isT); rewrite /deletion_hinge; evaluate.
Qed.

(* BY-13: two samples with residuals 4 and -1 and the radius 1 / 2, where all *)
(* hypotheses hold and lambda is 6.                                           *)
Section LassoInstance.

Let x := two (one 1) (one (1 : rat)).
Let y := two 5%:R (0 : rat).
Let w := one (1 : rat).
Let d : rat := 2%:R^-1.

Lemma lasso_instance :
  [/\ forall i, residual x y w i != 0,
      forall j, \sum_i x i j * Num.sg (residual x y w i) = 0 &
      forall j, \sum_i 2%:R * (`|residual x y w i| + d * l1 w) *
        (d * 1 - Num.sg (residual x y w i) * x i j) = 0].
Proof.
by split=> [[[|[|//]] ?]|j|j]; rewrite /x /y /w; unroll; try apply/eqP.
Qed.

Lemma nonzero_residual_optimum_is_lasso_mutant_lost_factor :
  let lambda :=
    d * (\sum_i `|residual x y w i| + 2%:R * (d * l1 w)) in
  ~ forall v, loss x y w + lambda * l1 w <= loss x y v + lambda * l1 v.
Proof.
move=> lambda /(_ (one 2%:R)); rewrite /lambda /loss /l1 /residual.
by rewrite !big_ord_recl !big_ord0; apply/negP.
Qed.

Lemma nonzero_residual_optimum_is_lasso_mutant_residuals_only :
  let lambda := 2%:R * d * (\sum_i `|residual x y w i|) in
  ~ forall v, loss x y w + lambda * l1 w <= loss x y v + lambda * l1 v.
Proof.
move=> lambda /(_ (one (5%:R / 4%:R))); rewrite /lambda /loss /l1 /residual.
by rewrite !big_ord_recl !big_ord0; apply/negP.
Qed.

Lemma nonzero_residual_optimum_is_lasso_mutant_lost_samples :
  let lambda :=
    2%:R * d * (\sum_i `|residual x y w i| + d * l1 w) in
  ~ forall v, loss x y w + lambda * l1 w <= loss x y v + lambda * l1 v.
Proof.
move=> lambda /(_ (one (9%:R / 8%:R))); rewrite /lambda /loss /l1 /residual.
by rewrite !big_ord_recl !big_ord0; apply/negP.
Qed.

End LassoInstance.

(* One sample is never balanced; it is stationary at d = 1. *)
Lemma nonzero_residual_optimum_is_lasso_mutant_unbalanced :
  let x := one (one (1 : rat)) in let y := one 3%:R in let w := one 1 in
  [/\ forall i, residual x y w i != 0,
      forall j, \sum_i 2%:R * (`|residual x y w i| + 1 * l1 w) *
        (1 * 1 - Num.sg (residual x y w i) * x i j) = 0 &
      ~ forall v, lasso x y w 1 w <= lasso x y w 1 v].
Proof.
move=> x y w; split=> [i|j|/(_ (one 0))]; try by rewrite /x /w; evaluate.
by rewrite /lasso /w; evaluate.
Qed.

(* At a residual of 0 the minimiser of adversarial training is another. *)
Lemma nonzero_residual_optimum_is_lasso_mutant_zero_residual :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let d : rat := 2%:R^-1 in
  [/\ forall j, \sum_i x i j * Num.sg (residual x y w i) = 0,
      forall u, ball_loss x y w d <= ball_loss x y u d &
      ~ forall v, lasso x y w d w <= lasso x y w d v].
Proof.
move=> x y w d; split=> [j|u|/(_ (one (3%:R / 4%:R)))].
- by rewrite /x; evaluate.
- have -> : ball_loss x y w d = d ^+ 2 by rewrite /d; evaluate.
  rewrite /ball_loss /l1 /residual !big_ord1 /x /y /one mul1r.
  apply: sqr_le_norm; rewrite ger0_norm //.
  apply: (@le_trans _ _ (d * (`|1 - u ord0| + `|u ord0|))).
    rewrite ler_pmulr // (le_trans _ (ler_norm_add _ _)) // subrK.
    by rewrite normr1.
  by rewrite mulrDr ler_add2r ler_pimull.
by rewrite /lasso /w; evaluate.
Qed.

(* BY-14: two classes, label 0, one feature that is absent and speaks for     *)
(* the other class.                                                           *)
Lemma head_margins_are_maximised_by_sorting_mutant_one_more :
  let W := two (one 0) (one (1 : rat)) in let b := two 0 0 in
  let x := one 1 in let c : 'I_2 := lift ord0 ord0 in
  ~ forall S : {set 'I_1}, (#|S| <= 1)%N ->
      head_margin W b x set0 ord0 c S <=
      head_margin W b x set0 ord0 c (best_flips W x set0 ord0 0 c).
Proof.
move=> W b x c /(_ setT); rewrite cardsT card_ord => /(_ isT).
have [_ _ -> _] := head_margins_are_maximised_by_sorting W b x set0 ord0 0.
by rewrite topk0 /head_margin /logit; evaluate.
Qed.

(* A feature that is present: its flip takes it away. *)
Lemma head_margins_are_maximised_by_sorting_mutant_present :
  let W := two (one 0) (one (1 : rat)) in let b := two 0 0 in
  let x := one 1 in let c : 'I_2 := lift ord0 ord0 in
  head_margin W b x setT ord0 c (best_flips W x setT ord0 1 c) <>
  head_margin W b x setT ord0 c set0 +
  topk 1 (fun j => (W c j - W ord0 j) * x j).
Proof.
move=> W b x c.
have [_ _ -> _] := head_margins_are_maximised_by_sorting W b x setT ord0 1.
by rewrite !topk1 /head_margin /logit /flip_change; evaluate.
Qed.

(* The score in place of the margin. *)
Lemma head_margins_are_maximised_by_sorting_mutant_lost_label :
  let W := two (one 1) (one (1 : rat)) in let b := two 0 0 in
  let x := one 1 in let c : 'I_2 := lift ord0 ord0 in
  head_margin W b x set0 ord0 c (best_flips W x set0 ord0 1 c) <>
  head_margin W b x set0 ord0 c set0 +
  topk 1 (fun j => (-1) ^+ (j \in set0) * (W c j * x j)).
Proof.
move=> W b x c.
have [_ _ -> _] := head_margins_are_maximised_by_sorting W b x set0 ord0 1.
by rewrite !topk1 /head_margin /logit /flip_change; evaluate.
Qed.

(* Three classes have two other classes. *)
Lemma head_margins_are_maximised_by_sorting_mutant_three_classes :
  let W := three (one 0) (one 0) (one (0 : rat)) in let b := three 0 0 0 in
  let x := one 0 in let f : rat -> rat := fun=> 1 in
  let best := \big[Num.max/0]_(c : 'I_3 | c != ord0)
    f (head_margin W b x set0 ord0 c (best_flips W x set0 ord0 0 c)) in
  let total S := \sum_c f (head_margin W b x set0 ord0 c S) in
  ~ forall S : {set 'I_1}, (#|S| <= 0)%N -> total S <= f 0 + best.
Proof.
move=> W b x f best total /(_ set0); rewrite cards0 => /(_ isT).
by rewrite /total /best; evaluate.
Qed.

(* A function f that falls. *)
Lemma head_margins_are_maximised_by_sorting_mutant_falling :
  let W := two (one 0) (one (1 : rat)) in let b := two 0 0 in
  let x := one 1 in let f (s : rat) : rat := if s <= 0 then 1 else 0 in
  let best := \big[Num.max/0]_(c : 'I_2 | c != ord0)
    f (head_margin W b x set0 ord0 c (best_flips W x set0 ord0 1 c)) in
  let total S := \sum_c f (head_margin W b x set0 ord0 c S) in
  ~ forall S : {set 'I_1}, (#|S| <= 1)%N -> total S <= f 0 + best.
Proof.
move=> W b x f best total /(_ set0); rewrite cards0 => /(_ isT).
have [_ _ marginE _] := head_margins_are_maximised_by_sorting W b x set0 ord0 1.
rewrite /total /best /f; unroll; rewrite /= marginE topk1_one.
by rewrite /head_margin /logit /flip_change; evaluate.
Qed.

(* A negative function f, though it grows. *)
Lemma head_margins_are_maximised_by_sorting_mutant_negative :
  let W := two (one 0) (one (0 : rat)) in let b := two 0 0 in
  let x := one 0 in let f : rat -> rat := fun=> -1 in
  let best := \big[Num.max/0]_(c : 'I_2 | c != ord0)
    f (head_margin W b x set0 ord0 c (best_flips W x set0 ord0 0 c)) in
  let total S := \sum_c f (head_margin W b x set0 ord0 c S) in
  ~ exists2 S : {set 'I_1}, (#|S| <= 0)%N & f 0 + best <= total S.
Proof.
by move=> W b x f best total [S _]; rewrite /total /best; evaluate.
Qed.
