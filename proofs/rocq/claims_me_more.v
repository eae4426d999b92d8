From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra.

(******************************************************************************)
(* The claims on the divergence of two distributions, ME-4 and ME-10; their   *)
(* wrong twins carry the suffix _mutant_<word>.                               *)
(*                                                                            *)
(* p, q are distributions on finitely many classes, and lg is any function    *)
(* with those properties of the logarithm that a statement asks for.          *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Divergences.

Variables (R : realFieldType) (C : nat).
Implicit Types (p q : 'I_C -> R) (lg : R -> R).

Let distribution p := (forall c, 0 <= p c) /\ \sum_c p c = 1.

(* Half of z - 1 / z lies between the tangents of the logarithm at 1.         *)
Lemma exists_lg :
  exists lg : R -> R,
    lg 1 = 0 /\ forall z, 0 < z -> z != 1 -> 1 - z^-1 < lg z < z - 1.
Proof.
exists (fun z => (z - z^-1) / 2%:R); split.
  by rewrite invr1 subrr mul0r.
move=> z z_gt0 z_neq1; have z_neq0 : z != 0 by rewrite gt_eqF.
have half_gt0 : 0 < (z - 1) ^+ 2 / z / 2%:R.
  by rewrite !divr_gt0 ?ltr0n // exprn_even_gt0 //= subr_eq0.
apply/andP; split; rewrite -subr_gt0 (_ : _ - _ = (z - 1) ^+ 2 / z / 2%:R) //;
  by field.
Qed.

(* KL is a sum of terms that are not negative if lg t <= t - 1. *)
Lemma kl_split p q lg : distribution p -> \sum_c q c = 1 ->
  - (\sum_c p c * lg (q c / p c)) =
  \sum_c (q c - p c - p c * lg (q c / p c)).
Proof.
by case=> _ p1 q1; rewrite !sumrB p1 q1 subrr sub0r.
Qed.

Lemma kl_eq0 p q lg :
    lg 1 = 0 -> (forall t, 0 < t -> t != 1 -> lg t < t - 1) ->
    distribution p -> distribution q -> (forall c, 0 < p c -> 0 < q c) ->
  0 <= - (\sum_c p c * lg (q c / p c)) /\
  (- (\sum_c p c * lg (q c / p c)) = 0 <-> p =1 q).
Proof.
move=> lg1 lg_lt p_dist [q_ge0 q1] q_gt0; have [p_ge0 _] := p_dist.
rewrite (kl_split _ p_dist q1).
have p_case c : p c = 0 \/ [/\ 0 < p c, p c != 0 & 0 < q c / p c].
  have := p_ge0 c; rewrite le_eqVlt => /orP[/eqP<-|p_gt0]; [by left|right].
  by rewrite gt_eqF // divr_gt0 // q_gt0.
have termE c : p c != 0 -> q c - p c - p c * lg (q c / p c) =
    p c * (q c / p c - 1 - lg (q c / p c)).
  by move=> p_neq0; rewrite !mulrBr mulr1 mulrCA mulfV // mulr1.
have lg_le t : 0 < t -> lg t <= t - 1.
  case: (eqVneq t 1) => [->|t_neq1 t_gt0]; first by rewrite lg1 subrr.
  by rewrite ltW // lg_lt.
have term_ge0 c : 0 <= q c - p c - p c * lg (q c / p c).
  have [->|[p_gt0 p_neq0 qp_gt0]] := p_case c; first by rewrite mul0r !subr0.
  by rewrite termE // mulr_ge0 // subr_ge0 lg_le.
split; first exact: sumr_ge0.
split=> [/eqP|pq]; last first.
  rewrite big1 // => c _; rewrite -pq subrr sub0r.
  have [->|[_ p_neq0 _]] := p_case c; first by rewrite mul0r oppr0.
  by rewrite mulfV // lg1 mulr0 oppr0.
rewrite psumr_eq0 // => /allP zero c; have := zero c (mem_index_enum c).
have [p0|[p_gt0 p_neq0 qp_gt0]] := p_case c.
  by rewrite p0 /= mul0r !subr0 => /eqP.
rewrite /= termE // mulf_eq0 (negPf p_neq0) /= subr_eq0 => /eqP qp.
case: (eqVneq (q c / p c) 1) => [qp1|qp_neq1].
  by rewrite -[q c](divfK p_neq0) qp1 mul1r.
by have := lg_lt _ qp_gt0 qp_neq1; rewrite qp ltxx.
Qed.

End Divergences.

(* ME-10: through any lg with lg 1 = 0 that is negative on ]0, 1[, the cross  *)
(* entropy is nonnegative, and at equal arguments the entropy: zero only for  *)
(* a certain class; KL and QE are nonnegative, zero for equal ones only; and  *)
(* such lg exist, which for KL stay below the tangent t - 1.                  *)
Theorem cross_entropy_is_not_zero_on_equals :
  [/\ forall (R : realDomainType) (lg : R -> R), lg 1 = 0 ->
        (forall t, 0 < t < 1 -> lg t < 0) ->
        forall C (p : 'I_C -> R), (forall c, 0 <= p c) ->
        [/\ forall q : 'I_C -> R, (forall c, 0 < p c -> 0 < q c <= 1) ->
              0 <= - (\sum_c p c * lg (q c)),
            \sum_c p c = 1 ->
              - (\sum_c p c * lg (p c)) = 0 <-> exists c, p c = 1 &
            \sum_c p c * (lg (p c) - lg (p c)) = 0],
      forall (F : fieldType) (lg : F -> F) C (p q : 'I_C -> F),
        (forall c, p c != 0 -> lg (q c / p c) = lg (q c) - lg (p c)) ->
        - (\sum_c p c * lg (q c)) =
        - (\sum_c p c * lg (q c / p c)) + - (\sum_c p c * lg (p c)),
      forall (R : realFieldType) (lg : R -> R), lg 1 = 0 ->
        (forall t, 0 < t -> t != 1 -> lg t < t - 1) ->
        forall C (p q : 'I_C -> R), (forall c, 0 <= p c) -> \sum_c p c = 1 ->
        (forall c, 0 <= q c) -> \sum_c q c = 1 ->
        (forall c, 0 < p c -> 0 < q c) ->
        0 <= - (\sum_c p c * lg (q c / p c)) /\
        (- (\sum_c p c * lg (q c / p c)) = 0 <-> p =1 q),
      forall (R : realDomainType) C (p q : 'I_C -> R),
        0 <= \sum_c (p c - q c) ^+ 2 /\
        (\sum_c (p c - q c) ^+ 2 = 0 <-> p =1 q) &
      forall R : realFieldType, exists lg : R -> R,
        [/\ lg 1 = 0, forall t, 0 < t < 1 -> lg t < 0 &
            forall t, 0 < t -> t != 1 -> lg t < t - 1]].
Proof.
split=> [R lg lg1 lg_lt0 C p p_ge0|F lg C p q lg_div|||R].
- have lg_le0 t : 0 < t <= 1 -> lg t <= 0.
    case/andP=> t_gt0; rewrite le_eqVlt => /orP[/eqP->|t_lt1];
      first by rewrite lg1.
    by rewrite ltW // lg_lt0 // t_gt0.
  have term_ge0 q c : (0 < p c -> 0 < q c <= 1) -> 0 <= - (p c * lg (q c)).
    have := p_ge0 c; rewrite le_eqVlt => /orP[/eqP<-|p_gt0 /(_ p_gt0) q01].
      by rewrite mul0r oppr0.
    by rewrite -mulrN mulr_ge0 // oppr_ge0 lg_le0.
  split=> [q q01|p1|]; last by rewrite big1 // => c _; rewrite subrr mulr0.
    by rewrite -sumrN; apply: sumr_ge0 => c _; apply: term_ge0 (q01 c).
  have p_le1 c : p c <= 1 by rewrite -p1 (bigD1 c) //= ler_addl sumr_ge0.
  rewrite -sumrN; split=> [/eqP|[c pc1]].
    rewrite psumr_eq0 => [/allP zero|c _]; last first.
      by apply: term_ge0 => p_gt0; rewrite p_gt0 p_le1.
    case: (pickP (fun c => p c == 1)) => [c /eqP pc1|none]; first by exists c.
    have p0 c : p c = 0.
      have := zero c (mem_index_enum c); rewrite /= oppr_eq0 mulf_eq0.
      case/orP=> [/eqP //|lg0]; have := p_ge0 c; rewrite le_eqVlt.
      case/orP=> [/eqP<- //|p_gt0]; have p_lt1 : p c < 1.
        by rewrite lt_neqAle p_le1 none.
      have := lg_lt0 (p c); rewrite p_gt0 p_lt1 => /(_ isT).
      by rewrite (eqP lg0) ltxx.
    move: p1; rewrite big1 => [/eqP|c _]; last exact: p0.
    by rewrite eq_sym oner_eq0.
  have others m : m != c -> p m = 0.
    move=> mc; have : \sum_(m | m != c) p m = 0.
      by move: p1; rewrite (bigD1 c) //= pc1 -[RHS]addr0 => /addrI.
    by move/eqP; rewrite psumr_eq0 // => /allP/(_ m (mem_index_enum m));
      rewrite /= mc => /eqP.
  rewrite big1 // => m _; case: (eqVneq m c) => [->|/others->].
    by rewrite pc1 lg1 mulr0 oppr0.
  by rewrite mul0r oppr0.
- rewrite -opprD -big_split; congr (- _); apply: eq_bigr => c _ /=.
  case: (eqVneq (p c) 0) => [->|/lg_div->]; first by rewrite !mul0r addr0.
  by rewrite -mulrDr subrK.
- by move=> R lg lg1 lg_lt C p q p_ge0 p1 q_ge0 q1; apply: kl_eq0.
- move=> R C p q; split; first by apply: sumr_ge0 => c _; exact: sqr_ge0.
  split=> [/eqP|pq]; last by rewrite big1 // => c _; rewrite pq subrr expr0n.
  rewrite psumr_eq0 => [/allP zero c|c _]; last exact: sqr_ge0.
  by have := zero c (mem_index_enum c); rewrite /= sqrf_eq0 subr_eq0 => /eqP.
have [lg [lg1 lg_lt]] := exists_lg R; exists lg.
split=> // [t /andP[t0 t1]|t t0 t1].
  have /andP[_ /lt_le_trans->//] := lg_lt t t0 (negbT (lt_eqF t1)).
  by rewrite subr_le0 ltW.
by have /andP[] := lg_lt t t0 t1.
Qed.

(* What splits the cross entropy can be asked of such an lg at unequal p, q.  *)
Lemma cross_entropy_split_instance :
  let p (c : 'I_2) : rat := 2%:R^-1 in
  let q (c : 'I_2) : rat := if c == ord0 then 4%:R^-1 else 3%:R / 4%:R in
  exists lg : rat -> rat,
    [/\ lg 1 = 0, forall z, 0 < z -> z != 1 -> 1 - z^-1 < lg z < z - 1 &
        forall c, p c != 0 -> lg (q c / p c) = lg (q c) - lg (p c)].
Proof.
move=> p q; have [lg [lg1 lg_within]] := exists_lg rat_realFieldType.
pose a : rat := 2%:R^-1; pose b : rat := 4%:R^-1.
pose d : rat := 3%:R / 4%:R; pose e : rat := 3%:R / 2%:R.
pose l z := if z == a then - (7%:R / 10%:R) else
  if z == b then - (7%:R / 5%:R) else if z == d then - (3%:R / 10%:R) else
  if z == e then 2%:R / 5%:R else lg z.
have [ba [da [db [ea [eb ed]]]]] : (b == a) = false /\ (d == a) = false /\
    (d == b) = false /\ (e == a) = false /\ (e == b) = false /\
    (e == d) = false by [].
have la : l a = - (7%:R / 10%:R) by rewrite /l eqxx.
have lb : l b = - (7%:R / 5%:R) by rewrite /l ba eqxx.
have ld : l d = - (3%:R / 10%:R) by rewrite /l da db eqxx.
have l_e : l e = 2%:R / 5%:R by rewrite /l ea eb ed eqxx.
exists l; split.
- exact: lg1.
- move=> z z_gt0 z_neq1; rewrite /l.
  do 4?[case: eqP => [->|_]; first exact: erefl].
  exact: lg_within.
move=> c _; rewrite /p /q; case: (c == ord0).
  have -> : 4%:R^-1 / 2%:R^-1 = a by apply/eqP.
  by rewrite -/a -/b la lb; apply/eqP.
have -> : 3%:R / 4%:R / 2%:R^-1 = e by apply/eqP.
by rewrite -/a -/d la ld l_e; apply/eqP.
Qed.

(* Its wrong twins, at two classes of probability 1/2, or at one class.       *)
Section CrossEntropyMutants.

Let even (c : 'I_2) : rat := 2%:R^-1.
Let sure (c : 'I_1) : rat := 1.

Lemma cross_entropy_is_not_zero_on_equals_mutant_zero (lg : rat -> rat) :
  lg 1 = 0 -> (forall t, 0 < t < 1 -> lg t < 0) ->
  - (\sum_c even c * lg (even c)) <> 0.
Proof.
move=> lg1 lg_lt0; have half_lt0 : lg 2%:R^-1 < 0 by apply: lg_lt0.
move/eqP; rewrite oppr_eq0 !big_ord_recl big_ord0 addr0 -mulrDl.
by rewrite mulf_eq0 (lt_eqF half_lt0) orbF.
Qed.

Lemma cross_entropy_is_not_zero_on_equals_mutant_positive (lg : rat -> rat) :
  lg 1 = 0 -> ~ 0 < - (\sum_c sure c * lg (sure c)).
Proof. by move=> lg1; rewrite big_ord1 lg1 mulr0 oppr0 ltxx. Qed.

(* KL without the entropy, and less it. *)
Lemma cross_entropy_is_not_zero_on_equals_mutant_kl (lg : rat -> rat) :
  lg 1 = 0 -> (forall t, 0 < t < 1 -> lg t < 0) ->
  - (\sum_c even c * lg (even c)) <>
  - (\sum_c even c * lg (even c / even c)).
Proof.
move=> lg1 lg_lt0; rewrite [X in _ <> - X]big1 ?oppr0 => [|c _].
  exact: cross_entropy_is_not_zero_on_equals_mutant_zero.
by rewrite mulfV // lg1 mulr0.
Qed.

Lemma cross_entropy_is_not_zero_on_equals_mutant_minus (lg : rat -> rat) :
  lg 1 = 0 -> (forall t, 0 < t < 1 -> lg t < 0) ->
  - (\sum_c even c * lg (even c)) <>
  - (\sum_c even c * lg (even c / even c)) - - (\sum_c even c * lg (even c)).
Proof.
move=> lg1 lg_lt0; rewrite [X in _ <> - X - _]big1 => [|c _]; last first.
  by rewrite mulfV // lg1 mulr0.
have := cross_entropy_is_not_zero_on_equals_mutant_zero lg1 lg_lt0.
move: (- _) => ent ent_neq0; rewrite oppr0 sub0r => /eqP.
by rewrite -addr_eq0 -mulr2n mulrn_eq0 /= => /eqP.
Qed.

(* The entropy of the second argument. *)
Lemma cross_entropy_is_not_zero_on_equals_mutant_second (lg : rat -> rat) :
  lg 1 = 0 -> (forall t, 0 < t < 1 -> lg t < 0) ->
  let p (c : 'I_2) : rat := (c == ord0)%:R in
  - (\sum_c p c * lg (even c)) <>
  - (\sum_c p c * lg (even c / p c)) + - (\sum_c even c * lg (even c)).
Proof.
move=> lg1 lg_lt0 p; have -> : \sum_c p c * lg (even c / p c) =
    \sum_c p c * lg (even c).
  apply: eq_bigr => c _; rewrite /p; case: (c == ord0); first by rewrite divr1.
  by rewrite !mul0r.
rewrite -[X in X <> _]addr0 => /addrI/esym.
exact: cross_entropy_is_not_zero_on_equals_mutant_zero.
Qed.

(* A tangent that is only not crossed: KL is then 0 for others, too. *)
Lemma cross_entropy_is_not_zero_on_equals_mutant_weak :
  let lg (t : rat) := t - 1 in
  let q (c : 'I_2) : rat := if c == ord0 then 4%:R^-1 else 3%:R / 4%:R in
  ~ (- (\sum_c even c * lg (q c / even c)) = 0 -> even =1 q).
Proof.
move=> lg q same; have/eqP: even ord0 = q ord0 by apply: same; apply/eqP;
  rewrite !big_ord_recl big_ord0.
by [].
Qed.

End CrossEntropyMutants.

(* KL between the tangents at 1 of any lg that lies between them, and paths.  *)
Section Virtual.

Variables (R : realFieldType) (lg : R -> R).
Hypothesis lg_within : forall z, 0 < z -> 1 - z^-1 <= lg z <= z - 1.

Section Pair.

Variables (C : nat) (p q : 'I_C -> R).
Hypotheses (p_ge0 : forall c, 0 <= p c) (q_gt0 : forall c, 0 < q c).
Hypotheses (p1 : \sum_c p c = 1) (q1 : \sum_c q c = 1).

Lemma kl_term c : p c - q c <= p c * lg (p c / q c) <=
  (p c - q c) ^+ 2 / q c + (p c - q c).
Proof.
have q_neq0 : q c != 0 by rewrite gt_eqF.
have upperE : (p c - q c) ^+ 2 / q c + (p c - q c) = p c * (p c / q c - 1).
  by field.
have := p_ge0 c; rewrite le_eqVlt upperE => /orP[/eqP<-|p_gt0].
  by rewrite !mul0r sub0r oppr_le0 lexx andbT ltW.
have /andP[le_lg lg_le] := lg_within (divr_gt0 p_gt0 (q_gt0 c)).
rewrite ler_pmul2l // lg_le andbT.
have p_neq0 : p c != 0 by rewrite gt_eqF.
have -> : p c - q c = p c * (1 - (p c / q c)^-1) by
  field; rewrite q_neq0 p_neq0.
by rewrite ler_pmul2l.
Qed.

Lemma kl_within : 0 <= \sum_c p c * lg (p c / q c) <=
  \sum_c (p c - q c) ^+ 2 / q c.
Proof.
have shift : \sum_c (p c - q c) = 0 by rewrite sumrB p1 q1 subrr.
have -> : \sum_c (p c - q c) ^+ 2 / q c =
    \sum_c ((p c - q c) ^+ 2 / q c + (p c - q c)).
  by rewrite big_split /= shift addr0.
rewrite -{1}shift.
by apply/andP; split; apply: ler_sum => c _; have /andP[] := kl_term c.
Qed.

Lemma sum_sqr_within (k : R) : (forall c, `|q c - p c| <= k) ->
  0 <= \sum_c (p c - q c) ^+ 2 <= C%:R * k ^+ 2.
Proof.
move=> near; apply/andP; split; first by apply: sumr_ge0 => c _; exact: sqr_ge0.
apply: le_trans (_ : \sum_(c < C) k ^+ 2 <= _); last first.
  by rewrite sumr_const card_ord mulr_natl.
apply: ler_sum => c _; rewrite -real_normK ?num_real // distrC.
by rewrite ler_expn2r ?nnegrE ?normr_ge0 // (le_trans (normr_ge0 _) (near c)).
Qed.

Lemma kl_near (k m : R) : 0 < m -> (forall c, m <= q c) ->
    (forall c, `|q c - p c| <= k) ->
  \sum_c (p c - q c) ^+ 2 / q c <= C%:R * k ^+ 2 / m.
Proof.
move=> m_gt0 le_mq near; have /andP[_ le_k] := sum_sqr_within near.
apply: le_trans (_ : (\sum_c (p c - q c) ^+ 2) / m <= _); last first.
  by rewrite ler_pmul2r ?invr_gt0.
rewrite mulr_suml; apply: ler_sum => c _.
by rewrite ler_wpmul2l ?sqr_ge0 // lef_pinv ?posrE.
Qed.

End Pair.

End Virtual.

(* What is below a multiple of t ^ 2 has the slope 0 at 0. *)
Lemma slope0_of_square (R : realFieldType) (f : R -> R) (a t0 e : R) :
    0 < t0 -> 0 < e -> (forall t, 0 < t <= t0 -> 0 <= f t <= a * t ^+ 2) ->
  exists2 d, 0 < d & forall t, 0 < t <= d -> 0 <= f t <= e * t.
Proof.
move=> t0_gt0 e_gt0 f_le; have a1_gt0 : 0 < `|a| + 1 by rewrite ltr_paddl.
exists (Num.min t0 (e / (`|a| + 1))); first by rewrite lt_minr t0_gt0 divr_gt0.
move=> t; rewrite le_minr ler_pdivl_mulr // => /and3P[t_gt0 tt0 te].
have /andP[-> /le_trans->//] : 0 <= f t <= a * t ^+ 2 by rewrite f_le ?t_gt0.
rewrite expr2 mulrA ler_pmul2r //; apply: le_trans te.
rewrite mulrC ler_pmul2l // (le_trans (ler_norm a)) // ler_addl.
exact: ler01.
Qed.

(* What is least at 0 has no other slope there than 0. *)
Lemma slope0_of_least (R : realFieldType) (f : R -> R) (a u : R) :
    0 < u -> (forall t, `|t| <= u -> f 0 <= f t) ->
    (forall e, 0 < e -> exists2 d, 0 < d &
      forall t, `|t| <= d -> `|f t - f 0 - t * a| <= e * `|t|) ->
  a = 0.
Proof.
move=> u_gt0 least slope; apply/eqP; apply: contraT => a_neq0.
have a_gt0 : 0 < `|a| by rewrite normr_gt0.
have [|d d_gt0 near] := slope (`|a| / 2%:R); first by rewrite divr_gt0 ?ltr0n.
pose s := Num.min d u; have s_gt0 : 0 < s by rewrite lt_minr d_gt0.
pose t := - (Num.sg a * s); have tE : `|t| = s.
  by rewrite normrN normrM normr_sg a_neq0 mul1r gtr0_norm.
have := least t; rewrite tE le_minl lexx orbT -subr_ge0 => /(_ isT) rise.
have := near t; rewrite tE le_minl lexx => /(_ isT).
have -> : t * a = - (s * `|a|) by rewrite mulNr mulrAC -normrEsg mulrC.
have sa_gt0 : 0 < s * `|a| by rewrite mulr_gt0.
rewrite opprK ger0_norm ?(addr_ge0 rise (ltW sa_gt0)) // mulrAC [_ * s]mulrC.
move/(le_trans (ler_paddl rise (lexx _))).
by rewrite ler_pdivl_mulr ?ltr0n // mulrDr mulr1 ger_addl leNgt sa_gt0.
Qed.

(* ME-4: a divergence that has a slope at the base mask, and is least there,  *)
(* has the slope 0; QE and KL do, being of second order, through any lg that  *)
(* lies between 1 - 1 / z and z - 1, as the logarithm does; so does the cross *)
(* entropy, which is KL and a constant; but not with its arguments exchanged, *)
(* nor a norm without its square, nor a linear divergence.                    *)
(* The first four parts are about derivatives of polynomials, and about the   *)
(* differential of the cross entropy in the logits z, where                   *)
(* dq_c = q_c (dz_c - sum_b q_b dz_b).                                        *)
Theorem virtual_gradient_vanishes_at_the_base_mask :
  [/\ forall (R : comRingType) C (f : 'I_C -> {poly R}) (s : R),
        (\sum_c ((f c).[s]%:P - f c) ^+ 2)^`().[s] = 0,
      forall (F : fieldType) C (p q dz : 'I_C -> F),
        \sum_c p c = 1 -> (forall c, q c != 0) ->
        let dq c := q c * (dz c - \sum_b q b * dz b) in
        - (\sum_c p c * (dq c / q c)) = \sum_c (q c - p c) * dz c,
      forall (F : fieldType) C (q dz : 'I_C -> F),
        \sum_c (q c - q c) * dz c = 0 &
      (- ((1 : rat)%:P * 'X))^`().[1] <> 0] /\
  [/\ forall (R : realFieldType) (f : R -> R) (a u : R), 0 < u ->
        (forall t, `|t| <= u -> f 0 <= f t) ->
        (forall e, 0 < e -> exists2 d, 0 < d &
          forall t, `|t| <= d -> `|f t - f 0 - t * a| <= e * `|t|) ->
        a = 0,
      forall (R : realFieldType) (lg : R -> R),
        (forall z, 0 < z -> 1 - z^-1 <= lg z <= z - 1) ->
        [/\ forall C (p q : 'I_C -> R),
              (forall c, 0 <= p c) -> (forall c, 0 < q c) ->
              \sum_c p c = 1 -> \sum_c q c = 1 ->
              0 <= \sum_c p c * lg (p c / q c) <=
              \sum_c (p c - q c) ^+ 2 / q c,
            forall C (p : 'I_C -> R) (q : R -> 'I_C -> R) (k m u : R),
              (forall c, 0 <= p c) -> \sum_c p c = 1 -> 0 < m -> 0 < u ->
              (forall t, 0 <= t <= u -> \sum_c q t c = 1) ->
              (forall t c, 0 <= t <= u -> m <= q t c) ->
              (forall t c, 0 <= t <= u -> `|q t c - p c| <= k * t) ->
              [/\ forall t, 0 <= t <= u ->
                    0 <= \sum_c p c * lg (p c / q t c) <=
                    C%:R * k ^+ 2 / m * t ^+ 2,
                  forall t, 0 <= t <= u ->
                    0 <= \sum_c (p c - q t c) ^+ 2 <= C%:R * k ^+ 2 * t ^+ 2,
                  forall e, 0 < e -> exists2 d, 0 < d & forall t, 0 < t <= d ->
                    0 <= \sum_c p c * lg (p c / q t c) <= e * t &
                  forall e, 0 < e -> exists2 d, 0 < d & forall t, 0 < t <= d ->
                    0 <= \sum_c (p c - q t c) ^+ 2 <= e * t] &
            let p (c : 'I_2) : R :=
              if c == ord0 then 4%:R^-1 else 3%:R / 4%:R in
            let q (t : R) (c : 'I_2) := if c == ord0 then p c + t else p c - t
            in
            forall t, 0 <= t <= 2%:R^-1 ->
            [/\ \sum_c q t c = 1, forall c, 4%:R^-1 <= q t c,
                forall c, `|q t c - p c| <= 1 * t,
                5%:R / 12%:R * t <=
                - (\sum_c q t c * lg (p c)) - - (\sum_c p c * lg (p c)) &
                \sum_c `|q t c - p c| = 2%:R * t]],
      forall (F : fieldType) (lg : F -> F) C (p q : 'I_C -> F),
        (forall c, p c != 0 -> lg (p c / q c) = lg (p c) - lg (q c)) ->
        - (\sum_c p c * lg (q c)) - - (\sum_c p c * lg (p c)) =
        \sum_c p c * lg (p c / q c) &
      forall R : realFieldType, exists lg : R -> R,
        forall z, 0 < z -> 1 - z^-1 <= lg z <= z - 1].
Proof.
split; [split=> [R C f s|F C p q dz p1 q_neq0 dq|F C q dz|]
       |split=> [||F lg C p q lg_div|R]].
- rewrite raddf_sum horner_sum big1 // => c _.
  by rewrite /= deriv_exp /= hornerMn hornerM !hornerE subrr mulr0 mul0rn.
- have -> : \sum_c p c * (dq c / q c) =
      \sum_c p c * dz c - (\sum_c p c) * (\sum_b q b * dz b).
    rewrite mulr_suml -sumrB; apply: eq_bigr => c _.
    by rewrite /dq mulrAC mulfV // mul1r mulrBr.
  rewrite p1 mul1r opprB -sumrB.
  by apply: eq_bigr => c _; rewrite mulrBl.
- by rewrite big1 // => c _; rewrite subrr mul0r.
- by rewrite mul1r derivN derivX !hornerE; apply/eqP.
- exact: slope0_of_least.
- move=> R lg lg_within; split.
  + by move=> C p q p_ge0 q_gt0 p1 q1; apply: kl_within.
  + move=> C p q k m u p_ge0 p1 m_gt0 u_gt0 q1 le_mq near.
    have kl2 t : 0 <= t <= u -> 0 <= \sum_c p c * lg (p c / q t c) <=
        C%:R * k ^+ 2 / m * t ^+ 2.
      move=> t0u; have q_gt0 c : 0 < q t c := lt_le_trans m_gt0 (le_mq t c t0u).
      have /andP[-> /= le_chi] := kl_within lg_within p_ge0 q_gt0 p1 (q1 t t0u).
      rewrite (le_trans le_chi) //; apply: le_trans (kl_near q_gt0 m_gt0 _ _) _.
      * by move=> c; apply: le_mq.
      * by move=> c; apply: near.
      by rewrite exprMn mulrA mulrAC.
    have qe2 t : 0 <= t <= u -> 0 <= \sum_c (p c - q t c) ^+ 2 <=
        C%:R * k ^+ 2 * t ^+ 2.
      move=> t0u; rewrite -mulrA -exprMn; apply: sum_sqr_within => c.
      exact: near.
    split=> // e e_gt0.
      apply: (slope0_of_square u_gt0 e_gt0) => t /andP[t_gt0 tu].
      by apply: kl2; rewrite ltW.
    apply: (slope0_of_square u_gt0 e_gt0) => t /andP[t_gt0 tu].
    by apply: qe2; rewrite ltW.
  move=> p q t /andP[t_ge0 t_le].
  have diffE c : q t c - p c = if c == ord0 then t else - t.
    by rewrite /q; case: (c == ord0); rewrite addrC addrA addNr add0r.
  split.
  + by rewrite !big_ord_recl big_ord0 /q /p /=; field.
  + move=> c; rewrite /q /p; case: (c == ord0); first by rewrite ler_addl.
    rewrite ler_subr_addr -ler_subr_addl.
    by apply: le_trans t_le _; rewrite le_eqVlt; apply/orP; left; apply/eqP;
      field.
  + by move=> c; rewrite diffE mul1r; case: ifP; rewrite ?normrN ger0_norm.
  + have -> : - (\sum_c q t c * lg (p c)) - - (\sum_c p c * lg (p c)) =
        t * (lg (3%:R / 4%:R) - lg 4%:R^-1).
      by rewrite !big_ord_recl !big_ord0 /q /p /=; ring.
    rewrite mulrC ler_wpmul2l //.
    have four_gt0 : 0 < 4%:R^-1 :> R by rewrite invr_gt0 ltr0n.
    have quarters_gt0 : 0 < 3%:R / 4%:R :> R by rewrite divr_gt0 ?ltr0n.
    have /andP[_ le_four] := lg_within _ four_gt0.
    have /andP[le_quarters _] := lg_within _ quarters_gt0.
    apply: le_trans (ler_sub le_quarters le_four); rewrite le_eqVlt.
    by apply/orP; left; apply/eqP; field.
  rewrite !big_ord_recl big_ord0 !diffE /= normrN ger0_norm // addr0.
  by rewrite mulr_natl mulr2n.
- rewrite opprK addrC -sumrB; apply: eq_bigr => c _.
  case: (eqVneq (p c) 0) => [->|/lg_div->]; first by rewrite !mul0r subr0.
  by rewrite mulrBr.
have [lg [lg1 lg_within]] := exists_lg R; exists lg => z z_gt0.
case: (eqVneq z 1) => [->|z_neq1]; first by rewrite lg1 invr1 subrr lexx.
by have /andP[/ltW-> /ltW] := lg_within z z_gt0 z_neq1.
Qed.

(* Its wrong twins. A target of its own, and the slope at 1 for that at 0.    *)
Lemma virtual_gradient_vanishes_at_the_base_mask_mutant_target :
  (((1 : rat)%:P - 'X) ^+ 2)^`().[0] <> 0.
Proof. by rewrite deriv_exp /= !derivE !hornerE; apply/eqP. Qed.

Lemma virtual_gradient_vanishes_at_the_base_mask_mutant_ones :
  ((('X : {poly rat}).[0]%:P - 'X) ^+ 2)^`().[1] <> 0.
Proof. by rewrite deriv_exp /= !derivE !hornerE; apply/eqP. Qed.

(* Half of the bound, the bound without its division. *)
Section VirtualMutants.

Let lg (z : rat) := z - 1.
Let p (c : 'I_2) : rat := if c == ord0 then 4%:R^-1 else 3%:R / 4%:R.
Let q (c : 'I_2) : rat := 2%:R^-1.

Lemma virtual_gradient_vanishes_at_the_base_mask_mutant_half :
  ~ \sum_c p c * lg (p c / q c) <= (\sum_c (p c - q c) ^+ 2 / q c) / 2%:R.
Proof. by rewrite !big_ord_recl !big_ord0; apply/negP. Qed.

Lemma virtual_gradient_vanishes_at_the_base_mask_mutant_undivided :
  ~ \sum_c p c * lg (p c / q c) <= \sum_c (p c - q c) ^+ 2.
Proof. by rewrite !big_ord_recl !big_ord0; apply/negP. Qed.

End VirtualMutants.

(* The arguments of the cross entropy exchanged: no multiple of t ^ 2.        *)
Lemma virtual_gradient_vanishes_at_the_base_mask_mutant_exchanged
    (lg : rat -> rat) (k : rat) :
  (forall z, 0 < z -> 1 - z^-1 <= lg z <= z - 1) ->
  let p (c : 'I_2) : rat := if c == ord0 then 4%:R^-1 else 3%:R / 4%:R in
  let q t (c : 'I_2) : rat := if c == ord0 then p c + t else p c - t in
  ~ forall t, 0 <= t <= 2%:R^-1 ->
    - (\sum_c q t c * lg (p c)) - - (\sum_c p c * lg (p c)) <= k * t ^+ 2.
Proof.
move=> lg_within p q second.
have [_ [_ /(_ _ lg lg_within)[_ _ first] _ _]] :=
  virtual_gradient_vanishes_at_the_base_mask.
have k1_gt0 : 0 < `|k| + 1 by rewrite ltr_paddl.
pose t := 4%:R^-1 / (`|k| + 1); have t_gt0 : 0 < t by rewrite divr_gt0.
have t_within : 0 <= t <= 2%:R^-1.
  rewrite ltW //= ler_pdivr_mulr //.
  rewrite (le_trans _ (ler_wpmul2l _ (_ : 1 <= _))) //.
  by rewrite ler_addr.
have [_ _ _ le_first _] := first t t_within.
have := le_trans le_first (second t t_within).
rewrite expr2 [k * _]mulrA ler_pmul2r // leNgt => /negP; apply.
rewrite /t mulrA ltr_pdivr_mulr // (le_lt_trans (_ : _ <= `|k| * 4%:R^-1)) //.
  by rewrite ler_wpmul2r ?ler_norm.
rewrite mulrDr mulr1 ltr_spaddr // [5%:R / _ * _]mulrC.
by rewrite ler_wpmul2l.
Qed.
