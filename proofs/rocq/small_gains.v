From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require Import extra problem masks adversarial_dropout.
From LinearRegression Require Import small.

(******************************************************************************)
(* Gains and worst cases at small instances, for budgets of 0 and 1.          *)
(*                                                                            *)
(*        gains == writes worst cases, gains and what they are made of out,   *)
(*                 then evaluates                                             *)
(*  gains_with E == the same, with the residual already known from E          *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Lemma topk1_one (v : 'I_1 -> rat) : topk 1 v = Num.max (v ord0) 0.
Proof. by rewrite topk1 big_ord_recl big_ord0. Qed.

Lemma topk1_two (v : 'I_2 -> rat) :
  topk 1 v = Num.max (v ord0) (Num.max (v (lift ord0 ord0)) 0).
Proof. by rewrite topk1 !big_ord_recl big_ord0. Qed.

Section Greedy.

Variables (N D : nat) (x : 'I_N -> 'I_D -> rat) (y : 'I_N -> rat).
Variables (w : 'I_D -> rat) (k : nat) (i : 'I_N).

(* What greedy leaves of a sample, on both sides of its case distinction. *)
Lemma greedy_on e : residual x y w i = e -> e != 0 ->
  dropped_residual x y w i (greedy_drops x y w k i) ^+ 2 =
  (`|e| + gain x y w k i) ^+ 2.
Proof. by move=> eE e_neq0; rewrite greedy_sample eE e_neq0. Qed.

Lemma greedy_off : residual x y w i = 0 ->
  dropped_residual x y w i (greedy_drops x y w k i) ^+ 2 = 0.
Proof. by move=> e0; rewrite greedy_sample e0 eqxx. Qed.

End Greedy.

Ltac spread :=
  rewrite /exact_loss ?big_ord1 ?exact_sampleE;
  rewrite /gain /counter_gain /side_gain /side_counter;
  rewrite ?topk0 ?topk1_one ?topk1_two.

Ltac gains := spread; evaluate.

Ltac gains_with E := spread; rewrite ?E; evaluate.
