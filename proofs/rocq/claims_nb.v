From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem masks adversarial_dropout.

(******************************************************************************)
(* The neighbours a reader compares with, NB-1 to NB-4.                       *)
(*                                                                            *)
(*      drop_weight p q S == the probability that exactly S is dropped, when  *)
(*                         each feature is dropped with probability p and     *)
(*                         kept with probability q, independently             *)
(*        adjoined E mu == the expectation E, extended to polynomials in one  *)
(*                         more variable, independent, with the moments mu    *)
(*    normal_moment s n == the n-th moment of the normal distribution of mean *)
(*                         0 and deviation s                                  *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* Random variables are the elements of an algebra A, c embeds the constants, *)
(* and E is the expectation.                                                  *)
Section Expectation.

Variables (R A : comRingType) (c : {rmorphism R -> A}) (E : {additive A -> R}).
Hypothesis E_scale : forall a z, E (c a * z) = a * E z.

Lemma expected_ridge N D (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R)
    (r : 'I_N -> 'I_D -> A) (s2 : R) :
    E 1 = 1 -> (forall i j, E (r i j) = 0) ->
    (forall i j m, E (r i j * r i m) = (j == m)%:R * s2) ->
  E (\sum_i (c (y i) - \sum_j (c (x i j) + r i j) * c (w j)) ^+ 2) =
  \sum_i (y i - \sum_j x i j * w j) ^+ 2 + N%:R * s2 * (\sum_j w j ^+ 2).
Proof.
move=> E1 mean0 cov; pose z i := \sum_j c (w j) * r i j.
have Ez i : E (z i) = 0.
  by rewrite raddf_sum big1 // => j _; rewrite /= E_scale mean0 mulr0.
have Ez2 i : E (z i * z i) = s2 * (\sum_j w j ^+ 2).
  rewrite big_distrlr raddf_sum mulr_sumr; apply: eq_bigr => j _ /=.
  have termE m : E (c (w j) * r i j * (c (w m) * r i m)) =
      w j * w m * ((j == m)%:R * s2).
    by rewrite mulrACA -rmorphM E_scale cov.
  rewrite raddf_sum (bigD1 j) //= termE big1 => [|m mj]; last first.
    by rewrite termE eq_sym (negPf mj) mul0r mulr0.
  by rewrite eqxx mul1r addr0 -expr2 mulrC.
have sample i : E ((c (y i) - \sum_j (c (x i j) + r i j) * c (w j)) ^+ 2) =
    (y i - \sum_j x i j * w j) ^+ 2 + s2 * (\sum_j w j ^+ 2).
  set e := y i - _; have -> : c (y i) - \sum_j (c (x i j) + r i j) * c (w j) =
      c e - z i.
    rewrite rmorphB rmorph_sum -addrA -opprD -big_split; congr (_ - _).
    by apply: eq_bigr => j _ /=; rewrite rmorphM mulrDl [r i j * _]mulrC.
  have -> : (c e - z i) ^+ 2 = c (e ^+ 2) * 1 - c (2%:R * e) * z i + z i * z i.
    by rewrite rmorphX rmorphM rmorph_nat; move: (c e) (z i) => a b; ring.
  by rewrite raddfD raddfB !E_scale E1 Ez Ez2 mulr1 mulr0 subr0.
rewrite raddf_sum /= (eq_bigr _ (fun i _ => sample i)) big_split sumr_const.
by rewrite card_ord -[_ *+ N]mulr_natl mulrA.
Qed.

End Expectation.

(* One more variable, independent of those in A and with the moments mu.      *)
Section Adjoin.

Variables (R A : comRingType) (E : {additive A -> R}) (mu : nat -> R).

Definition adjoined (f : {poly A}) := \sum_(i < size f) E f`_i * mu i.

Lemma adjoinedE n (f : {poly A}) : (size f <= n)%N ->
  adjoined f = \sum_(i < n) E f`_i * mu i.
