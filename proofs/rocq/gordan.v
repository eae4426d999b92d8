From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.

(******************************************************************************)
(* Theorems of the alternative over ordered fields, by Fourier and Motzkin's  *)
(* elimination of one unknown after the other. Either a finite system of      *)
(* linear inequalities has a solution d, or a mean of its rows, with weights  *)
(* u >= 0 of sum 1, is absurd:                                                *)
(*                                                                            *)
(*   fourier_motzkin == of rows . d <= c, the absurd mean is 0 <= something   *)
(*                      negative                                              *)
(*            gordan == of rows . d < 0, the absurd mean is 0 < 0             *)
(*            farkas == an inequality that others imply is a nonnegative      *)
(*                      combination of them                                   *)
(*                                                                            *)
(*         opposed a == the pairs of rows in which the unknown with the       *)
(*                      coefficients a has opposite signs (or none)           *)
(*         share a m == the weight of the second row of the pair m in the     *)
(*                      mean that no longer has the unknown                   *)
(*         blend h m == that mean, of the column h of the rows                *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Alternatives.

Variable R : realFieldType.

(* Finitely many lower bounds below finitely many upper bounds leave room.    *)
Lemma room_between (I : finType) (P Q : pred I) (f : I -> R) :
    (forall p q, P p -> Q q -> f q <= f p) ->
  exists2 z, forall p, P p -> z <= f p & forall q, Q q -> f q <= z.
Proof.
move=> le_QP; case: (pickP Q) => [q0 Qq0|Q0].
  case: (arg_maxP f Qq0) => m Qm max_m.
  by exists (f m) => [p Pp|q]; [apply: le_QP | apply: max_m].
case: (pickP P) => [p0 Pp0|P0].
  case: (arg_minP f Pp0) => m Pm min_m.
  by exists (f m) => [p|q]; [apply: min_m | rewrite Q0].
by exists 0 => i; rewrite ?P0 ?Q0.
Qed.

Section Elimination.

Variables (I : finType) (a : I -> R).

Definition opposed := {pq : I * I | (0 <= a pq.1) && (a pq.2 <= 0)}.

Definition share (m : opposed) := a (val m).1 / (a (val m).1 - a (val m).2).

Definition blend (h : I -> R) (m : opposed) :=
  (1 - share m) * h (val m).1 + share m * h (val m).2.

Let share01 (m : opposed) : 0 <= share m <= 1.
Proof.
rewrite /share; have := valP m; case: (val m) => p q /= /andP[p_ge0 q_le0].
have := p_ge0; rewrite le_eqVlt => /predU1P[<-|p_gt0].
  by rewrite mul0r lexx ler01.
have s_gt0 : 0 < a p - a q by rewrite subr_gt0 (le_lt_trans q_le0).
rewrite divr_ge0 ?(ltW s_gt0) //= ler_pdivr_mulr // mul1r.
by rewrite ler_addl oppr_ge0.
Qed.

Let blend_a (m : opposed) : blend a m = 0.
Proof.
rewrite /blend /share; have := valP m.
case: (val m) => p q /= /andP[p_ge0 q_le0].
have [s0|s_neq0] := eqVneq (a p - a q) 0; last by field.
have p0 : a p = 0.
  by apply/le_anti; rewrite p_ge0 andbT (subr0_eq s0).
by rewrite p0 !mul0r mulr0 addr0.
Qed.

(* Weights on the pairs, handed down to the rows.                             *)
Let spread (u : opposed -> R) (i : I) :=
  \sum_m u m * blend (fun p => (p == i)%:R) m.

Let sum_spread u (h : I -> R) :
  \sum_i spread u i * h i = \sum_m u m * blend h m.
Proof.
have pick p : \sum_i (p == i)%:R * h i = h p.
  rewrite (bigD1 p) //= eqxx mul1r big1 ?addr0 // => i.
  by rewrite eq_sym => /negPf->; rewrite mul0r.
under eq_bigr do rewrite mulr_suml; rewrite exchange_big.
apply: eq_bigr => m _; rewrite /blend -!pick !mulr_sumr -big_split mulr_sumr.
by apply: eq_bigr => i _ /=; ring.
Qed.

(* Where the blended rows hold, the unknown has a value for which all do.     *)
Lemma blend_solvable (v : I -> R) : (forall m : opposed, blend v m <= 0) ->
  exists z, forall i, v i + a i * z <= 0.
Proof.
move=> v_le0.
have bound p q : 0 < a p -> a q < 0 -> - v q / a q <= - v p / a p.
  move=> p_gt0 q_lt0; have s_gt0 : 0 < a p - a q.
    by rewrite subr_gt0 (lt_trans q_lt0).
  have pq : (0 <= a (p, q).1) && (a (p, q).2 <= 0) by rewrite /= !ltW.
  have := v_le0 (Sub (p, q) pq); rewrite /blend /share /= => le0.
  rewrite ler_ndivr_mulr // mulrAC ler_pdivr_mulr // -subr_le0.
  move: le0; rewrite -(pmulr_lle0 _ s_gt0); congr (_ <= 0).
  by field; rewrite gt_eqF.
have [z z_le z_ge] := room_between bound.
exists z => i; case: (ltrgt0P (a i)) => [i_gt0|i_lt0|i0].
- by rewrite -ler_subr_addl sub0r mulrC -ler_pdivl_mulr ?z_le.
- by rewrite -ler_subr_addl sub0r mulrC -ler_ndivr_mulr ?z_ge.
have ii : (0 <= a (i, i).1) && (a (i, i).2 <= 0) by rewrite /= i0 lexx.
have := v_le0 (Sub (i, i) ii).
by rewrite /blend /share /= i0 mul0r mul0r subr0 mul1r mul0r.
Qed.

Let spread_ge0 u : (forall m, 0 <= u m) -> forall i, 0 <= spread u i.
Proof.
move=> u_ge0 i; apply: sumr_ge0 => m _; have /andP[t_ge0 t_le1] := share01 m.
by rewrite mulr_ge0 // addr_ge0 // mulr_ge0 ?ler0n // subr_ge0.
Qed.

(* A mean of the blended rows is a mean of all rows, without the unknown.     *)
Lemma blend_mean (u : opposed -> R) : (forall m, 0 <= u m) -> \sum_m u m = 1 ->
  exists u' : I -> R, [/\ forall i, 0 <= u' i, \sum_i u' i = 1,
    \sum_i u' i * a i = 0 &
    forall h, \sum_i u' i * h i = \sum_m u m * blend h m].
Proof.
move=> u_ge0 u1; exists (spread u); split=> [|||h]; last exact: sum_spread.
- exact: spread_ge0.
- transitivity (\sum_i spread u i * 1).
    by apply: eq_bigr => i _; rewrite mulr1.
  rewrite sum_spread -[RHS]u1; apply: eq_bigr => m _.
  by rewrite /blend !mulr1 subrK mulr1.
by rewrite sum_spread big1 // => m _; rewrite blend_a mulr0.
Qed.

End Elimination.

Lemma fourier_motzkin_seq (J : eqType) (s : seq J) : uniq s ->
  forall (I : finType) (g : I -> J -> R) (c : I -> R),
    (forall d : J -> R, exists i, c i < \sum_(j <- s) g i j * d j) ->
  exists u : I -> R, [/\ forall i, 0 <= u i, \sum_i u i = 1,
    forall j, j \in s -> \sum_i u i * g i j = 0 & \sum_i u i * c i < 0].
Proof.
elim: s => [_|j s IHs /= /andP[j_s s_uniq]] I g c unsolvable.
  have [i] := unsolvable (fun=> 0); rewrite big_nil => ci_lt0.
  have pick (h : I -> R) : \sum_m (m == i)%:R * h m = h i.
    rewrite (bigD1 i) //= eqxx mul1r big1 ?addr0 // => m /negPf->.
    by rewrite mul0r.
  exists (fun m => (m == i)%:R); split=> // [m||]; rewrite ?ler0n ?pick //.
  by rewrite -[RHS](pick (fun=> 1)); apply: eq_bigr => m _; rewrite mulr1.
(* A solution of the blended rows would be one of all rows, with z for d j.   *)
have unsolvable' : forall d : J -> R, exists m : opposed (g^~ j),
    blend c m < \sum_(l <- s) blend (g^~ l) m * d l.
  move=> d; apply/existsP; apply: contraT; rewrite negb_exists => /forallP le_c.
  have [m|z z_le] :=
    @blend_solvable _ (g^~ j) (fun i => (\sum_(l <- s) g i l * d l) - c i).
    have := le_c m; rewrite -leNgt -(subr_le0 (blend c m)).
    congr (_ <= 0).
    under eq_bigr => l _ do rewrite /blend mulrDl -!(mulrA _ (g _ _)).
    rewrite big_split -!mulr_sumr /blend /=.
    by ring.
  have [i] := unsolvable (fun l => if l == j then z else d l).
  rewrite big_cons eqxx (eq_big_seq (fun l => g i l * d l)) => [|l l_s].
    by rewrite ltNge addrC -subr_le0 addrAC z_le.
  by case: eqP => // l_j; rewrite -l_j l_s in j_s.
have [u [u_ge0 u1 u_s u_c]] := IHs s_uniq _ _ _ unsolvable'.
have [u' [u'_ge0 u'1 u'_j u'E]] :=
  @blend_mean _ (g^~ j) _ u_ge0 u1.
exists u'; split=> // [l|]; last by rewrite (u'E c).
rewrite inE => /predU1P[->|l_s]; first exact: u'_j.
by rewrite (u'E (g^~ l)); apply: u_s.
Qed.

Lemma fourier_motzkin (I J : finType) (g : I -> J -> R) (c : I -> R) :
    (forall d : J -> R, exists i, c i < \sum_j g i j * d j) ->
  exists u : I -> R, [/\ forall i, 0 <= u i, \sum_i u i = 1,
    forall j, \sum_i u i * g i j = 0 & \sum_i u i * c i < 0].
Proof.
case/(fourier_motzkin_seq (index_enum_uniq J)) => u [u_ge0 u1 u_g u_c].
by exists u; split=> // j; apply: u_g; rewrite mem_index_enum.
Qed.

Lemma gordan (I J : finType) (g : I -> J -> R) :
    (forall d : J -> R, exists i, 0 <= \sum_j g i j * d j) ->
  exists u : I -> R, [/\ forall i, 0 <= u i, \sum_i u i = 1 &
    forall j, \sum_i u i * g i j = 0].
Proof.
move=> unsolvable.
have [d|u [u_ge0 u1 u_g _]] := @fourier_motzkin _ _ g (fun=> -1).
  by have [i] := unsolvable d; exists i; rewrite (lt_le_trans (ltrN10 R)).
by exists u.
Qed.

Lemma farkas (I J : finType) (A : I -> J -> R) (b : J -> R) :
    (forall d, (forall i, \sum_j A i j * d j <= 0) -> \sum_j b j * d j <= 0) ->
  exists u : I -> R, (forall i, 0 <= u i) /\ forall j, \sum_i u i * A i j = b j.
Proof.
move=> implied.
pose g (o : I + unit) j := if o is inl i then A i j else - b j.
pose c (o : I + unit) : R := if o is inl i then 0 else -1.
have sum_tt (u : I + unit -> R) : \sum_o u o = \sum_i u (inl i) + u (inr tt).
  by rewrite big_sumType; congr (_ + _); rewrite (big_pred1 tt) // => -[].
have [d|u [u_ge0 _ u_g]] := @fourier_motzkin _ _ g c.
  have [/forallP/implied d_le0|] :=
    boolP [forall i, \sum_j A i j * d j <= 0].
    exists (inr tt); rewrite /= (lt_le_trans (ltrN10 R)) //.
    by under eq_bigr do rewrite mulNr; rewrite sumrN oppr_ge0.
  rewrite negb_forall => /existsP[i]; rewrite -ltNge => d_gt0.
  by exists (inl i).
rewrite sum_tt /= big1 => [|i _]; last by rewrite mulr0.
rewrite add0r mulrN1 oppr_lt0 => u0_gt0.
exists (fun i => u (inl i) / u (inr tt)); split=> [i|j].
  by rewrite divr_ge0.
apply: (mulfI (lt0r_neq0 u0_gt0)); rewrite mulr_sumr.
have := u_g j; rewrite sum_tt /= mulrN => /subr0_eq <-.
by apply: eq_bigr => i _; rewrite mulrA [_ * (_ / _)]mulrC divfK ?gt_eqF.
Qed.

End Alternatives.
