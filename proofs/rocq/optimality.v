From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem masks adversarial_dropout.
From LinearRegression Require Import gordan.

(******************************************************************************)
(* The first-order condition of the exact worst case of adversarial dropout,  *)
(* a finite maximum of squares: where it is minimal, a mean of its worst      *)
(* masks is stationary.                                                       *)
(*                                                                            *)
(*  worst_masks x y k w T == every T i has at most k features and attains the *)
(*                           worst case of sample i                           *)
(*        slope x y w T j == half the derivative of masked_loss in the weight *)
(*                           j, for the masks T                               *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* Finitely many parabolas that are negative at 0, or 0 and falling there,    *)
(* are all negative after a common small step.                                *)
Lemma common_descent (R : realFieldType) (K : finType) (a b c : K -> R) :
  exists2 t, 0 < t & forall m, a m <= 0 -> (a m = 0 -> b m < 0) ->
    a m + t * b m + t ^+ 2 * c m < 0.
Proof.
pose e m := if a m != 0 then a m else if b m != 0 then b m else 1.
pose f m := if a m != 0 then `|b m| + `|c m| + 1 else `|c m| + 1.
have e_neq0 m : e m != 0.
  rewrite /e; case: ifP => [//|_]; case: ifP => [//|_]; exact: oner_neq0.
have [u u_gt0 le_u] := common_step f e_neq0.
pose t := Num.min u 1.
have t_gt0 : 0 < t by rewrite lt_minr u_gt0 ltr01.
have t_le1 : t <= 1 by rewrite le_minl lexx orbT.
have le_t m : t * f m <= `|e m|.
  apply: le_trans (le_u m); apply: (@le_trans _ _ (t * `|f m|)).
    by rewrite ler_wpmul2l ?ler_norm // ltW.
  by rewrite ler_wpmul2r // le_minl lexx.
exists t => // m; have := le_t m; rewrite /e /f.
have le_c : t * c m <= `|c m|.
  apply: (@le_trans _ _ (t * `|c m|)); first by rewrite ler_pmul2l ?ler_norm.
  by rewrite -[X in _ <= X]mul1r ler_wpmul2r.
case: eqVneq => [->|a_neq0] /= le_e a_le0 b_lt0.
  have {}b_lt0 := b_lt0 erefl; move: le_e; rewrite (lt_eqF b_lt0) /=.
  rewrite (ltr0_norm b_lt0) => le_b; rewrite add0r expr2 -mulrA -mulrDr.
  rewrite pmulr_rlt0 // -ltr_subr_addl sub0r; apply: lt_le_trans le_b.
  by rewrite ltr_pmul2l // ltr_spaddr ?ltr01 ?ler_norm.
have a_lt0 : a m < 0 by rewrite lt_neqAle a_neq0.
move: le_e; rewrite (ltr0_norm a_lt0) => le_a.
rewrite expr2 -mulrA -addrA -mulrDr -ltr_subr_addl sub0r.
apply: lt_le_trans le_a; rewrite ltr_pmul2l // ltr_spaddr ?ltr01 //.
by rewrite ler_add ?ler_norm.
Qed.

Section FirstOrder.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (k : nat).
Implicit Types (w d : 'I_D -> R) (T : {ffun 'I_N -> {set 'I_D}}).

Definition worst_masks w T := [forall i, (#|T i| <= k)%N &&
  (dropped_residual x y w i (T i) ^+ 2 == exact_sample x y w k i)].

Definition slope w T j :=
  \sum_i - (dropped_residual x y w i (T i) * ((j \notin T i)%:R * x i j)).

Lemma sum_dropped (S : {set 'I_D}) :
  \sum_j (1 - (j \notin S)%:R) = #|S|%:R :> R.
Proof.
rewrite -sum_set_one; apply: eq_bigr => j _.
by case: (j \in S); rewrite ?subr0 ?subrr.
Qed.

Lemma worst_masks_ex w : exists T, worst_masks w T.
Proof.
have attained i : exists S : {set 'I_D}, (#|S| <= k)%N &&
    (dropped_residual x y w i S ^+ 2 == exact_sample x y w k i).
  have [S Sk S_max] := moved_attained (residual x y w i)
    (fun j => x i j * w j) k.
  by exists S; rewrite Sk exact_sampleE dropped_residualE S_max eqxx.
have [T T_max] := fin_all_exists attained.
by exists [ffun i => T i]; apply/forallP=> i; rewrite ffunE.
Qed.

Lemma masked_loss_worst w T :
  worst_masks w T -> masked_loss x y w T = exact_loss x y w k.
Proof.
by move/forallP=> T_max; apply: eq_bigr => i _; have /andP[_ /eqP] := T_max i.
Qed.

Lemma masked_loss_le w T :
  [forall i, #|T i| <= k]%N -> masked_loss x y w T <= exact_loss x y w k.
Proof. by move/forallP=> Tk; apply: ler_sum => i _; apply: le_exact_sample. Qed.

Lemma worst_masks_of_loss w T : [forall i, #|T i| <= k]%N ->
  masked_loss x y w T = exact_loss x y w k -> worst_masks w T.
Proof.
move=> /forallP Tk eq_T; apply/forallP=> i; rewrite Tk /= eq_sym -subr_eq0.
move/esym/eqP: eq_T; rewrite -subr_eq0 -sumrB psumr_eq0 => [/allP eq_T|m _].
  by apply: eq_T; rewrite mem_index_enum.
by rewrite subr_ge0 le_exact_sample.
Qed.

Let kept d i (S : {set 'I_D}) := \sum_(j | j \notin S) x i j * d j.

Let dropped_residualD w d t i S :
  dropped_residual x y (fun j => w j + t * d j) i S =
  dropped_residual x y w i S - t * kept d i S.
Proof.
rewrite /dropped_residual -addrA -opprD; congr (_ - _).
by rewrite mulr_sumr -big_split; apply: eq_bigr => j _ /=; ring.
Qed.

Let slope_dot w d T : \sum_j slope w T j * d j =
  \sum_i - (dropped_residual x y w i (T i) * kept d i (T i)).
Proof.
under eq_bigr do rewrite mulr_suml; rewrite exchange_big.
apply: eq_bigr => i _; rewrite mulr_sumr -sumrN [RHS]big_mkcond.
apply: eq_bigr => j _; case: ifP => _; last by rewrite mul0r mulr0 oppr0 mul0r.
by rewrite mul1r mulNr mulrA.
Qed.

(* Along a line the masked loss is a parabola.                                *)
Lemma masked_lossD w d t T :
  masked_loss x y (fun j => w j + t * d j) T = masked_loss x y w T +
    t * (2%:R * (\sum_j slope w T j * d j)) +
    t ^+ 2 * (\sum_i kept d i (T i) ^+ 2).
Proof.
rewrite slope_dot mulrA !mulr_sumr -!big_split; apply: eq_bigr => i _ /=.
by rewrite dropped_residualD; ring.
Qed.

(* At a minimiser no direction lowers all worst masks at once: 0 is a mean of *)
(* their slopes.                                                              *)
Lemma optimal_is_stationary w :
    (forall v, exact_loss x y w k <= exact_loss x y v k) ->
  exists (K : finType) (T : K -> {ffun 'I_N -> {set 'I_D}}) (l : K -> R),
    [/\ forall m, worst_masks w (T m), forall m, 0 <= l m, \sum_m l m = 1 &
      forall j, \sum_m l m * slope w (T m) j = 0].
Proof.
move=> w_min; pose K := {T | worst_masks w T}.
have [d|l [l_ge0 l1 l_slope]] := @gordan R [finType of K] [finType of 'I_D]
    (fun m => slope w (val m)); last first.
  by exists [finType of K], val, l; split=> // m; apply: valP.
apply/existsP; apply: contraT; rewrite negb_exists => /forallP falling.
have [t t_gt0 below] := common_descent
  (fun T => masked_loss x y w T - exact_loss x y w k)
  (fun T => 2%:R * (\sum_j slope w T j * d j))
  (fun T => \sum_i kept d i (T i) ^+ 2).
have [T T_max] := worst_masks_ex (fun j => w j + t * d j).
have Tk : [forall i, #|T i| <= k]%N.
  by apply/forallP=> i; have /forallP/(_ i)/andP[] := T_max.
have := w_min (fun j => w j + t * d j).
rewrite -(masked_loss_worst T_max) masked_lossD leNgt => /negP[].
rewrite -subr_lt0 2!(addrAC _ _ (- exact_loss _ _ _ _)); apply: below.
  by rewrite subr_le0 masked_loss_le.
move/eqP; rewrite subr_eq0 => /eqP eq_T.
rewrite pmulr_rlt0 ?ltr0n // ltNge.
exact: falling (Sub T (worst_masks_of_loss Tk eq_T)).
Qed.

End FirstOrder.