Proof.
move=> fn; rewrite /adjoined (big_ord_widen n (fun i => E f`_i * mu i) fn).
rewrite big_mkcond; apply: eq_bigr => i _; case: ltnP => // fi.
by rewrite nth_default // raddf0 mul0r.
Qed.

Lemma adjoined_is_additive : additive adjoined.
Proof.
move=> f g; pose n := maxn (size f) (size g).
have fn : (size f <= n)%N by exact: leq_maxl.
have gn : (size g <= n)%N by exact: leq_maxr.
have fgn : (size (f - g)%R <= n)%N.
  by rewrite (leq_trans (size_add _ _)) // size_opp.
rewrite (adjoinedE fn) (adjoinedE gn) (adjoinedE fgn).
rewrite -sumrB; apply: eq_bigr => i _.
by rewrite coefB raddfB mulrBl.
Qed.

Canonical adjoined_additive := Additive adjoined_is_additive.

Lemma adjoined_monomial n a : adjoined ('X^n * a%:P) = mu n * E a.
Proof.
rewrite ['X^n * _]mulrC mul_polyC (@adjoinedE n.+1); last first.
  by rewrite (leq_trans (size_scale_leq _ _)) // size_polyXn.
rewrite big_ord_recr /= big1 ?add0r => [|i _].
  by rewrite coefZ coefXn eqxx mulr1 mulrC.
by rewrite coefZ coefXn (ltn_eqF (ltn_ord i)) mulr0 raddf0 mul0r.
Qed.

Lemma adjoined_scale (c : R -> A) :
    (forall a z, E (c a * z) = a * E z) ->
  forall a f, adjoined ((c a)%:P * f) = a * adjoined f.
Proof.
move=> E_scale a f; rewrite mul_polyC (adjoinedE (size_scale_leq _ _)).
rewrite mulr_sumr; apply: eq_bigr => i _.
by rewrite coefZ E_scale mulrA.
Qed.

End Adjoin.

Lemma independent_moments (R : comRingType) (mu : nat -> R) n :
    mu 0%N = 1 ->
  exists (A : comRingType) (c : {rmorphism R -> A}) (E : {additive A -> R})
    (g : 'I_n -> A), (forall a z, E (c a * z) = a * E z) /\
    forall e : 'I_n -> nat, E (\prod_k g k ^+ e k) = \prod_k mu (e k).
Proof.
move=> mu0; elim: n => [|n [A [c [E [g [E_scale joint]]]]]].
  exists R, [rmorphism of idfun], [additive of idfun], (fun=> 1).
  by split=> // e; rewrite !big_ord0.
exists [comRingType of {poly A}], [rmorphism of polyC \o c].
exists (adjoined_additive E mu).
exists (fun k => if unlift ord0 k is Some j then (g j)%:P else 'X); split.
  by move=> a f /=; apply: adjoined_scale.
move=> e; rewrite !big_ord_recl unlift_none /=.
rewrite (eq_bigr (fun j => (g j ^+ e (lift ord0 j))%:P)) => [|j _].
  by rewrite -rmorph_prod adjoined_monomial joint.
by rewrite liftK rmorphX.
Qed.

(* The moments of the normal distribution of mean 0 and deviation s.          *)
Definition normal_moment (R : comRingType) (s : R) n : R :=
  if odd n then 0 else (\prod_(k < n./2) k.*2.+1)%N%:R * s ^+ n.

Section NormalMoments.

Variables (R A : comRingType) (E : {additive A -> R}) (N D : nat).
Variables (g : 'I_N -> 'I_D -> A) (s : R).
Hypothesis joint : forall e : 'I_N -> 'I_D -> nat,
  E (\prod_i \prod_j g i j ^+ e i j) =
  \prod_i \prod_j normal_moment s (e i j).

Lemma prod_single (S : comRingType) (F : 'I_N -> 'I_D -> S) i j :
    (forall k, k != (i, j) -> F k.1 k.2 = 1) ->
  \prod_k \prod_l F k l = F i j.
Proof.
by move=> F1; rewrite pair_bigA (bigD1 (i, j)) //= big1 ?mulr1.
Qed.

Lemma normal_moment0 : normal_moment s 0 = 1.
Proof. by rewrite /normal_moment /= big_ord0 mul1r. Qed.

Lemma normal_moment2 : normal_moment s 2 = s ^+ 2.
Proof. by rewrite /normal_moment /= big_ord1 mul1r. Qed.

(* As integration by parts makes them, for the density of that distribution.  *)
Lemma normal_momentSS n :
  normal_moment s n.+2 = n.+1%:R * s ^+ 2 * normal_moment s n.
Proof.
rewrite /normal_moment /= negbK; case: (boolP (odd n)) => [_|n_even].
  by rewrite mulr0.
have nE : n./2.*2 = n by rewrite -[RHS]odd_double_half (negPf n_even).
rewrite big_ord_recr /= nE natrM -addn2 exprD.
by move: (\prod_(k < _) _)%N (s ^+ n) => m t; ring.
Qed.

Let at_ (i : 'I_N) (j : 'I_D) k l : nat := (k, l) == (i, j).

Lemma normal_total : E 1 = 1.
Proof.
have := joint (fun _ _ => 0%N).
by rewrite !pair_bigA !big1 // => k _; exact: normal_moment0.
Qed.

Lemma normal_mean i j : E (g i j) = 0.
Proof.
have := joint (at_ i j); rewrite !(@prod_single _ _ i j) /at_ ?eqxx //.
- by move=> [k l] /= /negPf->; exact: normal_moment0.
by move=> [k l] /= /negPf->.
Qed.

Lemma normal_covariance i j m : E (g i j * g i m) = (j == m)%:R * s ^+ 2.
Proof.
have := joint (fun k l => (at_ i j k l + at_ i m k l)%N).
have -> : \prod_k \prod_l g k l ^+ (at_ i j k l + at_ i m k l) =
    g i j * g i m.
  transitivity ((\prod_k \prod_l g k l ^+ at_ i j k l) *
      (\prod_k \prod_l g k l ^+ at_ i m k l)).
    rewrite -big_split; apply: eq_bigr => k _; rewrite -big_split.
    by apply: eq_bigr => l _; rewrite exprD.
  rewrite (@prod_single _ _ i j) ?(@prod_single _ _ i m) /at_ ?eqxx //.
    by move=> [k l] /= /negPf->.
  by move=> [k l] /= /negPf->.
move=> ->; case: (eqVneq j m) => [<-|jm].
  rewrite (@prod_single _ _ i j) /at_ ?eqxx ?mul1r ?normal_moment2 //.
  by move=> [k l] /= /negPf->; exact: normal_moment0.
rewrite mul0r pair_bigA (bigD1 (i, j)) //= /at_ eqxx xpair_eqE (negPf jm).
by rewrite andbF mul0r.
Qed.

End NormalMoments.

(* NB-1: noise of mean 0 and variance s2, uncorrelated within a sample, adds  *)
(* a ridge, in every expectation E on a commutative algebra A of random       *)
(* variables with the constants c. So does independent normal noise, which    *)
(* there is for every N and D, and so does noise with finitely many values.   *)
Theorem gaussian_noise_is_ridge :
  let moment (R : comRingType) (s : R) n : R :=
    if odd n then 0 else (\prod_(k < n./2) k.*2.+1)%N%:R * s ^+ n in
  [/\ forall (R A : comRingType) (c : {rmorphism R -> A})
          (E : {additive A -> R}) N D (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R)
          (r : 'I_N -> 'I_D -> A) (s2 : R),
        (forall a z, E (c a * z) = a * E z) -> E 1 = 1 ->
        (forall i j, E (r i j) = 0) ->
        (forall i j m, E (r i j * r i m) = (j == m)%:R * s2) ->
        E (\sum_i (c (y i) - \sum_j (c (x i j) + r i j) * c (w j)) ^+ 2) =
        \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
        N%:R * s2 * (\sum_j w j ^+ 2),
      forall (R A : comRingType) (c : {rmorphism R -> A})
          (E : {additive A -> R}) N D (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R)
          (r : 'I_N -> 'I_D -> A) (s : R),
        (forall a z, E (c a * z) = a * E z) ->
        (forall e : 'I_N -> 'I_D -> nat,
          E (\prod_i \prod_j r i j ^+ e i j) =
          \prod_i \prod_j moment R s (e i j)) ->
        E (\sum_i (c (y i) - \sum_j (c (x i j) + r i j) * c (w j)) ^+ 2) =
        \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
        N%:R * s ^+ 2 * (\sum_j w j ^+ 2),
      forall (R : comRingType) N D (s : R),
        exists (A : comRingType) (c : {rmorphism R -> A})
          (E : {additive A -> R}) (r : 'I_N -> 'I_D -> A),
        (forall a z, E (c a * z) = a * E z) /\
        forall e : 'I_N -> 'I_D -> nat,
          E (\prod_i \prod_j r i j ^+ e i j) =
          \prod_i \prod_j moment R s (e i j) &
      forall (R : comRingType) (W : finType) (p : W -> R) N D
          (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R) (n : W -> 'I_N -> 'I_D -> R)
          (s2 : R),
        \sum_o p o = 1 ->
        (forall i j, \sum_o p o * n o i j = 0) ->
        (forall i j m, \sum_o p o * (n o i j * n o i m) = (j == m)%:R * s2) ->
        \sum_o p o * (\sum_i (y i - \sum_j (x i j + n o i j) * w j) ^+ 2) =
        \sum_i (y i - \sum_j x i j * w j) ^+ 2 +
        N%:R * s2 * (\sum_j w j ^+ 2)].
Proof.
move=> moment; split=> [R A c E N D x y w r s2 E_scale
    |R A c E N D x y w r s E_scale joint|R N D s
    |R W p N D x y w n s2 p1 mean cov].
- exact: expected_ridge.
- apply: (expected_ridge E_scale); first exact: normal_total joint.
    exact: normal_mean joint.
  exact: normal_covariance joint.
- have [A [c [E [g [E_scale joint]]]]] :=
    independent_moments #|{: 'I_N * 'I_D}| (normal_moment0 s).
  exists A, c, E, (fun i j => g (enum_rank (i, j))); split=> // e.
  have flat (S : comRingType) (F : 'I_#|{: 'I_N * 'I_D}| -> S) :
      \prod_i \prod_j F (enum_rank (i, j)) = \prod_k F k.
    rewrite pair_bigA [RHS](reindex (@enum_rank _)) /=; last first.
      by exists enum_val => k _; rewrite ?enum_rankK ?enum_valK.
    by apply: eq_bigr => -[i j].
  pose e' (k : 'I_#|{: 'I_N * 'I_D}|) := e (enum_val k).1 (enum_val k).2.
  have e'E (i : 'I_N) (j : 'I_D) : e' (enum_rank (i, j)) = e i j.
    by rewrite /e' enum_rankK.
  transitivity (E (\prod_k g k ^+ e' k)).
    rewrite -flat; congr (E _); apply: eq_bigr => i _; apply: eq_bigr => j _.
    by rewrite e'E.
  rewrite joint -flat; apply: eq_bigr => i _; apply: eq_bigr => j _.
  by rewrite e'E.
have [o0 _|none] := pickP (xpredT : pred W); last first.
  by move/eqP: p1; rewrite big_pred0 // eq_sym oner_eq0.
pose A := ffun_comRingType R o0.
pose c (a : R) : A := [ffun=> a].
have c_morph : rmorphism c.
  split=> [a b|]; first by apply/ffunP=> o; rewrite !ffunE.
  by split=> [a b|]; apply/ffunP=> o; rewrite !ffunE.
pose E (f : A) := \sum_o p o * (f : {ffun W -> R}) o.
have E_add : additive E.
  move=> f h; rewrite /E -sumrB; apply: eq_bigr => o _.
  by rewrite !ffunE mulrBr.
pose r i j : A := [ffun o => n o i j].
have E_scale a z : Additive E_add (RMorphism c_morph a * z) =
    a * Additive E_add z.
  rewrite /= /E mulr_sumr; apply: eq_bigr => o _.
  by rewrite !ffunE mulrCA.
have E1 : E 1 = 1.
  by rewrite -[RHS]p1; apply: eq_bigr => o _; rewrite ffunE mulr1.
have Er i j : E (r i j) = 0.
  by rewrite -[RHS](mean i j); apply: eq_bigr => o _; rewrite ffunE.
have Er2 i j m : E (r i j * r i m) = (j == m)%:R * s2.
  by rewrite -[RHS](cov i j m); apply: eq_bigr => o _; rewrite !ffunE.
have <- := expected_ridge E_scale x y w E1 Er Er2.
apply: eq_bigr => o _; congr (_ * _).
rewrite sum_ffunE; apply: eq_bigr => i _; rewrite expr2 !ffunE sum_ffunE -expr2.
congr ((_ - _) ^+ 2); apply: eq_bigr => j _.
by rewrite !ffunE.
Qed.

(* Its wrong twins, for any independent normal noise of deviation 2 on two    *)
(* features of one sample; there is such noise.                               *)
Section NoiseMutants.

Variables (A : comRingType) (c : {rmorphism rat -> A}).
Variables (E : {additive A -> rat}) (r : 'I_1 -> 'I_2 -> A).
Hypothesis E_scale : forall a z, E (c a * z) = a * E z.
Hypothesis joint : forall e : 'I_1 -> 'I_2 -> nat,
  E (\prod_i \prod_j r i j ^+ e i j) =
  \prod_i \prod_j normal_moment 2%:R (e i j).

Let noisy (w : 'I_2 -> rat) :=
  E (\sum_i (c 0 - \sum_j (c 0 + r i j) * c (w j)) ^+ 2).
Let clean (w : 'I_2 -> rat) : rat := \sum_(i < 1) (0 - \sum_j 0 * w j) ^+ 2.
Let ones (j : 'I_2) : rat := 1.

Let noisyE w : noisy w = clean w + 1%:R * 2%:R ^+ 2 * (\sum_j w j ^+ 2).
Proof.
have [_ normal _ _] := gaussian_noise_is_ridge.
exact: (normal _ _ _ _ _ _ (fun _ _ => 0) (fun=> 0) w _ _ E_scale joint).
Qed.

Lemma gaussian_noise_is_ridge_mutant_l1 :
  noisy ones <> clean ones + 1%:R * 2%:R ^+ 2 * (\sum_j `|ones j|) ^+ 2.
Proof.
by rewrite noisyE => /addrI; rewrite !big_ord_recl !big_ord0; apply/eqP.
Qed.

Lemma gaussian_noise_is_ridge_mutant_deviation :
  noisy ones <> clean ones + 1%:R * 2%:R * (\sum_j ones j ^+ 2).
Proof.
by rewrite noisyE => /addrI; rewrite !big_ord_recl !big_ord0; apply/eqP.
Qed.

Lemma gaussian_noise_is_ridge_mutant_summed :
  noisy ones <> clean ones + 1%:R * 2%:R ^+ 2 * (\sum_j ones j) ^+ 2.
Proof.
by rewrite noisyE => /addrI; rewrite !big_ord_recl !big_ord0; apply/eqP.
Qed.

Lemma gaussian_noise_is_ridge_mutant_half :
  noisy ones <>
  clean ones + 1%:R * (2%:R ^+ 2 / 2%:R) * (\sum_j ones j ^+ 2).
Proof.
by rewrite noisyE => /addrI; rewrite !big_ord_recl !big_ord0; apply/eqP.
Qed.

End NoiseMutants.

(* Noise that is correlated within a sample, the same for both features.      *)
Lemma gaussian_noise_is_ridge_mutant_correlated :
  let p (o : bool) : rat := 2%:R^-1 in
  let n (o : bool) (j : 'I_2) : rat := if o then 1 else -1 in
  [/\ \sum_o p o = 1, forall j, \sum_o p o * n o j = 0,
      forall j, \sum_o p o * n o j ^+ 2 = 1 &
      \sum_o p o * (0 - \sum_j (0 + n o j) * 1) ^+ 2 <>
      (0 - \sum_(j < 2) 0 * 1) ^+ 2 + 1 * (\sum_(j < 2) 1 ^+ 2)].
Proof.
move=> p n; split=> [|j|j|]; rewrite !big_bool.
- by apply/eqP.
- by apply/eqP.
- by apply/eqP.
by rewrite !big_ord_recl !big_ord0; apply/eqP.
Qed.

Section Dropout.

Variables (R : realDomainType) (D : nat) (p q : R).
Hypothesis pq1 : p + q = 1.

Definition drop_weight (S : {set 'I_D}) : R := \prod_j (if j \in S then p else
  q).

Lemma sum_prod_set (F G : 'I_D -> R) :
  \sum_(S : {set 'I_D}) \prod_j (if j \in S then F j else G j) =
  \prod_j (F j + G j).
Proof.
transitivity (\prod_j \sum_(b : bool) (if b then F j else G j)); last first.
  by apply: eq_bigr => j _; rewrite big_bool.
rewrite bigA_distr_bigA /=.
rewrite (reindex_onto (fun f : {ffun 'I_D -> bool} => [set j | f j])
  (fun S => [ffun j => j \in S])) /=; last first.
  by move=> S _; apply/setP=> j; rewrite inE ffunE.
rewrite (eq_bigl xpredT) => [|f]; last first.
  by apply/eqP/ffunP=> j; rewrite ffunE inE.
by apply: eq_bigr => f _; apply: eq_bigr => j _; rewrite inE.
Qed.

Lemma sum_drop_weight : \sum_S drop_weight S = 1.
Proof. by rewrite sum_prod_set big1 // => j _; rewrite pq1. Qed.

Lemma mean_keep2 j m :
  \sum_S drop_weight S * ((j \notin S)%:R * (m \notin S)%:R) =
  if j == m then q else q ^+ 2.
Proof.
transitivity (\sum_(S : {set 'I_D}) \prod_l
    (if l \in S then (if (l == j) || (l == m) then 0 else p) else q)).
  apply: eq_bigr => S _; case: (boolP (j \in S)) => jS /=.
    by rewrite mul0r mulr0 [RHS](bigD1 j) //= jS eqxx mul0r.
  case: (boolP (m \in S)) => mS /=.
    by rewrite mulr0 mulr0 [RHS](bigD1 m) //= mS eqxx orbT mul0r.
  rewrite !mulr1; apply: eq_bigr => l _; case: ifP => // lS; case: ifP => //.
  by case/orP=> /eqP lE; move: lS; rewrite lE ?(negPf jS) ?(negPf mS).
rewrite sum_prod_set (bigD1 j) //= eqxx add0r.
case: eqVneq => [<-|jm].
  rewrite big1 ?mulr1 // => l lj; rewrite (negPf lj) orbF.
  by rewrite ?(negPf lj) /= pq1.
rewrite (bigD1 m) 1?eq_sym //= eqxx orbT add0r big1 ?mulr1 ?expr2 //.
by move=> l /andP[lj lm]; rewrite (negPf lj) (negPf lm) /= pq1.
Qed.

End Dropout.

(* NB-2: dropout noise is the shrunken loss plus a scaled ridge. *)
Theorem dropout_noise_is_scaled_ridge (R : realDomainType) N D
    (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R) (p q : R) :
    p + q = 1 ->
  \sum_i \sum_(S : {set 'I_D}) (\prod_j (if j \in S then p else q)) *
    (y i - \sum_(j | j \notin S) x i j * w j) ^+ 2 =
  \sum_i (y i - q * (\sum_j x i j * w j)) ^+ 2 +
  p * q * (\sum_i \sum_j x i j ^+ 2 * w j ^+ 2).
Proof.
move=> pq1; rewrite mulr_sumr -big_split; apply: eq_bigr => i _ /=.
pose a j := x i j * w j; pose P := @drop_weight R D p q.
transitivity (y i ^+ 2 * (\sum_(S : {set 'I_D}) P S)
  - 2%:R * y i * (\sum_j a j * (\sum_(S : {set 'I_D}) P S *
      ((j \notin S)%:R * (j \notin S)%:R)))
  + \sum_j \sum_m a j * a m * (\sum_(S : {set 'I_D}) P S *
      ((j \notin S)%:R * (m \notin S)%:R))).
  have -> : \sum_j a j * (\sum_(S : {set 'I_D}) P S *
      ((j \notin S)%:R * (j \notin S)%:R)) =
      \sum_(S : {set 'I_D}) P S * (\sum_j (j \notin S)%:R * a j).
    transitivity (\sum_j \sum_(S : {set 'I_D}) P S * ((j \notin S)%:R * a j)).
      apply: eq_bigr => j _; rewrite mulr_sumr; apply: eq_bigr => S _.
      by case: (j \notin S); rewrite ?mul1r ?mul0r ?mulr0 // mulr1 mulrC.
    by rewrite exchange_big; apply: eq_bigr => S _; rewrite mulr_sumr.
  have -> : \sum_j \sum_m a j * a m * (\sum_(S : {set 'I_D}) P S *
      ((j \notin S)%:R * (m \notin S)%:R)) =
      \sum_(S : {set 'I_D}) P S * (\sum_j (j \notin S)%:R * a j) ^+ 2.
    transitivity (\sum_j \sum_m \sum_(S : {set 'I_D})
        P S * (((j \notin S)%:R * a j) * ((m \notin S)%:R * a m))).
      apply: eq_bigr => j _; apply: eq_bigr => m _; rewrite mulr_sumr.
      by apply: eq_bigr => S _; ring.
    transitivity (\sum_(S : {set 'I_D}) \sum_j \sum_m
        P S * (((j \notin S)%:R * a j) * ((m \notin S)%:R * a m))).
      rewrite [RHS]exchange_big; apply: eq_bigr => j _.
      by rewrite [RHS]exchange_big.
    apply: eq_bigr => S _; rewrite expr2 big_distrlr mulr_sumr.
    by apply: eq_bigr => j _ /=; rewrite mulr_sumr.
  rewrite !mulr_sumr -sumrB -big_split; apply: eq_bigr => S _ /=.
  have -> : \sum_(j | j \notin S) x i j * w j = \sum_j (j \notin S)%:R * a j.
    rewrite big_mkcond; apply: eq_bigr => j _.
    by case: (j \notin S); rewrite ?mul1r ?mul0r.
  have expand (c d b : R) : c * (d - b) ^+ 2 =
      d ^+ 2 * c - 2%:R * d * (c * b) + c * b ^+ 2 by ring.
  exact: expand.
rewrite (sum_drop_weight D pq1) mulr1.
have -> : \sum_j a j * (\sum_(S : {set 'I_D}) P S *
    ((j \notin S)%:R * (j \notin S)%:R)) = q * (\sum_j a j).
  by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mean_keep2 // eqxx mulrC.
have -> : \sum_j \sum_m a j * a m * (\sum_(S : {set 'I_D}) P S *
    ((j \notin S)%:R * (m \notin S)%:R)) =
    q ^+ 2 * (\sum_j a j) ^+ 2 + p * q * (\sum_j a j ^+ 2).
  rewrite (expr2 (\sum_j _)) big_distrlr !mulr_sumr -big_split /=.
  apply: eq_bigr => j _; rewrite (bigD1 j) //= mean_keep2 // eqxx.
  rewrite [in RHS](bigD1 j) //= mulrDr [RHS]addrAC; congr (_ + _).
    have -> : p = 1 - q by rewrite -pq1 addrK.
    by ring.
  rewrite mulr_sumr; apply: eq_bigr => m /negPf mj.
  by rewrite mean_keep2 // eq_sym mj mulrC.
have -> : \sum_j x i j ^+ 2 * w j ^+ 2 = \sum_j a j ^+ 2.
  by apply: eq_bigr => j _; rewrite exprMn.
by rewrite -/(a _); move: (\sum_j a j) (\sum_j a j ^+ 2) => b c; ring.
Qed.

(* NB-3: over the l2 ball the worst case is (|e_i| + d ||w||_2)^2.            *)
Theorem l2_ball_adds_norm_inside_the_square (R : realFieldType) N D
    (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R) (d nw : R) :
    0 <= d -> 0 <= nw -> nw ^+ 2 = \sum_j w j ^+ 2 ->
  (forall r : 'I_N -> 'I_D -> R, (forall i, \sum_j r i j ^+ 2 <= d ^+ 2) ->
    \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
    \sum_i (`|residual x y w i| + d * nw) ^+ 2) /\
  exists2 r : 'I_N -> 'I_D -> R, forall i, \sum_j r i j ^+ 2 <= d ^+ 2 &
    \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
    \sum_i (`|residual x y w i| + d * nw) ^+ 2.
Proof.
move=> d_ge0 nw_ge0 nw2; split=> [r r_le|].
  apply: ler_sum => i _; rewrite residual_shift; apply: sqr_le_norm.
  apply: le_trans (ler_norm_sub _ _) _; rewrite ler_add2l.
  by apply: dot_le_norms => //; rewrite nw2.
pose s i : R := (-1) ^+ (residual x y w i < 0)%R.
have s2 i : s i ^+ 2 = 1 by apply: sqr_side.
have se i : s i * `|residual x y w i| = residual x y w i by rewrite -numEsign.
exists (fun i j => - (s i * (d / nw) * w j)) => [i|].
  have -> : \sum_j (- (s i * (d / nw) * w j)) ^+ 2 = (d / nw) ^+ 2 * nw ^+ 2.
    rewrite nw2 mulr_sumr; apply: eq_bigr => j _.
    by rewrite sqrrN !exprMn s2 mul1r.
  case: (eqVneq nw 0) => [->|nw_neq0]; first by rewrite expr0n mulr0 sqr_ge0.
  by rewrite -exprMn divfK.
apply: eq_bigr => i _.
rewrite (residual_shift x y w (fun j => - (s i * (d / nw) * w j))).
have -> : \sum_j - (s i * (d / nw) * w j) * w j = - (s i * (d / nw * nw ^+ 2)).
  rewrite nw2 !mulr_sumr -sumrN; apply: eq_bigr => j _.
  by rewrite mulNr -!mulrA -expr2.
have -> : d / nw * nw ^+ 2 = d * nw.
  case: (eqVneq nw 0) => [->|nw_neq0]; first by rewrite expr0n !mulr0.
  by rewrite expr2 mulrA divfK.
by rewrite opprK -{1}(se i) -mulrDr exprMn s2 mul1r.
Qed.

(* NB-4: the two sides of the worst case are feature deletions, minima of a   *)
(* linear program.                                                            *)
Theorem worst_dropout_is_feature_deletion (R : realDomainType) (I : finType)
    (a : I -> R) k :
  [/\ forall z (v : I -> R), 0 <= z -> (forall j, 0 <= v j) ->
        (forall j, a j <= z + v j) -> topk k a <= k%:R * z + \sum_j v j,
      exists2 z, 0 <= z & topk k a = k%:R * z + \sum_j Num.max (a j - z) 0 &
      forall (N D : nat) (x : 'I_N -> 'I_D -> R) y w m i,
        exact_sample x y w m i = Num.max
          (residual x y w i + topk m (fun j => x i j * w j))
          (topk m (fun j => - (x i j * w j)) - residual x y w i) ^+ 2].
Proof.
split=> [z v z_ge0 v_ge0 a_le||N D x y w m i].
- apply: le_trans (topk_le_dual k a z_ge0) _; rewrite ler_add2l.
  apply: ler_sum => j _; rewrite le_maxl v_ge0 andbT ler_subl_addr addrC.
  exact: a_le.
- by have [z z_ge0 ->] := topk_dual k a; exists z.
rewrite exact_sampleE /gain /counter_gain /side_gain /side_counter.
case: (ltrP (residual x y w i) 0) => e_cmp.
  rewrite ltr0_norm // expr1 maxC opprK; congr (Num.max _ _ ^+ 2).
    by rewrite addrC; congr (_ + _); apply: eq_topk => j; rewrite mulN1r opprK.
  by rewrite addrC; congr (_ + _); apply: eq_topk => j; rewrite mulN1r.
rewrite ger0_norm // expr0; congr (Num.max (_ + _) (_ - _) ^+ 2).
  by apply: eq_topk => j; rewrite mul1r.
by apply: eq_topk => j; rewrite mul1r.
Qed.
