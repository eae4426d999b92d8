From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem adversarial_training.

(******************************************************************************)
(* The claims on adversarial training, AT-1 to AT-9, one theorem each; the    *)
(* wrong twins of a claim carry its name and the suffix _mutant_<word>.       *)
(*                                                                            *)
(* Names used by all: x the data, y the targets, w the weights, d the radius; *)
(* e i the residual, g i j the gradient of the loss in x i j.                 *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section OverOrderedDomains.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (w : 'I_D -> R) (d : R).

Local Notation e := (residual x y w).
Local Notation g := (input_gradient x y w).

(* AT-1: Formula 12 = Formula 13. *)
Theorem fgsm_objective_splits_in_three : 0 <= d ->
  fgsm_loss x y w d = loss x y w + \sum_i \sum_j `|d * g i j| +
    d ^+ 2 * \sum_j \sum_m w j * gamma_at x y w j m * w m.
Proof.
move=> d_ge0; rewrite sum_norm_gradient // gamma_at_form n_nonzeroE.
move: (l1 w) (fgsm_residual x y w d) => l residualE.
rewrite (mulrC (\sum_i _) (_ ^+ 2)) mulrA !mulr_sumr /= -!big_split /=.
by apply: eq_bigr => i _; rewrite residualE -sqr_sg normrEsg; ring.
Qed.

(* AT-2: read as a number, Gamma_AT overstates the objective. *)
Theorem literal_gamma_at_overstates : 0 <= d ->
  [/\ loss x y w + \sum_i \sum_j `|d * g i j| +
      d ^+ 2 * (\sum_i \sum_j Num.sg (g i j) ^+ 2) * (\sum_j w j ^+ 2)
      - fgsm_loss x y w d =
      d ^+ 2 * #|[set i | e i != 0]|%:R *
      (#|[set j | w j != 0]|%:R * (\sum_j w j ^+ 2) - (\sum_j `|w j|) ^+ 2) &
      (\sum_j `|w j|) ^+ 2 <=
        #|[set j | w j != 0]|%:R * \sum_j w j ^+ 2].
Proof.
move=> d_ge0; split.
  rewrite fgsm_objective_splits_in_three // gamma_at_form /n_nonzero.
  have -> : \sum_i \sum_j Num.sg (g i j) ^+ 2 =
      #|[set i | e i != 0]|%:R * #|[set j | w j != 0]|%:R.
    rewrite -!sum_set_one big_distrlr; apply: eq_bigr => i _.
    apply: eq_bigr => j _; rewrite !inE sg_input_gradient sqrrN exprMn.
    by rewrite !sqr_sg.
  by rewrite /l1; ring.
pose u j : R := (j \in [set j | w j != 0])%:R.
have sqr_u j : u j ^+ 2 = u j.
  by rewrite /u; case: (j \in _); rewrite ?expr1n ?expr0n.
have -> : #|[set j | w j != 0]|%:R = \sum_j u j ^+ 2.
  by rewrite -sum_set_one; apply: eq_bigr => j _; rewrite sqr_u.
have -> : \sum_j `|w j| = \sum_j u j * `|w j|.
  apply: eq_bigr => j _; rewrite /u inE.
  by case: eqVneq => [->|_]; rewrite ?normr0 ?mulr0 ?mul1r.
apply: le_trans (cauchy_schwarz u (fun j => `|w j|)) _.
rewrite ler_wpmul2l //; first by apply: sumr_ge0 => j _; exact: sqr_ge0.
by apply: ler_sum => j _; rewrite sqr_norm.
Qed.

(* AT-4: the second term is an l1 term, and the objective has a closed form. *)
Theorem fgsm_penalty_is_l1 : 0 <= d ->
  [/\ \sum_i \sum_j `|d * g i j| =
        2%:R * d * (\sum_j `|w j|) * (\sum_i `|e i|) &
      fgsm_loss x y w d =
        \sum_(i | e i != 0) (`|e i| + d * (\sum_j `|w j|)) ^+ 2].
Proof. by move=> d_ge0; rewrite sum_norm_gradient // fgsm_lossE. Qed.

(* AT-5: over the ball, the worst case and when the step reaches it. *)
Theorem fgsm_is_worst_case_iff_no_zero_residual : 0 <= d ->
  [/\ forall r : 'I_N -> 'I_D -> R, (forall i j, `|r i j| <= d) ->
        \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
          \sum_i (`|e i| + d * (\sum_j `|w j|)) ^+ 2,
      exists2 r : 'I_N -> 'I_D -> R, forall i j, `|r i j| <= d &
        \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
          \sum_i (`|e i| + d * (\sum_j `|w j|)) ^+ 2 &
      fgsm_loss x y w d = \sum_i (`|e i| + d * (\sum_j `|w j|)) ^+ 2 <->
      [\/ forall i, e i != 0, forall j, w j = 0 | d = 0]].
Proof.
move=> d_ge0; split; first exact: ball_loss_ge.
  exists (fun i j => - ((-1) ^+ (e i < 0)%R * d * Num.sg (w j))) => [i j|].
    rewrite normrN !normrM normrX normrN1 expr1n mul1r (ger0_norm d_ge0).
    by rewrite ler_pimulr // norm_sg_le1.
  apply: eq_bigr => i _.
  rewrite (residual_shift x y w (fun j => - (_ * Num.sg (w j)))) -sumrN.
  set s := (-1) ^+ _.
  rewrite (eq_bigr (fun j => s * d * `|w j|)) => [|j _]; last first.
    by rewrite -mul_sg_self; ring.
  rewrite -mulr_sumr -[RHS]mul1r -[1](sqr_side (e i)) -/s -exprMn mulrDr.
  have -> : s * `|e i| = e i by rewrite /s mulr_sign_norm.
  by move: (\sum_j _) => l /=; ring.
have := ball_loss_fgsm x y w d; rewrite /ball_loss /l1 => ->.
split=> [/esym/eqP|cases].
  rewrite -subr_eq0 addrAC subrr add0r => zero_sum.
  case: (pickP (fun i => e i == 0)) => [i ei0|no_zero]; last first.
    by apply: Or31 => i; rewrite no_zero.
  move: zero_sum; rewrite psumr_eq0 => [/allP/(_ i (mem_index_enum _))|? _].
    rewrite ei0 implyTb sqrf_eq0 mulf_eq0 => /orP[/eqP->|/eqP w0].
      exact: Or33.
    by apply: Or32; apply: l1_eq0.
  exact: sqr_ge0.
rewrite [X in _ = _ + X]big1 ?addr0 // => i /eqP ei0.
case: cases => [e_neq0|w0|->]; last by rewrite mul0r expr0n.
  by move: (e_neq0 i); rewrite ei0 eqxx.
by rewrite big1 ?mulr0 ?expr0n // => j _; rewrite w0 normr0.
Qed.

(* AT-7: the penalty vanishes with d, and linearly. *)
Theorem fgsm_penalty_vanishes_linearly : 0 <= d ->
  [/\ fgsm_loss x y w d - loss x y w =
        d * (2%:R * (\sum_j `|w j|) * (\sum_i `|e i|)) +
        d ^+ 2 * (#|[set i | e i != 0]|%:R * (\sum_j `|w j|) ^+ 2),
      d * (2%:R * (\sum_j `|w j|) * (\sum_i `|e i|)) <=
        fgsm_loss x y w d - loss x y w &
      d <= 1 -> fgsm_loss x y w d - loss x y w <=
        d * (2%:R * (\sum_j `|w j|) * (\sum_i `|e i|) +
             #|[set i | e i != 0]|%:R * (\sum_j `|w j|) ^+ 2)].
Proof.
move=> d_ge0; set L := \sum_j _; set E := \sum_i _; set n := #|_|%:R.
have E1 : fgsm_loss x y w d - loss x y w =
    d * (2%:R * L * E) + d ^+ 2 * (n * L ^+ 2).
  rewrite fgsm_objective_splits_in_three // sum_norm_gradient // gamma_at_form.
  by rewrite /n_nonzero -/n /l1 -/L -/E; ring.
have q_ge0 : 0 <= n * L ^+ 2 by rewrite mulr_ge0 ?ler0n ?sqr_ge0.
rewrite E1; split=> // [|d_le1].
  by rewrite ler_addl mulr_ge0 ?sqr_ge0.
by rewrite mulrDr ler_add2l ler_wpmul2r // expr2 ler_pimulr.
Qed.

(* AT-9: when a sample's penalty vanishes, and by how much two differ. *)
Theorem fgsm_penalty_is_active_iff_residual_nonzero : 0 <= d ->
  (forall i, fgsm_penalty x y w d i = 0 <->
    [\/ e i = 0, forall j, w j = 0 | d = 0]) /\
  (forall i m, e i != 0 -> e m != 0 ->
    fgsm_penalty x y w d i - fgsm_penalty x y w d m =
      2%:R * d * (\sum_j `|w j|) * (`|e i| - `|e m|)).
Proof.
move=> d_ge0.
have penaltyE i : e i != 0 -> fgsm_penalty x y w d i =
    d * l1 w * (2%:R * `|e i| + d * l1 w).
  move=> e_neq0; rewrite /fgsm_penalty fgsm_sample e_neq0.
  by rewrite -sqr_norm; ring.
split=> [i|i m ei em]; last by rewrite !penaltyE // /l1; ring.
case: (eqVneq (e i) 0) => [e0|e_neq0].
  split=> [_|_]; first exact: Or31.
  by rewrite /fgsm_penalty fgsm_sample e0 eqxx expr0n subr0.
rewrite penaltyE //; split=> [/eqP|[e0|w0|->]]; last by rewrite !mul0r.
- have pos : 0 < 2%:R * `|e i| + d * l1 w.
    by rewrite ltr_paddr ?mulr_ge0 ?l1_ge0 // mulr_gt0 ?ltr0n ?normr_gt0.
  rewrite !mulf_eq0 (gt_eqF pos) orbF => /orP[/eqP->|/eqP/l1_eq0].
    exact: Or33.
  exact: Or32.
- by move: e_neq0; rewrite e0 eqxx.
by rewrite /l1 big1 ?mulr0 ?mul0r // => j _; rewrite w0 normr0.
Qed.

End OverOrderedDomains.

Section Convexity.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R).
Implicit Types (u v w : 'I_D -> R) (d t : R).

Lemma residual_affine u v t i :
  residual x y (fun j => (1 - t) * u j + t * v j) i =
  (1 - t) * residual x y u i + t * residual x y v i.
Proof.
rewrite /residual (eq_bigr (fun j =>
    (1 - t) * (x i j * u j) + t * (x i j * v j))) => [|j _]; last by ring.
by rewrite big_split -!mulr_sumr /=; ring.
Qed.

Lemma norm_affine (a b t : R) : 0 <= t <= 1 ->
  `|(1 - t) * a + t * b| <= (1 - t) * `|a| + t * `|b|.
Proof.
case/andP=> t_ge0 t_le1; apply: le_trans (ler_norm_add _ _) _.
by rewrite !normrM (ger0_norm t_ge0) ger0_norm ?subr_ge0.
Qed.

Lemma l1_affine u v t : 0 <= t <= 1 ->
  l1 (fun j => (1 - t) * u j + t * v j) <= (1 - t) * l1 u + t * l1 v.
Proof.
move=> t01; rewrite !mulr_sumr -big_split; apply: ler_sum => j _.
exact: norm_affine.
Qed.

Lemma ball_loss_convex u v d t : 0 <= d -> 0 <= t <= 1 ->
  ball_loss x y (fun j => (1 - t) * u j + t * v j) d <=
  (1 - t) * ball_loss x y u d + t * ball_loss x y v d.
Proof.
move=> d_ge0 t01; rewrite [_ * ball_loss x y u d]mulr_sumr
  [_ * ball_loss x y v d]mulr_sumr -big_split; apply: ler_sum => i _ /=.
apply: le_trans (sqr_convex _ _ t01); apply: sqr_le_norm.
rewrite ger0_norm ?addr_ge0 ?mulr_ge0 ?l1_ge0 // residual_affine.
apply: (@le_trans _ _ (((1 - t) * `|residual x y u i| + t * `|residual x y v i|)
    + d * ((1 - t) * l1 u + t * l1 v))).
  by rewrite ler_add ?norm_affine // ler_wpmul2l // l1_affine.
by rewrite le_eqVlt (_ : _ == _) //; apply/eqP; ring.
Qed.

(* How far a sample's worst residual can move with the weights. *)
Lemma ball_root_lipschitz u v d i : 0 <= d ->
  `|(`|residual x y u i| + d * l1 u) - (`|residual x y v i| + d * l1 v)| <=
  \sum_j (`|x i j| + d) * `|u j - v j|.
Proof.
move=> d_ge0.
rewrite (_ : _ - _ = (`|residual x y u i| - `|residual x y v i|) +
  d * (l1 u - l1 v)); last by ring.
apply: le_trans (ler_norm_add _ _) _.
rewrite (eq_bigr (fun j => `|x i j| * `|u j - v j| + d * `|u j - v j|));
  last first.
  by move=> j _; rewrite mulrDl.
rewrite big_split ler_add //=.
  apply: le_trans (ler_dist_dist _ _) _.
  rewrite (_ : _ - _ = \sum_j x i j * (v j - u j)).
    apply: le_trans (ler_norm_sum _ _ _) _; apply: ler_sum => j _.
    by rewrite normrM distrC.
  rewrite /residual opprB addrC addrA subrK -sumrB.
  by apply: eq_bigr => j _; rewrite mulrBr.
rewrite normrM ger0_norm // -mulr_sumr ler_wpmul2l //= -sumrB.
apply: le_trans (ler_norm_sum _ _ _) _; apply: ler_sum => j _.
exact: ler_dist_dist.
Qed.

Lemma ball_loss_continuous u v d : 0 <= d ->
  `|ball_loss x y u d - ball_loss x y v d| <=
  \sum_i (\sum_j (`|x i j| + d) * `|u j - v j|) *
    ((`|residual x y u i| + d * l1 u) + (`|residual x y v i| + d * l1 v)).
Proof.
move=> d_ge0; rewrite -sumrB; apply: le_trans (ler_norm_sum _ _ _) _.
apply: ler_sum => i _; rewrite subr_sqr normrM.
rewrite (@ger0_norm _ (_ + (`|residual x y v i| + _))); last first.
  by rewrite !addr_ge0 ?mulr_ge0 ?l1_ge0.
