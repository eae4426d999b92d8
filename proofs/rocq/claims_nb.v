From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem masks adversarial_dropout.

(******************************************************************************)
(* The neighbours a reader compares with, NB-1 to NB-4.                       *)
(*                                                                            *)
(*      drop_weight p q S == the probability that exactly S is dropped, when  *)
(*                         each feature is dropped with probability p and     *)
(*                         kept with probability q, independently             *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* NB-1: noise of mean 0 and variance s2, uncorrelated within a sample, adds  *)
(* a ridge; Gaussian noise enters through these moments only.                 *)
Theorem gaussian_noise_is_ridge (R : realDomainType) (W : finType) (p : W -> R)
    N D (x : 'I_N -> 'I_D -> R) y (w : 'I_D -> R) (n : W -> 'I_N -> 'I_D -> R)
    (s2 : R) :
    \sum_o p o = 1 ->
    (forall i j, \sum_o p o * n o i j = 0) ->
    (forall i j m, \sum_o p o * (n o i j * n o i m) = (j == m)%:R * s2) ->
  \sum_o p o * (\sum_i (y i - \sum_j (x i j + n o i j) * w j) ^+ 2) =
  \sum_i (y i - \sum_j x i j * w j) ^+ 2 + N%:R * s2 * (\sum_j w j ^+ 2).
Proof.
move=> p1 mean0 cov.
have sample i : \sum_o p o * (y i - \sum_j (x i j + n o i j) * w j) ^+ 2 =
    residual x y w i ^+ 2 + s2 * (\sum_j w j ^+ 2).
  set r := residual x y w i; pose z o := \sum_j n o i j * w j.
  transitivity (r ^+ 2 * (\sum_o p o) - 2%:R * r * (\sum_o p o * z o) +
      \sum_o p o * z o ^+ 2).
    rewrite !mulr_sumr -sumrB -big_split; apply: eq_bigr => o _ /=.
    by rewrite (residual_shift x y w (n o i)) -/r -/(z o); ring.
  have -> : \sum_o p o * z o = 0.
    transitivity (\sum_j (\sum_o p o * n o i j) * w j).
      transitivity (\sum_o \sum_j p o * n o i j * w j).
        by apply: eq_bigr => o _; rewrite mulr_sumr; apply: eq_bigr => j _;
          ring.
      by rewrite exchange_big; apply: eq_bigr => j _; rewrite mulr_suml.
    by rewrite big1 // => j _; rewrite mean0 mul0r.
  have -> : \sum_o p o * z o ^+ 2 = s2 * (\sum_j w j ^+ 2).
    transitivity (\sum_j \sum_m (\sum_o p o * (n o i j * n o i m)) * (w j * w
      m)).
      transitivity (\sum_o \sum_j \sum_m
          p o * (n o i j * n o i m) * (w j * w m)).
        apply: eq_bigr => o _; rewrite expr2 big_distrlr mulr_sumr.
        apply: eq_bigr => j _ /=; rewrite mulr_sumr; apply: eq_bigr => m _ /=.
        by ring.
      rewrite exchange_big; apply: eq_bigr => j _; rewrite exchange_big.
      by apply: eq_bigr => m _; rewrite mulr_suml.
    rewrite mulr_sumr; apply: eq_bigr => j _.
    rewrite (bigD1 j) //= [X in _ + X]big1 ?addr0 => [|m mj].
      by rewrite cov eqxx mul1r expr2.
    by rewrite cov eq_sym (negPf mj) !mul0r.
  by rewrite p1 mulr1 mulr0 subr0.
transitivity (\sum_i \sum_o p o * (y i - \sum_j (x i j + n o i j) * w j) ^+ 2).
  by rewrite exchange_big; apply: eq_bigr => o _; rewrite mulr_sumr.
rewrite (eq_bigr _ (fun i _ => sample i)) big_split sumr_const card_ord.
by rewrite -[_ *+ N]mulr_natl mulrA.
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
