From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra.

(******************************************************************************)
(* The vector k-norm, its polar, and the proximal map.                        *)
(*                                                                            *)
(*           knorm k v == the sum of the k largest of the absolute values     *)
(*      polar_norm k u == max(max_j |u j|, (sum of the |u j|) / k)            *)
(*   prox_value k t v z == |z - v|^2 / 2 + t knorm k z, what the proximal map *)
(*                        of t knorm minimises                                *)
(*    polar_pair k t v z == v - z lies in the t-ball of the polar norm, and   *)
(*                        its product with z is as large as that allows       *)
(*              clip t a == a, but at least 0 and at most t                   *)
(*       soft_clip t v l == v with each |v j| lowered by clip t (|v j| - l)   *)
(*                                                                            *)
(* Each is the dual norm of the other for k > 0; any finite index set is      *)
(* allowed, the empty one included. For k = 0, knorm is 0.                    *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section KNorm.

Variables (R : realDomainType) (I : finType).
Implicit Types (u v z : I -> R) (c s : R) (k : nat).

Definition knorm k v : R := topk k (fun j => `|v j|).

Lemma knorm_ge0 k v : 0 <= knorm k v.
Proof. exact: topk_ge0. Qed.

Lemma eq_knorm k u v : u =1 v -> knorm k u = knorm k v.
Proof. by move=> uv; apply: eq_topk => j; rewrite uv. Qed.

Lemma knorm0 k : knorm k (fun=> 0) = 0.
Proof.
apply/le_anti; rewrite knorm_ge0 andbT; apply: topk_le => // S _.
by rewrite big1 // => j _; rewrite normr0.
Qed.

Lemma knormZ k v c : 0 <= c -> knorm k (fun j => c * v j) = c * knorm k v.
Proof.
move=> c_ge0; rewrite -topkZ //; apply: eq_topk => j.
by rewrite normrM ger0_norm.
Qed.

Lemma knormD k u v : knorm k (fun j => u j + v j) <= knorm k u + knorm k v.
Proof.
apply: le_trans (topkD _ _ _); apply: topk_homo => j; exact: ler_norm_add.
Qed.

Lemma knorm_convex k u v s : 0 <= s -> s <= 1 ->
  knorm k (fun j => u j + s * (v j - u j)) <=
  (1 - s) * knorm k u + s * knorm k v.
Proof.
move=> s_ge0 s_le1; rewrite -!knormZ ?subr_ge0 //.
apply: le_trans (knormD _ _ _); rewrite le_eqVlt; apply/orP; left; apply/eqP.
by apply: eq_knorm => j; ring.
Qed.

Lemma knorm_le_sum k v : knorm k v <= \sum_j `|v j|.
Proof.
apply: topk_le => [|S _]; first exact: sumr_ge0.
by rewrite [X in _ <= X](bigID (mem S)) ler_addl sumr_ge0.
Qed.

Lemma dot_le_knorm k u v c : (forall j, `|u j| <= c) ->
  \sum_j `|u j| <= k%:R * c -> \sum_j u j * v j <= c * knorm k v.
Proof.
move=> u_le u_sum; apply: le_trans (dot_le_topk (fun j => `|v j|) _ u_sum).
  by apply: ler_sum => j _; apply: mulr_le_norm.
by move=> j; rewrite normr_ge0 u_le.
Qed.

(* The signs on the k largest entries attain the k-norm. *)
Lemma knorm_attained k v :
  exists2 u, (forall j, `|u j| <= 1) /\ \sum_j `|u j| <= k%:R &
    \sum_j u j * v j = knorm k v.
Proof.
have [S Sk S_topk] := topk_ex k (fun j => `|v j|).
have normE j : `|(j \in S)%:R * Num.sg (v j)| <= (j \in S)%:R.
  by rewrite normrM normr_nat ler_pimulr ?ler0n ?norm_sg_le1.
exists (fun j => (j \in S)%:R * Num.sg (v j)); first split.
- by move=> j; apply: le_trans (normE j) _; rewrite lern1 leq_b1.
- apply: (@le_trans _ _ (\sum_j (j \in S)%:R)); first by apply: ler_sum.
  by rewrite sum_set_one ler_nat.
rewrite /knorm -S_topk sum_set_mul; apply: eq_bigr => j _.
by rewrite -mulrA mul_sg_self.
Qed.

End KNorm.

Section Polar.

Variables (R : realFieldType) (I : finType).
Implicit Types (u v z r : I -> R) (c s t : R) (k : nat).

Definition polar_norm k u : R :=
  Num.max (\big[Num.max/0]_j `|u j|) ((\sum_j `|u j|) / k%:R).

Lemma polar_norm_ge0 k u : 0 <= polar_norm k u.
Proof. by rewrite le_maxr bigmaxr_ge0. Qed.

Lemma polar_normP k u c : (0 < k)%N -> 0 <= c ->
  reflect ((forall j, `|u j| <= c) /\ \sum_j `|u j| <= k%:R * c)
    (polar_norm k u <= c).
Proof.
move=> k_gt0 c_ge0; rewrite /polar_norm le_maxl ler_pdivr_mulr ?ltr0n //.
rewrite [c * _]mulrC; apply: (iffP andP) => -[u_le u_sum]; split=> //.
  move=> j; apply: le_trans u_le.
  exact: (@le_bigmaxr _ _ _ (fun j => `|u j|)).
exact: bigmaxr_le.
Qed.

Lemma dot_le_polar k u v : (0 < k)%N ->
  \sum_j u j * v j <= polar_norm k u * knorm k v.
Proof.
move=> k_gt0; have [u_le u_sum] := polar_normP u k_gt0 (polar_norm_ge0 k u)
  (lexx _).
exact: dot_le_knorm.
Qed.

Lemma dot_le_ball k t u v : (0 < k)%N -> polar_norm k u <= t ->
  \sum_j u j * v j <= t * knorm k v.
Proof.
move=> k_gt0 u_le; apply: le_trans (dot_le_polar _ _ k_gt0) _.
by rewrite ler_wpmul2r ?knorm_ge0.
Qed.

(* The sign at a largest entry, or all signs divided by k, attain the polar. *)
Lemma polar_norm_attained k v : (0 < k)%N ->
  exists2 u, knorm k u <= 1 & \sum_j u j * v j = polar_norm k v.
Proof.
move=> k_gt0; have k_neq0 : k%:R != 0 :> R by rewrite pnatr_eq0 -lt0n.
rewrite /polar_norm; case: lerP => [_|lt_max].
  exists (fun j => k%:R^-1 * Num.sg (v j)).
    rewrite knormZ ?invr_ge0 ?ler0n // ler_pdivr_mull ?ltr0n // mulr1.
    apply: topk_le => [|S Sk]; first exact: ler0n.
    apply: (@le_trans _ _ (\sum_(j in S) 1)).
      by apply: ler_sum => j _; apply: norm_sg_le1.
    by rewrite sumr_const ler_nat.
  rewrite mulrC mulr_sumr; apply: eq_bigr => j _.
  by rewrite -mulrA mul_sg_self.
case: (pickP (pred_of_simpl (pred_of_argType I))) => [j0 _|none]; last first.
  by move: lt_max; rewrite !big_pred0 // mul0r ltxx.
have [m _ m_max] := @bigmaxr_ex _ _ xpredT (fun j => `|v j|) j0 isT
  (normr_ge0 _).
have pick_m (f : I -> R) : \sum_j (j == m)%:R * f j = f m.
  rewrite (bigD1 m) //= eqxx mul1r big1 ?addr0 // => j /negbTE->.
  by rewrite mul0r.
exists (fun j => (j == m)%:R * Num.sg (v j)).
  apply: le_trans (knorm_le_sum _ _) _.
  rewrite (eq_bigr (fun j => (j == m)%:R * `|Num.sg (v j)|)) => [|j _].
    by rewrite pick_m norm_sg_le1.
  by rewrite normrM normr_nat.
