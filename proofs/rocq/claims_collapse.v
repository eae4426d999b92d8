From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem masks adversarial_dropout.
From LinearRegression Require Import claims_ad gordan optimality.

(******************************************************************************)
(* When adversarial dropout collapses to zero weights, AD-15. Names as in     *)
(* adversarial_dropout.v.                                                     *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Collapse.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R).

Let zero : 'I_D -> R := fun=> 0.

Let dropped_residual0 i S : dropped_residual x y zero i S = y i.
Proof. by rewrite /dropped_residual big1 ?subr0 // => j _; rewrite mulr0. Qed.

Lemma exact_loss0 k : exact_loss x y zero k = \sum_i y i ^+ 2.
Proof.
apply: eq_bigr => i _; apply/le_anti/andP; split.
  by apply: bigmaxr_le => [|S _]; rewrite ?sqr_ge0 // dropped_residual0.
by rewrite -(dropped_residual0 i set0) le_exact_sample ?cards0.
Qed.

(* The keeps c leave a mean of masks at which 0 is a least-squares solution.  *)
Lemma balanced_is_optimal k (c : 'I_N -> 'I_D -> R) w :
    (forall i j, 0 <= c i j <= 1) ->
    (forall i, D%:R - \sum_j c i j <= k%:R) ->
    (forall j, \sum_i y i * c i j * x i j = 0) ->
  exact_loss x y zero k <= exact_loss x y w k.
Proof.
move=> c01 c_sum balanced; rewrite exact_loss0.
apply: (@le_trans _ _ (\sum_i (y i - \sum_j c i j * x i j * w j) ^+ 2)).
  rewrite -subr_ge0 -sumrB.
  apply: (@le_trans _ _ (\sum_i - (2%:R * (\sum_j y i * c i j * x i j * w j)))).
    rewrite sumrN -mulr_sumr exchange_big big1 ?mulr0 ?oppr0 // => j _.
    by rewrite -mulr_suml balanced mul0r.
  apply: ler_sum => i _; set z := \sum_j c i j * x i j * w j.
  have -> : \sum_j y i * c i j * x i j * w j = y i * z.
    by rewrite /z mulr_sumr; apply: eq_bigr => j _; ring.
  by apply: (@ler_by_sub _ _ _ (z ^+ 2)); [ring | exact: sqr_ge0].
apply: ler_sum => i _; rewrite relaxed_residual; apply: dot_relaxed.
  move=> j; have /andP[c_ge0 c_le1] := c01 i j.
  by rewrite subr_ge0 c_le1 /= ler_subl_addr ler_addl.
by rewrite sumrB sumr_const card_ord c_sum.
Qed.

(* At zero weights every mask is a worst one; those of the mean whose slopes  *)
(* cancel, averaged, are the keeps.                                           *)
Lemma optimal_is_balanced k :
    (forall w, exact_loss x y zero k <= exact_loss x y w k) ->
  exists2 c : 'I_N -> 'I_D -> R,
    (forall i j, 0 <= c i j <= 1) /\ (forall i, D%:R - \sum_j c i j <= k%:R) &
    forall j, \sum_i y i * c i j * x i j = 0.
Proof.
case/optimal_is_stationary=> K [T [l [T_worst l_ge0 l1 l_slope]]].
exists (fun i j => \sum_m l m * (j \notin T m i)%:R); first split=> [i j|i].
- apply/andP; split; first by apply: sumr_ge0 => m _; rewrite mulr_ge0 ?ler0n.
  rewrite -[X in _ <= X]l1; apply: ler_sum => m _.
  by rewrite -[X in _ <= X]mulr1 ler_wpmul2l // lern1 leq_b1.
- rewrite exchange_big /=.
  have -> : D%:R = \sum_m l m * D%:R by rewrite -mulr_suml l1 mul1r.
  rewrite -sumrB -[k%:R]mul1r -[X in _ <= X * _]l1 mulr_suml.
  apply: ler_sum => m _.
  rewrite -mulr_sumr -mulrBr ler_wpmul2l //.
  have /forallP/(_ i)/andP[Tk _] := T_worst m.
  have le_k : \sum_j (1 - (j \notin T m i)%:R) <= k%:R :> R.
    by rewrite sum_dropped ler_nat.
  by rewrite sumrB sumr_const card_ord in le_k.
move=> j; transitivity (- \sum_m l m * slope x y zero (T m) j); last first.
  by rewrite l_slope oppr0.
under [in RHS]eq_bigr => m _ do rewrite /slope mulr_sumr.
rewrite exchange_big -sumrN; apply: eq_bigr => i _.
rewrite mulr_sumr mulr_suml -sumrN; apply: eq_bigr => m _.
by rewrite dropped_residual0; ring.
Qed.

(* AD-15: zero weights minimise the exact worst case exactly when the samples *)
(* can be balanced by keeping fractions c of the features, at least D - k of  *)
(* each sample; always with a full budget, and with every larger one.         *)
Theorem zero_is_worst_case_optimal_iff_balanced k :
  [/\ exact_loss x y (fun=> 0) k = \sum_i y i ^+ 2,
      (D <= k)%N -> forall w, exact_loss x y (fun=> 0) k <= exact_loss x y w k,
      (forall w, exact_loss x y (fun=> 0) k <= exact_loss x y w k) <->
      (exists2 c : 'I_N -> 'I_D -> R,
         (forall i j, 0 <= c i j <= 1) /\
         (forall i, D%:R - \sum_j c i j <= k%:R) &
         forall j, \sum_i y i * c i j * x i j = 0) &
      forall m, (k <= m)%N ->
        (forall w, exact_loss x y (fun=> 0) k <= exact_loss x y w k) ->
        forall w, exact_loss x y (fun=> 0) m <= exact_loss x y w m].
Proof.
split=> [|Dk w||m km opt w]; first exact: exact_loss0.
- apply: (@balanced_is_optimal _ (fun _ _ => 0)) => [i j|i|j].
  + by rewrite lexx ler01.
  + by rewrite big1 // subr0 ler_nat.
  by rewrite big1 // => i _; rewrite mulr0 mul0r.
- split=> [|[c [c01 c_sum] balanced] w]; first exact: optimal_is_balanced.
  exact: balanced_is_optimal balanced.
have [c [c01 c_sum] balanced] := optimal_is_balanced opt.
apply: balanced_is_optimal balanced => // i.
by apply: le_trans (c_sum i) _; rewrite ler_nat.
Qed.

End Collapse.
