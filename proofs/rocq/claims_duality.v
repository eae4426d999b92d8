From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout.
From LinearRegression Require Import claims_at claims_by attainment.
From LinearRegression Require Import duality_training duality_dropout.

(******************************************************************************)
(* The duals of both robust regressions, BY-7. Names as in duality_training.v *)
(* and duality_dropout.v.                                                     *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* BY-7: over any ordered domain no dual point has a value above an exact     *)
(* worst case (weak duality). Over an ordered field w minimises it iff some   *)
(* dual point has its value, and such a pair exists (strong duality, without  *)
(* assumptions on the data); in adversarial training that point has           *)
(* a i = |e_i| + d ||w||_1 and the signs of e and w (complementary            *)
(* slackness). Rational data have rational optima: no weights of whatever     *)
(* ordered field do better.                                                   *)
Theorem robust_regressions_have_weak_duality :
  [/\ forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y,
        (forall w d alpha a, 0 <= d -> ball_feasible x d alpha a ->
           ball_value y alpha a <= ball_loss x y w d) /\
        (forall w k p q u v, dual_feasible x k p q u v ->
           dual_value y p q <= exact_loss x y w k),
      forall (R : realFieldType) N D (x : 'I_N -> 'I_D -> R) y d, 0 <= d ->
        [/\ forall w, (forall v, ball_loss x y w d <= ball_loss x y v d) <->
              exists alpha a, ball_feasible x d alpha a /\
                ball_value y alpha a = ball_loss x y w d,
            forall w alpha a, ball_feasible x d alpha a ->
                ball_value y alpha a = ball_loss x y w d ->
              [/\ forall i, a i = `|residual x y w i| + d * (\sum_j `|w j|),
                  forall i, alpha i * residual x y w i =
                    a i * `|residual x y w i| &
                  forall j, (\sum_i x i j * alpha i) * w j =
                    d * (\sum_i a i) * `|w j|] &
            exists w alpha a, ball_feasible x d alpha a /\
              ball_value y alpha a = ball_loss x y w d],
      forall (R : realFieldType) N D (x : 'I_N -> 'I_D -> R) y k,
        (forall w, (forall v, exact_loss x y w k <= exact_loss x y v k) <->
           exists p q u v, dual_feasible x k p q u v /\
             dual_value y p q = exact_loss x y w k) /\
        (exists w p q u v, dual_feasible x k p q u v /\
           dual_value y p q = exact_loss x y w k) &
      forall (R : realFieldType) N D (x : 'I_N -> 'I_D -> rat)
          (y : 'I_N -> rat),
        let rx i j : R := ratr (x i j) in let ry i : R := ratr (y i) in
        (forall d, 0 <= d -> exists w : 'I_D -> rat, forall v,
           ball_loss rx ry (fun j => ratr (w j)) (ratr d) <=
           ball_loss rx ry v (ratr d)) /\
        (forall k, exists w : 'I_D -> rat, forall v,
           exact_loss rx ry (fun j => ratr (w j)) k <= exact_loss rx ry v k)].
Proof.
split=> [R N D x y|R N D x y d d_ge0|R N D x y k|R N D x y rx ry].
- split=> [w d alpha a|w k p q u v]; first exact: ball_value_le.
  exact: dual_value_le.
- have strong w := training_regression_has_strong_duality x y w d_ge0.
  split=> [w|w|]; [by have [] := strong w | by have [] := strong w |].
  have [w w_min] := ball_loss_attained x y d_ge0; exists w.
  by have [[dual _] _] := strong w; apply: dual.
- exact: dropout_regression_has_strong_duality.
split=> [d|k]; last first.
  exact: (dropout_optimum_extended (f := [rmorphism of @ratr R]) (@ler_rat R)).
exact: (ball_optimum_extended (f := [rmorphism of @ratr R]) (@ler_rat R)).
Qed.

(* The wrong twins. *)

(* Of training, at one sample and one feature. *)