rewrite -m_max -mul_sg_self -(pick_m (fun j => Num.sg (v j) * v j)).
by apply: eq_bigr => j _; rewrite mulrA.
Qed.

(* The dual ball is convex. *)
Lemma polar_ball_convex k t u v s : (0 < k)%N -> 0 <= t -> 0 <= s -> s <= 1 ->
  polar_norm k u <= t -> polar_norm k v <= t ->
  polar_norm k (fun j => u j + s * (v j - u j)) <= t.
Proof.
move=> k_gt0 t_ge0 s_ge0 s_le1 /(polar_normP _ k_gt0 t_ge0)[u_le u_sum].
move=> /(polar_normP _ k_gt0 t_ge0)[v_le v_sum].
have s1_ge0 : 0 <= 1 - s by rewrite subr_ge0.
have normE j : `|u j + s * (v j - u j)| <= (1 - s) * `|u j| + s * `|v j|.
  have -> : u j + s * (v j - u j) = (1 - s) * u j + s * v j by ring.
  apply: le_trans (ler_norm_add _ _) _.
  by rewrite !normrM (ger0_norm s_ge0) (ger0_norm s1_ge0).
have mix a b c : a <= c -> b <= c -> (1 - s) * a + s * b <= c.
  move=> ac bc; rewrite (_ : c = (1 - s) * c + s * c); last by ring.
  by rewrite ler_add // ler_wpmul2l.
apply/polar_normP=> //; split=> [j|].
  by apply: le_trans (normE j) (mix _ _ _ _ _).
apply: (@le_trans _ _ (\sum_j ((1 - s) * `|u j| + s * `|v j|))).
  by apply: ler_sum.
by rewrite big_split -!mulr_sumr mix.
Qed.

Lemma polar_normZ_le k t u : (0 < k)%N -> 0 <= t ->
  (forall j, `|u j| <= 1) /\ \sum_j `|u j| <= k%:R ->
  polar_norm k (fun j => t * u j) <= t.
Proof.
move=> k_gt0 t_ge0 [u_le u_sum]; apply/polar_normP => //; split=> [j|].
  by rewrite normrM ger0_norm // ler_pimulr.
rewrite (eq_bigr (fun j => t * `|u j|)) => [|j _]; last first.
  by rewrite normrM ger0_norm.
