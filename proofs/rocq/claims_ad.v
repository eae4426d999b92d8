From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout.

(******************************************************************************)
(* The claims on adversarial dropout, AD-1 to AD-14, one theorem each; AD-15  *)
(* is in claims_collapse.v. The wrong twins of a claim carry its name and the *)
(* suffix _mutant_<word>; most are in twins_ad_first.v and twins_ad_rest.v.   *)
(*                                                                            *)
(* Names used by all: x the data, y the targets, w the weights, k the budget; *)
(* e i the residual, g i j the gradient of the loss in x i j, T i the set of  *)
(* the features dropped from sample i.                                        *)
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
Local Notation g := (input_gradient x y w).
Local Notation printed := (printed_drops x y w k).
Local Notation greedy := (greedy_drops x y w k).

(* AD-1: Formula 15 = Formula 16, for Formula 14's mask; for any mask with   *)
(* the signed products.                                                      *)
Theorem dropout_objective_splits_in_three :
  [/\ forall T, masked_loss x y w T =
        loss x y w + \sum_i (\sum_(j in T i) - (x i j * g i j)) +
        \sum_j \sum_m w j * gamma_add x T j m * w m,
      masked_loss x y w printed =
        loss x y w + \sum_i (\sum_(j in printed i) `|x i j * g i j|) +
        \sum_j \sum_m w j * gamma_add x printed j m * w m &
      masked_loss x y w greedy =
        loss x y w + \sum_i (\sum_(j in greedy i) `|x i j * g i j|) +
        \sum_j \sum_m w j * gamma_add x greedy j m * w m].
Proof.
have split T : masked_loss x y w T =
    loss x y w + \sum_i (\sum_(j in T i) - (x i j * g i j)) +
    \sum_j \sum_m w j * gamma_add x T j m * w m.
  by rewrite gamma_add_form masked_loss_split.
split=> //; rewrite split; congr (_ + _ + _); apply: eq_bigr => i _.
  by apply: eq_bigr => j /printed_mask_le0 g_le0; rewrite ler0_norm.
by apply: eq_bigr => j /greedy_mask_lt0 g_lt0; rewrite ltr0_norm.
Qed.

(* AD-2: the third term is a sum of squared sums. *)
Theorem gamma_add_term_is_squared_sum :
  (forall T, \sum_j \sum_m w j * gamma_add x T j m * w m =
    \sum_i (\sum_(j in T i) x i j * w j) ^+ 2) /\
  \sum_j \sum_m w j * gamma_add x greedy j m * w m =
    \sum_(i | e i != 0) gain x y w k i ^+ 2.
Proof.
split=> [T|]; rewrite gamma_add_form // [RHS]big_mkcond; apply: eq_bigr => i _.
case: eqVneq => [e0|e_neq0] /=.
  by rewrite greedy_drops_zero // big_set0 expr0n.
by rewrite greedy_sum // exprMn sqr_sg e_neq0 mul1r.
Qed.

(* AD-3: the closed form. *)
Theorem greedy_loss_has_closed_form :
  [/\ masked_loss x y w greedy =
        \sum_(i | e i != 0) (`|e i| + gain x y w k i) ^+ 2,
      forall i, e i = 0 -> (0 < k)%N -> printed i = setT /\
        dropped_residual x y w i (printed i) ^+ 2 = y i ^+ 2 &
      (0 < k)%N -> (forall i, e i != 0 -> injective (fun j => x i j * w j)) ->
        masked_loss x y w printed =
        \sum_(i | e i != 0) (`|e i| + gain x y w k i) ^+ 2 +
        \sum_(i | e i == 0) y i ^+ 2].
Proof.
split=> [|i e0 k_gt0|k_gt0 untied].
- by rewrite [RHS]big_mkcond; apply: eq_bigr => i _; apply: greedy_sample.
- by rewrite printed_drops_zero // dropped_residual_all.
rewrite [X in X + _]big_mkcond [X in _ + X]big_mkcond -big_split /=.
apply: eq_bigr => i _; case: eqVneq => [e0|e_neq0] /=.
  by rewrite add0r printed_drops_zero // dropped_residual_all.
by rewrite addr0 printed_sample_untied //; apply: untied.
Qed.

(* AD-6: the greedy mask maximises the linearised loss. *)
Theorem greedy_mask_maximises_linearised_loss i :
  (#|greedy i| <= k)%N /\
  forall S : {set 'I_D}, (#|S| <= k)%N ->
    \sum_(j in S) - (x i j * g i j) <= \sum_(j in greedy i) - (x i j * g i j).
Proof.
split=> [|S Sk]; first exact: card_greedy_mask.
rewrite [X in _ <= X]sum_greedy_mask.
exact: (@le_topk _ _ _ (fun j => - (x i j * g i j))).
Qed.

(* AD-7: the worst mask takes the better of two sides. *)
Theorem worst_mask_is_better_of_two_sides i :
  [/\ exact_sample x y w k i =
        Num.max (`|e i| + gain x y w k i) (counter_gain x y w k i - `|e i|) ^+
          2,
      exists2 S : {set 'I_D}, (#|S| <= k)%N &
        dropped_residual x y w i S ^+ 2 = exact_sample x y w k i,
      e i != 0 ->
        (dropped_residual x y w i (greedy i) ^+ 2 = exact_sample x y w k i <->
         counter_gain x y w k i - gain x y w k i <= 2%:R * `|e i|) &
      e i = 0 -> dropped_residual x y w i (greedy i) ^+ 2 = 0 /\
        exact_sample x y w k i =
        Num.max (gain x y w k i) (counter_gain x y w k i) ^+ 2].
Proof.
split; first exact: exact_sampleE.
- have [S Sk S_max] := moved_attained (e i) (fun j => x i j * w j) k.
  by exists S => //; rewrite exact_sampleE dropped_residualE S_max.
- move=> e_neq0; rewrite greedy_sample e_neq0 exact_sampleE.
  have -> : (counter_gain x y w k i - gain x y w k i <= 2%:R * `|e i|) =
      (counter_gain x y w k i - `|e i| <= `|e i| + gain x y w k i).
    by rewrite ler_subl_addr ler_subl_addr mulr2n mulrDl mul1r addrAC.
  case: lerP => cmp; split=> // eq_sqr.
  move: (eq_sqr) => /eqP; rewrite eqr_expn2 ?abs_gain_ge0 //.
    by rewrite (lt_eqF cmp).
  exact: le_trans (abs_gain_ge0 _ _ _ _ _) (ltW cmp).
by move=> e0; rewrite greedy_sample exact_sampleE e0 eqxx normr0 add0r subr0.
Qed.

(* AD-9: greedy drops k features, or all strictly adverse ones if fewer;      *)
(* Formula 14 counts the products at most 0 in place of those below 0, never  *)
(* drops fewer than that, and as many iff it keeps to k (AD-4), as it does    *)
(* without ties. Removing an adverse feature raises the true loss, removing   *)
(* another one iff it is large enough.                                        *)
Theorem drops_are_capped_by_adverse_features i :
  [/\ #|greedy i| = minn k #|[set j | x i j * g i j < 0]|,
      (minn k #|[set j | (x i j * g i j <= 0)%R]| <= #|printed i|)%N /\
      (#|printed i| == minn k #|[set j | x i j * g i j <= 0]|) =
        (#|printed i| <= k)%N,
      injective (fun j => x i j * g i j) ->
        #|printed i| = minn k #|[set j | x i j * g i j <= 0]|,
      forall j, x i j * g i j < 0 ->
        e i ^+ 2 < dropped_residual x y w i [set j] ^+ 2 &
      forall j, (e i ^+ 2 < dropped_residual x y w i [set j] ^+ 2) =
        (x i j * g i j < (x i j * w j) ^+ 2)].
Proof.
have one j : (e i ^+ 2 < dropped_residual x y w i [set j] ^+ 2) =
    (x i j * g i j < (x i j * w j) ^+ 2).
  rewrite -/(change x y w i j) changeE dropped_residualE big_set1.
  rewrite -subr_gt0 -[RHS]subr_gt0; congr (0 < _).
  by move: (e i) (x i j * w j) => r a; ring.
split=> [||| j adverse |//].
- rewrite /greedy_drops greedy_maskE card_largestE;
  congr (minn _ #|pred_of_set _|).
  by apply/setP=> j; rewrite !inE oppr_gt0.
- by split; [exact: card_printed_ge | exact: card_printed_eq].
- exact: card_printed_untied.
by rewrite one (lt_le_trans adverse) ?sqr_ge0.
Qed.

(* AD-10: no budget, no penalty. *)
Theorem penalty_vanishes_without_budget :
  [/\ forall i, printed_drops x y w 0 i = set0,
      forall i, gain x y w 0 i = 0,
      \sum_i (\sum_(j in printed_drops x y w 0 i) `|x i j * g i j|) = 0,
      \sum_j \sum_m w j * gamma_add x (printed_drops x y w 0) j m * w m = 0 &
      masked_loss x y w (printed_drops x y w 0) = loss x y w].
Proof.
have drop0 i : printed_drops x y w 0 i = set0 by apply: printed_mask0.
split=> //.
- by move=> i; apply: topk0.
- by rewrite big1 // => i _; rewrite drop0 big_set0.
- by rewrite gamma_add_form big1 // => i _; rewrite drop0 big_set0 expr0n.
by apply: eq_bigr => i _; rewrite dropped_residualE drop0 big_set0 addr0.
Qed.

(* AD-11: the penalty is nondecreasing and concave in the budget, saturates,  *)
(* and goes through order statistics.                                         *)
Theorem penalty_is_concave_in_budget i :
  let a j := (-1) ^+ (e i < 0)%R * (x i j * w j) in
  [/\ forall m, gain x y w m i <= gain x y w m.+1 i,
      forall m, gain x y w m.+2 i - gain x y w m.+1 i <=
        gain x y w m.+1 i - gain x y w m i,
      (#|[set j | (0 < a j)%R]| <= k)%N ->
        gain x y w k i = \sum_j Num.max (a j) 0,
      gain x y w k i = \sum_(n < k)
        nth 0 (sort >=%R [seq Num.max (a j) 0 | j <- enum 'I_D]) n &
      (forall j, 0 <= a j) ->
        gain x y w k i = topk k (fun j => `|x i j * w j|)].
Proof.
move=> a; split=> [m|m|sat||adverse].
- exact: topk_leq.
- exact: topk_concave.
- exact: topk_sat.
- exact: topk_orderstat.
apply: eq_topk => j; rewrite -/(a j) -(ger0_norm (adverse j)) normrM.
by rewrite normrX normrN1 expr1n mul1r.
Qed.

Lemma dot_relaxed i (t : 'I_D -> R) :
  (forall j, 0 <= t j <= 1) -> \sum_j t j <= k%:R ->
  (e i + \sum_j t j * (x i j * w j)) ^+ 2 <= exact_sample x y w k i.
Proof.
move=> t01 t_sum; rewrite exact_sampleE; apply: sqr_le_norm.
have t_sum1 : \sum_j t j <= k%:R * 1 by rewrite mulr1.
pose s : R := (-1) ^+ (e i < 0)%R; pose a j := s * (x i j * w j).
have norm_s : `|s| = 1 by rewrite normrX normrN1 expr1n.
have -> : `|e i + \sum_j t j * (x i j * w j)| =
    `|(`|e i| + \sum_j t j * a j)|.
  have -> : \sum_j t j * a j = s * \sum_j t j * (x i j * w j).
    by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite /a mulrCA.
  have -> : `|e i| = s * e i by rewrite normrEsign.
  by rewrite -mulrDr normrM norm_s mul1r.
have le_up := dot_le_topk a t01 t_sum1.
have le_down := dot_le_topk (fun j => - a j) t01 t_sum1.
move: le_up le_down; rewrite !mul1r le_maxr => le_up.
rewrite (eq_bigr (fun j => - (t j * a j))) => [|j _]; last by rewrite mulrN.
rewrite sumrN => le_down; case: (lerP 0 (`|e i| + \sum_j t j * a j)) => cmp.
  by rewrite ger0_norm // ler_add2l le_up.
by rewrite ltr0_norm // opprD addrC [X in _ || X]ler_add2r le_down orbT.
Qed.

Lemma relaxed_residual i (c : 'I_D -> R) :
  y i - \sum_j c j * x i j * w j = e i + \sum_j (1 - c j) * (x i j * w j).
Proof.
rewrite /residual; have -> : \sum_j (1 - c j) * (x i j * w j) =
    \sum_j x i j * w j - \sum_j c j * x i j * w j.
  by rewrite -sumrB; apply: eq_bigr => j _; ring.
by rewrite addrA subrK.
Qed.

End OverOrderedDomains.

Lemma tied_pair (y : rat) : 2%:R <= y ->
  #|printed_drops (fun (_ : 'I_1) (_ : 'I_2) => 1) (fun=> y) (fun=> 1) 1
    ord0| = 2%N.
Proof.
move=> y_ge; have changeE' j : change (fun (_ : 'I_1) (_ : 'I_2) => 1) (fun=> y)
    (fun=> 1) ord0 j = - (2%:R * (y - 2%:R)).
  rewrite changeE /residual big_const_ord /= !mulr1; congr (- (_ * (_ - _))).
suff -> : printed_drops (fun (_ : 'I_1) (_ : 'I_2) => 1) (fun=> y)
    (fun=> 1) 1 ord0 = setT by rewrite cardsT card_ord.
apply/setP=> j.
rewrite !inE changeE' (@kth_lowest_const _ _ _ _ (- (2%:R * (y - 2%:R)))) //.
by rewrite le_minr lexx oppr_le0 mulr_ge0 // subr_ge0.
Qed.

(* AD-4: Formula 14 overspends its budget k iff 0 < k < D and the (k+1)-th    *)
(* lowest product is at most the k-th lowest and at most 0, that is, iff the  *)
(* two tie at or below 0; for instance on two equal features. Without ties,   *)
(* and with ties broken, it never does.                                       *)
Theorem printed_mask_overspends_on_ties :
  [/\ forall y : rat, #|printed_drops (fun (_ : 'I_1) (_ : 'I_2) => 1) (fun=> y)
        (fun=> 1) 1 ord0| = 2%N \/ y < 2%:R,
      forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y w k i,
        let s := sort <=%R
          [seq x i j * input_gradient x y w i j | j <- enum 'I_D] in
        (k < #|printed_drops x y w k i|)%N =
          [&& (0 < k)%N, (k < D)%N & s`_k <= Num.min s`_k.-1 0],
      forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y w k i,
        let s := sort <=%R
          [seq x i j * input_gradient x y w i j | j <- enum 'I_D] in
        (k < #|printed_drops x y w k i|)%N =
          [&& (0 < k)%N, (k < D)%N, s`_k == s`_k.-1 & s`_k <= 0],
      forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y w k i,
        injective (fun j => x i j * input_gradient x y w i j) ->
        (#|printed_drops x y w k i| <= k)%N &
      forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y w k i,
        (#|greedy_drops x y w k i| <= k)%N].
Proof.
split=> [y|R N D x y w k i s|R N D x y w k i s|R N D x y w k i untied|].
- by case: (ltrP y 2%:R) => [|/tied_pair]; [right | left].
- exact: lt_card_printed.
- exact: lt_card_printed_tie.
- by rewrite card_printed_untied // geq_minl.
by move=> R N D x y w k i; exact: card_greedy_mask.
Qed.

(* AD-5: a Euclidean budget of k allows k ^ 2 drops; Formula 14 makes k. For  *)
(* k at most 1 the two budgets agree; for every larger k Formula 14 misses    *)
(* the worst mask of the literal budget: all features of the products         *)
(* 1, ..., k + 1 with residual 1.                                             *)
Theorem euclidean_budget_allows_squared_flips :
  [/\ forall (R : realDomainType) D (S : {set 'I_D}) k (r : R), 0 <= r ->
        r ^+ 2 = \sum_j ((j \notin S)%:R - 1) ^+ 2 ->
        (r <= k%:R) = (#|S| <= k ^ 2)%N,
      forall k, (k <= 1)%N -> (k ^ 2)%N = k &
      forall (R : realDomainType) k, (1 < k)%N ->
        let x : 'I_1 -> 'I_k.+1 -> R := fun _ _ => 1 in
        let y : 'I_1 -> R := fun=> 1 + \sum_(j < k.+1) j.+1%:R in
        let w : 'I_k.+1 -> R := fun j => j.+1%:R in
        exists2 S : {set 'I_k.+1}, (#|S| <= k ^ 2)%N &
          dropped_residual x y w ord0 (printed_drops x y w k ord0) ^+ 2 <
          dropped_residual x y w ord0 S ^+ 2].
Proof.
split=> [R D S k r r_ge0 r_sqr|[|[|]] //|R k k_gt1 x y w].
  rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?ler0n // r_sqr -natrX.
  rewrite -(ler_nat R); congr (_ <= _); rewrite -sum_set_one;
    apply: eq_bigr => j _.
  by case: (j \in S); rewrite /= ?subrr ?expr0n // sub0r sqrrN expr1n.
exists setT.
  rewrite cardsT card_ord -mulnn; apply: (@leq_trans (2 * k)).
    by rewrite mul2n -addnn -addn1 leq_add2l ltnW.
  by rewrite leq_mul2r k_gt1 orbT.
pose W : R := \sum_(j < k.+1) j.+1%:R.
have e1 : residual x y w ord0 = 1.
  by rewrite /residual (eq_bigr w) ?addrK // => j _; rewrite mul1r.
have a_inj : injective (fun j => x ord0 j * w j).
  move=> j m; rewrite !mul1r => /eqP; rewrite eqr_nat eqSS => /eqP jm.
  exact: val_inj.
rewrite printed_sample_untied ?e1 ?oner_eq0 // dropped_residual_all normr1.
have gain_le : gain x y w k ord0 <= W - 1.
  apply: le_trans (topk_le_dual (z := 1) _ _ ler01) _.
  rewrite /dual_topk e1 ltr10 expr0 mulr1.
  rewrite (eq_bigr (fun j : 'I_k.+1 => j.+1%:R - 1)) => [|j _]; last first.
    by rewrite !mul1r max_l // subr_ge0 ler1n.
  by rewrite sumrB sumr_const card_ord -/W mulrS opprD addrA addrC addrNK.
have W_ge0 : 0 <= W by apply: sumr_ge0 => j _; exact: ler0n.
have -> : y ord0 = 1 + W by [].
rewrite ltr_sqr ?nnegrE ?addr_ge0 ?gain_ge0 ?ler01 // ltr_add2l.
by rewrite (le_lt_trans gain_le) // ltr_subl_addr ltr_addl ltr01.
Qed.

(* AD-8: the greedy mask can be worse by any factor. *)
Theorem greedy_has_no_constant_factor (R : realFieldType) (c : R) :
  exists (x : 'I_1 -> 'I_1 -> R) y w,
    0 < dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 /\
    c * dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 <
    exact_sample x y w 1 ord0.
Proof.
pose b := `|c| + 2%:R; have b_gt0 : 0 < b by rewrite ltr_paddl ?ltr0n.
pose x := fun _ _ : 'I_1 => 1 : R; pose w := fun _ : 'I_1 => -1 : R.
pose y := fun _ : 'I_1 => b^-1 - 1; exists x, y, w.
have ei : residual x y w ord0 = b^-1.
  by rewrite /residual big_ord1 /y /x /w mul1r opprK subrK.
have bV_gt0 : 0 < b^-1 by rewrite invr_gt0.
have e_lt0 : (b^-1 < 0) = false by rewrite lt_gtF.
have gain0 : gain x y w 1 ord0 = 0.
  rewrite /gain /side_gain topk_full ?card_ord // big_ord1 ei e_lt0.
  by rewrite expr0 !mul1r /w max_r // lerN10.
have greedyE : dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 =
    b^-1 ^+ 2.
  by rewrite greedy_sample ei gt_eqF //= gain0 addr0 gtr0_norm.
rewrite greedyE exprn_gt0 //; split=> //.
apply: lt_le_trans (@le_exact_sample _ _ _ _ _ _ _ _ setT _); last first.
  by rewrite cardsT card_ord.
rewrite dropped_residual_all /y.
have -> : b^-1 - 1 = b^-1 * (1 - b) by rewrite mulrBr mulVf ?mulr1 // gt_eqF.
rewrite exprMn [c * _]mulrC (@ltr_pmul2l _ (b^-1 ^+ 2)) ?exprn_gt0 // /b.
have -> : (1 - (`|c| + 2%:R)) ^+ 2 = `|c| + (`|c| + (`|c| ^+ 2 + 1)) by ring.
rewrite (le_lt_trans (ler_norm _)) // ltr_addl ltr_paddl //.
by rewrite ltr_paddl ?sqr_ge0 ?ltr01.
Qed.

(* AD-12: the second term, with the residuals held fixed, is convex and       *)
(* positively homogeneous in the weights; it is no norm.                      *)
Theorem l1_term_is_not_a_norm :
  [/\ forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y w k,
        \sum_i (\sum_(j in greedy_drops x y w k i)
          `|x i j * input_gradient x y w i j|) =
        2%:R * (\sum_i `|residual x y w i| * gain x y w k i),
      forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) k (c s : 'I_N ->
        R),
        (forall i, 0 <= c i) ->
        let q (w : 'I_D -> R) :=
          \sum_i c i * topk k (fun j => s i * (x i j * w j)) in
        (forall t (w : 'I_D -> R), 0 <= t -> q (fun j => t * w j) = t * q w) /\
        (forall u v, q (fun j => u j + v j) <= q u + q v) &
      let q (w : rat) := topk 1 (fun _ : 'I_1 => 1 * (1 * w)) in
      q (-1) = 0 /\ q 1 = 1].
Proof.
split=> [R N D x y w k|R N D x k c s c_ge0 q|q].
- rewrite mulr_sumr; apply: eq_bigr => i _; rewrite mulrA -topk_change.
  rewrite -sum_greedy_mask; apply: eq_bigr => j /greedy_mask_lt0 g_lt0.
  by rewrite ltr0_norm.
- split=> [t w t_ge0|u v].
    rewrite /q mulr_sumr; apply: eq_bigr => i _;
      rewrite mulrCA -(topkZ k _ t_ge0).
    by congr (_ * _); apply: eq_topk => j; ring.
  rewrite /q -big_split; apply: ler_sum => i _ /=; rewrite -mulrDr.
  rewrite ler_wpmul2l // (le_trans _ (topkD _ _ _)) // topk_homo // => j.
  by rewrite !mulrDr.
by rewrite /q !topk_full ?card_ord // !big_ord1.
Qed.

(* AD-13: rescaling features against weights changes nothing in adversarial  *)
(* dropout; it changes adversarial training.                                 *)
Theorem dropout_is_scale_free_training_is_not :
  (forall (R : realFieldType) N D (x : 'I_N -> 'I_D -> R) y w k (c : 'I_D -> R),
    (forall j, c j != 0) ->
    let x' i j := c j * x i j in let w' j := w j / c j in
    [/\ masked_loss x' y w' (printed_drops x' y w' k) =
          masked_loss x y w (printed_drops x y w k),
        masked_loss x' y w' (greedy_drops x' y w' k) =
          masked_loss x y w (greedy_drops x y w k) &
        exact_loss x' y w' k = exact_loss x y w k]) /\
  (let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
   let y : 'I_1 -> rat := fun=> 3%:R in let w : 'I_1 -> rat := fun=> 1 in
   fgsm_loss (fun i j => 2%:R * x i j) y (fun j => w j / 2%:R) 1 <>
   fgsm_loss x y w 1).
Proof.
split=> [R N D x y w k c c_neq0 x' w'|x y w]; last first.
  by rewrite /fgsm_loss /input_gradient /residual !big_ord1; apply/eqP.
have eq_a i j : x' i j * w' j = x i j * w j.
  by rewrite /x' /w' mulrC mulrA divfK // mulrC.
have eq_e : residual x' y w' =1 residual x y w.
  by move=> i; congr (_ - _); apply: eq_bigr => j _.
have eq_change i : change x' y w' i =1 change x y w i.
  by move=> j; rewrite !changeE eq_e eq_a.
have eq_dropped i S : dropped_residual x' y w' i S = dropped_residual x y w i S.
  by rewrite !dropped_residualE eq_e; congr (_ + _); apply: eq_bigr => j _.
split; last exact: eq_exact_loss.
  apply: eq_bigr => i _; rewrite eq_dropped;
    congr (dropped_residual _ _ _ _ _ ^+ 2).
  exact: eq_printed_mask.
apply: eq_bigr => i _; rewrite eq_dropped;
  congr (dropped_residual _ _ _ _ _ ^+ 2).
exact: eq_greedy_mask.
Qed.

Lemma exact_loss_convex (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y k
    (u v : 'I_D -> R) t : 0 <= t <= 1 ->
  exact_loss x y (fun j => (1 - t) * u j + t * v j) k <=
  (1 - t) * exact_loss x y u k + t * exact_loss x y v k.
Proof.
move=> t01; have /andP[t_ge0 t_le1] := t01.
rewrite [(1 - t) * _]mulr_sumr [t * exact_loss _ _ _ _]mulr_sumr -big_split.
apply: ler_sum => i _ /=.
have t1_ge0 : 0 <= 1 - t by rewrite subr_ge0.
apply: bigmaxr_le => [|S Sk].
  by rewrite addr_ge0 ?mulr_ge0 ?exact_sample_ge0.
have -> : dropped_residual x y (fun j => (1 - t) * u j + t * v j) i S =
    (1 - t) * dropped_residual x y u i S + t * dropped_residual x y v i S.
  rewrite /dropped_residual.
  have -> : \sum_(j | j \notin S) x i j * ((1 - t) * u j + t * v j) =
      (1 - t) * (\sum_(j | j \notin S) x i j * u j) +
      t * (\sum_(j | j \notin S) x i j * v j).
    rewrite !mulr_sumr -big_split; apply: eq_bigr => j _ /=; ring.
  by move: (\sum_(j | _) _) (\sum_(j | _) _) => a b; ring.
apply: le_trans (sqr_convex _ _ t01) _.
by rewrite ler_add // ler_wpmul2l // le_exact_sample.
Qed.

Section Line.

Variable w : rat.

Local Notation x := (fun _ _ : 'I_1 => 1 : rat).
Local Notation y := (fun _ : 'I_1 => 1 : rat).
Local Notation W := (fun _ : 'I_1 => w).

Lemma line_residual : residual x y W ord0 = 1 - w.
Proof. by rewrite /residual big_ord1 mul1r. Qed.

Lemma line_losses : w != 1 ->
  masked_loss x y W (greedy_drops x y W 1) =
    (`|1 - w| + gain x y W 1 ord0) ^+ 2 /\
  masked_loss x y W (printed_drops x y W 1) =
    (`|1 - w| + gain x y W 1 ord0) ^+ 2.
Proof.
move=> w_neq1; have e_neq0 : residual x y W ord0 != 0.
  by rewrite line_residual subr_eq0 eq_sym.
rewrite /masked_loss !big_ord1 greedy_sample e_neq0 -line_residual; split=> //.
by rewrite printed_sample_untied // => j m _; rewrite (ord1 j) (ord1 m).
Qed.

Lemma line_gain : gain x y W 1 ord0 = Num.max ((-1) ^+ (1 - w < 0)%R * w) 0.
Proof.
by rewrite /gain /side_gain topk_full ?card_ord // big_ord1 line_residual mul1r.
Qed.

Lemma line_below : 0 <= w < 1 ->
  masked_loss x y W (greedy_drops x y W 1) = 1 /\
  masked_loss x y W (printed_drops x y W 1) = 1.
Proof.
case/andP=> w_ge0 w_lt1; have w_neq1 : w != 1 by rewrite lt_eqF.
have [-> ->] := line_losses w_neq1; rewrite line_gain.
have e_ge0 : 0 <= 1 - w by rewrite subr_ge0 ltW.
rewrite (le_gtF e_ge0) expr0 mul1r max_l // ger0_norm // subrK expr1n.
by [].
Qed.

Lemma line_above : 1 < w ->
  masked_loss x y W (greedy_drops x y W 1) = (w - 1) ^+ 2 /\
  masked_loss x y W (printed_drops x y W 1) = (w - 1) ^+ 2.
Proof.
move=> w_gt1; have w_neq1 : w != 1 by rewrite gt_eqF.
have [-> ->] := line_losses w_neq1; rewrite line_gain.
have e_lt0 : 1 - w < 0 by rewrite subr_lt0.
rewrite e_lt0 expr1 mulN1r max_r ?oppr_le0; last first.
  exact: le_trans ler01 (ltW w_gt1).
by rewrite addr0 distrC ger0_norm // subr_ge0 ltW.
Qed.

End Line.

(* AD-14: the exact worst case is convex; with one sample and one feature,    *)
(* both 1, the greedy and the printed objective jump at w = 1, and neither is *)
(* convex.                                                                    *)
Theorem exact_dropout_is_convex_greedy_is_not :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 1 in
  let greedy (w : rat) :=
    masked_loss x y (fun=> w) (greedy_drops x y (fun=> w) 1) in
  let printed (w : rat) :=
    masked_loss x y (fun=> w) (printed_drops x y (fun=> w) 1) in
  [/\ forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y k
          (u v : 'I_D -> R) t, 0 <= t <= 1 ->
        exact_loss x y (fun j => (1 - t) * u j + t * v j) k <=
        (1 - t) * exact_loss x y u k + t * exact_loss x y v k,
      forall w, 0 <= w < 1 -> greedy w = 1 /\ printed w = 1,
      forall w, 1 < w -> greedy w = (w - 1) ^+ 2 /\ printed w = (w - 1) ^+ 2,
      greedy 1 = 0 /\ printed 1 = 1 &
      (greedy 0 + greedy 1) / 2%:R < greedy (1 / 2%:R) /\
      (printed (1 / 2%:R) + printed (3%:R / 2%:R)) / 2%:R < printed 1].
Proof.
move=> x y greedy printed.
have below w : 0 <= w < 1 -> greedy w = 1 /\ printed w = 1 by apply: line_below.
have above w : 1 < w -> greedy w = (w - 1) ^+ 2 /\ printed w = (w - 1) ^+ 2.
  exact: line_above.
have e0 : residual x y (fun=> 1) ord0 = 0 by rewrite line_residual subrr.
have at1 : greedy 1 = 0 /\ printed 1 = 1.
  rewrite /greedy /printed /masked_loss !big_ord1 greedy_sample e0 eqxx.
  by rewrite printed_drops_zero // dropped_residual_all expr1n.
split=> //; first exact: exact_loss_convex.
have [-> ->] := at1; have [-> _] := below 0 isT.
by have [-> ->] := below (1 / 2%:R) isT; have [_ ->] := above (3%:R / 2%:R) isT.
Qed.

(* The wrong twins. *)

(* A negative product kept in absolute value: wrong for other masks. *)
Lemma dropout_objective_splits_in_three_mutant_norm :
  let x : 'I_1 -> 'I_1 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 0 in let w : 'I_1 -> rat := fun=> 1 in
  let T : 'I_1 -> {set 'I_1} := fun=> setT in
  masked_loss x y w T <>
  loss x y w + \sum_i (\sum_(j in T i) `|x i j * input_gradient x y w i j|) +
  \sum_j \sum_m w j * gamma_add x T j m * w m.
Proof.
move=> x y w T; rewrite gamma_add_form /masked_loss /loss /dropped_residual.
rewrite /input_gradient /residual !big_ord1 /T.
have sumT (F : 'I_1 -> rat) : \sum_(j in setT) F j = F ord0.
  by rewrite (eq_bigl xpredT) ?big_ord1 // => j; rewrite in_setT.
rewrite !sumT big1 => [|j]; last by rewrite in_setT.
exact/eqP.
Qed.
