From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem masks adversarial_dropout.
From LinearRegression Require Import claims_by gordan optimality attainment.

(******************************************************************************)
(* Strong duality of exact adversarial dropout regression: the other half of  *)
(* BY-7. In a dual point, p i and q i are the weights of the two signs of the *)
(* residual of sample i, u i j and v i j the parts of them that keep feature  *)
(* j.                                                                         *)
(*                                                                            *)
(*    dual_feasible x k p q u v == the constraints of the dual                *)
(*             dual_value y p q == 2 y . (p - q) - |p + q|^2, its objective   *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Dual.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (k : nat).
Implicit Types (w : 'I_D -> R) (p q : 'I_N -> R) (u v : 'I_N -> 'I_D -> R).

Definition dual_feasible p q u v :=
  [/\ (forall i j, 0 <= u i j <= p i) /\ (forall i j, 0 <= v i j <= q i),
      (forall i, 0 <= p i) /\ (forall i, 0 <= q i),
      forall i, \sum_j (p i - u i j) <= k%:R * p i,
      forall i, \sum_j (q i - v i j) <= k%:R * q i &
      forall j, \sum_i x i j * (u i j - v i j) = 0].

Definition dual_value p q :=
  2%:R * (\sum_i (p i - q i) * y i) - \sum_i (p i + q i) ^+ 2.

Lemma dual_value_le w p q u v :
  dual_feasible p q u v -> dual_value p q <= exact_loss x y w k.
Proof.
case=> [[u01 v01] [p_ge0 q_ge0] u_sum v_sum balanced].
exact: exact_loss_weak_duality u_sum v_sum balanced.
Qed.

End Dual.

Section Duality.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (k : nat).
Implicit Types (w : 'I_D -> R) (p q : 'I_N -> R) (u v : 'I_N -> 'I_D -> R).

(* The mean of f over worst masks that keep feature j, and over all of them.  *)
Let kept_bounds (K : finType) (l f : K -> R) (T : K -> {set 'I_D}) :
    (forall m, 0 <= l m) -> (forall m, 0 <= f m) ->
    (forall m, #|T m| <= k)%N ->
  let p := \sum_m l m * f m in
  let u j := \sum_m l m * f m * (j \notin T m)%:R in
  [/\ forall j, 0 <= u j <= p, 0 <= p & \sum_j (p - u j) <= k%:R * p].
Proof.
move=> l_ge0 f_ge0 Tk p u; have lf_ge0 m : 0 <= l m * f m by rewrite mulr_ge0.
split=> [j||]; last 1 first.
- have -> : \sum_j (p - u j) = \sum_m l m * f m * #|T m|%:R.
    under eq_bigr do rewrite -sumrB; rewrite exchange_big.
    apply: eq_bigr => m _; rewrite -sum_dropped mulr_sumr.
    by apply: eq_bigr => j _; rewrite mulrBr mulr1.
  rewrite mulr_sumr; apply: ler_sum => m _.
  by rewrite mulrC ler_wpmul2r // ler_nat.
- apply/andP; split; first by apply: sumr_ge0 => m _; rewrite mulr_ge0 ?ler0n.
  apply: ler_sum => m _.
  by rewrite -[X in _ <= X]mulr1 ler_wpmul2l // lern1 leq_b1.
exact: sumr_ge0.
Qed.

Let pos (r : R) := Num.max r 0.

Let pos_ge0 r : 0 <= pos r. Proof. by rewrite le_maxr lexx orbT. Qed.

Let pos_sub r : pos r - pos (- r) = r.
Proof.
rewrite /pos; case: (lerP 0 r) => r_cmp.
  by rewrite max_r ?subr0 // oppr_le0.
by rewrite max_l ?sub0r ?opprK // oppr_ge0 ltW.
Qed.

Let pos_add r : pos r + pos (- r) = `|r|.
Proof.
rewrite /pos; case: (lerP 0 r) => r_cmp.
  by rewrite max_r ?addr0 ?ger0_norm // oppr_le0.
by rewrite max_l ?add0r ?ltr0_norm // oppr_ge0 ltW.
Qed.

(* At a minimiser, the residuals of the stationary mean of worst masks, split *)
(* by sign, are a dual point without gap.                                     *)
Lemma optimal_has_dual w :
    (forall w', exact_loss x y w k <= exact_loss x y w' k) ->
  exists p q u v,
    dual_feasible x k p q u v /\ dual_value y p q = exact_loss x y w k.
Proof.
case/optimal_is_stationary=> K [T [l [T_worst l_ge0 l1 l_slope]]].
pose r m i := dropped_residual x y w i (T m i).
have Tk i m : (#|T m i| <= k)%N by have /forallP/(_ i)/andP[] := T_worst m.
have r2 m i : r m i ^+ 2 = exact_sample x y w k i.
  by have /forallP/(_ i)/andP[_ /eqP] := T_worst m.
pose p i := \sum_m l m * pos (r m i); pose q i := \sum_m l m * pos (- r m i).
pose u i j := \sum_m l m * pos (r m i) * (j \notin T m i)%:R.
pose v i j := \sum_m l m * pos (- r m i) * (j \notin T m i)%:R.
have pu i := kept_bounds l_ge0 (fun m => pos_ge0 (r m i)) (Tk i).
have qv i := kept_bounds l_ge0 (fun m => pos_ge0 (- r m i)) (Tk i).
have mean (f : R) : \sum_m l m * f = f by rewrite -mulr_suml l1 mul1r.
have balanced j : \sum_i x i j * (u i j - v i j) = 0.
  transitivity (- \sum_m l m * slope x y w (T m) j); last first.
    by rewrite l_slope oppr0.
  under [in RHS]eq_bigr => m _ do rewrite /slope mulr_sumr.
  rewrite exchange_big -sumrN; apply: eq_bigr => i _.
  rewrite -sumrB mulr_sumr -sumrN; apply: eq_bigr => m _.
  by rewrite -mulrBl -mulrBr pos_sub /r; ring.
exists p, q, u, v; split.
  split=> //; first by split=> i; [have [] := pu i | have [] := qv i].
  - by split=> i; [have [] := pu i | have [] := qv i].
  - by move=> i; have [] := pu i.
  by move=> i; have [] := qv i.
(* All residuals of a sample are of one size; each is y minus what it keeps. *)
have size i : p i + q i =
    Num.max (`|residual x y w i| + gain x y w k i)
      (counter_gain x y w k i - `|residual x y w i|).
  rewrite -big_split -[RHS]mean; apply: eq_bigr => m _ /=.
  rewrite -mulrDr pos_add; congr (_ * _); apply/eqP.
  rewrite -(@eqr_expn2 _ 2) ?sqr_norm ?r2 ?exact_sampleE //.
  by rewrite le_maxr abs_gain_ge0.
have kept i : (p i - q i) * y i - \sum_j x i j * (u i j - v i j) * w j =
    exact_sample x y w k i.
  rewrite -[RHS]mean.
  under [X in _ - X]eq_bigr do rewrite -sumrB mulr_sumr mulr_suml.
  rewrite exchange_big -sumrB mulr_suml -sumrB; apply: eq_bigr => m _.
  have yE : y i = r m i + \sum_(j | j \notin T m i) x i j * w j.
    by rewrite subrK.
  rewrite -mulrBr pos_sub -(r2 m) expr2 mulrA yE mulrDr -addrA -[RHS]addr0.
  congr (_ + _); apply/eqP; rewrite subr_eq0; apply/eqP.
  rewrite mulr_sumr [LHS]big_mkcond; apply: eq_bigr => j _.
  rewrite -mulrBl -mulrBr pos_sub; case: ifP => _.
    by rewrite mulr1; ring.
  by rewrite !mulr0 mul0r.
have no_w : \sum_i \sum_j x i j * (u i j - v i j) * w j = 0.
  rewrite exchange_big big1 // => j _.
  by rewrite -mulr_suml balanced mul0r.
rewrite /dual_value.
have -> : \sum_i (p i - q i) * y i = exact_loss x y w k.
  by rewrite -[LHS]subr0 -[X in _ - X]no_w -sumrB; apply: eq_bigr.
under [X in _ - X]eq_bigr do rewrite size -exact_sampleE.
by rewrite mulr2n mulrDl mul1r addrK.
Qed.

(* Weights w minimise the worst case exactly when some dual point reaches     *)
(* their value; and such a pair exists, with entries in the field of the      *)
(* data.                                                                      *)
Lemma dropout_regression_has_strong_duality :
  (forall w, (forall w', exact_loss x y w k <= exact_loss x y w' k) <->
     exists p q u v, dual_feasible x k p q u v /\
       dual_value y p q = exact_loss x y w k) /\
  exists w p q u v,
    dual_feasible x k p q u v /\ dual_value y p q = exact_loss x y w k.
Proof.
split=> [w|].
  split=> [|[p [q [u [v [feasible <-]]]]] w']; first exact: optimal_has_dual.
  exact: dual_value_le feasible.
have [w w_min] := exact_loss_attained x y k.
by exists w; apply: optimal_has_dual.
Qed.

End Duality.

(* Both sides of the dual read in a larger ordered field.                     *)
Section Extension.

Variables (F R : realFieldType) (f : {rmorphism F -> R}).
Hypothesis f_le : {mono f : a b / a <= b}.
Variables (N D : nat) (x : 'I_N -> 'I_D -> F) (y : 'I_N -> F) (k : nat).

Let fx i j := f (x i j).
Let fy i := f (y i).

Let f_ge0 a : (0 <= f a) = (0 <= a). Proof. by rewrite -(rmorph0 f) f_le. Qed.

Let f_lt : {mono f : a b / a < b}. Proof. exact: leW_mono. Qed.

Lemma exact_loss_extended w :
  exact_loss fx fy (fun j => f (w j)) k = f (exact_loss x y w k).
Proof.
rewrite rmorph_sum; apply: eq_bigr => i _.
apply: (big_rec2 (fun a b => a = f b)) => [|S _ b _ ->].
  by rewrite rmorph0.
have -> : dropped_residual fx fy (fun j => f (w j)) i S =
    f (dropped_residual x y w i S).
  rewrite rmorphB rmorph_sum; congr (_ - _).
  by apply: eq_bigr => j _; rewrite rmorphM.
by rewrite -rmorphX /Order.max f_lt; case: ifP.
Qed.

Lemma dual_value_extended p q :
  dual_value fy (fun i => f (p i)) (fun i => f (q i)) = f (dual_value y p q).
Proof.
rewrite rmorphB rmorphM rmorph_nat !rmorph_sum; congr (_ * _ - _).
  by apply: eq_bigr => i _; rewrite rmorphM rmorphB.
by apply: eq_bigr => i _; rewrite rmorphX rmorphD.
Qed.

Lemma dual_feasible_extended p q u v : dual_feasible x k p q u v ->
  dual_feasible fx k (fun i => f (p i)) (fun i => f (q i))
    (fun i j => f (u i j)) (fun i j => f (v i j)).
Proof.
have budget (t : F) (g : 'I_D -> F) :
    \sum_j (t - g j) <= k%:R * t -> \sum_j (f t - f (g j)) <= k%:R * f t.
  rewrite -f_le rmorphM rmorph_nat rmorph_sum; congr (_ <= _).
  by apply: eq_bigr => j _; rewrite rmorphB.
case=> [[u01 v01] [p_ge0 q_ge0] u_sum v_sum balanced]; split.
- by split=> i j; rewrite f_ge0 f_le.
- by split=> i; rewrite f_ge0.
- by move=> i; apply: budget.
- by move=> i; apply: budget.
move=> j; rewrite -[RHS](rmorph0 f) -[X in _ = f X](balanced j) rmorph_sum.
by apply: eq_bigr => i _; rewrite rmorphM rmorphB.
Qed.

Lemma dropout_optimum_extended : exists w : 'I_D -> F, forall v : 'I_D -> R,
  exact_loss fx fy (fun j => f (w j)) k <= exact_loss fx fy v k.
Proof.
have [_] := dropout_regression_has_strong_duality x y k.
move=> [w [p [q [u [v [feasible valueE]]]]]]; exists w => w'.
rewrite exact_loss_extended -valueE -dual_value_extended.
exact: dual_value_le (dual_feasible_extended feasible).
Qed.

End Extension.
