From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import claims_at gordan duality_training.

(******************************************************************************)
(* The interpolation threshold of adversarial training, BY-8. Names as in     *)
(* adversarial_training.v and duality_training.v, and:                        *)
(*                                                                            *)
(*  l1_certificate x y w b <-> b is feasible for the dual of the least l1     *)
(*                         norm, max y . b with |X^T b| <= 1, and its value   *)
(*                         there is the l1 norm of w                          *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Interpolation.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (w : 'I_D -> R).
Implicit Types (v : 'I_D -> R) (d : R).

Definition l1_certificate (b : 'I_N -> R) :=
  (forall j, `|\sum_i x i j * b i| <= 1) /\
  \sum_i y i * b i = \sum_j `|w j|.

(* An interpolator sees the targets through the features. *)
Lemma dot_interpolator v (b : 'I_N -> R) : (forall i, residual x y v i = 0) ->
  \sum_i y i * b i = \sum_j (\sum_i x i j * b i) * v j.
Proof.
move=> v_fit; have := dot_residual x y v b.
rewrite big1 => [|i _]; last by rewrite v_fit mulr0.
move/esym/eqP; rewrite subr_eq0 => /eqP<-.
by apply: eq_bigr => i _; rewrite mulrC.
Qed.

Lemma least_of_certificate b v : l1_certificate b ->
  (forall i, residual x y v i = 0) -> \sum_j `|w j| <= \sum_j `|v j|.
Proof.
move=> [b_le b_w] v_fit; rewrite -b_w (dot_interpolator _ v_fit).
by rewrite -[X in _ <= X]mul1r; apply: dot_le_sum_norm.
Qed.

Hypothesis w_fit : forall i, residual x y w i = 0.

Lemma ball_loss_interpolator d :
  ball_loss x y w d = N%:R * (d * \sum_j `|w j|) ^+ 2.
Proof.
rewrite /ball_loss (eq_bigr (fun=> (d * l1 w) ^+ 2)) => [|i _]; last first.
  by rewrite w_fit normr0 add0r.
by rewrite sumr_const card_ord mulr_natl.
Qed.

(* Where w has the least l1 norm of all interpolators, no slope of the norm   *)
(* is negative inside the kernel of X; by Gordan's lemma a mean of the signs  *)
(* of w vanishes on the kernel, so it is a combination X^T b of the rows.     *)
Lemma certificate_of_least :
  (forall v, (forall i, residual x y v i = 0) ->
     \sum_j `|w j| <= \sum_j `|v j|) ->
  exists b, l1_certificate b.
Proof.
move=> w_least; pose X : 'M_(N, D) := \matrix_(i, j) x i j.
pose g (b : {ffun 'I_D -> bool}) m :=
  \sum_j side (w j) (b j) * cokermx X j m.
have dirs c : exists b, 0 <= \sum_m g b m * c m.
  pose v j := \sum_m cokermx X j m * c m.
  have v_ker i : \sum_j x i j * v j = 0.
    transitivity (\sum_m (X *m cokermx X) i m * c m); last first.
      by rewrite mulmx_coker big1 // => m _; rewrite mxE mul0r.
    transitivity (\sum_j \sum_m x i j * cokermx X j m * c m).
      apply: eq_bigr => j _; rewrite mulr_sumr.
      by apply: eq_bigr => m _; rewrite mulrA.
    rewrite exchange_big /=; apply: eq_bigr => m _; rewrite mxE mulr_suml.
    by apply: eq_bigr => j _; rewrite [X _ _]mxE.
  exists [ffun j => (v j < 0)%R].
  have -> : \sum_m g [ffun j => (v j < 0)%R] m * c m =
      \sum_j side (w j) (v j < 0)%R * v j.
    transitivity (\sum_m \sum_j side (w j) (v j < 0)%R *
        (cokermx X j m * c m)).
      apply: eq_bigr => m _; rewrite mulr_suml; apply: eq_bigr => j _.
      by rewrite ffunE mulrA.
    by rewrite exchange_big /=; apply: eq_bigr => j _; rewrite -mulr_sumr.
  have [t t_gt0 step] := norm_steps w v.
  have step_t := step t t_gt0 (lexx t).
  rewrite -(pmulr_rge0 _ t_gt0) -(ler_addl (\sum_j `|w j|)) mulr_sumr.
  rewrite -big_split -(eq_bigr _ (fun j _ => step_t j)); apply: w_least => i.
  by rewrite residual_step w_fit v_ker oppr0 mulr0 addr0.
have [u [u_ge0 u_sum balanced]] := @gordan _ _ _ _ dirs.
pose s j := \sum_b u b * side (w j) (b j).
have s_w : sign_of w s.
  exact: (sign_of_mean w (fun b : {ffun 'I_D -> bool} => b)).
have : (\row_j s j <= X)%MS.
  rewrite submxE; apply/eqP/rowP=> m.
  rewrite [LHS]mxE [RHS]mxE -[RHS](balanced m).
  transitivity (\sum_j \sum_b u b * side (w j) (b j) * cokermx X j m).
    by apply: eq_bigr => j _; rewrite [X in X * _]mxE mulr_suml.
  rewrite exchange_big /=; apply: eq_bigr => b _; rewrite mulr_sumr.
  by apply: eq_bigr => j _; rewrite mulrA.
case/submxP=> B sE; pose b i := B ord0 i.
have bE j : \sum_i x i j * b i = s j.
  have -> : s j = (B *m X) ord0 j by rewrite -sE mxE.
  rewrite [RHS]mxE.
  by apply: eq_bigr => i _; rewrite [X _ _]mxE mulrC.
exists b; split=> [j|]; first by rewrite bE; have [] := s_w j.
rewrite (dot_interpolator _ w_fit) -(dot_sign s_w).
by apply: eq_bigr => j _; rewrite bE.
Qed.

Lemma optimal_of_certificate d b : 0 <= d -> l1_certificate b ->
  (forall i, N%:R * d * `|b i| <= 1) ->
  forall v, ball_loss x y w d <= ball_loss x y v d.
Proof.
move=> d_ge0 [b_le b_w] b_box v; pose a := d * \sum_j `|w j|.
have a_ge0 : 0 <= a by rewrite mulr_ge0 ?sumr_ge0.
have Nd_ge0 : 0 <= N%:R * d by rewrite mulr_ge0 ?ler0n.
have sum_a : \sum_(i < N) a = N%:R * a by rewrite sumr_const card_ord mulr_natl.
have -> : ball_loss x y w d =
    2%:R * (\sum_i N%:R * d * a * b i * y i) - \sum_(i < N) a ^+ 2.
  rewrite ball_loss_interpolator -/a sumr_const card_ord.
  rewrite -[_ ^+ 2 *+ N]mulr_natl.
  rewrite (eq_bigr (fun i => N%:R * d * a * (y i * b i))) => [|i _].
    by rewrite -mulr_sumr b_w /a; move: (\sum_j _) => *; ring.
  by rewrite -mulrA [b i * _]mulrC.
apply: ball_loss_weak_duality => // [i|j].
  rewrite normrM (ger0_norm (mulr_ge0 Nd_ge0 a_ge0)) mulrAC.
  by rewrite -[X in _ <= X]mul1r ler_wpmul2r.
rewrite (eq_bigr (fun i => N%:R * d * a * (x i j * b i))) => [|i _]; last first.
  by rewrite mulrCA.
rewrite -mulr_sumr normrM (ger0_norm (mulr_ge0 Nd_ge0 a_ge0)) sum_a.
by rewrite [d * _]mulrCA mulrA ler_pimulr // mulr_ge0.
Qed.

Lemma certificate_of_optimal d : 0 < d -> (0 < N)%N ->
  (forall v, ball_loss x y w d <= ball_loss x y v d) ->
  exists2 b, l1_certificate b & forall i, N%:R * d * `|b i| <= 1.
Proof.
move=> d_gt0 N_gt0 w_opt; have Nd_gt0 : 0 < N%:R * d by rewrite mulr_gt0 ?ltr0n.
have [w0|w_neq0] := eqVneq (\sum_j `|w j|) 0.
  exists (fun=> 0) => [|i]; last by rewrite normr0 mulr0 ler01.
  split=> [j|]; first by rewrite big1 ?normr0 ?ler01 // => i _; rewrite mulr0.
  by rewrite w0 big1 // => i _; rewrite mulr0.
have [s [t [s_e t_w balanced]]] := ball_minimiser_balances (ltW d_gt0) w_opt.
have worstE i : worst x y w d i = d * \sum_j `|w j|.
  by rewrite /worst w_fit normr0 add0r.
have sum_worst : \sum_i worst x y w d i = N%:R * (d * \sum_j `|w j|).
  by rewrite (eq_bigr _ (fun i _ => worstE i)) sumr_const card_ord mulr_natl.
have sum_s j : \sum_i x i j * s i = N%:R * d * t j.
  have a_neq0 : d * (\sum_j `|w j|) != 0 by rewrite mulf_neq0 // gt_eqF.
  apply: (mulfI a_neq0); transitivity (\sum_i x i j * (worst x y w d i * s i)).
    by rewrite [LHS]mulr_sumr; apply: eq_bigr => i _; rewrite worstE mulrCA.
  by rewrite balanced sum_worst; move: (\sum_j _) => *; ring.
have bE j : \sum_i x i j * (s i / (N%:R * d)) = t j.
  rewrite (eq_bigr (fun i => x i j * s i / (N%:R * d))) => [|i _].
    by rewrite -mulr_suml sum_s mulrAC mulfV ?mul1r ?gt_eqF.
  by rewrite mulrA.
exists (fun i => s i / (N%:R * d)) => [|i]; last first.
  have [s_le _] := s_e i.
  rewrite normrM normfV (gtr0_norm Nd_gt0) mulrCA mulfV ?mulr1 //.
  by rewrite gt_eqF.
split=> [j|]; first by rewrite bE; have [] := t_w j.
rewrite (dot_interpolator _ w_fit) -(dot_sign t_w).
by apply: eq_bigr => j _; rewrite bE.
Qed.

(* Every certificate leaves room for some radius. *)
Lemma certificate_radius (b : 'I_N -> R) : exists2 d, 0 < d &
  forall i, N%:R * d * `|b i| <= 1.
Proof.
have one_neq0 (i : 'I_N) : (1 : R) != 0 by rewrite oner_eq0.
have [d d_gt0 d_le] := common_step (fun i => N%:R * b i) one_neq0.
exists d => // i; move: (d_le i).
by rewrite normr1 normrM normr_nat mulrCA mulrA.
Qed.

End Interpolation.

(* BY-8: the FGSM objective is 0 at every interpolator. The exact one is      *)
(* N (d ||w||_1)^2 there, and an interpolator w minimises it, for d > 0 and   *)
(* N > 0, iff some b with |X^T b| <= 1 and y . b = ||w||_1 has all |b_i| at   *)
(* most 1 / (N d); it does so for some d > 0 iff its l1 norm is the least of  *)
(* all interpolators.                                                         *)
Theorem fgsm_erases_interpolation :
  (forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y w (d : R),
     0 <= d -> (forall i, residual x y w i = 0) ->
   [/\ fgsm_loss x y w d = 0,
       forall v, 0 <= fgsm_loss x y v d &
       ball_loss x y w d = N%:R * (d * \sum_j `|w j|) ^+ 2]) /\
  (forall (R : realFieldType) N D (x : 'I_N -> 'I_D -> R) y w,
     (forall i, residual x y w i = 0) ->
   let certificate (b : 'I_N -> R) :=
     (forall j, `|\sum_i x i j * b i| <= 1) /\
     \sum_i y i * b i = \sum_j `|w j| in
   let least := forall v, (forall i, residual x y v i = 0) ->
     \sum_j `|w j| <= \sum_j `|v j| in
   let optimal d := forall v, ball_loss x y w d <= ball_loss x y v d in
   [/\ forall d, 0 < d -> (0 < N)%N ->
         (optimal d <-> exists2 b, certificate b &
            forall i, N%:R * d * `|b i| <= 1),
       least <-> exists b, certificate b,
       (0 < N)%N -> (least <-> exists2 d, 0 < d & optimal d),
       forall c d, 0 <= c <= d -> optimal d -> optimal c &
       forall d, d = 0 \/ N = 0%N -> optimal d]).
Proof.
split=> [R N D x y w d d_ge0 w_fit|R N D x y w w_fit certificate least optimal].
  split.
  - by rewrite fgsm_lossE big1 // => i; rewrite w_fit eqxx.
  - by move=> v; apply: sumr_ge0 => i _; apply: sqr_ge0.
  rewrite /ball_loss (eq_bigr (fun=> (d * l1 w) ^+ 2)) => [|i _]; last first.
    by rewrite w_fit normr0 add0r.
  by rewrite sumr_const card_ord mulr_natl.
have threshold d : 0 < d -> (0 < N)%N ->
    (optimal d <-> exists2 b, certificate b &
      forall i, N%:R * d * `|b i| <= 1).
  move=> d_gt0 N_gt0; split; first exact: certificate_of_optimal.
  case=> b b_w b_box.
  exact: (optimal_of_certificate w_fit (ltW d_gt0) b_w b_box).
have trivial d : d = 0 \/ N = 0%N -> optimal d.
  move=> dN v; rewrite ball_loss_interpolator // (_ : _ * _ = 0).
    by apply: sumr_ge0 => i _; apply: sqr_ge0.
  by case: dN => ->; rewrite ?mul0r // expr0n mulr0.
split=> // [|N_gt0|c d /andP[c_ge0 le_cd] d_opt].
- split=> [|[b b_w] v]; first exact: certificate_of_least.
  exact: least_of_certificate b_w.
- split=> [/(certificate_of_least w_fit)[b b_w]|[d d_gt0 /threshold[]//]].
    have [d d_gt0 b_box] := certificate_radius b; exists d => //.
    by apply/threshold => //; exists b.
  by move=> b b_w _ v; apply: least_of_certificate b_w.
have [->|c_neq0] := eqVneq c 0; first by apply: trivial; left.
have [N0|] := posnP N; first by apply: trivial; right.
move=> N_gt0; have c_gt0 : 0 < c by rewrite lt_def c_neq0.
have d_gt0 := lt_le_trans c_gt0 le_cd.
have [b b_w b_box] := (threshold d d_gt0 N_gt0).1 d_opt.
apply: (threshold c c_gt0 N_gt0).2; exists b => // i.
apply: le_trans (b_box i).
by rewrite ler_wpmul2r // ler_wpmul2l ?ler0n.
Qed.

(* The wrong twins. *)

(* Without the factor N: two samples x = y = 1 and w = 1, where b = (1/2, 1/2)*)
(* gives the radius 1 and not 2.                                              *)
Lemma fgsm_erases_interpolation_mutant_count :
  let x : 'I_2 -> 'I_1 -> rat := fun _ _ => 1 in
  let y : 'I_2 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  ~ ((forall v, ball_loss x y w 2%:R <= ball_loss x y v 2%:R) <->
     exists2 b : 'I_2 -> rat,
       (forall j, `|\sum_i x i j * b i| <= 1) /\
       \sum_i y i * b i = \sum_j `|w j| &
       forall i, 2%:R * `|b i| <= 1).
Proof.
move=> x y w [_ optimal].
suff : ball_loss x y w 2%:R <= ball_loss x y (fun=> 0) 2%:R.
  by rewrite /ball_loss /residual /l1 !big_ord_recl !big_ord0.
apply: optimal; exists (fun=> 2%:R^-1) => //.
by split=> [j|]; rewrite !big_ord_recl !big_ord0.
Qed.

(* At one sample x = y = w = 1 the radius 1 is still allowed, *)
Lemma fgsm_erases_interpolation_mutant_strict :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  ~ ((forall v, ball_loss x y w 1 <= ball_loss x y v 1) <->
     exists2 b : 'I_1 -> rat,
       (forall j, `|\sum_i x i j * b i| <= 1) /\
       \sum_i y i * b i = \sum_j `|w j| &
       forall i, 1%:R * 1 * `|b i| < 1).
Proof.
move=> x y w [certified _]; have w1 : ball_loss x y w 1 = 1 ^+ 2.
  by rewrite ball_loss_line; apply/eqP.
move: certified; rewrite w1 => certified; have [v|b [_]] := certified.
  rewrite ball_loss_line !mul1r; apply: sqr_le_norm; rewrite normr1.
  by have := ler_norm_add (1 - v ord0) (v ord0); rewrite subrK normr1.
rewrite !big_ord1 normr1 mul1r => b1 /(_ ord0).
by rewrite b1 normr1 !mul1r ltxx.
Qed.

(* and the radius 2 is not, though w has the least l1 norm. *)
Lemma fgsm_erases_interpolation_mutant_any :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  ~ ((forall v, ball_loss x y w 2%:R <= ball_loss x y v 2%:R) <->
     forall v, (forall i, residual x y v i = 0) ->
       \sum_j `|w j| <= \sum_j `|v j|).
Proof.
move=> x y w [_ optimal].
suff : ball_loss x y w 2%:R <= ball_loss x y (fun=> 0) 2%:R.
  by rewrite !ball_loss_line.
apply: optimal => v /(_ ord0)/eqP; rewrite /residual !big_ord1 mul1r.
by rewrite subr_eq0 => /eqP<-.
Qed.

(* The Euclidean norm in place of the l1 norm: w = (1, 2) is the interpolator *)
(* of x = (1, 2), y = 5 with the least one, and minimises for no radius.      *)
Lemma fgsm_erases_interpolation_mutant_least_euclidean :
  let x : 'I_1 -> 'I_2 -> rat := fun _ j => if j == ord0 then 1 else 2%:R in
  let y : 'I_1 -> rat := fun=> 5%:R in
  let w : 'I_2 -> rat := fun j => if j == ord0 then 1 else 2%:R in
  ~ ((forall v, (forall i, residual x y v i = 0) ->
        \sum_j w j ^+ 2 <= \sum_j v j ^+ 2) <->
     exists2 d, 0 < d & forall v, ball_loss x y w d <= ball_loss x y v d).
Proof.
move=> x y w [optimal _].
have w_fit i : residual x y w i = 0.
  by rewrite /residual !big_ord_recl big_ord0; apply/eqP.
have [_ _ /(_ isT)[_ least] _ _] :=
  fgsm_erases_interpolation.2 _ _ _ _ _ _ w_fit.
have [v v_fit|d d_gt0 w_opt] := optimal; last first.
  have := least (ex_intro2 _ _ d d_gt0 w_opt)
    (fun j => if j == ord0 then 0 else 5%:R / 2%:R).
  rewrite !big_ord_recl !big_ord0 => /(_ _)/negP; apply=> // i.
  by rewrite /residual !big_ord_recl big_ord0; apply/eqP.
have sum_w : \sum_j w j ^+ 2 = 5%:R.
  by rewrite !big_ord_recl big_ord0; apply/eqP.
have dot : \sum_j w j * v j = 5%:R.
  by have /eqP := v_fit ord0; rewrite subr_eq0 eq_sym => /eqP.
have := cauchy_schwarz w v; rewrite sum_w dot expr2.
by rewrite ler_pmul2l.
Qed.