rewrite ler_wpmul2r ?ball_root_lipschitz //.
by rewrite !addr_ge0 ?mulr_ge0 ?l1_ge0.
Qed.

Lemma step_along_axis (a b s t d : R) : 0 <= d -> 0 <= t -> s ^+ 2 = 1 ->
  (`|b - a * (s * t)| + d * t) ^+ 2 <=
  b ^+ 2 - 2%:R * t * (s * (a * b)) + 2%:R * t * (d * `|b|) +
  t ^+ 2 * (a ^+ 2 + 2%:R * d * `|a| + d ^+ 2).
Proof.
move=> d_ge0 t_ge0 s1.
have norm_s : `|s| = 1.
  by apply/eqP; rewrite -sqrp_eq1 ?sqr_norm ?s1.
apply: (@ler_by_sub _ _ _
  (2%:R * d * t * (`|b| + t * `|a| - `|b - a * (s * t)|))).
  transitivity (b ^+ 2 - 2%:R * t * (s * (a * b)) + 2%:R * t * (d * `|b|) +
    t ^+ 2 * (s ^+ 2 * a ^+ 2 + 2%:R * d * `|a| + d ^+ 2) -
    ((b - a * (s * t)) ^+ 2 + 2%:R * d * t * `|b - a * (s * t)| +
     (d * t) ^+ 2)); last by ring.
  have := sqr_norm (b - a * (s * t)); rewrite s1 mul1r.
  by move: (Num.norm _) => n <-; ring.
rewrite mulr_ge0 //; first by rewrite mulr_ge0 // mulr_ge0 ?ler0n.
rewrite subr_ge0; apply: le_trans (ler_norm_sub _ _) _.
by rewrite ler_add2l !normrM norm_s mul1r (ger0_norm t_ge0) mulrC.
Qed.

Lemma slope_le_curvature (b a c u t : R) :
  b <= b - 2%:R * t * a + 2%:R * t * c + t ^+ 2 * u ->
  2%:R * t * (a - c) <= t ^+ 2 * u.
Proof.
by move=> le_b; rewrite -subr_ge0 in le_b; apply: (ler_by_sub _ le_b); ring.
Qed.

Lemma dot_residual w (a : 'I_N -> R) :
  \sum_i a i * residual x y w i =
  \sum_i a i * y i - \sum_j (\sum_i x i j * a i) * w j.
Proof.
have -> : \sum_j (\sum_i x i j * a i) * w j =
    \sum_i a i * (\sum_j x i j * w j).
  transitivity (\sum_j \sum_i x i j * a i * w j).
    by apply: eq_bigr => j _; rewrite mulr_suml.
  rewrite exchange_big; apply: eq_bigr => i _; rewrite mulr_sumr.
  by apply: eq_bigr => j _; ring.
by rewrite -sumrB; apply: eq_bigr => i _; rewrite mulrBr.
Qed.

(* Weak duality for the exact worst case over the ball. *)
Lemma ball_loss_weak_duality w d (alpha a : 'I_N -> R) : 0 <= d ->
    (forall i, `|alpha i| <= a i) ->
    (forall j, `|\sum_i x i j * alpha i| <= d * \sum_i a i) ->
  2%:R * (\sum_i alpha i * y i) - \sum_i a i ^+ 2 <= ball_loss x y w d.
Proof.
move=> d_ge0 le_a le_d; set l := l1 w.
apply: (@le_trans _ _ (\sum_i (2%:R * (alpha i * residual x y w i) +
    2%:R * (a i * (d * l)) - a i ^+ 2))).
  rewrite sumrB ler_add2r big_split -!mulr_sumr -mulr_suml /= dot_residual.
  rewrite mulrBr -addrA ler_addl addrC subr_ge0 ler_pmul2l ?ltr0n // mulrCA
    mulrA.
  exact: dot_le_sum_norm.
apply: ler_sum => i _; apply: le_trans (sqr_tangent (a i) _).
have le_ae : alpha i * residual x y w i <= a i * `|residual x y w i|.
  by apply: le_trans (mulr_le_norm _ _) _; rewrite ler_wpmul2r.
move: le_ae; rewrite -/l -subr_ge0.
set r := residual x y w i; move: `|r| => n nr_ge0.
apply: (@ler_by_sub _ _ _ (2%:R * (a i * n - alpha i * r))); first by ring.
by rewrite mulr_ge0 ?ler0n.
Qed.

End Convexity.

Section OverOrderedFields.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R).
Implicit Types (u v w : 'I_D -> R) (d t : R).

(* AT-3: the third term is a squared l1 norm, of a matrix of rank one. *)
Theorem gamma_at_term_is_squared_l1 w :
  let n := #|[set i | residual x y w i != 0]|%:R in
  let s : 'cV_D := \col_j Num.sg (w j) in
  let gamma := \matrix_(j, m) gamma_at x y w j m in
  [/\ gamma = n *: (s *m s^T), (\rank gamma <= 1)%N &
      \sum_j \sum_m w j * gamma j m * w m = n * (\sum_j `|w j|) ^+ 2].
Proof.
move=> n s gamma; have gammaE : gamma = n *: (s *m s^T).
  apply/matrixP=> j m; rewrite !mxE big_ord1 !mxE gamma_atE.
  by rewrite /n_nonzero -/n.
split=> //; first rewrite gammaE.
  apply: leq_trans (mxrank_scale _ _) _; apply: leq_trans (mxrankM_maxl _ _) _.
  exact: rank_leq_col.
rewrite -[RHS]gamma_at_form; apply: eq_bigr => j _; apply: eq_bigr => m _.
by rewrite mxE.
Qed.

End OverOrderedFields.

Lemma fgsm_loss_line (R : realFieldType) (w : R) :
  fgsm_loss (fun _ _ : 'I_1 => 1) (fun=> 1) (fun=> w) 1 =
  if w == 1 then 0 else (`|1 - w| + `|w|) ^+ 2.
Proof.
rewrite fgsm_lossE big_mkcond big_ord1 /residual /l1 !big_ord1 !mul1r subr_eq0.
by rewrite eq_sym; case: eqP.
Qed.

(* AT-6: the exact worst case is convex and continuous; with one sample and   *)
(* one feature, both 1, the FGSM objective jumps at w = 1 and is not convex.  *)
Theorem ball_worst_case_is_convex_fgsm_is_not (R : realFieldType) :
  [/\ forall N D (x : 'I_N -> 'I_D -> R) y (u v : 'I_D -> R) d t, 0 <= d -> 0
    <= t <= 1 ->
        ball_loss x y (fun j => (1 - t) * u j + t * v j) d <=
        (1 - t) * ball_loss x y u d + t * ball_loss x y v d,
      forall N D (x : 'I_N -> 'I_D -> R) y (u v : 'I_D -> R) d, 0 <= d ->
        `|ball_loss x y u d - ball_loss x y v d| <=
        \sum_i (\sum_j (`|x i j| + d) * `|u j - v j|) *
          ((`|residual x y u i| + d * l1 u) + (`|residual x y v i| + d * l1 v)),
      fgsm_loss (fun _ _ : 'I_1 => 1) (fun=> 1) (fun _ : 'I_1 => 1 : R) 1 = 0,
      forall w : R, w != 1 ->
        1 <= fgsm_loss (fun _ _ : 'I_1 => 1) (fun=> 1) (fun _ : 'I_1 => w) 1 &
      exists u v t : R, 0 <= t <= 1 /\
        (1 - t) * fgsm_loss (fun _ _ : 'I_1 => 1) (fun=> 1) (fun _ : 'I_1 => u)
          1
        + t * fgsm_loss (fun _ _ : 'I_1 => 1) (fun=> 1) (fun _ : 'I_1 => v) 1
        < fgsm_loss (fun _ _ : 'I_1 => 1) (fun=> 1)
            (fun _ : 'I_1 => (1 - t) * u + t * v) 1].
Proof.
have ge1 (w : R) : w != 1 -> 1 <= (`|1 - w| + `|w|) ^+ 2.
  move=> _; have := ler_norm_add (1 - w) w; rewrite subrK normr1 => le1.
  exact: exprn_ege1.
split.
- by move=> N D x y u v d t; apply: ball_loss_convex.
- by move=> N D x y u v d; apply: ball_loss_continuous.
- by rewrite fgsm_loss_line eqxx.
- by move=> w w_neq1; rewrite fgsm_loss_line (negPf w_neq1) ge1.
have half01 : 0 <= (2%:R^-1 : R) <= 1.
  by rewrite invr_ge0 ler0n invf_le1 ?ltr0n // ler1n.
have h_lt1 : 2%:R^-1 < 1 :> R by rewrite invf_lt1 ?ltr0n // ltr1n.
have halfE : (1 - 2%:R^-1 : R) = 2%:R^-1.
  by apply/eqP; rewrite subr_eq -mulr2n -[_ *+ 2]mulr_natl mulfV // pnatr_eq0.
exists 1, 0, 2%:R^-1; split=> //; rewrite mulr0 addr0 mulr1 halfE.
rewrite !fgsm_loss_line eqxx eq_sym oner_eq0 (lt_eqF h_lt1) mulr0 add0r.
rewrite subr0 normr0 addr0 normr1 expr1n mulr1.
apply: (lt_le_trans h_lt1); apply: ge1.
by rewrite (lt_eqF h_lt1).
Qed.

(* AT-8: zero weights are robust from a threshold on. *)
Theorem zero_is_robust_iff_radius_reaches_threshold
    (R : realFieldType) N D (x : 'I_N -> 'I_D -> R) y d : 0 <= d ->
  (forall w : 'I_D -> R,
    \sum_i (`|residual x y (fun=> 0) i| + d * l1 (fun _ : 'I_D => 0)) ^+ 2 <=
    \sum_i (`|residual x y w i| + d * l1 w) ^+ 2) <->
  \big[Num.max/0]_j `|\sum_i x i j * y i| <= d * (\sum_i `|y i|).
Proof.
move=> d_ge0; have loss0 : \sum_i (`|residual x y (fun=> 0) i| +
    d * l1 (fun _ : 'I_D => 0)) ^+ 2 = \sum_i y i ^+ 2.
  by apply: eq_bigr => i _; rewrite residual0 l10 mulr0 addr0 sqr_norm.
split=> [opt0|le_d w].
  apply: bigmaxr_le => [|j _]; first by rewrite mulr_ge0 // sumr_ge0.
  set a := \sum_i _; set b := \sum_i `|y i|.
  pose s : R := (-1) ^+ (a < 0)%R.
  rewrite -subr_le0; set c := \sum_i (x i j ^+ 2 + 2%:R * d * `|x i j| + d ^+
    2).
  apply: (@le0_of_small _ _ (c / 2%:R) 1 ltr01) => t t_gt0 _.
  pose w m : R := (m == j)%:R * (s * t).
  have := opt0 w; rewrite loss0.
  have l1w : l1 w = t.
    rewrite /l1 (bigD1 j) //= big1 => [|m /negPf mj]; last first.
      by rewrite /w mj mul0r normr0.
    by rewrite addr0 /w eqxx mul1r normrM normrX normrN1 expr1n mul1r gtr0_norm.
  have ew i : residual x y w i = y i - x i j * (s * t).
    rewrite /residual (bigD1 j) //= big1 => [|m /negPf mj]; last first.
      by rewrite /w mj mul0r mulr0.
    by rewrite addr0 /w eqxx mul1r.
  have s1 : s ^+ 2 = 1 by apply: sqr_side.
  have bound i : (`|residual x y w i| + d * l1 w) ^+ 2 <=
      y i ^+ 2 - 2%:R * t * (s * (x i j * y i)) + 2%:R * t * (d * `|y i|) +
      t ^+ 2 * (x i j ^+ 2 + 2%:R * d * `|x i j| + d ^+ 2).
    by rewrite ew l1w; apply: step_along_axis => //; apply: ltW.
  move=> opt; have := le_trans opt (ler_sum _ (fun i _ => bound i)).
  rewrite !big_split sumrN -!mulr_sumr /= -/a -/b -/c.
  have -> : s * a = `|a| by rewrite /s -normrEsign.
  move=> le_sum; have t2_gt0 : 0 < 2%:R * t by rewrite mulr_gt0 ?ltr0n.
  rewrite -(ler_pmul2l t2_gt0).
  have -> : 2%:R * t * (t * (c / 2%:R)) = t ^+ 2 * c by field.
  exact: slope_le_curvature le_sum.
rewrite loss0; pose a i := `|y i|.
have -> : \sum_i y i ^+ 2 = 2%:R * (\sum_i y i * y i) - \sum_i a i ^+ 2.
  rewrite mulr_sumr -sumrB; apply: eq_bigr => i _.
  by rewrite sqr_norm expr2 mulr2n mulrDl mul1r addrK.
apply: ball_loss_weak_duality => // j.
by apply: le_trans le_d; apply: (@le_bigmaxr _ _ xpredT _ j).
Qed.

(* The wrong twins, at one sample and one feature. *)

Lemma fgsm_objective_splits_in_three_mutant_factor :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 0 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  fgsm_loss x y w 1 <>
    loss x y w + \sum_i \sum_j `|1 * (- residual x y w i * w j)| +
    1 ^+ 2 * \sum_j \sum_m w j * gamma_at x y w j m * w m.
Proof.
move=> x y w; rewrite /fgsm_loss /loss /gamma_at /input_gradient /residual.
by rewrite !big_ord1; apply/eqP.
Qed.

Lemma fgsm_objective_splits_in_three_mutant_delta :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 0 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  fgsm_loss x y w 2%:R <>
    loss x y w + \sum_i \sum_j `|2%:R * input_gradient x y w i j| +
    2%:R * \sum_j \sum_m w j * gamma_at x y w j m * w m.
Proof.
move=> x y w; rewrite /fgsm_loss /loss /gamma_at /input_gradient /residual.
by rewrite !big_ord1; apply/eqP.
Qed.

Lemma fgsm_objective_splits_in_three_mutant_sign :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 0 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  fgsm_loss x y w 1 <>
    loss x y w - \sum_i \sum_j `|1 * input_gradient x y w i j| +
    1 ^+ 2 * \sum_j \sum_m w j * gamma_at x y w j m * w m.
Proof.
move=> x y w; rewrite /fgsm_loss /loss /gamma_at /input_gradient /residual.
by rewrite !big_ord1; apply/eqP.
Qed.

(* For a negative radius the middle term has the wrong sign. *)
Lemma fgsm_objective_splits_in_three_mutant_negative :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 0 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  fgsm_loss x y w (-1) <>
    loss x y w + \sum_i \sum_j `|-1 * input_gradient x y w i j| +
    (-1) ^+ 2 * \sum_j \sum_m w j * gamma_at x y w j m * w m.
Proof.
move=> x y w; rewrite /fgsm_loss /loss /gamma_at /input_gradient /residual.
by rewrite !big_ord1; apply/eqP.
Qed.

(* AT-2's counterexample: the literal number in place of the matrix. *)
Lemma literal_gamma_at_overstates_mutant_inner :
  let x : 'I_1 -> 'I_2 -> rat := fun _ _ => 0 in
  let y : 'I_1 -> rat := fun=> 1 in
  let w : 'I_2 -> rat := fun j => if j == ord0 then 1 else 2%:R in
  fgsm_loss x y w 1 <>
    loss x y w + \sum_i \sum_j `|1 * input_gradient x y w i j| +
    1 ^+ 2 * (\sum_i \sum_j Num.sg (input_gradient x y w i j) ^+ 2) *
    (\sum_j w j ^+ 2).
Proof.
move=> x y w; rewrite /fgsm_loss /loss /input_gradient /residual !big_ord1.
by rewrite !big_ord_recl !big_ord0; apply/eqP.
Qed.

(* The l2 reading of the third term. *)
Lemma gamma_at_term_is_squared_l1_mutant_ridge :
  let x : 'I_1 -> 'I_2 -> rat := fun _ _ => 0 in
  let y : 'I_1 -> rat := fun=> 1 in let w : 'I_2 -> rat := fun=> 1 in
  \sum_j \sum_m w j * gamma_at x y w j m * w m <> \sum_j w j ^+ 2.
Proof.
move=> x y w; rewrite gamma_at_form n_nonzeroE big_ord1 /l1 /residual.
by rewrite !big_ord_recl !big_ord0; apply/eqP.
Qed.
