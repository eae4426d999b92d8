From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra.

(******************************************************************************)
(* What is fitted: N samples x i of D features, targets y i, weights w.       *)
(*                                                                            *)
(*          residual x y w i == y i - x i . w, the paper's y_i - x_i^T w      *)
(*              loss x y w == the sum of the squared residuals                *)
(*  input_gradient x y w i j == the derivative of the loss in x i j,          *)
(*                            - 2 e_i w_j (input_gradient_deriv says that it  *)
(*                            is one)                                         *)
(*                    l1 w == the sum of the absolute values of w             *)
(*         n_nonzero x y w == the number of samples with a nonzero residual   *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Problem.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (w : 'I_D -> R).

Definition residual i := y i - \sum_j x i j * w j.

Definition loss := \sum_i residual i ^+ 2.

Definition input_gradient i j := - 2%:R * residual i * w j.

Definition l1 := \sum_j `|w j|.

Definition n_nonzero := #|[set i | residual i != 0]|.

Lemma loss_ge0 : 0 <= loss.
Proof. by apply: sumr_ge0 => i _; apply: sqr_ge0. Qed.

Lemma l1_ge0 : 0 <= l1.
Proof. exact: sumr_ge0. Qed.

Lemma l1_eq0 : l1 = 0 -> forall j, w j = 0.
Proof.
move/eqP; rewrite psumr_eq0 // => /allP w0 j.
by apply/eqP; rewrite -normr_eq0; apply: (w0 j); rewrite mem_index_enum.
Qed.

Lemma n_nonzeroE : n_nonzero%:R = \sum_i (residual i != 0)%:R :> R.
Proof. by rewrite -sum_set_one; apply: eq_bigr => i _; rewrite inE. Qed.

(* Moving one entry by 'X moves the squared residual with this slope. *)
Lemma input_gradient_deriv i j :
  ((((residual i)%:P - 'X * (w j)%:P) ^+ 2)^`()).[0] = input_gradient i j.
Proof.
rewrite deriv_exp /= !derivE !hornerE /input_gradient.
by rewrite -mulr_natl; ring.
Qed.

(* Moving all of sample i by r. *)
Lemma residual_shift (r : 'I_D -> R) i :
  y i - \sum_j (x i j + r j) * w j = residual i - \sum_j r j * w j.
Proof.
rewrite /residual -addrA -opprD -big_split; congr (_ - _).
by apply: eq_bigr => j _; rewrite mulrDl.
Qed.

End Problem.

Lemma residual0 (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y i :
  residual x y (fun=> 0) i = y i.
Proof. by rewrite /residual big1 ?subr0 // => j _; rewrite mulr0. Qed.

Lemma l10 (R : realDomainType) D : l1 (fun _ : 'I_D => 0 : R) = 0.
Proof. by rewrite /l1 big1 // => j _; rewrite normr0. Qed.