by rewrite -mulr_sumr mulrC ler_wpmul2r.
Qed.

End Polar.

Lemma eq_of_sqr_dist (R : realDomainType) (I : finType) (u v : I -> R) :
  \sum_j (u j - v j) ^+ 2 <= 0 -> u =1 v.
Proof.
move=> dist_le0; have sqr_ge0' j : true -> 0 <= (u j - v j) ^+ 2.
  by move=> _; exact: sqr_ge0.
have : \sum_j (u j - v j) ^+ 2 == 0 by rewrite eq_le dist_le0 sumr_ge0.
rewrite psumr_eq0 // => /allP dist0 j; apply/eqP.
by rewrite -subr_eq0 -sqrf_eq0; apply: (dist0 j); rewrite mem_index_enum.
Qed.

Section Prox.

Variables (R : realFieldType) (I : finType) (k : nat) (t : R) (v z : I -> R).

Hypotheses (k_gt0 : (0 < k)%N) (t_ge0 : 0 <= t).

Definition prox_value (z' : I -> R) : R :=
  (\sum_j (z' j - v j) ^+ 2) / 2%:R + t * knorm k z'.

Local Notation r := (fun j => v j - z j).
Local Notation dotr a := (\sum_j (v j - z j) * a j).

(* What the residual r = v - z of the proximal map has to satisfy. *)
Definition polar_pair := polar_norm k r <= t /\ dotr z = t * knorm k z.

Let two_gt0 : 0 < 2%:R :> R. Proof. by rewrite ltr0n. Qed.

Lemma prox_split (z' : I -> R) :
  (\sum_j (z' j - v j) ^+ 2) / 2%:R =
  (\sum_j (z j - v j) ^+ 2) / 2%:R + (\sum_j (z' j - z j) ^+ 2) / 2%:R +
  (dotr z - dotr z').
Proof.
have two_neq0 : 2%:R != 0 :> R by rewrite gt_eqF.
apply: (mulIf two_neq0); rewrite -sumrB !mulrDl !divfK // mulr_suml.
by rewrite -!big_split; apply: eq_bigr => j _ /=; ring.
Qed.

(* Moreau's decomposition, in three-point form: z is the unique minimiser. *)
Lemma prox_three_point (z' : I -> R) : polar_pair ->
  prox_value z + (\sum_j (z' j - z j) ^+ 2) / 2%:R <= prox_value z'.
Proof.
case=> r_le r_z; rewrite /prox_value (prox_split z') r_z.
have le_z' := dot_le_ball z' k_gt0 r_le.
apply: (@ler_by_sub _ _ _ (t * knorm k z' - dotr z')); last by rewrite subr_ge0.
by move: (_ / _) (_ / _) (dotr z') => a b c; ring.
Qed.

(* ... and r is the unique nearest point to v in the ball. *)
Lemma projection_three_point (r' : I -> R) : polar_pair ->
  polar_norm k r' <= t ->
  \sum_j (v j - (v j - z j)) ^+ 2 + \sum_j (r' j - (v j - z j)) ^+ 2 <=
  \sum_j (v j - r' j) ^+ 2.
Proof.
case=> r_le r_z r'_le; have le_z := dot_le_ball z k_gt0 r'_le.
apply: (@ler_by_sub _ _ _ (2%:R * (dotr z - (\sum_j r' j * z j)))).
  rewrite -sumrB mulr_sumr -big_split -sumrB.
  by apply: eq_bigr => j _ /=; ring.
by rewrite mulr_ge0 ?ler0n // r_z subr_ge0.
Qed.

(* A minimiser has v - z as a subgradient of t knorm at z. *)
Lemma prox_subgradient : (forall z', prox_value z <= prox_value z') ->
  forall z' : I -> R, dotr z' - dotr z <= t * knorm k z' - t * knorm k z.
Proof.
move=> z_min z'; rewrite -subr_le0.
apply: (@le0_of_small _ _ ((\sum_j (z' j - z j) ^+ 2) / 2%:R) 1) => [|s].
  exact: ltr01.
move=> s_gt0 s_le1; pose zs j := z j + s * (z' j - z j).
have /(ler_wpmul2l t_ge0) le_K := knorm_convex k z z' (ltW s_gt0) s_le1.
have := z_min zs; rewrite /prox_value (prox_split zs).
have -> : \sum_j (zs j - z j) ^+ 2 = s ^+ 2 * (\sum_j (z' j - z j) ^+ 2).
  by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite /zs; ring.
have -> : dotr zs = dotr z + s * (dotr z' - dotr z).
  by rewrite -sumrB mulr_sumr -big_split; apply: eq_bigr => j _ /=; rewrite /zs;
    ring.
rewrite -/zs in le_K; move=> le_s; rewrite -(ler_pmul2l s_gt0).
move: le_K le_s; move: (dotr z) (dotr z') (knorm k z) (knorm k z').
move: (\sum_j (z j - v j) ^+ 2) (\sum_j (z' j - z j) ^+ 2) (knorm k zs).
move=> a b Ks c d K K' le_K le_s.
apply: ler_by_sub (_ : 0 <= t * ((1 - s) * K + s * K') - t * Ks +
  (a / 2%:R + s ^+ 2 * b / 2%:R + (c - (c + s * (d - c))) + t * Ks -
   (a / 2%:R + t * K))).
  by field.
by rewrite addr_ge0 // subr_ge0.
Qed.

Lemma prox_polar_pair : (forall z', prox_value z <= prox_value z') ->
  polar_pair.
Proof.
move=> /prox_subgradient slope.
have r_z : dotr z = t * knorm k z.
  apply/le_anti/andP; split.
    have := slope (fun j => 2%:R * z j); rewrite knormZ ?ler0n //.
    have -> : \sum_j (v j - z j) * (2%:R * z j) = 2%:R * dotr z.
      by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrCA.
    by rewrite mulrCA !mulr_natl !mulr2n !addrK.
  have := slope (fun=> 0); rewrite knorm0 mulr0 big1 => [|j _].
    by rewrite !sub0r ler_opp2.
  by rewrite mulr0.
split=> //; have [u u_le <-] := polar_norm_attained r k_gt0.
rewrite (eq_bigr (fun j => (v j - z j) * u j)) => [|j _]; last exact: mulrC.
have := slope u; rewrite r_z ler_add2r => /le_trans; apply.
by rewrite ler_pimulr.
Qed.

Lemma projection_polar_pair : polar_norm k r <= t ->
  (forall r', polar_norm k r' <= t ->
    \sum_j (v j - (v j - z j)) ^+ 2 <= \sum_j (v j - r' j) ^+ 2) ->
  polar_pair.
Proof.
move=> r_le nearest; split=> //; apply/le_anti/andP; split.
  exact: dot_le_ball.
have [u u_ball <-] := knorm_attained k z.
pose r' j := t * u j; have r'_le := polar_normZ_le k_gt0 t_ge0 u_ball.
have -> : t * (\sum_j u j * z j) = \sum_j r' j * z j.
  by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrA.
rewrite -subr_le0.
pose q := \sum_j (r' j - (v j - z j)) ^+ 2.
apply: (@le0_of_small _ _ (q / 2%:R) 1) => [|s].
  exact: ltr01.
move=> s_gt0 s_le1; pose rs j := v j - z j + s * (r' j - (v j - z j)).
have := nearest rs (polar_ball_convex k_gt0 t_ge0 (ltW s_gt0) s_le1 r_le r'_le).
have -> : \sum_j (v j - rs j) ^+ 2 = \sum_j (v j - (v j - z j)) ^+ 2 +
    (s ^+ 2 * q - 2%:R * s * ((\sum_j r' j * z j) - dotr z)).
  rewrite -sumrB !mulr_sumr -sumrB -big_split.
  by apply: eq_bigr => j _ /=; rewrite /rs; ring.
rewrite ler_addl subr_ge0 => le_s.
rewrite -(ler_pmul2l (mulr_gt0 two_gt0 s_gt0)); apply: le_trans le_s _.
by rewrite le_eqVlt; apply/orP; left; apply/eqP; move: q => a; field.
Qed.

(* z is the proximal map at v iff v - z is its projection on the ball. *)
Lemma prox_iff_polar_pair :
  (forall z', prox_value z <= prox_value z') <-> polar_pair.
Proof.
split=> [|pair z']; first exact: prox_polar_pair.
apply: le_trans (prox_three_point z' pair).
by rewrite ler_addl divr_ge0 ?ler0n // sumr_ge0 // => j _; exact: sqr_ge0.
Qed.

Lemma projection_iff_polar_pair :
  (polar_norm k r <= t /\ forall r', polar_norm k r' <= t ->
    \sum_j (v j - (v j - z j)) ^+ 2 <= \sum_j (v j - r' j) ^+ 2) <-> polar_pair.
Proof.
split=> [[]|pair]; first exact: projection_polar_pair.
have [r_le _] := pair; split=> // r' r'_le.
apply: le_trans (projection_three_point pair r'_le).
by rewrite ler_addl sumr_ge0 // => j _; exact: sqr_ge0.
Qed.

End Prox.

(* The proximal map by soft clipping: every |v j| loses |v j| - l, at least 0 *)
(* and at most t, for one level l >= 0.                                       *)
Section Clip.

Variables (R : realFieldType) (I : finType) (t : R).

Hypothesis t_ge0 : 0 <= t.

Definition clip (a : R) : R := Num.min (Num.max a 0) t.

Lemma clip_bounds a : 0 <= clip a <= t.
Proof.
by rewrite /clip le_minr le_maxr lexx orbT t_ge0 le_minl lexx orbT.
Qed.

Lemma clip_le0 a : a <= 0 -> clip a = 0.
Proof. by move=> a_le0; rewrite /clip max_r // min_l. Qed.

Lemma clip_mid a : 0 <= a -> a <= t -> clip a = a.
Proof. by move=> a_ge0 a_le; rewrite /clip max_l // min_l. Qed.

Lemma clip_ge a : t <= a -> clip a = t.
Proof.
by move=> le_a; rewrite /clip max_l ?min_r // (le_trans t_ge0).
Qed.

(* Between two neighbouring kinks, clipping is affine. *)
Lemma clip_affine a b c s : 0 <= s -> s <= 1 -> b <= c ->
  (a <= b) || (c <= a) -> (a - t <= b) || (c <= a - t) ->
  clip (a - (b + s * (c - b))) = (1 - s) * clip (a - b) + s * clip (a - c).
Proof.
move=> s_ge0 s_le1 le_bc a_out at_out; set m := b + _.
have le_bm : b <= m by rewrite ler_addl mulr_ge0 // subr_ge0.
have le_mc : m <= c.
  by rewrite -ler_subr_addl ler_pimull // subr_ge0.
case/orP: a_out => [ab|ca].
  rewrite !clip_le0 ?subr_le0 ?mulr0 ?addr0 //; last exact: le_trans ab le_bm.
  exact: le_trans ab le_bc.
have ma := le_trans le_mc ca; have ba := le_trans le_bm ma.
case/orP: at_out => [atb|cat].
  have in_t l : b <= l -> a - l <= t.
    by move=> le_bl; rewrite ler_subl_addr addrC -ler_subl_addr (le_trans atb).
  by rewrite !clip_mid ?subr_ge0 ?in_t // /m; ring.
have over l : l <= c -> t <= a - l.
  by move=> le_lc; rewrite ler_subr_addr addrC -ler_subr_addr (le_trans le_lc).
by rewrite !clip_ge ?over // -mulrDl subrK mul1r.
Qed.

Variable a : I -> R.

Let total l := \sum_j clip (a j - l).

(* Raising the level lowers the total through all values down to 0. *)
Lemma clip_level c : 0 <= c -> c <= total 0 ->
  exists2 l, 0 <= l & total l = c.
Proof.
move=> c_ge0 c_le.
pose kink (o : option (I * bool)) : R :=
  if o is Some (j, over) then a j - over%:R * t else 0.
pose low o := (0 <= kink o) && (c <= total (kink o)).
have low0 : low None by rewrite /low lexx.
case: (arg_maxP kink low0) => o /andP[b_ge0 c_le_b] b_max.
pose b := kink o; have [->|F_neq] := eqVneq c (total b); first by exists b.
have c_lt : c < total b by rewrite lt_neqAle F_neq.
have [j bj] : exists j, b < a j.
  apply/existsP; apply: contraTT c_lt => /existsPn no_j; rewrite -leNgt.
  rewrite /total big1 // => j _; apply: clip_le0.
  by rewrite subr_le0 leNgt no_j.
have above_j : b < kink (Some (j, false)) by rewrite /kink mul0r subr0.
case: (arg_minP kink (P := fun o => b < kink o) above_j) => o' b_lt b'_min.
pose b' := kink o'; have F_lt : total b' < c.
  rewrite ltNge; apply/negP=> c_le_b'; have := b_max o'.
  rewrite /low (le_trans b_ge0 (ltW b_lt)) c_le_b' => /(_ isT).
  by apply/negP; rewrite -ltNge.
have out o'' : (kink o'' <= b) || (b' <= kink o'').
  by case: (lerP (kink o'') b) => //= /b'_min.
have F_gap : 0 < total b - total b' by rewrite subr_gt0 (lt_trans F_lt).
pose s := (total b - c) / (total b - total b').
have s_ge0 : 0 <= s by apply: divr_ge0; [rewrite subr_ge0 | exact: ltW].
have s_le1 : s <= 1.
  by rewrite ler_pdivr_mulr // mul1r ler_add2l ler_opp2 ltW.
exists (b + s * (b' - b)).
  by rewrite addr_ge0 // mulr_ge0 // subr_ge0 ltW.
have -> : total (b + s * (b' - b)) = (1 - s) * total b + s * total b'.
  rewrite !mulr_sumr -big_split; apply: eq_bigr => m _.
  apply: clip_affine => //; first exact: ltW.
    by have := out (Some (m, false)); rewrite /kink mul0r subr0.
  by have := out (Some (m, true)); rewrite /kink mul1r.
have -> : (1 - s) * total b + s * total b' =
    total b - s * (total b - total b') by ring.
by rewrite /s divfK ?gt_eqF // opprB addrC subrK.
Qed.

End Clip.

Section ProxExists.

Variables (R : realFieldType) (I : finType) (k : nat) (t : R) (v : I -> R).

Hypotheses (k_gt0 : (0 < k)%N) (t_ge0 : 0 <= t).

Definition soft_clip (l : R) j := v j - Num.sg (v j) * clip t (`|v j| - l).

Lemma soft_clip_pair l : 0 <= l ->
    \sum_j clip t (`|v j| - l) <= k%:R * t ->
    l * (k%:R * t - \sum_j clip t (`|v j| - l)) = 0 ->
  polar_pair k t v (soft_clip l).
Proof.
move=> l_ge0 c_sum slack; pose c j := clip t (`|v j| - l).
have c_bounds j : 0 <= c j <= t by exact: clip_bounds.
have rE j : v j - soft_clip l j = Num.sg (v j) * c j.
  by rewrite /soft_clip opprB addrC subrK.
have c0 j : v j = 0 -> c j = 0.
  by move=> v0; rewrite /c v0 normr0 sub0r clip_le0 // oppr_le0.
have c_norm j : `|v j - soft_clip l j| = c j.
  have /andP[c_ge0 _] := c_bounds j.
  rewrite rE normrM normr_sg (ger0_norm c_ge0).
  by case: eqVneq => [/c0->|_] /=; rewrite ?mulr0 ?mul1r.
have le_c j : c j <= `|v j|.
  rewrite /c; case: (lerP `|v j| l) => [vl|/ltW lv].
    by rewrite clip_le0 // subr_le0.
  by rewrite /clip le_minl max_l ?subr_ge0 // ler_subl_addr ler_addl l_ge0.
have zE j : soft_clip l j = Num.sg (v j) * (`|v j| - c j).
  by rewrite mulrBr -numEsg.
have z_norm j : `|soft_clip l j| = `|v j| - c j.
  rewrite zE normrM normr_sg ger0_norm ?subr_ge0 //.
  by case: eqVneq => [v0|_] /=; rewrite ?mul1r // c0 // v0 normr0 subr0 mulr0.
have rzE j : (v j - soft_clip l j) * soft_clip l j = c j * (`|v j| - c j).
  rewrite rE zE mulrACA -expr2 sqr_sg.
  by case: eqVneq => [/c0->|_] /=; rewrite ?mul0r ?mulr0 ?mul1r.
(* Where something is left above the level, the whole of t was taken. *)
have full j : t * Num.max (`|soft_clip l j| - l) 0 =
    (v j - soft_clip l j) * soft_clip l j - l * c j.
  rewrite rzE z_norm [l * _]mulrC -mulrBr addrAC /c.
  case: (lerP (`|v j| - l) 0) => [vl|/ltW lv].
    by rewrite clip_le0 // subr0 mul0r max_r ?mulr0.
  case: (lerP (`|v j| - l) t) => [vt|/ltW tv].
    by rewrite clip_mid // subrr maxxx !mulr0.
  by rewrite clip_ge // max_l // subr_ge0.
have r_in : polar_norm k (fun j => v j - soft_clip l j) <= t.
  apply/polar_normP => //; split=> [j|].
    by rewrite c_norm; have /andP[] := c_bounds j.
  by rewrite (eq_bigr c).
split=> //; apply/le_anti; rewrite dot_le_ball //=.
apply: le_trans (ler_wpmul2l t_ge0 (topk_le_dual _ _ l_ge0)) _.
rewrite /dual_topk mulrDr mulr_sumr (eq_bigr _ (fun j _ => full j)) sumrB.
rewrite -mulr_sumr le_eqVlt; apply/orP; left; apply/eqP.
have {}slack : l * (k%:R * t - \sum_j c j) = 0 by [].
set p := \sum_j _ * _.
transitivity (p + l * (k%:R * t - \sum_j c j)); last by rewrite slack addr0.
by move: (\sum_j c j) => q; ring.
Qed.

(* Such a level exists: 0 if clipping at t is enough, else the one at which   *)
(* the mass k t is reached.                                                   *)
Lemma soft_clip_exists : exists2 l, 0 <= l & polar_pair k t v (soft_clip l).
Proof.
pose total l := \sum_j clip t (`|v j| - l).
have mass_ge0 : 0 <= k%:R * t by rewrite mulr_ge0 ?ler0n.
case: (lerP (total 0) (k%:R * t)) => [enough|/ltW too_much].
  by exists 0 => //; apply: soft_clip_pair; rewrite ?mul0r.
have [l l_ge0 l_mass] := clip_level t_ge0 mass_ge0 too_much.
by exists l => //; apply: soft_clip_pair; rewrite // l_mass // subrr mulr0.
Qed.

End ProxExists.
