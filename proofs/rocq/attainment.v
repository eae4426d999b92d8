From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout.

(******************************************************************************)
(* A sum of squares of affine functions has a minimum on every nonempty       *)
(* polyhedron over an ordered field: among the finitely many least-squares    *)
(* solutions that ignore some inequalities and take the others as equations,  *)
(* the best feasible one is best of all. Both exact worst cases are therefore *)
(* minimal somewhere, with weights in the field of the data.                  *)
(*                                                                            *)
(*           sqr_sum v == the sum of the squares of the row v                 *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Rows.

Variable R : realFieldType.

Definition sqr_sum p (v : 'rV[R]_p) := \sum_i v 0 i ^+ 2.

Lemma sqr_sumE p (v : 'rV[R]_p) : (v *m v^T) 0 0 = sqr_sum v.
Proof. by rewrite mxE; apply: eq_bigr => i _; rewrite mxE expr2. Qed.

Lemma sqr_sum_eq0 p (v : 'rV[R]_p) : sqr_sum v = 0 -> v = 0.
Proof.
move/eqP; rewrite psumr_eq0 => [/allP v0|i _]; last exact: sqr_ge0.
apply/rowP=> i; rewrite mxE; apply/eqP; rewrite -sqrf_eq0.
by apply: v0; rewrite mem_index_enum.
Qed.

(* Orthogonal vectors do not shorten each other. *)
Lemma sqr_sumD p (u v : 'rV[R]_p) :
  u *m v^T = 0 -> sqr_sum u <= sqr_sum (u + v).
Proof.
move=> uv0; apply: (@ler_by_sub _ _ _ (sqr_sum v)); last first.
  by apply: sumr_ge0 => i _; apply: sqr_ge0.
have -> : sqr_sum (u + v) - sqr_sum u = 2%:R * (u *m v^T) 0 0 + sqr_sum v.
  rewrite mxE mulr_sumr -sumrB -big_split; apply: eq_bigr => i _.
  by rewrite !mxE /=; ring.
by rewrite uv0 mxE mulr0 add0r.
Qed.

Lemma sqr_sum_convex p t (u v : 'rV[R]_p) : 0 <= t <= 1 ->
  sqr_sum ((1 - t) *: u + t *: v) <= (1 - t) * sqr_sum u + t * sqr_sum v.
Proof.
move=> t01; rewrite !mulr_sumr -big_split; apply: ler_sum => i _.
by rewrite !mxE sqr_convex.
Qed.

(* B and B B^T have the same row space up to transposition: normal equations  *)
(* have solutions.                                                            *)
Lemma normal_equations m p (B : 'M[R]_(m, p)) (r : 'rV_p) :
  (r *m B^T <= B *m B^T)%MS.
Proof.
suff /eqmxP eqB : (B *m B^T == B^T)%MS by rewrite eqB submxMl.
have [_ <-] := mxrank_leqif_eq (submxMl B B^T).
rewrite mxrank_tr; apply/eqP/mxrank_injP/rowV0P=> v.
rewrite sub_capmx => /andP[/submxP[l ->] /sub_kermxP].
rewrite -mulmxA => lBB; apply: sqr_sum_eq0.
by rewrite -sqr_sumE trmx_mul !mulmxA -(mulmxA l) lBB mul0mx mxE.
Qed.

End Rows.

Section Polyhedron.

Variables (R : realFieldType) (n m p : nat).
Variables (C : 'M[R]_(n, m)) (c : 'rV[R]_m) (Q : 'M[R]_(n, p)) (q : 'rV[R]_p).
Implicit Types (z : 'rV[R]_n) (F : {set 'I_m}).

Let obj z := sqr_sum (q + z *m Q).

Let feasible z := [forall i, (z *m C) 0 i <= c 0 i].

(* Least squares under the equations of F. *)
Let on F : 'M[R]_m := diag_mx (\row_i (i \in F)%:R).

Let face F z := z *m (C *m on F) == c *m on F.

Let faceP F z : reflect (forall i, i \in F -> (z *m C) 0 i = c 0 i) (face F z).
Proof.
rewrite /face mulmxA; apply: (iffP eqP) => [/rowP eqF i iF|eqF].
  by have := eqF i; rewrite /on !mul_mx_diag !mxE iF !mulr1.
apply/rowP=> i; rewrite /on !mul_mx_diag !mxE.
by case: (boolP (i \in F)) => [/eqF|_]; rewrite ?mulr0 // !mulr1 mxE.
Qed.

Let base F := c *m on F *m pinvmx (C *m on F).

Let image F := kermx (C *m on F) *m Q.

Let best F := base F - (q + base F *m Q) *m (image F)^T *m
  pinvmx (image F *m (image F)^T) *m kermx (C *m on F).

Let best_face F z : face F z -> face F (best F).
Proof.
move/eqP=> zF; rewrite /face /best mulmxBl -mulmxA mulmx_ker mulmx0 subr0.
by rewrite /base mulmxKpV // -zF submxMl.
Qed.

Let best_le F z : face F z -> obj (best F) <= obj z.
Proof.
move=> zF; have bF := best_face zF.
have /submxP[l zE] : (z - best F <= kermx (C *m on F))%MS.
  by apply/sub_kermxP; rewrite mulmxBl (eqP zF) (eqP bF) subrr.
have -> : z = best F + l *m kermx (C *m on F) by rewrite -zE addrC subrK.
rewrite /obj mulmxDl addrA -mulmxA -/(image F); apply: sqr_sumD.
rewrite trmx_mul mulmxA /best mulmxBl -[_ *m kermx _ *m Q]mulmxA -/(image F).
rewrite addrA mulmxBl -(mulmxA _ (image F)) mulmxKpV ?subrr ?mul0mx //.
exact: normal_equations.
Qed.

(* A point whose best neighbour on the face of its equations is infeasible    *)
(* can walk there until an inequality stops it.                               *)
Let tight z := [set i | (z *m C) 0 i == c 0 i].

Let face_tight z : face (tight z) z.
Proof. by apply/faceP=> i; rewrite inE => /eqP. Qed.

Let walk z : feasible z -> ~~ feasible (best (tight z)) ->
  exists z', [/\ feasible z', obj z' <= obj z & (#|tight z| < #|tight z'|)%N].
Proof.
move=> /forallP z_ok; rewrite negb_forall => /existsP[i0]; rewrite -ltNge.
set b := best (tight z) => i0_bad; pose zC i := (z *m C) 0 i.
pose bC i := (b *m C) 0 i; pose step i := (c 0 i - zC i) / (bC i - zC i).
have eq_b : forall i, i \in tight z -> bC i = c 0 i.
  exact/faceP/best_face/face_tight.
pose bad i := c 0 i < bC i.
case: (arg_minP step (P := bad) i0_bad) => i i_bad step_min.
have len j : bad j -> 0 < bC j - zC j.
  by move=> j_bad; rewrite subr_gt0 (le_lt_trans (z_ok j)).
have t_ge0 : 0 <= step i.
  by rewrite divr_ge0 ?(ltW (len _ i_bad)) // subr_ge0; apply: z_ok.
have t_le1 : step i <= 1.
  by rewrite ler_pdivr_mulr ?len // mul1r ler_add2r ltW.
pose t := step i; pose z' := (1 - t) *: z + t *: b.
have z'C j : (z' *m C) 0 j = (1 - t) * zC j + t * bC j.
  by rewrite /zC /bC mulmxDl -!scalemxAl !mxE.
have z'_ok j : (z' *m C) 0 j <= c 0 j.
  rewrite z'C; case: (ltrP (c 0 j) (bC j)) => [j_bad|j_ok].
    have := step_min j j_bad; rewrite -/t ler_pdivl_mulr ?len // => le_t.
    have -> : (1 - t) * zC j + t * bC j = t * (bC j - zC j) + zC j by ring.
    by rewrite -ler_subr_addr.
  apply: (@le_trans _ _ ((1 - t) * c 0 j + t * c 0 j)); last first.
    by rewrite -mulrDl subrK mul1r.
  by apply: ler_add; apply: ler_wpmul2l; rewrite ?subr_ge0 //; apply: z_ok.
exists z'; split; first exact/forallP.
  have -> : obj z' = sqr_sum ((1 - t) *: (q + z *m Q) + t *: (q + b *m Q)).
    congr sqr_sum; rewrite mulmxDl -!scalemxAl !scalerDr addrACA -scalerDl.
    by rewrite subrK scale1r.
  apply: le_trans (sqr_sum_convex _ _ _) _; first by rewrite t_ge0.
  apply: (@le_trans _ _ ((1 - t) * obj z + t * obj z)); last first.
    by rewrite -mulrDl subrK mul1r.
  by rewrite ler_add2l ler_wpmul2l // best_le // face_tight.
apply: proper_card; apply/properP; split.
  apply/subsetP=> j jz; rewrite inE z'C eq_b //.
  by move: jz; rewrite inE /zC => /eqP->; rewrite -mulrDl subrK mul1r.
exists i; rewrite inE.
  rewrite z'C; apply/eqP; rewrite /t /step; field.
  by rewrite gt_eqF ?len.
by apply/negP=> /eqP zi; have := eq_b i; rewrite inE zi eqxx => /(_ isT) bi;
  rewrite /bad bi ltxx in i_bad.
Qed.

Let reach z :
  feasible z -> exists2 F, feasible (best F) & obj (best F) <= obj z.
Proof.
have [k le_k] := ubnP (m - #|tight z|); elim: k z le_k => // k IHk z le_k z_ok.
case: (boolP (feasible (best (tight z)))) => [b_ok|b_bad].
  by exists (tight z); rewrite // best_le // face_tight.
have [z' [z'_ok z'_le z'_tight]] := walk z_ok b_bad.
have [|F F_ok F_le] := IHk z' _ z'_ok; last first.
  by exists F => //; apply: le_trans z'_le.
have le_m : (#|tight z'| <= m)%N.
  by rewrite -[X in (_ <= X)%N]card_ord max_card.
apply: leq_trans (le_k : (_ <= k)%N); apply: ltn_sub2l => //.
exact: leq_trans z'_tight le_m.
Qed.

Lemma polyhedron_attained z0 : (forall i, (z0 *m C) 0 i <= c 0 i) ->
  exists2 z, forall i, (z *m C) 0 i <= c 0 i &
    forall z', (forall i, (z' *m C) 0 i <= c 0 i) ->
      sqr_sum (q + z *m Q) <= sqr_sum (q + z' *m Q).
Proof.
move/forallP/reach=> [F0 F0_ok _].
pose good F := feasible (best F).
case: (arg_minP (P := good) (fun F => obj (best F)) F0_ok) => F.
move=> /forallP F_ok F_min.
exists (best F) => // z' /forallP/reach[F' F'_ok].
by apply: le_trans; apply: F_min.
Qed.

End Polyhedron.

(* A sum of squared maxima of affine functions of w has a minimum: with m i   *)
(* for the i-th maximum, it is |m|^2 over the pairs (w, m) in a polyhedron.   *)
Section SquaredMaxima.

Variables (R : realFieldType) (N D : nat) (A : finType) (P : pred A) (a0 : A).
Variables (b : 'I_N -> A -> R) (a : 'I_N -> A -> 'I_D -> R).
Hypothesis Pa0 : P a0.

Let f (w : 'rV[R]_D) i t := b i t + \sum_j a i t j * w 0 j.

Let top w i := \big[Num.max/0]_(t | P t) `|f w i t|.

Let top_sqr w i : top w i ^+ 2 = \big[Num.max/0]_(t | P t) f w i t ^+ 2.
Proof.
have top_ge0 : 0 <= top w i by apply: bigmaxr_ge0.
apply/le_anti/andP; split; last first.
  apply: bigmaxr_le => [|t Pt]; first exact: sqr_ge0.
  by apply: sqr_le_norm; apply: (@le_bigmaxr _ _ _ (fun t => `|f w i t|)).
have [t Pt] := @bigmaxr_ex _ _ _ (fun t => `|f w i t|) _ Pa0 (normr_ge0 _).
rewrite /top => <-; rewrite sqr_norm.
exact: (@le_bigmaxr _ _ _ (fun t => f w i t ^+ 2)).
Qed.

Let row_index := ('I_N * A * bool)%type.

Let index (k : 'I_#|{: row_index}|) : row_index := enum_val k.

(* Rows outside P repeat a0. *)
Let pick (r : row_index) := if P r.1.2 then r.1.2 else a0.

Let sign (r : row_index) : R := (-1) ^+ r.2.

Let Cw : 'M[R]_(D, _) :=
  \matrix_(j, k) (sign (index k) * a (index k).1.1 (pick (index k)) j).

Let Cm : 'M[R]_(N, _) := \matrix_(i, k) - (i == (index k).1.1)%:R.

Let C := col_mx Cw Cm.

Let c := \row_k - (sign (index k) * b (index k).1.1 (pick (index k))).

Let polyhedronP w m : (forall k, (row_mx w m *m C) 0 k <= c 0 k) <->
  forall i t, P t -> `|f w i t| <= m 0 i.
Proof.
have kE k : ((row_mx w m *m C) 0 k <= c 0 k) =
    (sign (index k) * f w (index k).1.1 (pick (index k)) <=
     m 0 (index k).1.1).
  rewrite mul_row_col !mxE; set r := index k.
  have -> : \sum_j w 0 j * Cw j k =
      sign r * (\sum_j a r.1.1 (pick r) j * w 0 j).
    by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mxE -/r; ring.
  have -> : \sum_i m 0 i * Cm i k = - m 0 r.1.1.
    rewrite (bigD1 r.1.1) //= mxE eqxx mulrN1 big1 ?addr0 // => i i_r.
    by rewrite mxE (negPf i_r) oppr0 mulr0.
  by rewrite ler_subl_addr [- _ + _]addrC ler_subr_addl -mulrDr.
split=> [ok i t Pt|ok k].
  rewrite ler_norm_both; apply/andP; split.
    have := ok (enum_rank (i, t, false)).
    by rewrite kE /index enum_rankK /pick /= Pt /sign expr0 mul1r.
  have := ok (enum_rank (i, t, true)).
  by rewrite kE /index enum_rankK /pick /= Pt /sign expr1 mulN1r.
rewrite kE; set r := index k; apply: le_trans (ler_norm _) _.
rewrite normrM normrX normrN1 expr1n mul1r; apply: ok.
by rewrite /pick; case: ifP.
Qed.

Lemma squared_maxima_attained : exists w : 'I_D -> R, forall w' : 'I_D -> R,
  \sum_i \big[Num.max/0]_(t | P t) (b i t + \sum_j a i t j * w j) ^+ 2 <=
  \sum_i \big[Num.max/0]_(t | P t) (b i t + \sum_j a i t j * w' j) ^+ 2.
Proof.
pose lift_row w := row_mx w (\row_i top w i).
have lift_ok w : forall k, (lift_row w *m C) 0 k <= c 0 k.
  apply/polyhedronP=> i t Pt; rewrite mxE.
  exact: (@le_bigmaxr _ _ _ (fun t => `|f w i t|)).
have [z z_ok z_min] := polyhedron_attained (col_mx 0 1%:M) 0 (lift_ok 0).
move: z_ok z_min; rewrite -[z]hsubmxK; set w := lsubmx z; set m := rsubmx z.
have objE u v : sqr_sum (0 + row_mx u v *m col_mx 0 1%:M) = sqr_sum v :> R.
  by rewrite mul_row_col mulmx0 mulmx1 !add0r.
move=> /polyhedronP m_ok m_min; exists (fun j => w 0 j) => v.
pose w' : 'rV_D := \row_j v j.
have -> : \sum_i \big[Num.max/0]_(t | P t) (b i t + \sum_j a i t j * v j) ^+ 2 =
    sqr_sum (\row_i top w' i).
  apply: eq_bigr => i _; rewrite mxE top_sqr; apply: eq_bigr => t _.
  by congr ((_ + _) ^+ 2); apply: eq_bigr => j _; rewrite mxE.
have := m_min _ (lift_ok w'); rewrite !objE; apply: le_trans.
apply: ler_sum => i _; rewrite -top_sqr; apply: sqr_le_norm.
rewrite ger0_norm ?bigmaxr_ge0 //; apply: bigmaxr_le => [|t Pt].
  by apply: le_trans (m_ok i a0 Pa0).
exact: m_ok.
Qed.

End SquaredMaxima.

Section WorstCases.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R).

Lemma exact_loss_attained k :
  exists w, forall w', exact_loss x y w k <= exact_loss x y w' k.
Proof.
have [|w w_min] := @squared_maxima_attained R N D _
    (fun S : {set 'I_D} => #|S| <= k)%N set0 (fun i _ => y i)
    (fun i S j => - ((j \notin S)%:R * x i j)).
  by rewrite cards0.
exists w => w'; have lossE v : exact_loss x y v k =
    \sum_i \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N)
      (y i + \sum_j - ((j \notin S)%:R * x i j) * v j) ^+ 2.
  apply: eq_bigr => i _; apply: eq_bigr => S _; congr ((_ + _) ^+ 2).
  rewrite -sumrN [LHS]big_mkcond; apply: eq_bigr => j _.
  by case: (j \notin S); rewrite ?mul1r ?mul0r ?oppr0 ?mul0r ?mulNr.
by rewrite !lossE.
Qed.

(* |e| + d |w|_1 is the largest |e + d (+- w_1 +- ... +- w_D)|.               *)
Lemma ball_loss_attained d : 0 <= d ->
  exists w, forall w', ball_loss x y w d <= ball_loss x y w' d.
Proof.
move=> d_ge0; pose s (S : {set 'I_D}) j : R := (-1) ^+ (j \in S).
have [w w_min] := @squared_maxima_attained R N D _ xpredT (set0 : {set 'I_D})
  (fun i _ => y i) (fun i S j => d * s S j - x i j) isT.
exists w => w'; have lossE v : ball_loss x y v d =
    \sum_i \big[Num.max/0]_(S : {set 'I_D})
      (y i + \sum_j (d * s S j - x i j) * v j) ^+ 2.
  have sideE i S : y i + \sum_j (d * s S j - x i j) * v j =
      residual x y v i + d * (\sum_j s S j * v j).
    rewrite /residual mulr_sumr -addrA -sumrN -big_split.
    by congr (_ + _); apply: eq_bigr => j _ /=; ring.
  apply: eq_bigr => i _; apply/le_anti/andP; split; last first.
    apply: bigmaxr_le => [|S _]; first exact: sqr_ge0.
    rewrite sideE; apply: sqr_le_norm; apply: le_trans (ler_norm_add _ _) _.
    rewrite ler_add2l normrM (ger0_norm d_ge0) ler_wpmul2l //.
    apply: le_trans (ler_norm_sum _ _ _) _; apply: ler_sum => j _.
    by rewrite normrM normrX normrN1 expr1n mul1r.
  pose e := residual x y v i; pose t : R := (-1) ^+ (e < 0)%R.
  pose S := [set j | (v j < 0) (+) (e < 0)].
  have <- : (y i + \sum_j (d * s S j - x i j) * v j) ^+ 2 =
      (`|e| + d * l1 v) ^+ 2.
    rewrite sideE -/e {1}[e]numEsign -/t.
    have -> : \sum_j s S j * v j = t * l1 v.
      rewrite mulr_sumr; apply: eq_bigr => j _; rewrite /s inE signr_addb.
      by rewrite -/t mulrAC -normrEsign mulrC.
    by rewrite mulrCA -mulrDr exprMn sqr_side mul1r.
  exact: (@le_bigmaxr _ _ xpredT
    (fun S => (y i + \sum_j (d * s S j - x i j) * v j) ^+ 2)).
by rewrite !lossE.
Qed.

End WorstCases.
