From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout.
From LinearRegression Require Import claims_at claims_ad topk_norm.

(******************************************************************************)
(* What the closed forms lead to beyond the paper, BY-1 to BY-14, but for     *)
(* those in files of their own. Names as in adversarial_training.v and        *)
(* adversarial_dropout.v.                                                     *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section OverOrderedDomains.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (w : 'I_D -> R) (k : nat).

Local Notation e := (residual x y w).
Local Notation exact_sample := (exact_sample x y w k).

(* BY-1: fractional masks gain nothing. *)
Theorem relaxed_masks_gain_nothing i :
  (forall c : 'I_D -> R, (forall j, 0 <= c j <= 1) ->
    \sum_j (1 - c j) <= k%:R ->
    (y i - \sum_j c j * x i j * w j) ^+ 2 <= exact_sample i) /\
  exists2 S : {set 'I_D}, (#|S| <= k)%N &
    dropped_residual x y w i S ^+ 2 = exact_sample i.
Proof.
split=> [c c01 c_sum|].
  rewrite relaxed_residual; apply: dot_relaxed => // j.
  by have /andP[c_ge0 c_le1] := c01 j;
    rewrite subr_ge0 c_le1 ler_subl_addr ler_addl.
have [S Sk S_max] := moved_attained (e i) (fun j => x i j * w j) k.
by exists S => //; rewrite exact_sampleE dropped_residualE S_max.
Qed.

Lemma gap_scalar (r p m : R) : 0 <= r -> 0 <= p ->
  Num.max (r + p) (m - r) ^+ 2 - (r + p) ^+ 2 =
  Num.max (m - p - 2%:R * r) 0 * (m + p).
Proof.
move=> r_ge0 p_ge0.
have diff : m - r - (r + p) = m - p - 2%:R * r by ring.
case: (lerP (m - r) (r + p)) => cmp.
  by rewrite max_r ?subrr ?mul0r // -diff subr_le0.
by rewrite max_l; [ring | rewrite -diff subr_ge0 ltW].
Qed.

(* BY-2: the size of the greedy gap. *)
Theorem greedy_gap_has_closed_form i : e i != 0 ->
  exact_sample i -
    dropped_residual x y w i (greedy_drops x y w k i) ^+ 2 =
  Num.max (counter_gain x y w k i - gain x y w k i - 2%:R * `|e i|) 0 *
    (counter_gain x y w k i + gain x y w k i).
Proof.
by move=> e_neq0; rewrite exact_sampleE greedy_sample e_neq0 gap_scalar
  ?gain_ge0.
Qed.

(* BY-3: a residual of half the k largest products makes greedy exact. *)
Theorem large_residual_makes_greedy_exact i :
  topk k (fun j => `|x i j * w j|) <= 2%:R * `|e i| ->
  dropped_residual x y w i (greedy_drops x y w k i) ^+ 2 = exact_sample i.
Proof.
move=> le_e; have le_abs (s : R) : `|s| = 1 ->
    topk k (fun j => s * (x i j * w j)) <= topk k (fun j => `|x i j * w j|).
  move=> s1; apply: topk_homo => j; apply: le_trans (ler_norm _) _.
  by rewrite normrM s1 mul1r.
have norm_s : `|(-1) ^+ (e i < 0)%R| = 1 :> R by rewrite normrX normrN1 expr1n.
have gain_le : gain x y w k i <= 2%:R * `|e i|.
  by apply: le_trans le_e; apply: le_abs.
have counter_le : counter_gain x y w k i <= 2%:R * `|e i|.
  apply: le_trans le_e.
  have -> : counter_gain x y w k i =
      topk k (fun j => - (-1) ^+ (e i < 0)%R * (x i j * w j)).
    by apply: eq_topk => j; rewrite mulNr.
  by apply: le_abs; rewrite normrN.
rewrite greedy_sample exact_sampleE; case: eqVneq => [e0|e_neq0] /=.
  move: gain_le counter_le; rewrite e0 normr0 mulr0 add0r subr0 => g0 c0.
  have -> : gain x y w k i = 0 by apply/le_anti; rewrite g0 gain_ge0.
  have -> : counter_gain x y w k i = 0 by apply/le_anti;
    rewrite c0 counter_gain_ge0.
  by rewrite maxxx expr0n.
rewrite max_l // ler_subl_addr (le_trans counter_le) //.
by rewrite mulr2n mulrDl mul1r addrAC ler_addl gain_ge0.
Qed.

(* BY-4: weights on at most k features are no better than none. *)
Theorem sparse_weights_cannot_win :
  (#|[set j | (w j != 0)%R]| <= k)%N ->
  \sum_i y i ^+ 2 <= exact_loss x y w k.
Proof.
move=> sparse; apply: ler_sum => i _.
have <- : dropped_residual x y w i [set j | w j != 0] = y i.
  rewrite /dropped_residual big1 ?subr0 // => j.
  by rewrite inE negbK => /eqP->; rewrite mulr0.
exact: le_exact_sample.
Qed.

Lemma losses_in_order :
  [/\ loss x y w <= masked_loss x y w (greedy_drops x y w k),
      masked_loss x y w (greedy_drops x y w k) <= exact_loss x y w k,
      forall m, (k <= m)%N -> exact_loss x y w k <= exact_loss x y w m &
      forall T : 'I_N -> {set 'I_D}, (forall i, #|T i| <= k)%N ->
        masked_loss x y w T <= exact_loss x y w k].
Proof.
split.
- apply: ler_sum => i _; rewrite greedy_sample; case: eqVneq => [->|_] /=.
    by rewrite expr0n.
  by apply: sqr_le_norm; rewrite ler_addl gain_ge0.
- by apply: ler_sum => i _; rewrite le_exact_sample ?card_greedy_mask.
- move=> m le_km; apply: ler_sum => i _.
  apply: bigmaxr_le => [|S Sk]; first exact: exact_sample_ge0.
  exact/le_exact_sample/(leq_trans Sk).
by move=> T Tk; apply: ler_sum => i _; rewrite le_exact_sample.
Qed.

(* Weak duality for the exact worst case of dropout. *)
Lemma exact_loss_weak_duality (p q : 'I_N -> R) (u v : 'I_N -> 'I_D -> R) :
    (forall i j, 0 <= u i j <= p i) -> (forall i j, 0 <= v i j <= q i) ->
    (forall i, 0 <= p i) -> (forall i, 0 <= q i) ->
    (forall i, \sum_j (p i - u i j) <= k%:R * p i) ->
    (forall i, \sum_j (q i - v i j) <= k%:R * q i) ->
    (forall j, \sum_i x i j * (u i j - v i j) = 0) ->
  2%:R * (\sum_i (p i - q i) * y i) - \sum_i (p i + q i) ^+ 2 <=
  exact_loss x y w k.
Proof.
move=> u01 v01 p_ge0 q_ge0 u_sum v_sum balanced.
pose z i := \sum_j (u i j - v i j) * (x i j * w j).
have z0 : \sum_i z i = 0.
  rewrite exchange_big big1 // => j _.
  transitivity ((\sum_i x i j * (u i j - v i j)) * w j).
    by rewrite mulr_suml; apply: eq_bigr => i _; ring.
  by rewrite balanced mul0r.
have -> : 2%:R * (\sum_i (p i - q i) * y i) - \sum_i (p i + q i) ^+ 2 =
    \sum_i (2%:R * ((p i - q i) * y i - z i) - (p i + q i) ^+ 2).
  by rewrite sumrB -mulr_sumr sumrB z0 subr0.
apply: ler_sum => i _; rewrite exact_sampleE.
set r := `|e i|; set P := gain x y w k i; set M := counter_gain x y w k i.
set m := Num.max _ _; pose s : R := (-1) ^+ (e i < 0)%R.
apply: le_trans (sqr_tangent (p i + q i) m).
rewrite ler_add2r -mulrA ler_pmul2l ?ltr0n //.
pose a j := x i j * w j.
have box (t : R) (f : 'I_D -> R) : (forall j, 0 <= f j <= t) ->
    forall j, 0 <= t - f j <= t.
  move=> f01 j; have /andP[f_ge0 f_le] := f01 j.
  by rewrite subr_ge0 f_le ler_subl_addr ler_addl.
have upP (t : R) (f : 'I_D -> R) : 0 <= t -> (forall j, 0 <= t - f j <= t) ->
    \sum_j (t - f j) <= k%:R * t ->
    t * e i + \sum_j (t - f j) * a j <= t * m /\
    - (t * e i + \sum_j (t - f j) * a j) <= t * m.
  move=> t_ge0 f01 f_sum.
  have le1 := dot_le_topk (fun j => s * a j) f01 f_sum.
  have le2 := dot_le_topk (fun j => - (s * a j)) f01 f_sum.
  have mP : r + P <= m by rewrite le_maxr lexx.
  have mM : M - r <= m by rewrite le_maxr lexx orbT.
  pose A := \sum_j (t - f j) * a j.
  have sA : \sum_j (t - f j) * (s * a j) = s * A.
    by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrCA.
  have sNA : \sum_j (t - f j) * - (s * a j) = - (s * A).
    by rewrite -sA -sumrN; apply: eq_bigr => j _; rewrite mulrN.
  rewrite sA -/P in le1; rewrite sNA -/M in le2.
  have b1 : t * r + s * A <= t * m.
    apply: le_trans (ler_wpmul2l t_ge0 mP).
    by rewrite mulrDr ler_add2l.
  have b2 : - (t * r + s * A) <= t * m.
    apply: le_trans (ler_wpmul2l t_ge0 mM).
    by rewrite mulrBr opprD addrC ler_add2r.
  have se : s * e i = r by rewrite /r normrEsign.
  move: b1 b2; rewrite -se mulrCA -mulrDr -/A.
  rewrite /s; case: (e i < 0); rewrite ?expr1 ?expr0 ?mulN1r ?mul1r ?opprK;
    by split.
have [leP _] := upP _ _ (p_ge0 i) (box _ _ (u01 i)) (u_sum i).
have [_ leQ] := upP _ _ (q_ge0 i) (box _ _ (v01 i)) (v_sum i).
rewrite [X in _ <= X]mulrDl; apply: le_trans (ler_add leP leQ).
rewrite le_eqVlt; apply/orP; left; apply/eqP.
have eU (t : R) (f : 'I_D -> R) :
    \sum_j (t - f j) * a j = t * (\sum_j a j) - \sum_j f j * a j.
  by rewrite mulr_sumr -sumrB; apply: eq_bigr => j _; rewrite mulrBl.
rewrite !eU /z.
have -> : \sum_j (u i j - v i j) * (x i j * w j) =
    \sum_j u i j * a j - \sum_j v i j * a j.
  by rewrite -sumrB; apply: eq_bigr => j _; rewrite mulrBl.
have -> : e i = y i - \sum_j a j by [].
move: (\sum_j a j) (\sum_j u i j * a j) (\sum_j v i j * a j) => b c d.
by ring.
Qed.

End OverOrderedDomains.

Lemma sum_card1 (R : ringType) (I : finType) (F : {set I} -> R) :
  \sum_(S : {set I} | #|S| == 1%N) F S = \sum_j F [set j].
Proof.
rewrite -(big_imset F (A := I)) => [|j m _ _ /set1_inj //].
apply: eq_bigl => S; apply/cards1P/imsetP=> [[j ->]|[j _ ->]]; exists j => //.
Qed.

(* BY-9: no drop <= greedy <= exact(k) <= exact(D), and any k drops <=        *)
(* exact(k); but one drop chosen at random can do more harm on average than   *)
(* the greedy one by any factor: with residual 1 and products - b and 1,      *)
(* greedy leaves 2, and dropping the other feature leaves 1 - b.              *)
Theorem budgets_order_the_losses :
  (forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y w k,
    [/\ loss x y w <= masked_loss x y w (greedy_drops x y w k),
        masked_loss x y w (greedy_drops x y w k) <= exact_loss x y w k,
        forall m, (k <= m)%N -> exact_loss x y w k <= exact_loss x y w m &
        forall T : 'I_N -> {set 'I_D}, (forall i, #|T i| <= k)%N ->
          masked_loss x y w T <= exact_loss x y w k]) /\
  (forall (R : realFieldType) (c : R),
    exists (x : 'I_1 -> 'I_2 -> R) y w,
      let greedy := masked_loss x y w (greedy_drops x y w 1) in
      let random := (\sum_(S : {set 'I_2} | #|S| == 1%N)
        masked_loss x y w (fun=> S)) / #|[set S : {set 'I_2} | #|S| == 1%N]|%:R
      in 0 < greedy /\ c * greedy < random).
Proof.
split=> [R N D x y w k|R c]; first exact: losses_in_order.
pose b := `|c| + 3%:R; pose x := fun (_ : 'I_1) (_ : 'I_2) => 1 : R.
pose w := fun j : 'I_2 => if j == ord0 then - b else 1.
pose y := fun _ : 'I_1 => 1 + \sum_j x ord0 j * w j; exists x, y, w.
move=> greedy random; have e1 : residual x y w ord0 = 1.
  by rewrite /residual addrK.
have greedyE : greedy = (1 + gain x y w 1 ord0) ^+ 2.
  by rewrite /greedy /masked_loss big_ord1 greedy_sample e1 oner_eq0 normr1.
have gain_le : gain x y w 1 ord0 <= 1.
  apply: le_trans (topk_le_dual (z := 1) _ _ ler01) _.
  rewrite /dual_topk e1 ltr10 expr0 !big_ord_recl big_ord0 /x /w /= !mul1r.
  rewrite subrr maxxx !addr0 max_r ?addr0 // subr_le0.
  by rewrite (le_trans _ ler01) // oppr_le0 addr_ge0 ?ler0n.
have gain0 := gain_ge0 x y w 1 ord0.
split; first by rewrite greedyE exprn_gt0 ?ltr_paddr ?ltr01.
have dropE j : masked_loss x y w (fun=> [set j]) = (1 + w j) ^+ 2.
  by rewrite /masked_loss big_ord1 dropped_residualE e1 big_set1 mul1r.
rewrite /random sum_card1 card_draws card_ord bin1 !big_ord_recl big_ord0.
rewrite !dropE /w /= addr0 ltr_pdivl_mulr ?ltr0n //.
apply: (@le_lt_trans _ _ (`|c| * (1 + 1) ^+ 2 * 2%:R)).
  rewrite ler_wpmul2r ?ler0n //; apply: le_trans (ler_norm _) _.
  rewrite normrM ler_wpmul2l // greedyE ger0_norm ?sqr_ge0 //.
  by rewrite ler_sqr ?nnegrE ?addr_ge0 ?ler01 // ler_add2l.
rewrite -subr_gt0 (_ : _ - _ = (`|c| - 2%:R) ^+ 2 + 4%:R); last first.
  by rewrite /b; ring.
by rewrite ltr_paddl ?sqr_ge0 ?ltr0n.
Qed.

(* BY-11: the k-norm and its polar are dual norms: both Hoelder bounds hold   *)
(* and are attained (the first for every budget, the second for k > 0). The   *)
(* proximal map of t times the k-norm is the rest of the projection on the    *)
(* t-ball of the polar, both are characterised by one equality case of the    *)
(* bound, and both are unique. The proximal map exists: it lowers every |v j| *)
(* by |v j| - l, at least 0 and at most t, for one level l.                   *)
Theorem top_k_norm_is_dual_to_its_polar :
  (forall (R : realDomainType) D k (v : 'I_D -> R),
    [/\ forall u : 'I_D -> R, (forall j, `|u j| <= 1) ->
          \sum_j `|u j| <= k%:R -> \sum_j u j * v j <= knorm k v,
        forall (u : 'I_D -> R) c, (forall j, `|u j| <= c) ->
          \sum_j `|u j| <= k%:R * c -> \sum_j u j * v j <= c * knorm k v &
        exists2 u : 'I_D -> R,
          (forall j, `|u j| <= 1) /\ \sum_j `|u j| <= k%:R &
          \sum_j u j * v j = knorm k v]) /\
  (forall (R : realFieldType) D k, (0 < k)%N ->
    [/\ forall u v : 'I_D -> R,
          \sum_j u j * v j <= polar_norm k u * knorm k v,
        forall v : 'I_D -> R, exists2 u, polar_norm k u <= 1 &
          \sum_j u j * v j = knorm k v,
        forall v : 'I_D -> R, exists2 u, knorm k u <= 1 &
          \sum_j u j * v j = polar_norm k v,
        forall (t : R) (v z : 'I_D -> R), 0 <= t ->
          let r j := v j - z j in
          let prox z := (\sum_j (z j - v j) ^+ 2) / 2%:R + t * knorm k z in
          let minimal := forall z', prox z <= prox z' in
          let nearest := polar_norm k r <= t /\
            forall r', polar_norm k r' <= t ->
            \sum_j (v j - r j) ^+ 2 <= \sum_j (v j - r' j) ^+ 2 in
          let paired := polar_norm k r <= t /\
            \sum_j r j * z j = t * knorm k z in
          [/\ minimal <-> nearest, minimal <-> paired,
              minimal -> forall z', prox z' <= prox z -> z' =1 z &
              nearest -> forall r', polar_norm k r' <= t ->
                \sum_j (v j - r' j) ^+ 2 <= \sum_j (v j - r j) ^+ 2 ->
                r' =1 r] &
        forall (t : R) (v : 'I_D -> R), 0 <= t -> exists2 l, 0 <= l &
          let prox z := (\sum_j (z j - v j) ^+ 2) / 2%:R + t * knorm k z in
          let z j :=
            v j - Num.sg (v j) * Num.min (Num.max (`|v j| - l) 0) t in
          forall z', prox z <= prox z']).
Proof.
split=> [R D k v|R D k k_gt0].
  split=> [u u_le u_sum|u c|]; last exact: knorm_attained.
    by rewrite -[knorm _ _]mul1r dot_le_knorm // mulr1.
  exact: dot_le_knorm.
split=> [u v|v|v|t v z t_ge0 r prox minimal nearest paired|t v t_ge0].
- exact: dot_le_polar.
- have [u [u_le u_sum] u_v] := knorm_attained k v; exists u => //.
  by apply/polar_normP; rewrite ?mulr1.
- exact: polar_norm_attained.
- have prox_paired : minimal <-> paired by apply: prox_iff_polar_pair.
  have near_paired : nearest <-> paired by apply: projection_iff_polar_pair.
  split=> // [|/prox_paired pair z' le_z'|/near_paired pair r' r'_le le_r'].
  + by split=> [/prox_paired/near_paired|/near_paired/prox_paired].
  + apply: eq_of_sqr_dist.
    have := le_trans (prox_three_point k_gt0 z' pair) le_z'.
    by rewrite ger_addl pmulr_lle0 ?invr_gt0 ?ltr0n.
  apply: eq_of_sqr_dist.
  have := le_trans (projection_three_point k_gt0 pair r'_le) le_r'.
  by rewrite ger_addl.
have [l l_ge0 pair] := soft_clip_exists v k_gt0 t_ge0; exists l => //.
exact/(prox_iff_polar_pair v _ k_gt0 t_ge0).
Qed.

Section FullBudget.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (w : 'I_D -> R).

Lemma double_pos (z : R) : 2%:R * Num.max z 0 = `|z| + z.
Proof.
case: (lerP 0 z) => z_cmp; first by rewrite ger0_norm // mulr2n mulrDl mul1r.
by rewrite mulr0 ltr0_norm // addNr.
Qed.

Lemma max_both (b t : R) : Num.max (b + t) (b - t) = b + `|t|.
Proof.
have [t_ge0|t_lt0] := lerP 0 t.
  by rewrite ger0_norm // max_l // ler_add2l (le_trans _ t_ge0) // oppr_le0.
by rewrite ltr0_norm // max_r // ler_add2l ltW // (lt_trans t_lt0) // oppr_gt0.
Qed.

Lemma full_budget_doubled i :
  2%:R * Num.max (`|residual x y w i| + gain x y w D i)
    (counter_gain x y w D i - `|residual x y w i|) =
  (\sum_j `|x i j * w j|) + `|2%:R * y i - \sum_j x i j * w j|.
Proof.
pose s : R := (-1) ^+ (residual x y w i < 0)%R.
pose A := \sum_j x i j * w j; pose B := \sum_j `|x i j * w j|.
have norm_s : `|s| = 1 by rewrite normrX normrN1 expr1n.
have rE : `|residual x y w i| = s * (y i - A) by rewrite normrEsign.
have gainE : 2%:R * gain x y w D i = B + s * A.
  rewrite /gain /side_gain topk_full ?card_ord // /B /A !mulr_sumr -big_split.
  by apply: eq_bigr => j _; rewrite double_pos normrM norm_s mul1r.
have counterE : 2%:R * counter_gain x y w D i = B - s * A.
  rewrite /counter_gain /side_counter topk_full ?card_ord // /B /A !mulr_sumr.
  rewrite -sumrB; apply: eq_bigr => j _.
  by rewrite double_pos normrN normrM norm_s mul1r.
have -> : `|2%:R * y i - A| = `|s * (2%:R * y i - A)|.
  by rewrite normrM norm_s mul1r.
rewrite -max_both maxr_pmulr ?ler0n //; congr Num.max.
  transitivity (2%:R * (s * (y i - A)) + 2%:R * gain x y w D i).
    by rewrite -rE mulrDr.
  rewrite gainE -/B; have id (a b c d : R) :
    2%:R * (c * (d - a)) + (b + c * a) = b + c * (2%:R * d - a) by ring.
  exact: id.
transitivity (2%:R * counter_gain x y w D i - 2%:R * (s * (y i - A))).
  by rewrite -rE mulrBr.
rewrite counterE -/B; have id (a b c d : R) :
  b - c * a - 2%:R * (c * (d - a)) = b - c * (2%:R * d - a) by ring.
exact: id.
Qed.

End FullBudget.

(* BY-5: with a full budget adversarial dropout is adversarial training on    *)
(* the halved design, every entry with its own radius.                        *)
Theorem full_budget_is_training_on_halved_design (R : realFieldType) N D
    (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R) i :
  exact_sample x y w D i =
  (`|y i - (\sum_j x i j * w j) / 2%:R| +
   (\sum_j `|x i j * w j|) / 2%:R) ^+ 2.
Proof.
rewrite exact_sampleE; congr (_ ^+ 2).
have two_neq0 : 2%:R != 0 :> R by rewrite pnatr_eq0.
apply: (mulfI two_neq0); rewrite full_budget_doubled mulrDr.
rewrite [2%:R * (_ / _)]mulrC divfK // addrC; congr (_ + _).
rewrite -[X in X * `|_|](ger0_norm (ler0n R 2)) -normrM mulrBr.
by rewrite [2%:R * (_ / _)]mulrC divfK.
Qed.

(* BY-12: the hinge loss is one-sided, so the greedy mask is exact there.     *)
Theorem hinge_deletion_is_one_sided (R : realDomainType) D
    (x w : 'I_D -> R) (y : R) k :
  let m := y * (\sum_j x j * w j) in
  let u j := y * (x j * w j) in
  let best := [set j in take k (sort (fun a b => u b <= u a) (enum 'I_D))
    | 0 < u j] in
  let hinge (S : {set 'I_D}) :=
    Num.max (1 - y * (\sum_(j | j \notin S) x j * w j)) 0 in
  [/\ (#|best| <= k)%N,
      forall S : {set 'I_D}, (#|S| <= k)%N -> hinge S <= hinge best &
      hinge best = Num.max (1 - m + topk k u) 0].
Proof.
move=> m u best hinge.
have hingeE S : hinge S = Num.max (1 - m + \sum_(j in S) u j) 0.
  have all_split : \sum_j x j * w j =
      \sum_(j in S) x j * w j + \sum_(j | j \notin S) x j * w j.
    by rewrite (bigID (mem S)).
  rewrite /hinge /m /u -mulr_sumr all_split mulrDr opprD addrA addrAC subrK.
  by [].
have bestE : \sum_(j in best) u j = topk k u by apply: sum_largest.
split; [exact: card_largest | move=> S Sk | by rewrite hingeE bestE].
rewrite !hingeE bestE le_maxl !le_maxr lexx orbT andbT ler_add2l.
by rewrite (le_topk u Sk).
Qed.

(* The wrong twins. *)

(* One drop at random never does more harm than the greedy one. *)
Lemma budgets_order_the_losses_mutant_random :
  ~ forall (x : 'I_1 -> 'I_2 -> rat) y w,
    (\sum_(S : {set 'I_2} | #|S| == 1%N) masked_loss x y w (fun=> S)) /
      #|[set S : {set 'I_2} | #|S| == 1%N]|%:R <=
    masked_loss x y w (greedy_drops x y w 1).
Proof.
move=> random_le; have [_ far] := budgets_order_the_losses.
have [x [y [w /= []]]] := far rat_realFieldType 1.
by move=> _; rewrite mul1r ltNge => /negP[]; exact: random_le.
Qed.

(* The largest entry alone for the polar: misses two equal entries. *)
Lemma top_k_norm_is_dual_to_its_polar_mutant_largest :
  ~ forall u v : 'I_2 -> rat,
    \sum_j u j * v j <= (\big[Num.max/0]_j `|u j|) * knorm 1 v.
Proof.
move=> /(_ (fun=> 1) (fun=> 1)); apply/negP; rewrite -ltNge.
apply: (@le_lt_trans _ _ (1 * 1)).
  rewrite ler_pmul ?bigmaxr_ge0 ?knorm_ge0 //.
    by apply: bigmaxr_le => // j _; rewrite normr1.
  apply: le_trans (topk_le_dual 1 (fun=> `|1|) (@ler01 _)) _.
  by rewrite /dual_topk !big_ord_recl big_ord0.
by rewrite !big_ord_recl big_ord0.
Qed.

(* The mean over k alone for the polar: misses a single entry with k = 2. *)
Lemma top_k_norm_is_dual_to_its_polar_mutant_mean :
  ~ forall u v : 'I_1 -> rat,
    \sum_j u j * v j <= (\sum_j `|u j|) / 2%:R * knorm 2 v.
Proof.
move=> /(_ (fun=> 1) (fun=> 1)); apply/negP; rewrite -ltNge.
apply: (@le_lt_trans _ _ (2%:R^-1 * 1)); last by rewrite big_ord1.
rewrite big_ord1 normr1 mul1r ler_wpmul2l ?invr_ge0 //.
by apply: le_trans (knorm_le_sum _ _) _; rewrite big_ord1 normr1.
Qed.

(* Without a budget the k-norm is 0 and bounds nothing. *)
Lemma top_k_norm_is_dual_to_its_polar_mutant_zero :
  ~ forall u v : 'I_1 -> rat,
    \sum_j u j * v j <= polar_norm 0 u * knorm 0 v.
Proof.
move=> /(_ (fun=> 1) (fun=> 1)); apply/negP.
by rewrite -ltNge /knorm topk0 mulr0 big_ord1.
Qed.

(* The ball of the k-norm itself in place of that of its polar: at v = (1, 1) *)
(* with k = t = 1, it would make 0 the proximal map, and (1/2, 1/2) is lower. *)
Lemma top_k_norm_is_dual_to_its_polar_mutant_self :
  ~ forall v z : 'I_2 -> rat, knorm 1 (fun j => v j - z j) <= 1 ->
    \sum_j (v j - z j) * z j = 1 * knorm 1 z ->
    forall z', prox_value 1 1 v z <= prox_value 1 1 v z'.
Proof.
have le_const (c : rat) : 0 <= c -> knorm 1 (fun _ : 'I_2 => c) <= c.
  move=> c_ge0; apply: le_trans (topk_le_dual 1 (fun=> `|c|) c_ge0) _.
  rewrite /dual_topk ger0_norm // subrr maxxx mul1r.
  by rewrite big1 ?addr0.
move=> /(_ (fun=> 1) (fun=> 0)); rewrite knorm0.
have -> : knorm 1 (fun _ : 'I_2 => 1 - 0 : rat) <= 1.
  by rewrite subr0 le_const ?ler01.
rewrite big1 => [|j _]; last by rewrite mulr0.
rewrite mulr0 => /(_ isT erefl (fun=> 2%:R^-1)); apply/negP; rewrite -ltNge.
rewrite /prox_value knorm0 !mul1r addr0 !big_ord_recl !big_ord0 !addr0.
apply: (@le_lt_trans _ _ (((2%:R^-1 - 1) ^+ 2 + (2%:R^-1 - 1) ^+ 2) / 2%:R +
  2%:R^-1)).
  by rewrite ler_add2l le_const // invr_ge0 ler0n.
have id (F : realFieldType) :
    ((2%:R^-1 - 1) ^+ 2 + (2%:R^-1 - 1) ^+ 2) / 2%:R + 2%:R^-1 <
    ((0 - 1) ^+ 2 + (0 - 1) ^+ 2) / 2%:R :> F.
  rewrite -subr_gt0 (_ : _ - _ = 4%:R^-1) ?invr_gt0 ?ltr0n //.
  by field.
exact: id.
Qed.
