From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout.

(******************************************************************************)
(* Small instances, and how to compute with them.                             *)
(*                                                                            *)
(*        one a == the family a over 'I_1; likewise two a b and three a b c,  *)
(*                 of numbers or of families: one (two 1 2) is one sample of  *)
(*                 two features                                               *)
(*       unroll == unfolds the definitions of the problem, of adversarial     *)
(*                 training and of adversarial dropout, and writes out all    *)
(*                 sums, maxima and numbers of elements over an ordinal       *)
(*     evaluate == unroll, then decide a comparison of closed numbers, or a   *)
(*                 statement about indices that is left over                  *)
(*   by_numbers == the same for closed numbers only, and much faster, since   *)
(*                 nothing is simplified on the way                           *)
(*                                                                            *)
(* Once its sums are written out, a statement at a small instance compares    *)
(* closed numbers. What goes through a sort or through all sets is rewritten  *)
(* first: exact_sampleE for a worst case, topk1, topk_same and topk_full for  *)
(* a gain, greedy_mask_full, printed_mask_full and printed_mask_tied for a    *)
(* mask.                                                                      *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Definition one T (a : T) : 'I_1 -> T := fun=> a.

Definition two T (a b : T) : 'I_2 -> T :=
  fun j => if val j is 0%N then a else b.

Definition three T (a b c : T) : 'I_3 -> T :=
  fun j => match val j with 0%N => a | 1%N => b | _ => c end.

(* big_ord_recl for a sum or a maximum under a condition. *)
Lemma big_first T (idx : T) (op : T -> T -> T) n (P : pred 'I_n.+1) F :
  \big[op/idx]_(i | P i) F i =
  if P ord0 then
    op (F ord0) (\big[op/idx]_(i < n | P (lift ord0 i)) F (lift ord0 i))
  else \big[op/idx]_(i < n | P (lift ord0 i)) F (lift ord0 i).
Proof.
have enumP m (Q : pred 'I_m) G :
    \big[op/idx]_(i | Q i) G i = \big[op/idx]_(i <- enum 'I_m | Q i) G i.
  by rewrite [index_enum _]unlock enumT.
by rewrite !enumP enum_ordSl big_cons big_map.
Qed.

Lemma card_sum (T : finType) (A : {set T}) : #|A| = (\sum_(j in A) 1)%N.
Proof. by rewrite sum1_card. Qed.

Section Masks.

Variables (R : realDomainType) (D : nat).
Implicit Types (s v : 'I_D -> R) (k : nat).

(* A budget for all features leaves the sign to decide. *)
Lemma greedy_mask_full k s : (D <= k)%N -> greedy_mask k s = [set j | s j < 0].
Proof.
move=> Dk; apply/setP=> j; rewrite !inE take_oversize.
  by rewrite mem_sort mem_enum.
by rewrite size_sort -cardE card_ord.
Qed.

Lemma printed_mask_full k s : (0 < k)%N -> (D <= k)%N ->
  printed_mask k s = [set j | s j <= 0].
Proof.
move=> k_gt0 Dk; apply/setP=> j; rewrite !inE k_gt0 /= le_minr.
apply/andb_idl=> s_le0; rewrite kth_lowestE; set t := sort _ _.
have j_t : j \in t by rewrite mem_sort mem_enum.
have size_t : size t = D by rewrite size_sort -cardE card_ord.
case: (leqP D k.-1) => [D_le|k_lt].
  by rewrite nth_default // size_map size_t.
have kD : k.-1 = D.-1 by apply/eqP; rewrite eqn_leq; move: k_lt Dk k_gt0;
  case: k D => [|k] [|n] //=; rewrite !ltnS => ->.
have t_sorted : sorted <=%R (map s t).
  by rewrite sorted_map; apply: sort_sorted => a b; exact: le_total.
rewrite kD -[X in nth _ _ X.-1]size_t -(size_map s) nth_last.
case: (map s t) t_sorted (map_f s j_t) => // a r; rewrite /= inE.
move=> path_a /orP[/eqP->|].
  have := order_path_min le_trans path_a; case/lastP: r {path_a} => // r b.
  by rewrite last_rcons all_rcons => /andP[].
elim/last_ind: r path_a => // r b IHr; rewrite rcons_path last_rcons mem_rcons.
rewrite inE => /andP[path_r le_b] /orP[/eqP-> //|s_r].
exact: le_trans (IHr path_r s_r) le_b.
Qed.

(* On a tie, Formula 14 drops everything. *)
Lemma printed_mask_tied k s c : (0 < k <= D)%N -> (forall j, s j = c) ->
  c <= 0 -> printed_mask k s = setT.
Proof.
move=> kD sc c_le0; apply/setP=> j; have /andP[k_gt0 _] := kD.
by rewrite !inE k_gt0 (kth_lowest_const kD sc) sc le_minr lexx c_le0.
Qed.

Lemma topk1 v : topk 1 v = \big[Num.max/0]_j v j.
Proof.
apply/le_anti/andP; split; last first.
  apply: bigmaxr_le => [|j _]; first exact: topk_ge0.
  by have := @le_topk _ _ 1 v [set j]; rewrite big_set1 cards1; apply.
apply: topk_le => [|S]; first exact: bigmaxr_ge0.
rewrite leq_eqVlt ltnS leqn0 cards_eq0 => /orP[/cards1P[j ->]|/eqP->].
  by rewrite big_set1; apply: (@le_bigmaxr _ _ xpredT _ j).
by rewrite big_set0 bigmaxr_ge0.
Qed.

Lemma topk_same k v c : (k <= D)%N -> 0 <= c -> (forall j, v j = c) ->
  topk k v = k%:R * c.
Proof.
move=> kD c_ge0 vc.
have pos : [set j | 0 < v j] = if 0 < c then setT else set0.
  by apply/setP=> j; rewrite inE vc; case: ifP; rewrite inE.
rewrite -sum_largest (eq_bigr (fun=> c)) // sumr_const card_largestE pos.
case: ltrgt0P c_ge0 => // [c_gt0|->] _; last by rewrite mulr0 mul0rn.
by rewrite cardsT card_ord (minn_idPl kD) mulr_natl.
Qed.

End Masks.

Ltac open_problem :=
  rewrite /fgsm_loss /ball_loss /fgsm_penalty /gamma_at;
  rewrite /masked_loss /dropped_residual /gamma_add /change;
  rewrite /loss /input_gradient /n_nonzero /residual /l1.

Ltac unroll :=
  open_problem; rewrite ?card_sum; do ?rewrite big_first /= ?inE;
  rewrite ?big_ord0.

Ltac evaluate :=
  unroll; first [by apply/eqP | by apply: negP | by move/eqP | by []].

Ltac by_numbers :=
  open_problem; rewrite ?(card_sum, big_ord_recl, big_first, big_ord0, inE);
  first [apply/eqP | apply: negP | move/eqP | idtac]; by vm_compute.
