From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.

(******************************************************************************)
(* What the library lacks: maxima of big families over an ordered ring, sums  *)
(* of the k largest entries, and their linear program.                        *)
(*                                                                            *)
(*       topk k v == the largest sum of v over a set of at most k indices,    *)
(*                   i.e., the sum of the k largest of the positive parts of  *)
(*                   v; topk 0 v = 0, and topk k v saturates at the sum of    *)
(*                   all positive parts                                       *)
(*    largest k v == the set of the (at most) k indices at which v is largest *)
(*                   and positive, ties broken by the enumeration of I        *)
(*  orderstat v i == the i-th largest (from 0) of the positive parts of v;    *)
(*                   0 beyond the last                                        *)
(* dual_topk k v z == k z + sum of (v j - z)+, the dual of topk's program     *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Scalars.

Variable R : realDomainType.
Implicit Types a b c d t : R.

Lemma ler_by_sub a b c : b - a = c -> 0 <= c -> a <= b.
Proof. by move=> <-; rewrite subr_ge0. Qed.

(* A square lies above each of its tangents. *)
Lemma sqr_tangent a t : 2%:R * a * t - a ^+ 2 <= t ^+ 2.
Proof. by apply: (@ler_by_sub _ _ ((t - a) ^+ 2)); [ring | exact: sqr_ge0]. Qed.

Lemma sqr_convex t a b : 0 <= t <= 1 ->
  ((1 - t) * a + t * b) ^+ 2 <= (1 - t) * a ^+ 2 + t * b ^+ 2.
Proof.
case/andP=> t_ge0 t_le1.
apply: (@ler_by_sub _ _ (t * (1 - t) * (a - b) ^+ 2)); first by ring.
by rewrite mulr_ge0 ?sqr_ge0 // mulr_ge0 // subr_ge0.
Qed.

Lemma sqr_le_norm a b : `|a| <= b -> a ^+ 2 <= b ^+ 2.
Proof.
move=> le_ab; rewrite -[a ^+ 2]real_normK ?num_real // ler_sqr // nnegrE.
exact: le_trans le_ab.
Qed.

Lemma sqr_norm a : `|a| ^+ 2 = a ^+ 2.
Proof. by rewrite real_normK ?num_real. Qed.

Lemma ler_norm_both a b : (`|a| <= b) = (a <= b) && (- a <= b).
Proof. by rewrite ler_norml andbC ler_oppl. Qed.

Lemma mul_sg_self a : Num.sg a * a = `|a|.
Proof. by rewrite -normrEsg. Qed.

Lemma norm_sg_le1 a : `|Num.sg a| <= 1.
Proof. by rewrite normr_sg lern1 leq_b1. Qed.

Lemma mulr_le_norm a b : a * b <= `|a| * `|b|.
Proof. by rewrite -normrM ler_norm. Qed.

(* A sign that never vanishes: 1 on the nonnegative, -1 below. *)
Lemma sqr_side a : ((-1) ^+ (a < 0)%R) ^+ 2 = 1 :> R.
Proof. by case: (a < 0); rewrite ?expr0 ?expr1 ?sqrrN expr1n. Qed.

Lemma side_sg a : a != 0 -> (-1) ^+ (a < 0)%R = Num.sg a.
Proof. by case: sgrP => // a_cmp _; rewrite ?(lt_gtF a_cmp) ?a_cmp. Qed.

End Scalars.

Section EqSort.

Variables (T : Type) (leT leT' : rel T).
Hypothesis eq_leT : leT =2 leT'.

Lemma eq_merge s1 s2 : merge leT s1 s2 = merge leT' s1 s2.
Proof.
elim: s1 s2 => //= a s1 IHs1; elim=> //= b s2 IHs2.
by rewrite eq_leT; case: ifP => _; [rewrite IHs1 | congr (_ :: _)].
Qed.

Lemma eq_sort s : sort leT s = sort leT' s.
Proof.
have eq_push s1 ss : merge_sort_push leT s1 ss = merge_sort_push leT' s1 ss.
  elim: ss s1 => //= [[|b s2] ss] IHss s1 //.
  by rewrite -/(merge _ _ _) -IHss -eq_merge.
have eq_pop s1 ss : merge_sort_pop leT s1 ss = merge_sort_pop leT' s1 ss.
  by elim: ss s1 => //= s2 ss IHss s1; rewrite IHss eq_merge.
rewrite /sort; have [n le_n] := ubnP (size s).
elim: n s [::] le_n => // n IHn [|a [|b s]] ss;
  rewrite ?eq_pop //= ltnS => le_n.
by rewrite eq_leT eq_push IHn // (leq_trans _ le_n).
Qed.

End EqSort.

Section BigMax.

Variables (R : realDomainType) (T : finType) (P : pred T) (F : T -> R).

Lemma bigmaxr_ge0 : 0 <= \big[Num.max/0]_(t | P t) F t.
Proof. by elim/big_rec: _ => // t z _ z_ge0; rewrite le_maxr z_ge0 orbT. Qed.

Lemma bigmaxr_le c :
  0 <= c -> (forall t, P t -> F t <= c) -> \big[Num.max/0]_(t | P t) F t <= c.
Proof.
by move=> c_ge0 F_le; elim/big_ind: _ => // a b le_ac; rewrite le_maxl le_ac.
Qed.

Lemma le_bigmaxr t : P t -> F t <= \big[Num.max/0]_(t | P t) F t.
Proof.
move=> Pt; have := mem_index_enum t.
elim: (index_enum T) => // a s IHs; rewrite inE big_cons.
case/orP=> [/eqP<-|/IHs le_s]; first by rewrite Pt le_maxr lexx.
by case: ifP => // _; rewrite le_maxr le_s orbT.
Qed.

Lemma bigmaxr_ex t0 : P t0 -> 0 <= F t0 ->
  exists2 t, P t & F t = \big[Num.max/0]_(t | P t) F t.
Proof.
move=> Pt0 F0; case: (arg_maxP F Pt0) => m Pm max_m; exists m => //.
apply/le_anti; rewrite le_bigmaxr //=; apply: bigmaxr_le => [|t Pt].
  by apply: le_trans F0 _; apply: max_m.
exact: max_m.
Qed.

End BigMax.

Section Fields.

Variable R : realFieldType.

(* What is at most t c for every small t > 0 is at most 0. *)
Lemma le0_of_small (a c u : R) :
  0 < u -> (forall t, 0 < t -> t <= u -> a <= t * c) -> a <= 0.
Proof.
move=> u_gt0 le_a; rewrite leNgt; apply/negP=> a_gt0.
have c1_gt0 : 0 < `|c| + 1 by rewrite ltr_paddl.
pose t := Num.min u (a / (`|c| + 1)).
have t_gt0 : 0 < t by rewrite lt_minr u_gt0 divr_gt0.
have /(le_a t t_gt0) : t <= u by rewrite le_minl lexx.
apply/negP; rewrite -ltNge; apply: (@le_lt_trans _ _ (t * `|c|)).
  by rewrite ler_wpmul2l ?ler_norm // ltW.
have : t <= a / (`|c| + 1) by rewrite le_minl lexx orbT.
rewrite ler_pdivl_mulr // mulrDr mulr1; apply: lt_le_trans.
by rewrite ltr_addl.
Qed.

(* A finite family of nonzero numbers leaves room for one common step. *)
Lemma common_step (I : finType) (e b : I -> R) :
  (forall i, e i != 0) ->
  exists2 u : R, 0 < u & forall i, u * `|b i| <= `|e i|.
Proof.
move=> e_neq0.
suff [u u_gt0 le_u] : exists2 u : R, 0 < u &
    forall i, i \in enum I -> u * `|b i| <= `|e i|.
  by exists u => // i; rewrite le_u // mem_enum.
elim: (enum I) => [|i s [u u_gt0 le_u]]; first by exists 1; rewrite ?ltr01.
have b1_gt0 : 0 < `|b i| + 1 by rewrite ltr_paddl.
have v_gt0 : 0 < `|e i| / (`|b i| + 1) by rewrite divr_gt0 ?normr_gt0.
exists (Num.min u (`|e i| / (`|b i| + 1))) => [|m];
  first by rewrite lt_minr u_gt0.
rewrite inE => /orP[/eqP->|/le_u le_um].
  apply: (@le_trans _ _ (`|e i| / (`|b i| + 1) * `|b i|)).
    by rewrite ler_wpmul2r // le_minl lexx orbT.
  rewrite mulrAC ler_pdivr_mulr // ler_wpmul2l //.
  by rewrite ler_addl.
by apply: le_trans le_um; rewrite ler_wpmul2r // le_minl lexx.
Qed.

End Fields.

Section CauchySchwarz.

Variables (R : realDomainType) (I : finType).
Implicit Types u v : I -> R.

Lemma cauchy_schwarz u v :
  (\sum_i u i * v i) ^+ 2 <= (\sum_i u i ^+ 2) * (\sum_i v i ^+ 2).
Proof.
have : 0 <= \sum_i \sum_j (u i * v j - u j * v i) ^+ 2.
  by apply: sumr_ge0 => i _; apply: sumr_ge0 => j _; apply: sqr_ge0.
have -> : \sum_i \sum_j (u i * v j - u j * v i) ^+ 2 =
  2%:R * ((\sum_i u i ^+ 2) * (\sum_i v i ^+ 2) - (\sum_i u i * v i) ^+ 2).
  set A := \sum_i u i ^+ 2; set B := \sum_i v i ^+ 2.
  set C := \sum_i u i * v i.
  have -> : 2%:R * (A * B - C ^+ 2) = A * B + B * A - 2%:R * (C * C) by ring.
  rewrite /A /B /C !big_distrlr /= big_distrr -big_split -sumrB /=.
  apply: eq_bigr => i _; rewrite big_distrr -big_split -sumrB /=.
  by apply: eq_bigr => j _; ring.
by rewrite pmulr_rge0 ?ltr0n // subr_ge0.
Qed.

Lemma dot_le_norms u v (a b : R) : 0 <= a -> 0 <= b ->
  \sum_i u i ^+ 2 <= a ^+ 2 -> \sum_i v i ^+ 2 <= b ^+ 2 ->
  `|\sum_i u i * v i| <= a * b.
Proof.
move=> a_ge0 b_ge0 le_ua le_vb.
rewrite -(@ler_pexpn2r _ 2) ?nnegrE ?mulr_ge0 // real_normK ?num_real //.
apply: le_trans (cauchy_schwarz u v) _; rewrite exprMn ler_pmul //.
  by apply: sumr_ge0 => i _; apply: sqr_ge0.
by apply: sumr_ge0 => i _; apply: sqr_ge0.
Qed.

(* Hoelder's inequality for the pair (1, oo). *)
Lemma dot_le_sum_norm u v (d : R) :
  (forall i, `|u i| <= d) -> \sum_i u i * v i <= d * \sum_i `|v i|.
Proof.
move=> u_le; rewrite big_distrr; apply: ler_sum => i _ /=.
by apply: le_trans (mulr_le_norm _ _) _; rewrite ler_wpmul2r.
Qed.

Lemma norm_dot_le_sum_norm u v (d : R) :
  (forall i, `|u i| <= d) -> `|\sum_i u i * v i| <= d * \sum_i `|v i|.
Proof.
move=> u_le; rewrite ler_norm_both dot_le_sum_norm //= -sumrN.
rewrite (eq_bigr (fun i => - u i * v i)) => [|i _]; last by rewrite mulNr.
by apply: dot_le_sum_norm => i; rewrite normrN.
Qed.

End CauchySchwarz.

Section TopK.

Variables (R : realDomainType) (I : finType).
Implicit Types (u v t : I -> R) (S : {set I}) (k : nat) (z p c : R).

Definition topk k v : R :=
  \big[Num.max/0]_(S : {set I} | (#|S| <= k)%N) \sum_(j in S) v j.

Definition dual_topk k v z : R := k%:R * z + \sum_j Num.max (v j - z) 0.

Definition largest k v : {set I} :=
  [set j in take k (sort (fun a b => v b <= v a) (enum I)) | 0 < v j].

Definition orderstat v i : R :=
  nth 0 (sort >=%R [seq Num.max (v j) 0 | j <- enum I]) i.

Lemma le_topk k v S : (#|S| <= k)%N -> \sum_(j in S) v j <= topk k v.
Proof. exact: (@le_bigmaxr _ _ _ (fun S => \sum_(j in S) v j)). Qed.

Lemma topk_ge0 k v : 0 <= topk k v.
Proof. exact: bigmaxr_ge0. Qed.

Lemma topk_ex k v :
  exists2 S : {set I}, (#|S| <= k)%N & \sum_(j in S) v j = topk k v.
Proof. by apply: (@bigmaxr_ex _ _ _ _ set0); rewrite ?cards0 ?big_set0. Qed.

Lemma topk_le k v c : 0 <= c ->
  (forall S, (#|S| <= k)%N -> \sum_(j in S) v j <= c) -> topk k v <= c.
Proof. exact: bigmaxr_le. Qed.

Lemma eq_topk k u v : u =1 v -> topk k u = topk k v.
Proof. by move=> eq_uv; apply: eq_bigr => S _; apply: eq_bigr. Qed.

Lemma topk_homo k u v : (forall j, u j <= v j) -> topk k u <= topk k v.
Proof.
move=> le_uv; apply: topk_le => [|S Sk]; first exact: topk_ge0.
by apply: le_trans (le_topk v Sk); apply: ler_sum.
Qed.

Lemma topk_leq k m v : (k <= m)%N -> topk k v <= topk m v.
Proof.
move=> le_km; apply: topk_le => [|S Sk]; first exact: topk_ge0.
exact/le_topk/(leq_trans Sk).
Qed.

Lemma topk0 v : topk 0 v = 0.
Proof.
apply/le_anti; rewrite topk_ge0 andbT; apply: topk_le => // S.
by rewrite leqn0 cards_eq0 => /eqP->; rewrite big_set0.
Qed.

Lemma topkZ k v c : 0 <= c -> topk k (fun j => c * v j) = c * topk k v.
Proof.
move=> c_ge0; have [S Sk S_topk] := topk_ex k v.
apply/le_anti/andP; split.
  apply: topk_le => [|T Tk]; first by rewrite mulr_ge0 ?topk_ge0.
  by rewrite -big_distrr ler_wpmul2l // le_topk.
by rewrite -S_topk big_distrr (le_topk (fun j => c * v j)).
Qed.

Lemma topkD k u v : topk k (fun j => u j + v j) <= topk k u + topk k v.
Proof.
apply: topk_le => [|S Sk]; first by rewrite addr_ge0 ?topk_ge0.
by rewrite big_split ler_add ?le_topk.
Qed.

(* Weak duality, for fractional choices t of mass at most k p. *)
Lemma dot_le_dual_topk k v z p t : 0 <= z ->
    (forall j, 0 <= t j <= p) -> \sum_j t j <= k%:R * p ->
  \sum_j t j * v j <= p * dual_topk k v z.
Proof.
move=> z_ge0 t01 t_sum; rewrite /dual_topk mulrDr.
apply: (@le_trans _ _ (z * (\sum_j t j) + p * \sum_j Num.max (v j - z) 0)).
  rewrite !big_distrr -big_split; apply: ler_sum => j _ /=.
  have /andP[t_ge0 t_le] := t01 j.
  have -> : t j * v j = z * t j + t j * (v j - z) by ring.
  rewrite ler_add2l; apply: (@le_trans _ _ (t j * Num.max (v j - z) 0)).
    by rewrite ler_wpmul2l // le_maxr lexx.
  by rewrite ler_wpmul2r // le_maxr lexx orbT.
rewrite ler_add2r; apply: le_trans (ler_wpmul2l z_ge0 t_sum) _.
by rewrite (_ : z * _ = p * (k%:R * z)) //; ring.
Qed.

Lemma dual_topk_ge0 k v z : 0 <= z -> 0 <= dual_topk k v z.
Proof.
move=> z_ge0; rewrite addr_ge0 ?mulr_ge0 ?ler0n //.
by apply: sumr_ge0 => j _; rewrite le_maxr lexx orbT.
Qed.

Lemma sum_set_mul S v : \sum_(j in S) v j = \sum_j (j \in S)%:R * v j.
Proof.
rewrite big_mkcond; apply: eq_bigr => j _.
by case: (j \in S); rewrite ?mul1r ?mul0r.
Qed.

Lemma sum_set_one S : \sum_j (j \in S)%:R = #|S|%:R :> R.
Proof.
rewrite -sum1_card natr_sum [RHS]big_mkcond; apply: eq_bigr => j _.
by case: (j \in S).
Qed.

Lemma topk_le_dual k v z : 0 <= z -> topk k v <= dual_topk k v z.
Proof.
move=> z_ge0; apply: topk_le => [|S Sk]; first exact: dual_topk_ge0.
rewrite sum_set_mul -[dual_topk _ _ _]mul1r; apply: dot_le_dual_topk => //.
  by move=> j; rewrite ler0n lern1 leq_b1.
by rewrite sum_set_one mulr1 ler_nat.
Qed.

Lemma sum_set_eq_dual k v z S :
    (forall j, j \in S -> z <= v j) -> (forall j, j \notin S -> v j <= z) ->
  (#|S|%:R - k%:R) * z = 0 -> \sum_(j in S) v j = dual_topk k v z.
Proof.
move=> z_le le_z eq_card; rewrite /dual_topk.
have -> : \sum_j Num.max (v j - z) 0 = \sum_(j in S) (v j - z).
  rewrite [RHS]big_mkcond; apply: eq_bigr => j _.
  case: ifP => [/z_le|/negbT/le_z] z_cmp; first by rewrite max_l ?subr_ge0.
  by rewrite max_r ?subr_le0.
rewrite sumrB sumr_const -[z *+ _]mulr_natl.
by move/eqP: eq_card; rewrite mulrBl subr_eq0 => /eqP->; rewrite addrC subrK.
Qed.

(* The exchange argument: a set of positive entries, none smaller than one   *)
(* outside, and full unless nothing positive is left, solves both programs.  *)
Lemma dual_of_exchange k v S :
    (forall j, j \in S -> 0 <= v j) ->
    (forall j m, j \in S -> m \notin S -> v m <= v j) ->
    (#|S| = k \/ forall m, m \notin S -> v m <= 0) ->
  exists2 z, 0 <= z & \sum_(j in S) v j = dual_topk k v z.
Proof.
move=> v_ge0 v_le [eq_k|v_le0]; last first.
  by exists 0 => //; apply: sum_set_eq_dual => //; rewrite mulr0.
exists (\big[Num.max/0]_(m | m \notin S) v m); first exact: bigmaxr_ge0.
apply: sum_set_eq_dual => [j jS|j jS|]; last by rewrite eq_k subrr mul0r.
  by apply: bigmaxr_le => [|m mS]; [exact: v_ge0 | exact: v_le].
exact: le_bigmaxr.
Qed.

Lemma topk_of_dual k v z S : (#|S| <= k)%N -> 0 <= z ->
  \sum_(j in S) v j = dual_topk k v z -> topk k v = \sum_(j in S) v j.
Proof.
move=> Sk z_ge0 S_dual; apply/le_anti; rewrite le_topk // andbT S_dual.
exact: topk_le_dual.
Qed.

Section Largest.

Variables (k : nat) (v : I -> R).

Let s := sort (fun a b => v b <= v a) (enum I).

Lemma mem_byvalue j : j \in s.
Proof. by rewrite mem_sort mem_enum. Qed.

Lemma byvalue_uniq : uniq s.
Proof. by rewrite sort_uniq enum_uniq. Qed.

Lemma size_byvalue : size s = #|I|.
Proof. by rewrite size_sort -cardE. Qed.

Lemma byvalue_sorted : sorted (fun a b => v b <= v a) s.
Proof. by apply: sort_sorted => a b; exact: le_total. Qed.

Lemma take_drop_byvalue n a b : a \in take n s -> b \in drop n s -> v b <= v a.
Proof.
have v_trans : transitive (fun a b => v b <= v a).
  by move=> ? ? ? ab bc; apply: le_trans bc ab.
have := byvalue_sorted; rewrite sorted_pairwise // -{1}(cat_take_drop n s).
by rewrite pairwise_cat => /andP[/allrelP le_ab _]; apply: le_ab.
Qed.

Lemma card_largest : (#|largest k v| <= k)%N.
Proof.
apply: (@leq_trans (size (take k s))); last by rewrite size_take; case: ltnP.
apply: leq_trans (card_size _); apply/subset_leq_card/subsetP=> j.
by rewrite inE => /andP[].
Qed.

Lemma largest_gt0 j : j \in largest k v -> 0 < v j.
Proof. by rewrite inE => /andP[]. Qed.

Lemma largest_out m : m \notin largest k v -> 0 < v m -> m \in drop k s.
Proof.
rewrite inE => + vm_gt0; rewrite vm_gt0 andbT.
by have := mem_byvalue m; rewrite -{1}(cat_take_drop k s) mem_cat => /orP[->|].
Qed.

Lemma largest_ge j m :
  j \in largest k v -> m \notin largest k v -> v m <= v j.
Proof.
move=> jS mS; case: (lerP (v m) 0) => vm.
  by apply: le_trans vm _; apply/ltW/largest_gt0.
move: jS; rewrite inE => /andP[jt _]; apply: take_drop_byvalue jt _.
exact: largest_out.
Qed.

Lemma largest_full :
  #|largest k v| = k \/ forall m, m \notin largest k v -> v m <= 0.
Proof.
case: (pickP [pred m | (m \notin largest k v) && (0 < v m)]) => [m|none];
  last first.
  by right=> m mS; rewrite leNgt; apply/negP=> vm; have /= := none m;
    rewrite mS vm.
move=> /= /andP[mS vm]; left; have m_drop := largest_out mS vm.
have -> : largest k v = [set j in take k s].
  apply/setP=> j; rewrite !inE; case: (boolP (j \in take k s)) => //= jt.
  exact: lt_le_trans vm (take_drop_byvalue jt m_drop).
have k_lt : (k < size s)%N.
  by rewrite ltnNge; apply/negP=> sz; move: m_drop; rewrite drop_oversize.
rewrite cardsE; apply/eqP.
have /card_uniqP-> : uniq (take k s) by rewrite take_uniq // byvalue_uniq.
by rewrite size_take k_lt.
Qed.

Lemma largest_dual :
  exists2 z, 0 <= z & \sum_(j in largest k v) v j = dual_topk k v z.
Proof.
apply: dual_of_exchange => [j /largest_gt0/ltW //|j m|];
  first exact: largest_ge.
exact: largest_full.
Qed.

Lemma sum_largest : \sum_(j in largest k v) v j = topk k v.
Proof.
have [z z_ge0 S_dual] := largest_dual.
by rewrite (topk_of_dual card_largest z_ge0).
Qed.

Lemma topk_dual : exists2 z, 0 <= z & topk k v = dual_topk k v z.
Proof. by have [z] := largest_dual; rewrite sum_largest; exists z. Qed.

Lemma topk_sorted : topk k v = \sum_(j <- take k s) Num.max (v j) 0.
Proof.
rewrite -sum_largest big_uniq ?take_uniq ?byvalue_uniq //=.
rewrite [LHS]big_mkcond [RHS]big_mkcond; apply: eq_bigr => j _; rewrite inE.
by case: (j \in take k s) => //=; case: ltrP => vj;
  rewrite ?max_l ?max_r // ltW.
Qed.

Lemma card_largestE : #|largest k v| = minn k #|[set j | 0 < v j]|.
Proof.
apply/eqP; rewrite eqn_leq leq_min card_largest /=; apply/andP; split.
  by apply/subset_leq_card/subsetP=> j /largest_gt0; rewrite inE.
case: largest_full => [->|out]; first exact: geq_minl.
apply: leq_trans (geq_minr _ _) _; apply/subset_leq_card/subsetP=> j.
by rewrite inE => vj; apply/negPn/negP=> /out; rewrite leNgt vj.
Qed.

End Largest.

(* Fractional choices gain nothing over sets. *)
Lemma dot_le_topk k v p t : (forall j, 0 <= t j <= p) ->
  \sum_j t j <= k%:R * p -> \sum_j t j * v j <= p * topk k v.
Proof.
by have [z z_ge0 ->] := topk_dual k v; move=> t01 /(dot_le_dual_topk v z_ge0);
  apply.
Qed.

Lemma topk_pos k v : topk k (fun j => Num.max (v j) 0) = topk k v.
Proof.
apply/le_anti/andP; split; last first.
  by apply: topk_homo => j; rewrite le_maxr lexx.
have [z z_ge0 ->] := topk_dual k v.
apply: le_trans (topk_le_dual _ _ z_ge0) _.
rewrite ler_add2l; apply: ler_sum => j _.
rewrite le_maxl !le_maxr lexx orbT andbT.
by case: (lerP 0 (v j)) => _; rewrite ?lexx // sub0r oppr_le0 z_ge0 orbT.
Qed.

Lemma topk_sat k v : (#|[set j | (0 < v j)%R]| <= k)%N ->
  topk k v = \sum_j Num.max (v j) 0.
Proof.
move=> sat; rewrite -[RHS](_ : dual_topk k v 0 = _); last first.
  by rewrite /dual_topk mulr0 add0r; apply: eq_bigr => j _; rewrite subr0.
rewrite (topk_of_dual (S := [set j | 0 < v j]) sat (lexx 0)) //.
  apply: sum_set_eq_dual => [j|j|]; rewrite ?mulr0 // inE; first exact: ltW.
  by rewrite -leNgt.
apply: sum_set_eq_dual => [j|j|]; rewrite ?mulr0 // inE; first exact: ltW.
by rewrite -leNgt.
Qed.

Lemma topk_full k v : (#|I| <= k)%N -> topk k v = \sum_j Num.max (v j) 0.
Proof. by move=> I_le; apply/topk_sat/(leq_trans (max_card _)). Qed.

Lemma sum_nth_take (s : seq R) k : \sum_(i < k) nth 0 s i = \sum_(a <- take k
  s) a.
Proof.
elim: s k => [|a s IHs] [|k]; rewrite ?big_ord0 ?big_nil //.
  by rewrite big1 // => i _; rewrite nth_nil.
by rewrite big_ord_recl big_cons /= IHs.
Qed.

Lemma orderstatE v : sort >=%R [seq Num.max (v j) 0 | j <- enum I] =
  [seq Num.max (v j) 0 | j <- sort (fun a b => v b <= v a) (enum I)].
Proof.
apply: (sorted_eq (leT := >=%R)) => [a b c ab bc|a b|||].
- exact: le_trans bc ab.
- by rewrite andbC => /le_anti.
- by apply: sort_sorted => a b; exact: le_total.
- rewrite sorted_map; apply: sub_sorted (byvalue_sorted v) => a b /= ba.
  by rewrite le_maxl !le_maxr ba lexx orbT.
by rewrite perm_sort perm_sym; apply: perm_map; rewrite perm_sort.
Qed.

Lemma topk_orderstat k v : topk k v = \sum_(i < k) orderstat v i.
Proof.
by rewrite sum_nth_take orderstatE -map_take big_map topk_sorted.
Qed.

Lemma orderstat_ge0 v i : 0 <= orderstat v i.
Proof.
rewrite /orderstat orderstatE; set s := map _ _.
case: (ltnP i (size s)) => [/(mem_nth 0)/mapP[j _ ->]|/(nth_default 0)-> //].
by rewrite le_maxr lexx orbT.
Qed.

Lemma orderstat_noninc v i : orderstat v i.+1 <= orderstat v i.
Proof.
have := orderstat_ge0 v i; rewrite /orderstat; set s := sort _ _ => ge0.
case: (ltnP i.+1 (size s)) => [i_lt|/(nth_default 0)-> //].
have /(sortedP 0) : sorted >=%R s by apply: sort_sorted => a b; exact: le_total.
exact.
Qed.

Lemma topkS k v : topk k.+1 v = topk k v + orderstat v k.
Proof. by rewrite !topk_orderstat big_ord_recr. Qed.

Lemma topk_concave k v :
  topk k.+2 v - topk k.+1 v <= topk k.+1 v - topk k v.
Proof.
apply: (@ler_by_sub _ _ _ (orderstat v k - orderstat v k.+1)).
  by rewrite !topkS; ring.
by rewrite subr_ge0 orderstat_noninc.
Qed.

End TopK.