(* Without |alpha_i| <= a_i, w = 1 would be certified at x = 0, y = d = 1. *)
Lemma robust_regressions_have_weak_duality_mutant_training_box :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 0 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  ~ ((forall v, ball_loss x y w 1 <= ball_loss x y v 1) <->
     exists alpha a : 'I_1 -> rat,
       (forall j, `|\sum_i x i j * alpha i| <= 1 * (\sum_i a i)) /\
       2%:R * (\sum_i alpha i * y i) - \sum_i a i ^+ 2 = ball_loss x y w 1).
Proof.
move=> x y w [_ certified]; suff : ball_loss x y w 1 <= ball_loss x y (fun=> 0)
  1 by rewrite !ball_loss_line.
apply: certified; exists (fun=> 2%:R), (fun=> 0); rewrite ball_loss_line.
by split=> [j|]; rewrite !big_ord1.
Qed.

(* With d in place of d * sum of the a_i, the optimum 0 at x = d = 1, y = 2   *)
(* has no certificate.                                                        *)
Lemma robust_regressions_have_weak_duality_mutant_training_slope :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 2%:R in let w : 'I_1 -> rat := fun=> 0 in
  ~ ((forall v, ball_loss x y w 1 <= ball_loss x y v 1) <->
     exists alpha a : 'I_1 -> rat,
       ((forall i, `|alpha i| <= a i) /\
        forall j, `|\sum_i x i j * alpha i| <= 1) /\
       2%:R * (\sum_i alpha i * y i) - \sum_i a i ^+ 2 = ball_loss x y w 1).
Proof.
move=> x y w [certified _]; have w4 : ball_loss x y w 1 = 2%:R ^+ 2.
  by rewrite ball_loss_line; apply/eqP.
move: certified; rewrite w4 => certified.
have [v|alpha [a [[le_a le_1]]]] := certified.
  rewrite ball_loss_line !mul1r; apply: sqr_le_norm.
  by have := ler_norm_add (2%:R - v ord0) (v ord0); rewrite subrK.
rewrite !big_ord1.
have := le_1 ord0; have := le_a ord0; rewrite big_ord1 mul1r.
move: (alpha ord0) (a ord0) => p q le_q le_p valueE.
have p_le1 : p <= 1 by apply: le_trans (ler_norm _) le_p.
have : q ^+ 2 <= 0.
  apply: (@ler_by_sub _ _ _ (4%:R * (1 - p))); last first.
    by rewrite mulr_ge0 ?subr_ge0.
  have /eqP : 2%:R * (p * 2%:R) - q ^+ 2 = 2%:R ^+ 2 by [].
  by rewrite subr_eq addrC -subr_eq => /eqP<-; ring.
rewrite le_eqVlt ltNge sqr_ge0 orbF sqrf_eq0 => /eqP q0.
by move: le_q valueE; rewrite q0 normr_le0 => /eqP-> /eqP.
Qed.

(* Without the factor 2 there is no certificate at x = d = 0, y = 1. *)
Lemma robust_regressions_have_weak_duality_mutant_training_factor :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 0 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 0 in
  ~ ((forall v, ball_loss x y w 0 <= ball_loss x y v 0) <->
     exists alpha a : 'I_1 -> rat,
       ((forall i, `|alpha i| <= a i) /\
        forall j, `|\sum_i x i j * alpha i| <= 0 * (\sum_i a i)) /\
       \sum_i alpha i * y i - \sum_i a i ^+ 2 = ball_loss x y w 0).
Proof.
move=> x y w [certified _]; have one v : ball_loss x y v 0 = 1.
  by rewrite ball_loss_line !mul0r subr0 addr0 normr1 expr1n.
have [v|alpha [a [[le_a _]]]] := certified; first by rewrite !one.
rewrite one !big_ord1 mulr1.
have : alpha ord0 <= a ord0 by apply: le_trans (ler_norm _) (le_a _).
move: (alpha ord0) (a ord0) => p q le_pq valueE.
suff : 4%:R + (2%:R * q - 1) ^+ 2 <= 1 :> rat.
  by rewrite leNgt => /negP; apply; rewrite ltr_paddr ?sqr_ge0.
apply: (@ler_by_sub _ _ _ (4%:R * (q - p))); last first.
  by rewrite mulr_ge0 ?subr_ge0.
by move/eqP: valueE; rewrite subr_eq => /eqP->; ring.
Qed.

(* One sample of two features 1 and target 9, one drop: at the weights 6 the  *)
(* residual is -3, or 3 after a drop, and the worst case 9 is the least.      *)
Section Twins.

Let x : 'I_1 -> 'I_2 -> rat := fun _ _ => 1.
Let y : 'I_1 -> rat := fun=> 9%:R.
Let w : 'I_2 -> rat := fun=> 6%:R.

Let exact_loss_w : exact_loss x y w 1 = 9%:R.
Proof.
have sqr_dropped (S : {set 'I_2}) : (#|S| <= 1)%N ->
    dropped_residual x y w ord0 S ^+ 2 = 9%:R.
  move=> S1; rewrite dropped_residualE /residual !sumr_const card_ord.
  by case: #|S| S1 => [|[]].
rewrite /exact_loss big_ord1; apply/le_anti/andP; split.
  by apply: bigmaxr_le => // S /sqr_dropped->.
by rewrite -[X in X <= _](sqr_dropped set0) ?le_exact_sample ?cards0.
Qed.

Let balance (u v : 'I_1 -> 'I_2 -> rat) :
  (forall i j, u i j = v i j) -> forall j, \sum_i x i j * (u i j - v i j) = 0.
Proof. by move=> uv j; rewrite big1 // => i _; rewrite uv subrr mulr0. Qed.

Let feasible : dual_feasible x 1 (fun=> 2%:R) (fun=> 1) (fun _ _ => 1)
  (fun _ _ => 1).
Proof.
split=> // [i|i|]; last exact: balance.
  by rewrite sumr_const card_ord.
by rewrite sumr_const card_ord.
Qed.

(* With |p|^2 + |q|^2 for |p + q|^2, there are dual points above the optimum. *)
Lemma robust_regressions_have_weak_duality_mutant_dropout_apart :
  ~ forall p q u v, dual_feasible x 1 p q u v ->
      2%:R * (\sum_i (p i - q i) * y i) - \sum_i (p i ^+ 2 + q i ^+ 2) <=
      exact_loss x y w 1.
Proof.
move/(_ (fun=> 2%:R) (fun=> 1) (fun _ _ => 1) (fun _ _ => 1)).
rewrite exact_loss_w !big_ord1 => above; suff: false by [].
by apply: above; exact: feasible.
Qed.

(* Without the budget for p there are, too.                                   *)
Lemma robust_regressions_have_weak_duality_mutant_dropout_budget :
  ~ forall p q u v,
      [/\ (forall i j, 0 <= u i j <= p i) /\ (forall i j, 0 <= v i j <= q i),
          (forall i, 0 <= p i) /\ (forall i, 0 <= q i),
          forall i, \sum_j (q i - v i j) <= 1%:R * q i &
          forall j, \sum_i x i j * (u i j - v i j) = 0] ->
      dual_value y p q <= exact_loss x y w 1.
Proof.
move/(_ (fun=> 1) (fun=> 0) (fun _ _ => 0) (fun _ _ => 0)).
rewrite exact_loss_w /dual_value !big_ord1 => above; suff: false by [].
apply: above; split=> // [i|]; last exact: balance.
by rewrite sumr_const card_ord.
Qed.

(* With residuals of one sign only, nothing certifies the optimum.            *)
Lemma robust_regressions_have_weak_duality_mutant_dropout_one_sided :
  ~ ((forall w', exact_loss x y w 1 <= exact_loss x y w' 1) <->
     exists p u, dual_feasible x 1 p (fun=> 0) u (fun _ _ => 0) /\
       dual_value y p (fun=> 0) = exact_loss x y w 1).
Proof.
have w_min w' : exact_loss x y w 1 <= exact_loss x y w' 1.
  have [/(_ w)[_ opt] _] := dropout_regression_has_strong_duality x y 1.
  apply: opt; exists (fun=> 2%:R), (fun=> 1), (fun _ _ => 1), (fun _ _ => 1).
  by rewrite exact_loss_w /dual_value !big_ord1.
case=> /(_ w_min)[p [u [[_ [p_ge0 _] p_sum _ balanced] valueE]]] _.
have u0 j : u ord0 j = 0.
  by have := balanced j; rewrite big_ord1 mul1r subr0.
have p0 : p ord0 = 0.
  apply/le_anti; rewrite p_ge0 andbT.
  have := p_sum ord0; under eq_bigr do rewrite u0 subr0.
  by rewrite sumr_const card_ord mul1r mulr2n ger_addl.
move: valueE; rewrite exact_loss_w /dual_value !big_ord1 p0.
by move/eqP.
Qed.

End Twins.
