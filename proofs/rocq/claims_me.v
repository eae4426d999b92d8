From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra.

(******************************************************************************)
(* The claims on the method the analysis stands on, ME-1 to ME-10, but for    *)
(* ME-4 and ME-10 (claims_me_more.v) and ME-9 (claims_me_masks.v).            *)
(*                                                                            *)
(*  masked_error h w y z == (y - sum of z j h j w j)^2, the squared error of  *)
(*                          a linear head on the units h under the (relaxed)  *)
(*                          mask z; z = 1 keeps everything                    *)
(*   jacobian h w y z j == its derivative in z j                              *)
(*          flips S T == the number of units on which two masks differ        *)
(*     candidate J S i == flipping unit i raises the linear score; S is the   *)
(*                          set of dropped units of the starting mask         *)
(*   printed_loop L J S s F == Algorithm 1's loop over the units s, F flipped *)
(*                          so far: the distance is tested before the flip    *)
(* repaired_loop L J S s F == the same, testing the distance after the flip   *)
(*           by_slope J == the units by falling |J|                           *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section LinearHead.

Variables (R : realDomainType) (H : nat).
Variables (h w : 'I_H -> R) (y : R).
Implicit Types z : 'I_H -> R.

Definition masked_error z := (y - \sum_j z j * h j * w j) ^+ 2.

Definition jacobian z j := - 2%:R * (y - \sum_j z j * h j * w j) * h j * w j.

Lemma masked_error_expansion z0 z :
  masked_error z = masked_error z0 + \sum_j (z j - z0 j) * jacobian z0 j +
    (\sum_j (z j - z0 j) * h j * w j) ^+ 2.
Proof.
rewrite /masked_error /jacobian; set r := y - \sum_j z0 j * h j * w j.
have -> : \sum_j (z j - z0 j) * (- 2%:R * r * h j * w j) =
    - 2%:R * r * \sum_j (z j - z0 j) * h j * w j.
  by rewrite mulr_sumr; apply: eq_bigr => j _; ring.
have -> : y - \sum_j z j * h j * w j = r - \sum_j (z j - z0 j) * h j * w j.
  have -> : \sum_j (z j - z0 j) * h j * w j =
      \sum_j z j * h j * w j - \sum_j z0 j * h j * w j.
    by rewrite -sumrB; apply: eq_bigr => j _; ring.
  by rewrite opprB /r addrA subrK.
by move: (\sum_j _) => a; ring.
Qed.

(* ME-1: the first-order expansion lies below; so a mask that raises the      *)
(* linear score does not lower the error.                                     *)
Theorem expansion_is_a_lower_bound_if_convex z0 z :
  masked_error z0 + \sum_j (z j - z0 j) * jacobian z0 j <= masked_error z /\
  (0 <= \sum_j (z j - z0 j) * jacobian z0 j ->
   masked_error z0 <= masked_error z).
Proof.
have le_error : masked_error z0 + \sum_j (z j - z0 j) * jacobian z0 j <=
    masked_error z.
  by rewrite (masked_error_expansion z0 z) ler_addl sqr_ge0.
by split=> // J_ge0; apply: le_trans le_error; rewrite ler_addl.
Qed.

(* ME-3: taken at the base mask, an uphill step does not lower the error;     *)
(* taken at 1, it may.                                                        *)
Theorem jacobian_belongs_at_the_base_mask :
  (forall z0 z, 0 <= \sum_j (z j - z0 j) * jacobian z0 j ->
    masked_error z0 <= masked_error z) /\
  (let h (j : 'I_2) : rat := if j == ord0 then 1 else -1 in
   let w (j : 'I_2) : rat := if j == ord0 then -1 else 1 in
   let error (z : 'I_2 -> rat) := (-1 - \sum_j z j * h j * w j) ^+ 2 in
   let slope j := - 2%:R * (-1 - \sum_j 1 * h j * w j) * h j * w j in
   let flip (j : 'I_2) : rat := if j == ord0 then 1 else 0 in
   [/\ error (fun=> 0) = 1, 0 < \sum_j (flip j - 0) * slope j & error flip =
     0]).
Proof.
split=> [z0 z|h' w' error slope flip].
  by have [_] := expansion_is_a_lower_bound_if_convex z0 z.
rewrite /error /slope /flip; split.
- by rewrite !big_ord_recl big_ord0; apply/eqP.
- by rewrite !big_ord_recl !big_ord0.
by rewrite !big_ord_recl big_ord0; apply/eqP.
Qed.

End LinearHead.

(* A divergence that is convex along the way to z and has the first-order     *)
(* expansion there lies above that expansion, whatever it is.                 *)
Lemma expansion_is_a_lower_bound_if_convex_any (R : realFieldType) (f : R -> R)
    (slope c : R) :
  (forall t, 0 <= t <= 1 -> f t <= (1 - t) * f 0 + t * f 1) ->
  (forall t, 0 <= t <= 1 -> `|f t - f 0 - t * slope| <= c * t ^+ 2) ->
  f 0 + slope <= f 1.
Proof.
move=> f_convex f_slope; rewrite -subr_le0.
apply: (@le0_of_small _ _ c 1 ltr01) => t t_gt0 t_le1.
have t01 : 0 <= t <= 1 by rewrite ltW.
have := f_slope t t01; rewrite ler_norm_both => /andP[_ le_c].
rewrite -(ler_pmul2l t_gt0); have := ler_add (f_convex t t01) le_c.
move: (f t) (f 0) (f 1) => a b d le_sum.
rewrite -subr_ge0 in le_sum; apply: (ler_by_sub _ le_sum).
by ring.
Qed.

(* ME-2: in each unit, the derivative in the mask at 1 is the unit times the  *)
(* derivative in the unit, for every polynomial divergence; and so for the    *)
(* squared error of a linear head.                                            *)
Theorem jacobian_is_unit_times_gradient :
  (forall (R : comRingType) (d : {poly R}) (h : R),
    (d \Po (h *: 'X))^`().[1] = h * d^`().[h]) /\
  (forall (R : realDomainType) H (h w : 'I_H -> R) y j,
    jacobian h w y (fun=> 1) j =
    h j * (- 2%:R * (y - \sum_j h j * w j) * w j)).
Proof.
split=> [R d h|R H h w y j].
  by rewrite deriv_comp hornerM horner_comp derivZ derivX !hornerE mulrC.
rewrite /jacobian; have -> : \sum_m 1 * h m * w m = \sum_m h m * w m.
  by apply: eq_bigr => m _; rewrite mul1r.
by move: (\sum_m _) => a; ring.
Qed.

(* ME-5: without the constants, the score differs by one constant: the best   *)
(* masks are the same, but the scores are not proportional.                   *)
Theorem dropping_constants_keeps_the_argmax :
  [/\ forall (R : realDomainType) H (d0 : R) (J z0 z : 'I_H -> R),
        d0 + \sum_j (z j - z0 j) * J j =
        \sum_j z j * J j + (d0 - \sum_j z0 j * J j),
      forall (R : realDomainType) H (d0 : R) (J z0 : 'I_H -> R)
          (allowed : ('I_H -> R) -> Prop) (z : 'I_H -> R),
        (forall z', allowed z' ->
          d0 + \sum_j (z' j - z0 j) * J j <= d0 + \sum_j (z j - z0 j) * J j) <->
        (forall z', allowed z' -> \sum_j z' j * J j <= \sum_j z j * J j) &
      forall c : rat, exists d0 z : rat,
        d0 + \sum_(j < 1) (z - 1) * 1 <> c * (\sum_(j < 1) z * 1)].
Proof.
have affine (R : realDomainType) H (d0 : R) (J z0 z : 'I_H -> R) :
    d0 + \sum_j (z j - z0 j) * J j =
    \sum_j z j * J j + (d0 - \sum_j z0 j * J j).
  have -> : \sum_j (z j - z0 j) * J j = \sum_j z j * J j - \sum_j z0 j * J j.
    by rewrite -sumrB; apply: eq_bigr => j _; ring.
  by rewrite addrCA addrA addrC addrA addrAC -addrA.
split=> // [R H d0 J z0 allowed z|c].
  by split=> best z' /best; rewrite !affine ler_add2r.
by exists 2%:R, 0; rewrite !big_ord1 mul0r mulr0 sub0r mulr1; apply/eqP.
Qed.

Section Algorithm.

Variables (R : realDomainType) (H : nat) (J : 'I_H -> R) (S : {set 'I_H}).
Implicit Types (T : {set 'I_H}) (s : seq 'I_H).

Definition flipped T := [set j | (j \in T) != (j \in S)].

Definition distance2 T : R :=
  \sum_j ((j \notin S)%:R - (j \notin T)%:R) ^+ 2.

Definition candidate T i := if i \in T then 0 < J i else J i < 0.

Definition toggle T i := if i \in T then T :\ i else i |: T.

Fixpoint flip_loop (ok : {set 'I_H} -> bool) s T :=
  if s is i :: s' then
    if ok T then flip_loop ok s' (if candidate T i then toggle T i else T)
    else T
  else T.

Definition by_slope := sort (fun a b => `|J b| <= `|J a|) (enum 'I_H).

Definition printed_algorithm (L : R) :=
  flip_loop (fun T => distance2 T <= L ^+ 2) by_slope S.

Definition repaired_algorithm (L : R) :=
  flip_loop (fun T => distance2 T + 1 <= L ^+ 2) by_slope S.

Lemma distance2E T : distance2 T = #|flipped T|%:R.
Proof.
rewrite -sum_set_one; apply: eq_bigr => j _; rewrite inE.
by case: (j \in S); case: (j \in T);
  rewrite /= ?subrr ?expr0n ?sub0r ?subr0 ?sqrrN ?expr1n.
Qed.

Lemma flipped_toggle T i :
  i \notin flipped T -> flipped (toggle T i) = i |: flipped T.
Proof.
rewrite inE negbK => /eqP same; apply/setP=> j; rewrite !inE /toggle.
case: (eqVneq j i) => [->|ji]; last by case: ifP; rewrite !inE ?(negPf ji) ?ji.
by case: ifP => iT; rewrite !inE eqxx -same iT.
Qed.

Lemma candidate_toggle T i :
  i \notin flipped T -> candidate T i = candidate S i.
Proof. by rewrite inE negbK /candidate => /eqP->. Qed.

Lemma flip_loopE (ok : {set 'I_H} -> bool) (b : nat) s T :
    (forall T, ok T = (#|flipped T| < b)%N) -> uniq s ->
    (forall i, i \in s -> i \notin flipped T) ->
  flipped (flip_loop ok s T) =
  flipped T :|: [set i in take (b - #|flipped T|) [seq i <- s | candidate S i]].
Proof.
move=> okE; elim: s T => [|i s IHs] T /=.
  by move=> _ _; apply/setP=> j; rewrite !inE orbF.
case/andP=> i_s s_uniq s_new; have i_new := s_new i (mem_head i s).
rewrite okE; case: ltnP => [lt_b|ge_b]; last first.
  by move: ge_b; rewrite -subn_eq0 => /eqP->; apply/setP=> j;
    rewrite !inE take0 orbF.
rewrite candidate_toggle //; case: ifP => cand_i; last first.
  by apply: IHs => // m ms; apply: s_new; rewrite inE ms orbT.
rewrite IHs // ?flipped_toggle // => [|m ms]; last first.
  rewrite in_setU1 negb_or s_new ?inE ?ms ?orbT // andbT.
  by apply: contraNneq i_s => <-.
rewrite cardsU1 i_new add1n subnS.
have -> : (b - #|flipped T| = (b - #|flipped T|).-1.+1)%N.
  by rewrite prednK // subn_gt0.
by apply/setP=> j; rewrite !inE /= ?inE orbCA orbA.
Qed.

Let cands := [seq i <- by_slope | candidate S i].

Lemma by_slope_uniq : uniq by_slope.
Proof. by rewrite sort_uniq enum_uniq. Qed.

Lemma mem_cands i : (i \in cands) = candidate S i.
Proof. by rewrite mem_filter mem_sort mem_enum andbT. Qed.

Lemma cands_uniq : uniq cands.
Proof. by rewrite filter_uniq ?by_slope_uniq. Qed.

Lemma flipped_self : flipped S = set0.
Proof. by apply/setP=> j; rewrite !inE eqxx. Qed.

Lemma flipped_loop (ok : {set 'I_H} -> bool) (b : nat) :
    (forall T, ok T = (#|flipped T| < b)%N) ->
  flipped (flip_loop ok by_slope S) = [set i in take b cands].
Proof.
move=> okE; rewrite (flip_loopE okE) ?by_slope_uniq // => [|i _].
  by rewrite flipped_self cards0 subn0 set0U.
by rewrite flipped_self inE.
Qed.

Lemma card_take_cands b :
  #|[set i in take b cands]| = minn b #|[set i | candidate S i]|.
Proof.
have -> : #|[set i | candidate S i]| = size cands.
  rewrite -(card_uniqP cands_uniq); apply: eq_card => i.
  by rewrite inE mem_cands.
rewrite cardsE; have /card_uniqP-> : uniq (take b cands).
  by rewrite take_uniq ?cands_uniq.
by rewrite size_take /minn.
Qed.

Lemma sorted_cands : sorted (fun a b => `|J b| <= `|J a|) cands.
Proof.
apply: sorted_filter; first by move=> ? ? ? ab bc; apply: le_trans bc ab.
by apply: sort_sorted => a b; exact: le_total.
Qed.

Definition slope_gain i : R := if i \in S then J i else - J i.

Lemma candidate_gain i : candidate S i = (0 < slope_gain i).
Proof. by rewrite /candidate /slope_gain; case: ifP; rewrite ?oppr_gt0. Qed.

Lemma norm_slope_gain i : candidate S i -> slope_gain i = `|J i|.
Proof.
rewrite /candidate /slope_gain; case: ifP => _ J_cmp.
  by rewrite gtr0_norm.
by rewrite ltr0_norm.
Qed.

Lemma score_flipped T :
  \sum_j ((j \notin T)%:R - (j \notin S)%:R) * J j =
  \sum_(j in flipped T) slope_gain j.
Proof.
rewrite [RHS]big_mkcond; apply: eq_bigr => j _; rewrite inE /slope_gain.
by case: (j \in S); case: (j \in T);
  rewrite /= ?subrr ?mul0r ?subr0 ?sub0r ?mulN1r ?mul1r.
Qed.

Lemma take_cands_topk b :
  \sum_(j in [set i in take b cands]) slope_gain j = topk b slope_gain.
Proof.
set F := [set i in take b cands].
have F_cand j : j \in F -> candidate S j.
  by rewrite inE => /mem_take; rewrite mem_cands.
have out_drop m : m \notin F -> candidate S m -> m \in drop b cands.
  rewrite inE -mem_cands -{2}(cat_take_drop b cands) mem_cat.
  by case: (m \in take b cands).
have Fb : (#|F| <= b)%N by rewrite card_take_cands geq_minl.
have [|||z z_ge0 F_dual] := @dual_of_exchange R _ b slope_gain F.
- by move=> j /F_cand; rewrite candidate_gain; exact: ltW.
- move=> j m jF mF; case: (boolP (candidate S m)) => [cm|]; last first.
    rewrite candidate_gain -leNgt => /le_trans; apply.
    by apply: ltW; rewrite -candidate_gain F_cand.
  rewrite (norm_slope_gain cm) (norm_slope_gain (F_cand j jF)).
  have := sorted_cands.
  rewrite sorted_pairwise; last by move=> ? ? ? ab bc; apply: le_trans bc ab.
  rewrite -(cat_take_drop b cands) pairwise_cat => /andP[/allrelP le_jm _].
  by apply: le_jm; [move: jF; rewrite inE | apply: out_drop].
- case: (pickP [pred m | (m \notin F) && candidate S m]) => [m /andP[mF
  cm]|none].
    left; rewrite card_take_cands; apply/minn_idPl.
    have : (b < size cands)%N.
      rewrite ltnNge; apply/negP=> le_b.
      by have := out_drop m mF cm; rewrite drop_oversize.
    rewrite -(card_uniqP cands_uniq) => /ltnW/leq_trans; apply.
    by apply/subset_leq_card/subsetP=> i; rewrite inE mem_cands.
  right=> m mF; rewrite leNgt -candidate_gain; apply/negP=> cm.
  by have := none m; rewrite /= mF cm.
by rewrite (topk_of_dual Fb z_ge0).
Qed.

(* ME-6: Algorithm 1 tests before it flips; it makes one flip more than its   *)
(* limit L allows (m is the integer part of L ^ 2). Tested after, it keeps    *)
(* to the limit, and is then optimal for the linear score.                    *)
Theorem algorithm_1_overshoots_by_one_flip (L : R) (m : nat) :
    m%:R <= L ^+ 2 < m.+1%:R ->
  [/\ #|flipped (printed_algorithm L)| = minn m.+1 #|[set i | candidate S i]|,
      #|flipped (repaired_algorithm L)| = minn m #|[set i | candidate S i]|,
      distance2 (repaired_algorithm L) <= L ^+ 2 &
      forall T, distance2 T <= L ^+ 2 ->
        \sum_j ((j \notin T)%:R - (j \notin S)%:R) * J j <=
        \sum_j ((j \notin repaired_algorithm L)%:R - (j \notin S)%:R) * J j].
Proof.
case/andP=> le_mL lt_Lm.
have floorE n : (n%:R <= L ^+ 2) = (n <= m)%N.
  apply/idP/idP=> [le_nL|le_nm].
    by rewrite -ltnS -(ltr_nat R); apply: le_lt_trans le_nL lt_Lm.
  by apply: le_trans le_mL; rewrite ler_nat.
have printedE : flipped (printed_algorithm L) = [set i in take m.+1 cands].
  by apply: flipped_loop => T; rewrite distance2E floorE ltnS.
have repairedE : flipped (repaired_algorithm L) = [set i in take m cands].
  by apply: flipped_loop => T; rewrite distance2E -mulrSr floorE.
split.
- by rewrite printedE card_take_cands.
- by rewrite repairedE card_take_cands.
- by rewrite distance2E floorE repairedE card_take_cands geq_minl.
move=> T; rewrite distance2E floorE => Tm; rewrite !score_flipped repairedE.
by rewrite take_cands_topk le_topk.
Qed.

End Algorithm.

(* The paper's loop on four units all worth dropping: one flip too many. *)
Lemma algorithm_1_overshoots_by_one_flip_instance :
  let J (j : 'I_4) : rat := j%:R - 4%:R in
  #|flipped set0 (printed_algorithm J set0 1)| = 2%N /\
  #|flipped set0 (printed_algorithm J set0 0)| = 1%N.
Proof.
move=> J; have all_cand : [set i | candidate J set0 i] = setT.
  apply/setP=> i; rewrite !inE /candidate inE subr_lt0 ltr_nat.
  exact: ltn_ord.
have [-> _ _ _] := @algorithm_1_overshoots_by_one_flip _ _ J set0 1 1 isT.
have [-> _ _ _] := @algorithm_1_overshoots_by_one_flip _ _ J set0 0 0 isT.
by rewrite all_cand cardsT card_ord.
Qed.

(* ME-7: the Euclidean limit is void from 1 / sqrt H on. *)
Theorem euclidean_limit_is_void_from_inverse_root :
  (forall (R : realDomainType) H (d : R), (0 < H)%N ->
    (forall S T : {set 'I_H}, distance2 R S T <= (d * H%:R) ^+ 2) <->
    1 <= d ^+ 2 * H%:R) /\
  (256%:R : rat) < (3%:R / 10%:R * 256%:R) ^+ 2.
Proof.
split=> // R H d H_gt0; have HR_gt0 : 0 < H%:R :> R by rewrite ltr0n.
have -> : (1 <= d ^+ 2 * H%:R) = (H%:R <= (d * H%:R) ^+ 2).
  by rewrite exprMn (expr2 H%:R) mulrA -{2}[H%:R]mul1r ler_pmul2r.
split=> [/(_ set0 setT)|le_H S T].
  rewrite distance2E (_ : flipped _ _ = setT) ?cardsT ?card_ord //.
  by apply/setP=> j; rewrite !inE.
apply: le_trans le_H; rewrite distance2E ler_nat.
by rewrite (leq_trans (max_card _)) // card_ord.
Qed.

(* ME-8: with unit weights the knapsack is solved by sorting. *)
Theorem unit_knapsack_is_solved_by_sorting (R : realDomainType) (I : finType)
    (u : I -> R) k :
  let best := [set j in take k (sort (fun a b => u b <= u a) (enum I)) | 0 < u
    j]
  in (\sum_(j in best) 1 <= k)%N /\
  forall S : {set I}, (\sum_(j in S) 1 <= k)%N ->
    \sum_(j in S) u j <= \sum_(j in best) u j.
Proof.
move=> best; split=> [|S]; rewrite sum1_card; first exact: card_largest.
by move=> Sk; rewrite [X in _ <= X]sum_largest le_topk.
Qed.
