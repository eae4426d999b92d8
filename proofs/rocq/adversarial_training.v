From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem.

(******************************************************************************)
(* Adversarial training of a linear regression: Formulas 12 and 13.           *)
(*                                                                            *)
(*   fgsm_loss x y w d == Formula 12, the loss after every x i moved by       *)
(*                        d * sign(gradient of the loss in x i)               *)
(*   gamma_at x y w j m == entry of the sum of the outer products of the      *)
(*                        gradient's signs                                    *)
(*   ball_loss x y w d == sum of (|e_i| + d ||w||_1)^2, the exact worst case  *)
(*                        over all moves of size at most d in each entry      *)
(*  fgsm_penalty x y w d i == what sample i adds to the loss in Formula 12    *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section AdversarialTraining.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (w : 'I_D -> R).

Local Notation e := (residual x y w).
Local Notation g := (input_gradient x y w).

Definition fgsm_loss d :=
  \sum_i (y i - \sum_j (x i j + d * Num.sg (g i j)) * w j) ^+ 2.

Definition gamma_at j m := \sum_i Num.sg (g i j) * Num.sg (g i m).

Definition ball_loss d := \sum_i (`|e i| + d * l1 w) ^+ 2.

Definition fgsm_penalty d i :=
  (y i - \sum_j (x i j + d * Num.sg (g i j)) * w j) ^+ 2 - e i ^+ 2.

Lemma sg_input_gradient i j : Num.sg (g i j) = - (Num.sg (e i) * Num.sg (w j)).
Proof. by rewrite /input_gradient !sgrM sgrN sgr_nat /= mulN1r mulNr. Qed.

Lemma fgsm_residual d i :
  y i - \sum_j (x i j + d * Num.sg (g i j)) * w j =
  e i + d * Num.sg (e i) * l1 w.
Proof.
rewrite (residual_shift x y w (fun j => d * Num.sg (g i j))) -sumrN.
congr (_ + _); rewrite big_distrr; apply: eq_bigr => j _ /=.
by rewrite sg_input_gradient -mul_sg_self; ring.
Qed.

Lemma fgsm_sample d i :
  (y i - \sum_j (x i j + d * Num.sg (g i j)) * w j) ^+ 2 =
  if e i != 0 then (`|e i| + d * l1 w) ^+ 2 else 0.
Proof.
rewrite fgsm_residual; case: eqVneq => [->|e_neq0] /=.
  by rewrite sgr0 mulr0 mul0r addr0 expr0n.
rewrite -[in RHS](mul1r (_ ^+ 2)) -[1](_ : Num.sg (e i) ^+ 2 = 1).
  by rewrite -exprMn mulrDr mulr_sg_norm; congr (_ ^+ 2); ring.
by rewrite sqr_sg e_neq0.
Qed.

Lemma fgsm_lossE d :
  fgsm_loss d = \sum_(i | e i != 0) (`|e i| + d * l1 w) ^+ 2.
Proof.
by rewrite [RHS]big_mkcond; apply: eq_bigr => i _; rewrite fgsm_sample.
Qed.

Lemma sum_norm_gradient d : 0 <= d ->
  \sum_i \sum_j `|d * g i j| = 2%:R * d * l1 w * \sum_i `|e i|.
Proof.
move=> d_ge0; rewrite big_distrr; apply: eq_bigr => i _ /=.
rewrite (eq_bigr (fun j => 2%:R * d * `|e i| * `|w j|)) => [|j _].
  by rewrite -big_distrr /= -/(l1 w); ring.
rewrite /input_gradient !normrM normrN normr_nat (ger0_norm d_ge0).
by rewrite !mulrA (mulrC d).
Qed.

Lemma gamma_atE j m :
  gamma_at j m = (n_nonzero x y w)%:R * (Num.sg (w j) * Num.sg (w m)).
Proof.
rewrite n_nonzeroE big_distrl; apply: eq_bigr => i _ /=.
by rewrite !sg_input_gradient -sqr_sg; ring.
Qed.

Lemma gamma_at_form :
  \sum_j \sum_m w j * gamma_at j m * w m = (n_nonzero x y w)%:R * l1 w ^+ 2.
Proof.
rewrite expr2 /l1 big_distrlr big_distrr; apply: eq_bigr => j _ /=.
rewrite big_distrr; apply: eq_bigr => m _ /=.
by rewrite gamma_atE -!mul_sg_self; ring.
Qed.

Lemma ball_loss_ge d (r : 'I_N -> 'I_D -> R) :
  (forall i j, `|r i j| <= d) ->
  \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <= ball_loss d.
Proof.
move=> r_le; apply: ler_sum => i _; rewrite residual_shift.
apply: sqr_le_norm; apply: le_trans (ler_norm_sub _ _) _.
by rewrite ler_add2l norm_dot_le_sum_norm.
Qed.

Lemma ball_loss_fgsm d :
  ball_loss d = fgsm_loss d + \sum_(i | e i == 0) (d * l1 w) ^+ 2.
Proof.
rewrite fgsm_lossE /ball_loss (bigID (fun i => e i != 0)) /=; congr (_ + _).
rewrite (eq_bigl (fun i => e i == 0)) => [|i]; last by rewrite negbK.
by apply: eq_bigr => i /eqP->; rewrite normr0 add0r.
Qed.

End AdversarialTraining.
