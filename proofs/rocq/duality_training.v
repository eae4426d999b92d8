From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import claims_at gordan attainment.

(******************************************************************************)
(* Strong duality of adversarial training over the ball: half of BY-7. Names  *)
(* as in adversarial_training.v, and:                                         *)
(*                                                                            *)
(*          side a b == the sign of a; where a = 0, b says which sign         *)
(*     sign_of a s <-> s is a sign of each entry of a: at most 1 in absolute  *)
(*                     value, and s i * a i = |a i|; so any number of [-1, 1] *)
(*                     where a i = 0 (a subgradient of the sum of the |a i|)  *)
(*  worst x y w d i == |e_i| + d ||w||_1, the worst residual of sample i      *)
(* ball_slope x y w d v == half the derivative of the exact worst case at w   *)
(*                     along v                                                *)
(* ball_feasible x d alpha a == the constraints of the dual                   *)
(* ball_value y alpha a == 2 y . alpha - |a|^2, its objective                 *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Signs.

Variable R : realFieldType.
Implicit Types (a c t : R) (b : bool).

Definition side a b := if a != 0 then Num.sg a else (-1) ^+ b.

Lemma norm_side a b : `|side a b| = 1.
Proof.
rewrite /side; case: ifP => [a_neq0|_]; first by rewrite normr_sg a_neq0.
by rewrite normrX normrN1 expr1n.
Qed.

Lemma mul_side a b : side a b * a = `|a|.
Proof.
by rewrite /side; case: eqVneq => [->|_] /=;
  rewrite ?mulr0 ?normr0 ?mul_sg_self.
Qed.

(* A step that keeps a on its side of 0 changes |a| by a linear amount. *)
Lemma norm_step a c t : 0 <= t -> (a != 0 -> t * `|c| <= `|a|) ->
  `|a + t * c| = `|a| + t * (side a (c < 0)%R * c).
Proof.
move=> t_ge0; rewrite /side; case: eqVneq => [-> _|a_neq0 /(_ isT) le_a] /=.
  by rewrite add0r normr0 add0r normrM (ger0_norm t_ge0) -normrEsign.
have tc_le : `|t * c| <= `|a| by rewrite normrM (ger0_norm t_ge0).
move: tc_le a_neq0; rewrite ler_norml => /andP[]; case: (sgrP a) => // a_cmp.
  rewrite -subr_ge0 opprK addrC => ge0 _ _.
  by rewrite ger0_norm // mul1r.
rewrite opprK -[t * c <= _]subr_ge0 => _ ge0 _.
by rewrite ler0_norm -?[_ + _ <= 0]oppr_ge0 opprD // mulN1r mulrN.
Qed.

Lemma norm_steps (I : finType) (a c : I -> R) :
  exists2 u : R, 0 < u & forall t, 0 < t -> t <= u -> forall i,
    `|a i + t * c i| = `|a i| + t * (side (a i) (c i < 0)%R * c i).
Proof.
pose a1 i := if a i == 0 then 1 else a i.
have a1_neq0 i : a1 i != 0.
  by rewrite /a1; case: (eqVneq (a i) 0) => [_|//]; rewrite oner_eq0.
have [u u_gt0 le_u] := common_step c a1_neq0; exists u => // t t_gt0 t_le i.
apply: norm_step => [|/negPf a_neq0]; first exact: ltW.
move: (le_u i); rewrite /a1 a_neq0; apply: le_trans.
by rewrite ler_wpmul2r.
Qed.

Definition sign_of (I : Type) (a s : I -> R) :=
  forall i, `|s i| <= 1 /\ s i * a i = `|a i|.

(* Every mean of sides is a sign. *)
Lemma sign_of_mean (I K : finType) (a : I -> R) (b : K -> I -> bool)
    (u : K -> R) :
  (forall k, 0 <= u k) -> \sum_k u k = 1 ->
  sign_of a (fun i => \sum_k u k * side (a i) (b k i)).
Proof.
move=> u_ge0 u_sum i; split.
  rewrite -u_sum; apply: le_trans (ler_norm_sum _ _ _) _.
  by apply: ler_sum => k _; rewrite normrM norm_side mulr1 ger0_norm.
rewrite mulr_suml (eq_bigr (fun k => u k * `|a i|)) => [|k _]; last first.
  by rewrite -mulrA mul_side.
by rewrite -mulr_suml u_sum mul1r.
Qed.

Lemma dot_sign (I : finType) (a s : I -> R) : sign_of a s ->
  \sum_i s i * a i = \sum_i `|a i|.
Proof. by move=> s_a; apply: eq_bigr => i _; have [] := s_a i. Qed.

End Signs.

Section Dual.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R).
Implicit Types (w : 'I_D -> R) (d : R).

Definition ball_feasible d (alpha a : 'I_N -> R) :=
  (forall i, `|alpha i| <= a i) /\
  forall j, `|\sum_i x i j * alpha i| <= d * (\sum_i a i).

Definition ball_value (alpha a : 'I_N -> R) :=
  2%:R * (\sum_i alpha i * y i) - \sum_i a i ^+ 2.

Lemma ball_value_le w d alpha a : 0 <= d -> ball_feasible d alpha a ->
  ball_value alpha a <= ball_loss x y w d.
Proof. by move=> d_ge0 [le_a le_d]; apply: ball_loss_weak_duality. Qed.

End Dual.

Section StrongDuality.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R).
Implicit Types (w v : 'I_D -> R) (d : R).

Definition worst w d i := `|residual x y w i| + d * l1 w.

Lemma ball_lossE w d : ball_loss x y w d = \sum_i worst w d i ^+ 2.
Proof. by []. Qed.

Lemma residual_step w v t i :
  residual x y (fun j => w j + t * v j) i =
  residual x y w i + t * - (\sum_j x i j * v j).
Proof.
rewrite /residual -addrA mulrN mulr_sumr -opprD -big_split; congr (_ - _).
by apply: eq_bigr => j _ /=; ring.
Qed.

(* Half the slope of the loss at w along v. *)
Definition ball_slope w d v :=
  \sum_i worst w d i *
    (side (residual x y w i) (- (\sum_j x i j * v j) < 0)%R *
       - (\sum_j x i j * v j) +
     d * \sum_j side (w j) (v j < 0)%R * v j).

(* At a minimiser no slope is negative. *)
Lemma ball_slope_ge0 w d v : 0 <= d ->
  (forall u, ball_loss x y w d <= ball_loss x y u d) ->
  0 <= ball_slope w d v.
Proof.
move=> d_ge0 w_opt; pose c i :=
  side (residual x y w i) (- (\sum_j x i j * v j) < 0)%R *
       - (\sum_j x i j * v j) +
     d * \sum_j side (w j) (v j < 0)%R * v j.
have [u1 u1_gt0 step1] :=
  norm_steps (residual x y w) (fun i => - \sum_j x i j * v j).
have [u2 u2_gt0 step2] := norm_steps w v.
have u_gt0 : 0 < Num.min u1 u2 by rewrite lt_minr u1_gt0.
have slopeE : ball_slope w d v = \sum_i worst w d i * c i by [].
rewrite -(pmulr_rge0 _ (ltr0n R 2)) -oppr_le0 slopeE.
apply: (@le0_of_small _ _ (\sum_i c i ^+ 2) _ u_gt0) => t t_gt0.
rewrite le_minr => /andP[t_u1 t_u2].
have worst_t i : worst (fun j => w j + t * v j) d i = worst w d i + t * c i.
  rewrite /worst residual_step step1 // /l1.
  rewrite (eq_bigr _ (fun j _ => step2 t t_gt0 t_u2 j)) big_split -mulr_sumr /=.
  rewrite /c; move: `|residual x y w i| (\sum_j `|w j|).
  move: (\sum_j side _ _ * _) (side _ _ * _).
  by move=> o p q r; ring.
have := w_opt (fun j => w j + t * v j).
rewrite !ball_lossE -subr_ge0 -sumrB => opt.
rewrite -(ler_pmul2l t_gt0) -subr_ge0; apply: le_trans opt _.
rewrite le_eqVlt; apply/orP; left.
rewrite (eq_bigr (fun i => 2%:R * t * (worst w d i * c i) +
  t ^+ 2 * c i ^+ 2)) => [|i _]; last by rewrite worst_t; ring.
rewrite big_split -!mulr_sumr /=; apply/eqP.
by move: (\sum_i _ * _) (\sum_i _ ^+ 2) => p q; ring.
Qed.

(* By Gordan's lemma some mean of the smooth pieces has slope 0 at once in    *)
(* all directions.                                                            *)
Lemma ball_minimiser_balances w d : 0 <= d ->
  (forall u, ball_loss x y w d <= ball_loss x y u d) ->
  exists s t, [/\ sign_of (residual x y w) s, sign_of w t &
    forall j, \sum_i x i j * (worst w d i * s i) =
      d * (\sum_i worst w d i) * t j].
Proof.
move=> d_ge0 w_opt; set a := worst w d; pose e := residual x y w.
pose piece := ({ffun 'I_N -> bool} * {ffun 'I_D -> bool})%type.
pose g (b : piece) j :=
  \sum_i a i * (d * side (w j) (b.2 j) - side (e i) (b.1 i) * x i j).
have dirs v : exists b, 0 <= \sum_j g b j * v j.
  exists ([ffun i => (- (\sum_j x i j * v j) < 0)%R], [ffun j => (v j < 0)%R]).
  apply: le_trans (ball_slope_ge0 v d_ge0 w_opt) _; rewrite le_eqVlt.
  apply/orP; left; apply/eqP.
  rewrite (eq_bigr (fun j => \sum_i a i * ((d * side (w j) (v j < 0)%R -
    side (e i) (- (\sum_j x i j * v j) < 0)%R * x i j) * v j))) => [|j _];
    last first.
    rewrite mulr_suml; apply: eq_bigr => i _; rewrite !ffunE -mulrA.
    by [].
  rewrite exchange_big; apply: eq_bigr => i _ /=; rewrite -mulr_sumr.
  congr (_ * _); rewrite -/(e i) mulrN -mulNr; move: (side (e i) _) => p.
  by rewrite !mulr_sumr -big_split; apply: eq_bigr => j _ /=; ring.
have [u [u_ge0 u_sum balanced]] := @gordan _ _ _ _ dirs.
pose s i := \sum_b u b * side (e i) (b.1 i).
pose t j := \sum_b u b * side (w j) (b.2 j).
exists s, t; split=> [||j].
- exact: (sign_of_mean e (fun (b : piece) i => b.1 i)).
- exact: (sign_of_mean w (fun (b : piece) j => b.2 j)).
have := balanced j.
rewrite (eq_bigr (fun b => \sum_i a i * (d * (u b * side (w j) (b.2 j)) -
  x i j * (u b * side (e i) (b.1 i))))) => [|b _]; last first.
  rewrite mulr_sumr; apply: eq_bigr => i _.
  by move: (a i) (x i j) (u b) (side (e i) _) (side (w j) _) => *; ring.
rewrite exchange_big /= => /eqP.
rewrite (eq_bigr (fun i => d * t j * a i - x i j * (a i * s i))) => [|i _].
  rewrite sumrB -mulr_sumr subr_eq0 => /eqP<-.
  by rewrite mulrAC.
rewrite -mulr_sumr sumrB -!mulr_sumr -/(s i) -/(t j).
by move: (a i) (s i) (t j) (x i j) => *; ring.
Qed.

(* What a dual candidate misses, in three terms that are each nonnegative.    *)
Lemma duality_gap w d (alpha a : 'I_N -> R) :
  ball_loss x y w d - (2%:R * (\sum_i alpha i * y i) - \sum_i a i ^+ 2) =
  (\sum_i (worst w d i - a i) ^+ 2) +
  2%:R * (\sum_i (a i * `|residual x y w i| - alpha i * residual x y w i)) +
  2%:R * (\sum_j (d * (\sum_i a i) * `|w j| -
    (\sum_i x i j * alpha i) * w j)).
Proof.
have := dot_residual x y w alpha; rewrite !sumrB -mulr_sumr => ->.
have -> : \sum_i (worst w d i - a i) ^+ 2 = ball_loss x y w d +
    \sum_i a i ^+ 2 - 2%:R * (\sum_i a i * `|residual x y w i|) -
    2%:R * (d * (\sum_i a i) * l1 w).
  rewrite ball_lossE -mulrA mulrCA mulr_suml !mulr_sumr -big_split -!sumrB.
  apply: eq_bigr => i _ /=; rewrite /worst.
  by move: (l1 w) `|residual x y w i| (a i) => *; ring.
rewrite /l1; move: (ball_loss x y w d) (\sum_j `|w j|) (\sum_j _ * w j).
move: (\sum_i alpha i * y i) (\sum_i a i ^+ 2) (\sum_i a i * _) (\sum_i a i).
by move=> *; ring.
Qed.

(* Weights w minimise the exact worst case over the ball iff some dual point  *)
(* has their value; such a point has a i = |e_i| + d ||w||_1 and the signs of *)
(* e and of w wherever these are not 0.                                       *)
Lemma training_regression_has_strong_duality w d : 0 <= d ->
  ((forall v, ball_loss x y w d <= ball_loss x y v d) <->
   exists alpha a,
     ball_feasible x d alpha a /\ ball_value y alpha a = ball_loss x y w d) /\
  forall alpha a, ball_feasible x d alpha a ->
      ball_value y alpha a = ball_loss x y w d ->
    [/\ forall i, a i = `|residual x y w i| + d * (\sum_j `|w j|),
        forall i, alpha i * residual x y w i = a i * `|residual x y w i| &
        forall j, (\sum_i x i j * alpha i) * w j =
          d * (\sum_i a i) * `|w j|].
Proof.
move=> d_ge0; have worst_ge0 i : 0 <= worst w d i.
  by rewrite addr_ge0 // mulr_ge0 ?l1_ge0.
have total_ge0 : 0 <= d * (\sum_i worst w d i) by rewrite mulr_ge0 ?sumr_ge0.
split; last first.
  move=> alpha a [le_a le_d] valueE.
  have sqr_ge0s i : 0 <= (worst w d i - a i) ^+ 2 by apply: sqr_ge0.
  have res_ge0 i :
      0 <= a i * `|residual x y w i| - alpha i * residual x y w i.
    by rewrite subr_ge0 (le_trans (mulr_le_norm _ _)) // ler_wpmul2r.
  have wei_ge0 j : 0 <= d * (\sum_i a i) * `|w j| -
      (\sum_i x i j * alpha i) * w j.
    by rewrite subr_ge0 (le_trans (mulr_le_norm _ _)) // ler_wpmul2r.
  have := duality_gap w d alpha a.
  rewrite -/(ball_value y alpha a) valueE subrr.
  move/esym/eqP; rewrite !paddr_eq0 ?addr_ge0 ?mulr_ge0 ?sumr_ge0 ?ler0n //.
  rewrite !mulf_eq0 pnatr_eq0 /= => /andP[/andP[]].
  rewrite !psumr_eq0 // => /allP sqr0 /allP res0 /allP wei0.
  split=> [i|i|j].
  - have := sqr0 i (mem_index_enum i).
    by rewrite sqrf_eq0 subr_eq0 => /eqP.
  - have := res0 i (mem_index_enum i).
    by rewrite subr_eq0 => /eqP.
  have := wei0 j (mem_index_enum j).
  by rewrite subr_eq0 => /eqP.
split=> [w_opt|[alpha [a [feasible <-]]] v]; last exact: ball_value_le.
have [s [t [s_e t_w balanced]]] := ball_minimiser_balances d_ge0 w_opt.
exists (fun i => worst w d i * s i), (worst w d); split; first split=> [i|j].
- have [s_le _] := s_e i.
  by rewrite normrM (ger0_norm (worst_ge0 i)) ler_pimulr.
- have [t_le _] := t_w j.
  by rewrite balanced normrM (ger0_norm total_ge0) ler_pimulr.
apply/eqP; rewrite eq_sym -subr_eq0 duality_gap big1 => [|i _]; last first.
  by rewrite subrr expr0n.
rewrite big1 => [|i _]; last by have [_ s_i] := s_e i; rewrite -mulrA s_i subrr.
rewrite big1 => [|j _]; first by rewrite mulr0 !addr0.
by have [_ t_j] := t_w j; rewrite balanced -[X in _ - X]mulrA t_j subrr.
Qed.

End StrongDuality.

(* Both sides of the dual read in a larger ordered field. *)
Section Extension.

Variables (F R : realFieldType) (f : {rmorphism F -> R}).
Hypothesis f_le : {mono f : a b / a <= b}.
Variables (N D : nat) (x : 'I_N -> 'I_D -> F) (y : 'I_N -> F).

Let fx i j := f (x i j).
Let fy i := f (y i).

Let f_norm a : `|f a| = f `|a|.
Proof.
have f_ge0 b : (0 <= f b) = (0 <= b) by rewrite -(rmorph0 f) f_le.
case: (lerP 0 a) => [a_ge0|/ltW a_le0]; first by rewrite !ger0_norm ?f_ge0.
by rewrite !ler0_norm ?rmorphN // -oppr_ge0 -rmorphN f_ge0 oppr_ge0.
Qed.

Lemma ball_loss_extended w d :
  ball_loss fx fy (fun j => f (w j)) (f d) = f (ball_loss x y w d).
Proof.
rewrite rmorph_sum; apply: eq_bigr => i _.
have -> : residual fx fy (fun j => f (w j)) i = f (residual x y w i).
  rewrite rmorphB rmorph_sum; congr (_ - _).
  by apply: eq_bigr => j _; rewrite rmorphM.
have -> : l1 (fun j => f (w j)) = f (l1 w).
  by rewrite rmorph_sum; apply: eq_bigr => j _; rewrite f_norm.
by rewrite f_norm -rmorphM -rmorphD -rmorphX.
Qed.

Lemma ball_value_extended alpha a :
  ball_value fy (fun i => f (alpha i)) (fun i => f (a i)) =
  f (ball_value y alpha a).
Proof.
rewrite rmorphB rmorphM rmorph_nat !rmorph_sum; congr (_ * _ - _).
  by apply: eq_bigr => i _; rewrite rmorphM.
by apply: eq_bigr => i _; rewrite rmorphX.
Qed.

Lemma ball_feasible_extended d alpha a : ball_feasible x d alpha a ->
  ball_feasible fx (f d) (fun i => f (alpha i)) (fun i => f (a i)).
Proof.
case=> le_a le_d; split=> [i|j]; first by rewrite f_norm f_le.
have -> : \sum_i fx i j * f (alpha i) = f (\sum_i x i j * alpha i).
  by rewrite rmorph_sum; apply: eq_bigr => i _; rewrite rmorphM.
by rewrite f_norm -rmorph_sum -rmorphM f_le.
Qed.

Lemma ball_optimum_extended d : 0 <= d ->
  exists w : 'I_D -> F, forall v : 'I_D -> R,
    ball_loss fx fy (fun j => f (w j)) (f d) <= ball_loss fx fy v (f d).
Proof.
move=> d_ge0; have [w w_min] := ball_loss_attained x y d_ge0; exists w => v.
have [[dual _] _] := training_regression_has_strong_duality x y w d_ge0.
have [alpha [a [feasible valueE]]] := dual w_min.
rewrite ball_loss_extended -valueE -ball_value_extended.
apply: ball_value_le (ball_feasible_extended feasible).
by rewrite -(rmorph0 f) f_le.
Qed.

End Extension.

(* At one sample and one feature. *)
Lemma ball_loss_line (R : realFieldType) (a b d : R) (w : 'I_1 -> R) :
  ball_loss (fun _ _ : 'I_1 => a) (fun=> b) w d =
  (`|b - a * w ord0| + d * `|w ord0|) ^+ 2.
Proof. by rewrite /ball_loss /residual /l1 !big_ord1. Qed.
