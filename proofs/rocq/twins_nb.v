From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout claims_nb.
From LinearRegression Require Import small small_gains.

(******************************************************************************)
(* The wrong twins of the claims on the neighbours, NB-2 to NB-4. A wrong     *)
(* twin is the statement of a theorem with one thing wrong (a lost factor,    *)
(* another norm, a hypothesis left out), refuted at a small rational          *)
(* instance, so that the right statement is seen to say something. It carries *)
(* the name of its theorem and _mutant_<word>.                                *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* NB-2: the mean squared error under dropout of rate p. *)
Definition dropout_mean N D (x : 'I_N -> 'I_D -> rat) y (w : 'I_D -> rat) p q :=
  \sum_i \sum_(S : {set 'I_D}) (\prod_j (if j \in S then p else q)) *
    (y i - \sum_(j | j \notin S) x i j * w j) ^+ 2.

Lemma dropout_noise_is_scaled_ridge_mutant_no_shrinkage :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let p : rat := 2%:R^-1 in let q : rat := 2%:R^-1 in
  dropout_mean x y w p q <>
  \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
  p * q * (\sum_i \sum_j x i j ^+ 2 * w j ^+ 2).
Proof.
move=> x y w p q; rewrite /dropout_mean dropout_noise_is_scaled_ridge //.
by evaluate.
Qed.

Lemma dropout_noise_is_scaled_ridge_mutant_rate_for_variance :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let p : rat := 2%:R^-1 in let q : rat := 2%:R^-1 in
  dropout_mean x y w p q <>
  \sum_i (y i - q * (\sum_j x i j * w j)) ^+ 2 +
  p * (\sum_i \sum_j x i j ^+ 2 * w j ^+ 2).
Proof.
move=> x y w p q; rewrite /dropout_mean dropout_noise_is_scaled_ridge //.
by evaluate.
Qed.

Lemma dropout_noise_is_scaled_ridge_mutant_dropped_for_kept :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let p : rat := 0 in let q : rat := 1 in
  dropout_mean x y w p q <>
  \sum_i (y i - p * (\sum_j x i j * w j)) ^+ 2 +
  p * q * (\sum_i \sum_j x i j ^+ 2 * w j ^+ 2).
Proof.
move=> x y w p q; rewrite /dropout_mean dropout_noise_is_scaled_ridge //.
by evaluate.
Qed.

Lemma dropout_noise_is_scaled_ridge_mutant_all_features_at_once :
  let x := one (two 1 (1 : rat)) in let y := one 0 in let w := two 1 1 in
  let p : rat := 2%:R^-1 in let q : rat := 2%:R^-1 in
  dropout_mean x y w p q <>
  \sum_i (y i - q * (\sum_j x i j * w j)) ^+ 2 +
  p * q * (\sum_i (\sum_j x i j * w j) ^+ 2).
Proof.
move=> x y w p q; rewrite /dropout_mean dropout_noise_is_scaled_ridge //.
by evaluate.
Qed.

(* Rates that do not add up to 1: both 0. *)
Lemma dropout_noise_is_scaled_ridge_mutant_rates :
  let x := one (one (1 : rat)) in let y := one 1 in let w := one 1 in
  let p : rat := 0 in let q : rat := 0 in
  dropout_mean x y w p q <>
  \sum_i (y i - q * (\sum_j x i j * w j)) ^+ 2 +
  p * q * (\sum_i \sum_j x i j ^+ 2 * w j ^+ 2).
Proof.
move=> x y w p q; rewrite /dropout_mean big1 => [|i _]; first by evaluate.
by rewrite big1 // => S _; rewrite big_ord1 if_same mul0r.
Qed.

(* NB-3: the worst loss, attained, is known from the theorem. *)
Lemma l2_ball_adds_norm_inside_the_square_mutant_l1_norm :
  let x := one (two 0 (0 : rat)) in let y := one 1 in
  let w := two 3%:R 4%:R in
  ~ exists2 r, forall i, \sum_j r i j ^+ 2 <= 1 ^+ 2 &
      \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
      \sum_i (`|residual x y w i| + 1 * l1 w) ^+ 2.
Proof.
move=> x y w [r r_le rE].
have [|||le_worst _] := @l2_ball_adds_norm_inside_the_square _ _ _ x y w 1 5%:R.
- by [].
- by [].
- by rewrite /w; unroll; apply/eqP.
by have := le_worst r r_le; rewrite rE; evaluate.
Qed.

Lemma l2_ball_adds_norm_inside_the_square_mutant_norm_outside :
  let x := one (one (0 : rat)) in let y := one 1 in let w := one 1 in
  ~ forall r, (forall i, \sum_j r i j ^+ 2 <= 1 ^+ 2) ->
      \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
      \sum_i (residual x y w i ^+ 2 + 1 ^+ 2 * \sum_j w j ^+ 2).
Proof.
have r_in i : \sum_j one (one (-1 : rat)) i j ^+ 2 <= 1 ^+ 2 by evaluate.
by move=> x y w /(_ _ r_in); evaluate.
Qed.

Lemma l2_ball_adds_norm_inside_the_square_mutant_lost_delta :
  let x := one (one (0 : rat)) in let y := one 1 in let w := one 1 in
  ~ forall r, (forall i, \sum_j r i j ^+ 2 <= 2%:R ^+ 2) ->
      \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
      \sum_i (`|residual x y w i| + 1) ^+ 2.
Proof.
have r_in i : \sum_j one (one (- 2%:R : rat)) i j ^+ 2 <= 2%:R ^+ 2.
  by evaluate.
by move=> x y w /(_ _ r_in); evaluate.
Qed.

(* The other root of the sum of the squares. *)
Lemma l2_ball_adds_norm_inside_the_square_mutant_negative_norm :
  let x := one (one (0 : rat)) in let y := one 1 in let w := one 1 in
  let nw : rat := -1 in
  nw ^+ 2 = \sum_j w j ^+ 2 /\
  ~ forall r, (forall i, \sum_j r i j ^+ 2 <= 1 ^+ 2) ->
      \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
      \sum_i (`|residual x y w i| + 1 * nw) ^+ 2.
Proof.
move=> x y w nw; split; first by rewrite /w; evaluate.
have r_in i : \sum_j one (one (-1 : rat)) i j ^+ 2 <= 1 ^+ 2 by evaluate.
by move/(_ _ r_in); evaluate.
Qed.

(* NB-4. *)
Lemma worst_dropout_is_feature_deletion_mutant_one_more :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  exact_sample x y w 0 ord0 <> Num.max
    (residual x y w ord0 + topk 1 (fun j => x ord0 j * w j))
    (topk 1 (fun j => - (x ord0 j * w j)) - residual x y w ord0) ^+ 2.
Proof. by move=> x y w; gains. Qed.

Lemma worst_dropout_is_feature_deletion_mutant_hinge :
  let x := one (one (1 : rat)) in let y := one (-1) in let w := one 1 in
  exact_sample x y w 1 ord0 <>
  (residual x y w ord0 + topk 1 (fun j => x ord0 j * w j)) ^+ 2.
Proof. by move=> x y w; gains. Qed.

Lemma worst_dropout_is_feature_deletion_mutant_not_restricted :
  let x := one (one (1 : rat)) in let y := one 2%:R in let w := one 1 in
  exact_sample x y w 0 ord0 <> Num.max
    (residual x y w ord0 + \sum_j Num.max (x ord0 j * w j) 0)
    (\sum_j Num.max (- (x ord0 j * w j)) 0 - residual x y w ord0) ^+ 2.
Proof. by move=> x y w; gains. Qed.

Lemma worst_dropout_is_feature_deletion_mutant_with_both_signs :
  let x := one (one (1 : rat)) in let y := one 0 in let w := one (-1) in
  exact_sample x y w 1 ord0 <>
  (`|residual x y w ord0| + topk 1 (fun j => `|x ord0 j * w j|)) ^+ 2.
Proof. by move=> x y w; gains. Qed.

(* The linear program without the budget, and without its sign constraints. *)
Lemma worst_dropout_is_feature_deletion_mutant_lost_budget :
  let a := two 1 (1 : rat) in let v := two 0 0 in let z : rat := 1 in
  [/\ 0 <= z, forall j, 0 <= v j, forall j, a j <= z + v j &
      ~ (topk 2 a <= z + \sum_j v j)].
Proof.
move=> a v z; split=> // [[[|[|//]] ?] //|[[|[|//]] ?] //|].
by rewrite topk_full ?card_ord // /v /a; evaluate.
Qed.

Lemma worst_dropout_is_feature_deletion_mutant_negative_price :
  let a := one (1 : rat) in let v := one 2%:R in let z : rat := -1 in
  [/\ forall j, 0 <= v j, forall j, a j <= z + v j &
      ~ (topk 2 a <= 2%:R * z + \sum_j v j)].
Proof.
move=> a v z; split=> //.
by rewrite topk_full ?card_ord // /v /a; evaluate.
Qed.

Lemma worst_dropout_is_feature_deletion_mutant_negative_excess :
  let a := one (-1 : rat) in let v := one (-1) in let z : rat := 0 in
  [/\ 0 <= z, forall j, a j <= z + v j &
      ~ (topk 1 a <= 1%:R * z + \sum_j v j)].
Proof. by move=> a v z; split=> //; rewrite /v /a; gains. Qed.
