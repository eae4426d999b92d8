From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra.

(******************************************************************************)
(* Which features are dropped. A mask is the set of dropped features; s j is  *)
(* the paper's product of feature and gradient, low where dropping hurts.     *)
(*                                                                            *)
(*   kth_lowest k s == the k-th lowest (from 1) of the s j; 0 beyond the last *)
(*  printed_mask k s == Formula 14, the j with s j <= min(k-th lowest, 0);    *)
(*                      nothing for k = 0; more than k features on ties       *)
(*   greedy_mask k s == the (at most) k features with the lowest negative s,  *)
(*                      ties broken by index                                  *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Masks.

Variables (R : realDomainType) (D : nat).
Implicit Types (s : 'I_D -> R) (k : nat) (S : {set 'I_D}).

Definition kth_lowest k s : R := nth 0 (sort <=%R [seq s j | j <- enum 'I_D])
  k.-1.

Definition printed_mask k s : {set 'I_D} :=
  [set j | (0 < k)%N && (s j <= Num.min (kth_lowest k s) 0)].

Definition greedy_mask k s : {set 'I_D} :=
  [set j in take k (sort (fun a b => s a <= s b) (enum 'I_D)) | s j < 0].

Lemma greedy_maskE k s : greedy_mask k s = largest k (fun j => - s j).
Proof.
apply/setP=> j; rewrite !inE oppr_gt0; congr ((_ \in take k _) && _).
by apply: eq_sort => a b; rewrite ler_opp2.
Qed.

Lemma card_greedy_mask k s : (#|greedy_mask k s| <= k)%N.
Proof. by rewrite greedy_maskE card_largest. Qed.

Lemma sum_greedy_mask k s :
  \sum_(j in greedy_mask k s) - s j = topk k (fun j => - s j).
Proof. by rewrite greedy_maskE sum_largest. Qed.

Lemma greedy_mask_lt0 k s j : j \in greedy_mask k s -> s j < 0.
Proof. by rewrite inE => /andP[]. Qed.

Lemma greedy_mask0 s : greedy_mask 0 s = set0.
Proof. by apply/eqP; rewrite -cards_eq0 -leqn0 card_greedy_mask. Qed.

Lemma printed_mask0 s : printed_mask 0 s = set0.
Proof. by apply/setP=> j; rewrite !inE. Qed.

Lemma printed_mask_le0 k s j : j \in printed_mask k s -> s j <= 0.
Proof. by rewrite inE le_minr => /and3P[]. Qed.

Lemma eq_greedy_mask k s t : s =1 t -> greedy_mask k s = greedy_mask k t.
Proof.
move=> st; apply/setP=> j; rewrite !inE st; congr ((_ \in take k _) && _).
by apply: eq_sort => a b; rewrite !st.
Qed.

Lemma eq_printed_mask k s t : s =1 t -> printed_mask k s = printed_mask k t.
Proof.
by move=> st; apply/setP=> j; rewrite !inE st /kth_lowest (eq_map st).
Qed.

Let bylow s := sort (fun a b => s a <= s b) (enum 'I_D).

Let bylow_sorted s : sorted (fun a b => s a <= s b) (bylow s).
Proof. by apply: sort_sorted => a b; exact: le_total. Qed.

Let size_bylow s : size (bylow s) = D.
Proof. by rewrite size_sort -cardE card_ord. Qed.

Let mem_bylow s j : j \in bylow s.
Proof. by rewrite mem_sort mem_enum. Qed.

Let bylow_uniq s : uniq (bylow s).
Proof. by rewrite sort_uniq enum_uniq. Qed.

Let take_drop_bylow s n a b :
  a \in take n (bylow s) -> b \in drop n (bylow s) -> s a <= s b.
Proof.
have s_trans : transitive (fun a b => s a <= s b).
  by move=> ? ? ?; exact: le_trans.
have := bylow_sorted s;
  rewrite sorted_pairwise // -{1}(cat_take_drop n (bylow s)).
by rewrite pairwise_cat => /andP[/allrelP le_ab _]; apply: le_ab.
Qed.

Lemma kth_lowestE k s : kth_lowest k s = nth 0 (map s (bylow s)) k.-1.
Proof.
congr nth; apply: (sorted_eq (leT := <=%R)) => [||||].
- exact: le_trans.
- exact: le_anti.
- by apply: sort_sorted => a b; exact: le_total.
- by rewrite sorted_map; exact: bylow_sorted.
by rewrite perm_sort perm_sym; apply: perm_map; rewrite perm_sort.
Qed.

(* On tied products, the k-th lowest is the common value. *)
Lemma kth_lowest_const k s (c : R) :
  (0 < k <= D)%N -> (forall j, s j = c) -> kth_lowest k s = c.
Proof.
case/andP=> k_gt0 kD sc; rewrite kth_lowestE.
have k_lt : (k.-1 < size (map s (bylow s)))%N.
  by rewrite size_map size_bylow prednK.
by have /mapP[j _ ->] := mem_nth 0 k_lt.
Qed.

(* Without ties, Formula 14 takes exactly the first k by value. *)
Lemma printed_mask_untied k s : injective s ->
  printed_mask k s = [set j in take k (bylow s) | s j <= 0].
Proof.
move=> s_inj; case: (posnP k) => [->|k_gt0].
  by rewrite printed_mask0; apply/setP=> j; rewrite !inE take0.
apply/setP=> j; rewrite !inE k_gt0 le_minr kth_lowestE /=.
case: (leqP k D) => [kD|Dk]; last first.
  rewrite nth_default ?size_map ?size_bylow; last by rewrite -ltnS prednK.
  by rewrite andbb take_oversize ?size_bylow 1?ltnW // mem_bylow.
have k1_lt : (k.-1 < size (bylow s))%N by rewrite size_bylow prednK.
rewrite (nth_map j) //; congr (_ && _).
have m_take : nth j (bylow s) k.-1 \in take k (bylow s).
  by rewrite -[in take k _](prednK k_gt0) (take_nth j k1_lt) mem_rcons mem_head.
case: (boolP (j \in take k (bylow s))) => j_take.
  have m_last : nth j (bylow s) k.-1 \in drop k.-1 (bylow s).
    by rewrite (drop_nth j k1_lt) mem_head.
  have := j_take; rewrite -{1}(prednK k_gt0) (take_nth j k1_lt) mem_rcons inE.
  case/orP=> [/eqP <-|j_take1]; first exact: lexx.
  exact: take_drop_bylow j_take1 m_last.
have j_drop : j \in drop k (bylow s).
  by have := mem_bylow s j; rewrite -{1}(cat_take_drop k (bylow s)) mem_cat
    (negPf j_take).
apply/negP=> le_jm; have /s_inj eq_jm : s j = s (nth j (bylow s) k.-1).
  by apply/le_anti; rewrite le_jm (take_drop_bylow m_take j_drop).
by move: j_take m_take; rewrite {1}eq_jm => /negPf->.
Qed.

Lemma sum_printed_untied k s : injective s ->
  \sum_(j in printed_mask k s) - s j = topk k (fun j => - s j).
Proof.
move=> s_inj; rewrite -sum_greedy_mask printed_mask_untied //.
rewrite [LHS]big_mkcond [RHS]big_mkcond; apply: eq_bigr => j _; rewrite !inE.
case: (j \in take k _) => //=; case: ltgtP => // ->; exact: oppr0.
Qed.

Lemma card_printed_untied k s : injective s ->
  #|printed_mask k s| = minn k #|[set j | s j <= 0]|.
Proof.
move=> s_inj; rewrite printed_mask_untied //; set S := finset _.
have S_sub : (#|S| <= #|[set j | (s j <= 0)%R]|)%N.
  by apply/subset_leq_card/subsetP=> j; rewrite !inE => /andP[].
have take_card : #|[set j in take k (bylow s)]| = size (take k (bylow s)).
  by rewrite cardsE; apply/card_uniqP; rewrite take_uniq.
have Sk : (#|S| <= k)%N.
  apply: (@leq_trans (size (take k (bylow s)))); last first.
    by rewrite size_take; case: ltnP.
  rewrite -take_card; apply/subset_leq_card/subsetP=> j.
  by rewrite !inE => /andP[].
apply/eqP; rewrite eqn_leq leq_min S_sub Sk /=.
case: (pickP [pred j | (j \in drop k (bylow s)) && (s j <= 0)]) => [m|none].
  case/andP=> m_drop m_le0; apply: leq_trans (geq_minl _ _) _.
  have -> : S = [set j in take k (bylow s)].
    apply/setP=> j; rewrite !inE; case: (boolP (j \in take k _)) => //= j_take.
    exact: le_trans (take_drop_bylow j_take m_drop) m_le0.
  rewrite take_card size_take; case: ltnP => // k_ge.
  by move: m_drop; rewrite drop_oversize.
apply: leq_trans (geq_minr _ _) _; apply/subset_leq_card/subsetP=> j.
rewrite !inE => s_le0; rewrite s_le0 andbT.
have := mem_bylow s j; rewrite -{1}(cat_take_drop k (bylow s)) mem_cat.
by case/orP=> // j_drop; have := none j; rewrite /= j_drop s_le0.
Qed.

(* In a sorted sequence, more than m entries are at most c iff entry m is. *)
Lemma lt_count_le (r : seq R) (c : R) m : sorted <=%R r ->
  (m < count (fun a => a <= c)%R r)%N = (m < size r)%N && (r`_m <= c).
Proof.
move=> r_sorted; case: (ltnP m (count _ r)) => m_count.
  by rewrite (leq_trans m_count (count_size _ r)) (nth_count_le _ r_sorted).
case: (ltnP m (size r)) => //= m_size; apply/esym/negbTE; rewrite -ltNge.
by apply: (nth_count_gt _ r_sorted); rewrite m_count.
Qed.

Lemma card_le_sorted s (c : R) : #|[set j | s j <= c]| =
  count (fun a => a <= c) (sort <=%R [seq s j | j <- enum 'I_D]).
Proof.
have /permP-> := permEl (perm_sort <=%R [seq s j | j <- enum 'I_D]).
by rewrite count_map cardsE cardE enumT -size_filter.
Qed.

Lemma lt_card_le s (c : R) m :
  (m < #|[set j | (s j <= c)%R]|)%N = (m < D)%N && (kth_lowest m.+1 s <= c).
Proof.
rewrite card_le_sorted lt_count_le; last first.
  by apply: sort_sorted => a b; exact: le_total.
by rewrite size_sort size_map -cardE card_ord.
Qed.

Lemma kth_lowestS k s : (0 < k < D)%N -> kth_lowest k s <= kth_lowest k.+1 s.
Proof.
case: k => // k /= k_lt; rewrite /kth_lowest /=.
have /(sortedP 0) : sorted <=%R (sort <=%R [seq s j | j <- enum 'I_D]).
  by apply: sort_sorted => a b; exact: le_total.
by apply; rewrite size_sort size_map -cardE card_ord.
Qed.

(* Formula 14 overspends iff the next product is no higher than its limit;    *)
(* the k-th and the next are then equal.                                      *)
Lemma lt_card_printed k s : (k < #|printed_mask k s|)%N =
  [&& (0 < k)%N, (k < D)%N & kth_lowest k.+1 s <= Num.min (kth_lowest k s) 0].
Proof.
case: k => [|k]; first by rewrite printed_mask0 cards0.
have -> : printed_mask k.+1 s =
  [set j | s j <= Num.min (kth_lowest k.+1 s) 0] by [].
exact: lt_card_le.
Qed.

Lemma lt_card_printed_tie k s : (k < #|printed_mask k s|)%N =
  [&& (0 < k)%N, (k < D)%N, kth_lowest k.+1 s == kth_lowest k s &
      kth_lowest k.+1 s <= 0].
Proof.
rewrite lt_card_printed; case: (posnP k) => //= k_gt0.
case: (ltnP k D) => //= kD; rewrite le_minr eq_le; congr (_ && _).
by rewrite (kth_lowestS (k := k)) ?k_gt0 // andbT.
Qed.

(* It never spends less than it can: k, or all products at most 0. *)
Lemma card_printed_ge k s :
  (minn k #|[set j | (s j <= 0)%R]| <= #|printed_mask k s|)%N.
Proof.
case: k => [|k]; first by rewrite min0n.
have -> : printed_mask k.+1 s =
  [set j | s j <= Num.min (kth_lowest k.+1 s) 0] by [].
case: (ltnP k #|[set j | (s j <= 0)%R]|) => [k_lt|k_ge]; last first.
  apply: leq_trans (geq_minr _ _) _; apply/subset_leq_card/subsetP=> j.
  rewrite !inE le_minr => s_le0; rewrite s_le0 andbT.
  have := k_ge; rewrite leqNgt lt_card_le negb_and.
  case/orP=> [Dk|]; last by rewrite -ltNge => /ltW; apply: le_trans.
  rewrite /kth_lowest nth_default // size_sort size_map -cardE card_ord.
  by rewrite leqNgt.
apply: leq_trans (geq_minl _ _) _; rewrite lt_card_le.
by move: k_lt; rewrite lt_card_le => /andP[-> k_le0] /=; rewrite le_minr lexx.
Qed.

Lemma card_printed_eq k s :
  (#|printed_mask k s| == minn k #|[set j | (s j <= 0)%R]|) =
  (#|printed_mask k s| <= k)%N.
Proof.
rewrite eqn_leq card_printed_ge andbT leq_min andbC -[RHS]andTb.
congr andb; apply/subset_leq_card/subsetP=> j /printed_mask_le0.
by rewrite inE.
Qed.

End Masks.
