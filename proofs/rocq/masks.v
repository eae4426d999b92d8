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

End Masks.
