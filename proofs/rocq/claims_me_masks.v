From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra.

(******************************************************************************)
(* The claim on the distances of masks, ME-9; its wrong twins carry the       *)
(* suffix _mutant_<word>. A and B are the sets of units that two masks keep,  *)
(* of H units, and f is the number of units on which they differ.             *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section MaskDistances.

Variable H : nat.
Implicit Types (A B X Y : {set 'I_H}) (f u : nat).

Local Notation flips A B := #|(A :\: B) :|: (B :\: A)|.

Lemma sum_sqr_flips (R : realDomainType) A B :
  \sum_j ((j \in A)%:R - (j \in B)%:R) ^+ 2 = (flips A B)%:R :> R.
Proof.
rewrite -sum_set_one; apply: eq_bigr => j _; rewrite !inE.
by case: (j \in A); case: (j \in B);
  rewrite /= ?subrr ?expr0n ?sub0r ?subr0 ?sqrrN ?expr1n.
Qed.

Lemma cardsU_flips A B : #|A :|: B| = (#|A :&: B| + flips A B)%N.
Proof.
rewrite -(cardsID (A :&: B) (A :|: B)); congr (_ + _)%N; apply: eq_card => j;
  by rewrite !inE; case: (j \in A); case: (j \in B).
Qed.

Lemma cardsU_within A B :
  (maxn #|A| (flips A B) <= #|A :|: B| <= minn (#|A| + flips A B) H)%N.
Proof.
rewrite geq_max leq_min subset_leq_card ?subsetUl //=.
rewrite (cardsU_flips A B) leq_addl leq_add2r subset_leq_card ?subsetIl //=.
by rewrite -cardsU_flips (leq_trans (max_card _)) // card_ord.
Qed.

Lemma subset_of_card A f :
  (f <= #|A|)%N -> exists2 X : {set 'I_H}, X \subset A & #|X| = f.
Proof.
case/card_geqP=> s [s_uniq <- sA]; exists [set j | j \in s].
  by apply/subsetP=> j; rewrite inE; apply: sA.
by rewrite cardsE; apply/card_uniqP.
Qed.

(* From A, drop f + #|A| - u units and add u - #|A| others. *)
Lemma cardsU_attained A f u : (maxn #|A| f <= u <= minn (#|A| + f) H)%N ->
  exists2 B : {set 'I_H}, flips A B = f & #|A :|: B| = u.
Proof.
rewrite geq_max leq_min => /andP[/andP[le_Au le_fu] /andP[le_uAf le_uH]].
have [|X XA Xc] := @subset_of_card (~: A) (u - #|A|).
  by rewrite [#|~: A|]cardsCs setCK card_ord leq_sub2r.
have [|Y YA Yc] := @subset_of_card A (#|A| + f - u).
  by rewrite leq_subLR [(u + _)%N]addnC leq_add2l.
have XnA j : j \in X -> j \notin A by move/(subsetP XA); rewrite inE.
have YinA j : j \in Y -> j \in A by exact: subsetP.
have AX0 : A :&: X = set0.
  apply/setP=> j; rewrite !inE; apply/negP=> /andP[jA /XnA].
  by rewrite jA.
have YX0 : Y :&: X = set0.
  by apply/eqP; rewrite -subset0 -AX0 setSI.
exists ((A :\: Y) :|: X).
  rewrite (_ : _ :|: _ = Y :|: X); last first.
    apply/setP=> j; rewrite !inE; case: (boolP (j \in A)) => jA.
      have /negPf-> : j \notin X by apply/negP=> /XnA; rewrite jA.
      by case: (j \in Y).
    have /negPf-> : j \notin Y by apply: contra jA => /YinA.
    by case: (j \in X).
  rewrite cardsU YX0 cards0 subn0 Xc Yc; apply: (@addnI #|A|).
  by rewrite addnCA subnKC // subnK.
rewrite (_ : A :|: _ = A :|: X).
  by rewrite cardsU AX0 cards0 subn0 Xc subnKC.
by apply/setP=> j; rewrite !inE; case: (j \in A); rewrite ?andbF.
Qed.

End MaskDistances.

(* ME-9: the distances of the supplement are squared norms, of masks that     *)
(* keep the sets A and B of H units; with f flips from A, the union has any   *)
(* size from max (|A|, f) to min (|A| + f, H) and no other, so that a bound   *)
(* on the Jaccard distance bounds the flips, but not the other way round.     *)
Theorem mask_distances_are_squared_norms (R : realFieldType) :
  let jd H (A B : {set 'I_H}) : R := 1 - #|A :&: B|%:R / #|A :|: B|%:R in
  [/\ forall H (A B : {set 'I_H}),
        \sum_j ((j \in A)%:R - (j \in B)%:R) ^+ 2 =
        #|(A :\: B) :|: (B :\: A)|%:R :> R,
      forall H E (A B : {set 'I_H}),
        let edges (A : {set 'I_H}) := setX A [set: 'I_E] in
        (#|(edges A :\: edges B) :|: (edges B :\: edges A)|%:R : R) =
        E%:R * \sum_j ((j \in A)%:R - (j \in B)%:R) ^+ 2,
      forall H (A B : {set 'I_H}), A :|: B != set0 ->
        jd H A B =
        (\sum_j ((j \in A)%:R - (j \in B)%:R) ^+ 2) /
        (\sum_j ((j \in A)%:R + (j \in B)%:R - (j \in A)%:R * (j \in B)%:R) ^+
          2),
      forall H (A B : {set 'I_H}),
        (2 * #|A :|: B| = #|A| + #|B| + #|(A :\: B) :|: (B :\: A)|)%N &
      let A := [set: 'I_3] in let B := [set j : 'I_3 | (j < 2)%N] in
      let C := [set j : 'I_3 | (j < 1)%N] in
      [/\ #|(A :\: B) :|: (B :\: A)| = #|(C :\: B) :|: (B :\: C)|,
          jd 3%N A B = 3%:R^-1 & jd 3%N C B = 2%:R^-1]] /\
  [/\ forall H (A : {set 'I_H}) f u,
        (exists2 B : {set 'I_H}, #|(A :\: B) :|: (B :\: A)| = f &
          #|A :|: B| = u) <->
        (maxn #|A| f <= u <= minn (#|A| + f) H)%N,
      forall H (A B : {set 'I_H}) f, A :|: B != set0 ->
        #|(A :\: B) :|: (B :\: A)| = f ->
        f%:R / (minn (#|A| + f) H)%:R <= jd H A B <= f%:R / (maxn #|A| f)%:R,
      forall H (A : {set 'I_H}) f, (0 < f <= H)%N ->
        (exists2 B : {set 'I_H}, #|(A :\: B) :|: (B :\: A)| = f &
          jd H A B = f%:R / (minn (#|A| + f) H)%:R) /\
        (exists2 B : {set 'I_H}, #|(A :\: B) :|: (B :\: A)| = f &
          jd H A B = f%:R / (maxn #|A| f)%:R),
      forall H (A B : {set 'I_H}),
        #|(A :\: B) :|: (B :\: A)|%:R <= H%:R * jd H A B &
      forall H (j : 'I_H),
        #|(set0 :\: [set j]) :|: ([set j] :\: set0)| = 1%N /\
        jd H set0 [set j] = 1].
Proof.
move=> jd; have jdE H (A B : {set 'I_H}) : A :|: B != set0 ->
    jd H A B = #|(A :\: B) :|: (B :\: A)|%:R / #|A :|: B|%:R.
  rewrite -cards_eq0 -(pnatr_eq0 R) => U_neq0.
  rewrite /jd -{1}(mulfV U_neq0) -mulrBl; congr (_ / _).
  by rewrite cardsU_flips natrD addrC addKr.
have jd_attained H (A : {set 'I_H}) f u : (0 < f)%N ->
    (maxn #|A| f <= u <= minn (#|A| + f) H)%N ->
    exists2 B : {set 'I_H}, #|(A :\: B) :|: (B :\: A)| = f &
      jd H A B = f%:R / u%:R.
  move=> f_gt0 u_within; have [B fE uE] := cardsU_attained u_within.
  exists B => //; rewrite jdE ?fE ?uE // -card_gt0 uE.
  by move: u_within; rewrite geq_max => /andP[/andP[_ /(leq_trans f_gt0)]].
have card3 (S : {set 'I_3}) : #|S| = ((ord0 \in S) +
    ((lift ord0 ord0 \in S) + (lift ord0 (lift ord0 ord0) \in S)))%N.
  rewrite -sum1_card big_mkcond !big_ord_recl big_ord0.
  rewrite /=; case: (ord0 \in S); case: (lift ord0 ord0 \in S);
    by case: (lift ord0 (lift ord0 ord0) \in S).
split; split.
- by move=> H A B; exact: sum_sqr_flips.
- move=> H E A B edges; rewrite sum_sqr_flips mulrC -natrM; congr _%:R.
  rewrite -[E in RHS]card_ord -cardsT -cardsX; apply: eq_card => -[i j].
  by rewrite !inE /= !andbT.
- move=> H A B U_neq0; rewrite sum_sqr_flips (jdE H A B U_neq0); congr (_ / _).
  rewrite -sum_set_one; apply: eq_bigr => j _; rewrite !inE.
  by case: (j \in A); case: (j \in B);
    rewrite /= ?mulr1n ?mulr0n ?mulr0 ?mul0r ?mulr1 ?addrK ?subr0 ?addr0 ?add0r
      ?expr1n ?expr0n.
- by move=> H A B; rewrite -cardsUI -addnA -cardsU_flips mul2n addnn.
- move=> A B C; rewrite /jd !card3 /A /B /C !inE /=; split=> //.
    by field.
  by field.
- move=> H A f u; split=> [[B <- <-]|]; first exact: cardsU_within.
  by case/cardsU_attained=> B fE uE; exists B.
- move=> H A B f U_neq0 fE; rewrite jdE // fE.
  have := cardsU_within A B; rewrite fE => /andP[le_u u_le].
  have u_gt0 : (0 < #|A :|: B|)%N by rewrite card_gt0.
  have max_gt0 : (0 < maxn #|A| f)%N.
    move: u_gt0; rewrite !lt0n; apply: contraNneq => max0; move: u_le.
    move/eqP: max0; rewrite -leqn0 geq_max !leqn0 => /andP[/eqP-> /eqP->].
    by rewrite addn0 min0n leqn0.
  rewrite !ler_wpmul2l ?ler0n // lef_pinv ?posrE ?ltr0n ?ler_nat //.
  exact: leq_trans u_gt0 u_le.
- move=> H A f /andP[f_gt0 fH]; have AH : (#|A| <= H)%N.
    by rewrite -[H in (_ <= H)%N]card_ord max_card.
  have le_ends : (maxn #|A| f <= minn (#|A| + f) H)%N.
    by rewrite geq_max !leq_min leq_addr leq_addl AH fH.
  by split; apply: jd_attained; rewrite // leqnn ?andbT le_ends.
- move=> H A B; case: (eqVneq (A :|: B) set0) => [U0|U_neq0].
    have [A0 B0] : A = set0 /\ B = set0.
      by move/eqP: U0; rewrite setU_eq0 => /andP[/eqP-> /eqP->].
    by rewrite A0 B0 !setD0 setU0 cards0 /jd setI0 cards0 mul0r subr0 mulr1
      ler0n.
  have u_gt0 : 0 < #|A :|: B|%:R :> R by rewrite ltr0n card_gt0.
  rewrite jdE // mulrCA ler_pemulr ?ler0n // ler_pdivl_mulr // mul1r ler_nat.
  by rewrite (leq_trans (max_card _)) // card_ord.
by move=> H j; rewrite set0D set0U setD0 cards1 /jd set0I cards0 mul0r subr0.
Qed.

(* Its wrong twins. Norms without their squares, as printed: squaring both    *)
(* sides of its two equations.                                                *)
Lemma mask_distances_are_squared_norms_mutant_norm :
  let A := [set: 'I_2] in let B : {set 'I_2} := [set ord0] in
  ((1 - #|A :&: B|%:R / #|A :|: B|%:R) ^+ 2 : rat) <>
    (\sum_j ((j \in A)%:R - (j \in B)%:R) ^+ 2) /
    (\sum_j ((j \in A)%:R + (j \in B)%:R - (j \in A)%:R * (j \in B)%:R) ^+ 2).
Proof.
move=> A B; rewrite setTI setTU cards1 cardsT card_ord.
by rewrite !big_ord_recl !big_ord0 !inE; apply/eqP.
Qed.

Lemma mask_distances_are_squared_norms_mutant_edit :
  let A := [set: 'I_2] in
  (#|(A :\: set0) :|: (set0 :\: A)|%:R : rat) ^+ 2 <>
    \sum_j ((j \in A)%:R - (j \in (set0 : {set 'I_2}))%:R) ^+ 2.
Proof.
move=> A; rewrite setD0 set0D setU0 cardsT card_ord.
by rewrite !big_ord_recl !big_ord0 !inE; apply/eqP.
Qed.

(* Proportional to the number of flips. *)
Lemma mask_distances_are_squared_norms_mutant_proportional :
  ~ exists c : rat, forall A B : {set 'I_2}, A :|: B != set0 ->
    1 - #|A :&: B|%:R / #|A :|: B|%:R =
    c * #|(A :\: B) :|: (B :\: A)|%:R.
Proof.
case=> c same; have := same set0 [set ord0]; rewrite set0U set0I set0D set0U.
rewrite setD0 cards0 cards1 mul0r subr0 mulr1 -card_gt0 cards1 => /(_ isT) c1.
have T_neq0 : [set: 'I_2] != set0 by rewrite -card_gt0 cardsT card_ord.
have := same setT [set ord0]; rewrite setTU setTI setTD setDT setU0.
move/(_ T_neq0); rewrite -c1 mul1r cardsC1 cardsT cards1 card_ord.
by apply/eqP.
Qed.

(* Units that both masks keep, counted twice. *)
Lemma mask_distances_are_squared_norms_mutant_shared :
  let A := [set: 'I_1] in #|A :|: A| <> (#|A| + #|A|)%N.
Proof. by move=> A; rewrite setUid cardsT card_ord. Qed.

(* The ends of the range: in a full layer nothing is added; flips may add. *)
Lemma mask_distances_are_squared_norms_mutant_full :
  let A := [set: 'I_1] in ~ exists2 B : {set 'I_1},
    #|(A :\: B) :|: (B :\: A)| = 1%N & #|A :|: B| = (#|A| + 1)%N.
Proof. by move=> A [B _]; rewrite setTU cardsT card_ord. Qed.

Lemma mask_distances_are_squared_norms_mutant_drops :
  let A : {set 'I_1} := set0 in ~ forall B : {set 'I_1},
    #|(A :\: B) :|: (B :\: A)| = 1%N -> (#|A :|: B| <= maxn #|A| 0)%N.
Proof.
by move=> A /(_ setT); rewrite set0D set0U setD0 set0U cardsT card_ord cards0
  => /(_ erefl).
Qed.
