From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout.
From LinearRegression Require Import claims_at claims_ad attainment.

(******************************************************************************)
(* The rest of what the closed forms lead to beyond the paper: BY-6, BY-10,   *)
(* BY-13 and BY-14. Names as in adversarial_training.v and                    *)
(* adversarial_dropout.v, and:                                                *)
(*                                                                            *)
(*      shared p q w j == w j, but the mean of w p and w q at p and at q      *)
(* logit W b x kept S c == the score of class c of a linear head with weights *)
(*                         W and biases b, the features in kept present, then *)
(*                         those in S flipped                                 *)
(*      head_margin c S == the score of class c less that of the label        *)
(*      flip_change c j == what flipping j adds to this margin                *)
(*         best_flips c == the (at most) k flips that add most to it          *)
(*    lasso x y w d v == the lasso objective at v, its weight the lambda that *)
(*                         BY-13 makes of w and d                             *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section DuplicateColumns.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (p q : 'I_D).
Hypothesis same_columns : forall i, x i p = x i q.
Implicit Types (w : 'I_D -> R) (k : nat) (d : R).

Definition shared w j :=
  if (j == p) || (j == q) then (w p + w q) / 2%:R else w j.

Local Notation swap := (tperm p q).

Lemma data_swap i j : x i (swap j) = x i j.
Proof. by case: tpermP => [->|->|]. Qed.

Lemma exact_loss_swap w k :
  exact_loss x y (fun j => w (swap j)) k <= exact_loss x y w k.
Proof.
apply: ler_sum => i _; apply: bigmaxr_le => [|S Sk].
  exact: exact_sample_ge0.
have -> : dropped_residual x y (fun j => w (swap j)) i S =
    dropped_residual x y w i (swap @: S).
  rewrite /dropped_residual [in RHS](reindex_inj (@perm_inj _ swap)) /=.
  congr (_ - _); apply: eq_big => [j|j _]; last by rewrite data_swap.
  by rewrite mem_imset //; exact: perm_inj.
apply: le_exact_sample; rewrite card_imset //; exact: perm_inj.
Qed.

Lemma ball_loss_swap w d :
  ball_loss x y (fun j => w (swap j)) d = ball_loss x y w d.
Proof.
have l1_swap : l1 (fun j => w (swap j)) = l1 w.
  by rewrite /l1 [in RHS](reindex_inj (@perm_inj _ swap)).
apply: eq_bigr => i _; rewrite l1_swap; congr ((`|_ - _| + _) ^+ 2).
rewrite [in RHS](reindex_inj (@perm_inj _ swap)) /=.
by apply: eq_bigr => j _; rewrite data_swap.
Qed.

Lemma half01 : 0 <= (2%:R^-1 : R) <= 1.
Proof. by rewrite invr_ge0 ler0n invf_le1 ?ltr0n // ler1n. Qed.

Lemma halfE : (1 - 2%:R^-1 : R) = 2%:R^-1.
Proof.
by apply/eqP; rewrite subr_eq -mulr2n -[_ *+ 2]mulr_natl mulfV // pnatr_eq0.
Qed.

Lemma sharedE w :
  shared w =1 (fun j => (1 - 2%:R^-1) * w j + 2%:R^-1 * w (swap j)).
Proof.
move=> j; rewrite /shared halfE -mulrDr [RHS]mulrC.
case: tpermP => [->|->|/eqP/negPf-> /eqP/negPf->] /=.
- by rewrite eqxx.
- by rewrite eqxx orbT [w p + _]addrC.
by rewrite -mulr2n -[_ *+ 2]mulr_natl [2%:R * _]mulrC mulfK // pnatr_eq0.
Qed.

Lemma mean_le (a b : R) : b <= a -> (1 - 2%:R^-1) * a + 2%:R^-1 * b <= a.
Proof.
move=> le_ba; apply: (@ler_by_sub _ _ _ (2%:R^-1 * (a - b))); first by ring.
by rewrite mulr_ge0 ?subr_ge0 // invr_ge0 ler0n.
Qed.

Lemma exact_loss_shared w k :
  exact_loss x y (shared w) k <= exact_loss x y w k.
Proof.
have -> : exact_loss x y (shared w) k = exact_loss x y
    (fun j => (1 - 2%:R^-1) * w j + 2%:R^-1 * w (swap j)) k.
  by apply: eq_exact_loss => i j; rewrite sharedE.
apply: le_trans (exact_loss_convex _ _ _ _ _ half01) (mean_le _).
exact: exact_loss_swap.
Qed.

Lemma ball_loss_shared w d : 0 <= d ->
  ball_loss x y (shared w) d <= ball_loss x y w d.
Proof.
move=> d_ge0; rewrite (_ : ball_loss x y (shared w) d =
  ball_loss x y (fun j => (1 - 2%:R^-1) * w j + 2%:R^-1 * w (swap j)) d).
  apply: le_trans (ball_loss_convex _ _ _ _ d_ge0 half01) (mean_le _).
  by rewrite ball_loss_swap.
apply: eq_bigr => i _; congr ((`|_ - _| + _ * _) ^+ 2).
  by apply: eq_bigr => j _; rewrite sharedE.
by apply: eq_bigr => j _; rewrite sharedE.
Qed.

(* BY-6: giving two equal columns the mean of their weights never raises      *)
(* either exact worst case; both have an optimum, so one that shares.         *)
Theorem duplicate_columns_can_share_weight :
  [/\ forall w k, exact_loss x y (shared w) k <= exact_loss x y w k,
      forall w d, 0 <= d -> ball_loss x y (shared w) d <= ball_loss x y w d,
      forall k, exists2 v : 'I_D -> R, v p = v q &
        forall u, exact_loss x y v k <= exact_loss x y u k &
      forall d, 0 <= d -> exists2 v : 'I_D -> R, v p = v q &
        forall u, ball_loss x y v d <= ball_loss x y u d].
Proof.
have share w : shared w p = shared w q by rewrite /shared !eqxx orbT.
split=> [w k|w d|k|d d_ge0]; [exact: exact_loss_shared | | |].
- exact: ball_loss_shared.
- have [w w_opt] := exact_loss_attained x y k; exists (shared w) => // u.
  exact: le_trans (exact_loss_shared _ _) (w_opt u).
have [w w_opt] := ball_loss_attained x y d_ge0; exists (shared w) => // u.
exact: le_trans (ball_loss_shared _ d_ge0) (w_opt u).
Qed.

End DuplicateColumns.

Section LinearHead.

Variables (R : realDomainType) (C D : nat).
Variables (W : 'I_C -> 'I_D -> R) (b : 'I_C -> R) (x : 'I_D -> R).
Variables (kept : {set 'I_D}) (y : 'I_C) (k : nat).
Implicit Types (S : {set 'I_D}) (c : 'I_C).

Definition logit S c :=
  b c + \sum_(j | (j \in kept) (+) (j \in S)) W c j * x j.

Definition head_margin c S := logit S c - logit S y.

Definition flip_change c j :=
  (-1) ^+ (j \in kept) * ((W c j - W y j) * x j).

Definition best_flips c := largest k (flip_change c).

Lemma logitE S c :
  logit S c = logit set0 c + \sum_(j in S) (-1) ^+ (j \in kept) * (W c j * x j).
Proof.
rewrite /logit -addrA; congr (_ + _).
rewrite [LHS]big_mkcond [X in X + _]big_mkcond [X in _ + X]big_mkcond.
rewrite -big_split; apply: eq_bigr => j _; rewrite in_set0 addbF /=.
case: (j \in kept); case: (j \in S); rewrite /= ?expr1 ?expr0 ?addr0 ?add0r //.
  by rewrite mulN1r subrr.
by rewrite mul1r.
Qed.

Lemma head_marginE c S :
  head_margin c S = head_margin c set0 + \sum_(j in S) flip_change c j.
Proof.
rewrite /head_margin (logitE S c) (logitE S y) opprD addrACA -sumrB.
by congr (_ + _); apply: eq_bigr => j _; rewrite /flip_change mulrBl mulrBr.
Qed.

Lemma head_margin_best c S : (#|S| <= k)%N ->
  head_margin c S <= head_margin c (best_flips c).
Proof.
move=> Sk; rewrite (head_marginE c S) (head_marginE c (best_flips c)).
by rewrite ler_add2l /best_flips sum_largest le_topk.
Qed.

Lemma head_margin_label S : head_margin y S = 0.
Proof. by rewrite /head_margin subrr. Qed.

(* BY-14: the margin of every class over the label is largest after the k     *)
(* largest useful flips. With f for exp: the worst sum of the exponentials of *)
(* the margins, whose logarithm is the cross entropy, lies between the        *)
(* logistic one of the best margin and C times it; for two classes it is the  *)
(* logistic one.                                                              *)
Theorem head_margins_are_maximised_by_sorting :
  [/\ forall c, (#|best_flips c| <= k)%N,
      forall c S, (#|S| <= k)%N ->
        head_margin c S <= head_margin c (best_flips c),
      forall c, head_margin c (best_flips c) =
        head_margin c set0 + topk k (flip_change c) &
      forall f : R -> R, (forall s, 0 <= f s) ->
          {homo f : s t / s <= t} ->
        let best := \big[Num.max/0]_(c | c != y)
          f (head_margin c (best_flips c)) in
        let total S := \sum_c f (head_margin c S) in
        [/\ forall S, (#|S| <= k)%N -> total S <= C%:R * (f 0 + best),
            exists2 S : {set 'I_D}, (#|S| <= k)%N & f 0 + best <= total S &
            C = 2%N -> forall S, (#|S| <= k)%N -> total S <= f 0 + best]].
Proof.
split=> [c|c S|c|f f_ge0 f_homo best total].
- exact: card_largest.
- exact: head_margin_best.
- by rewrite head_marginE /best_flips sum_largest.
have best_ge0 : 0 <= best by apply: bigmaxr_ge0.
have totalE S : total S = f 0 + \sum_(c | c != y) f (head_margin c S).
  by rewrite /total (bigD1 y) //= head_margin_label.
have le_best S c : (#|S| <= k)%N -> c != y -> f (head_margin c S) <= best.
  move=> Sk c_neq; apply: le_trans (f_homo _ _ (head_margin_best c Sk)) _.
  exact: (@le_bigmaxr _ _ _ (fun c => f (head_margin c (best_flips c)))).
split=> [S Sk||C2 S Sk].
- have -> : C%:R * (f 0 + best) = \sum_(c < C) (f 0 + best).
    by rewrite sumr_const card_ord mulr_natl.
  apply: ler_sum => c _; case: (eqVneq c y) => [->|c_neq].
    by rewrite head_margin_label ler_addl.
  by apply: le_trans (le_best _ _ Sk c_neq) _; rewrite ler_addr.
- case: (pickP (fun c => c != y)) => [c0 c0_neq|none].
    have [c c_neq c_best] := @bigmaxr_ex _ _ (fun c => c != y)
      (fun c => f (head_margin c (best_flips c))) _ c0_neq (f_ge0 _).
    exists (best_flips c); first exact: card_largest.
    rewrite totalE ler_add2l /best -c_best (bigD1 c) //= ler_addl.
    exact: sumr_ge0.
  exists set0; first by rewrite cards0.
  by rewrite totalE ler_add2l /best !big_pred0.
rewrite totalE ler_add2l; case: (pickP (fun c => c != y)) => [c c_neq|none].
  rewrite (big_pred1 c) => [|a]; first exact: le_best.
  apply/idP/eqP => [a_neq|->//].
  have /cards1P[m yE] : #|[set~ y]| == 1%N by rewrite cardsC1 card_ord C2.
  have : a \in [set~ y] by rewrite !inE.
  have : c \in [set~ y] by rewrite !inE.
  by rewrite yE !inE => /eqP-> /eqP.
by rewrite big_pred0.
Qed.

End LinearHead.

(* BY-10: against moves of whole rows, taken from any set B in which          *)
(* |r . w| <= d nw is attained on both sides (the dual norm of w), the worst  *)
(* case is the sum of (|e_i| + d nw)^2. With both samples 0 and targets 3 and *)
(* 4, rows of size at most 1 give 41 and columns of Euclidean norm at most 1  *)
(* give 36.                                                                   *)
Theorem row_and_column_attacks_differ :
  [/\ forall (R : realDomainType) N D (x : 'I_N -> 'I_D -> R) y w
          (B : ('I_D -> R) -> Prop) (d nw : R),
        (forall r, B r -> `|\sum_j r j * w j| <= d * nw) ->
        (exists2 r, B r & \sum_j r j * w j = d * nw) ->
        (exists2 r, B r & \sum_j r j * w j = - (d * nw)) ->
        (forall r : 'I_N -> 'I_D -> R, (forall i, B (r i)) ->
          \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 <=
          \sum_i (`|residual x y w i| + d * nw) ^+ 2) /\
        exists2 r : 'I_N -> 'I_D -> R, forall i, B (r i) &
          \sum_i (y i - \sum_j (x i j + r i j) * w j) ^+ 2 =
          \sum_i (`|residual x y w i| + d * nw) ^+ 2,
      let moved (r : 'I_2 -> 'I_1 -> rat) :=
        \sum_(i < 2) ((i + 3)%:R - \sum_j (0 + r i j) * 1) ^+ 2 in
      (forall r, (forall i j, `|r i j| <= 1) -> moved r <= 41%:R) /\
      exists2 r, forall i j, `|r i j| <= 1 & moved r = 41%:R &
      let moved (r : 'I_2 -> 'I_1 -> rat) :=
        \sum_(i < 2) ((i + 3)%:R - \sum_j (0 + r i j) * 1) ^+ 2 in
      (forall r, (forall j, \sum_i r i j ^+ 2 <= 1) -> moved r <= 36%:R) /\
      exists2 r, forall j, \sum_i r i j ^+ 2 <= 1 & moved r = 36%:R].
Proof.
have movedE (r : 'I_2 -> 'I_1 -> rat) :
    \sum_(i < 2) ((i + 3)%:R - \sum_j (0 + r i j) * 1) ^+ 2 =
    (3%:R - r ord0 ord0) ^+ 2 + (4%:R - r (lift ord0 ord0) ord0) ^+ 2.
  by rewrite big_ord_recl !big_ord1 !add0r !mulr1.
have in_disc (a b : rat) : a ^+ 2 + b ^+ 2 <= 1 ->
    (3%:R - a) ^+ 2 + (4%:R - b) ^+ 2 <= 36%:R.
  move=> ab_le; rewrite -(@ler_pmul2l _ 5%:R) //.
  apply: (@ler_by_sub _ _ _ ((3%:R + 5%:R * a) ^+ 2 +
    (4%:R + 5%:R * b) ^+ 2 + 30%:R * (1 - (a ^+ 2 + b ^+ 2)))); first by ring.
  by rewrite addr_ge0 ?mulr_ge0 ?subr_ge0 // addr_ge0 ?sqr_ge0.
split=> [R N D x y w B d nw B_le [r Br r_up] [s Bs s_down]|moved|moved].
- have dnw_ge0 : 0 <= d * nw by apply: le_trans (B_le r Br).
  split=> [u Bu|].
    apply: ler_sum => i _; rewrite residual_shift; apply: sqr_le_norm.
    by apply: le_trans (ler_norm_sub _ _) _; rewrite ler_add2l B_le.
  exists (fun i => if residual x y w i < 0 then r else s) => [i|].
    by case: ifP.
  apply: eq_bigr => i _; rewrite residual_shift.
  case: ltrP => e_cmp; last by rewrite s_down opprK ger0_norm.
  by rewrite r_up ltr0_norm // -sqrrN opprB addrC.
- split=> [r r_le|]; last first.
    exists (fun _ _ => -1) => [i j|]; first by rewrite normrN1.
    by rewrite /moved movedE.
  rewrite /moved movedE (_ : 41%:R = 4%:R ^+ 2 + 5%:R ^+ 2) //.
  have le_a (t c : rat) : `|t| <= 1 -> 0 <= c ->
      (c - t) ^+ 2 <= (c + 1) ^+ 2.
    move=> t_le c_ge0; apply: sqr_le_norm; apply: le_trans (ler_norm_sub _ _) _.
    by rewrite ger0_norm // ler_add2l.
  apply: ler_add; first exact: (le_a _ 3%:R).
  exact: (le_a _ 4%:R).
split=> [r r_le|]; last first.
  exists (fun (i : 'I_2) _ => - ((i + 3)%:R / 5%:R)) => [j|].
    by rewrite big_ord_recl big_ord1.
  by rewrite /moved movedE.
rewrite /moved movedE; apply: in_disc.
by have := r_le ord0; rewrite big_ord_recl big_ord1.
Qed.

Section LassoLink.

Variables (R : realFieldType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (w : 'I_D -> R) (d : R).
Hypothesis d_ge0 : 0 <= d.

Local Notation e := (residual x y w).
Local Notation lambda :=
  (2%:R * d * (\sum_i `|e i| + N%:R * (d * l1 w))).

Definition lasso (v : 'I_D -> R) := loss x y v + lambda * l1 v.

Lemma residual_move v i :
  residual x y v i = e i - \sum_j x i j * (v j - w j).
Proof.
have -> : \sum_j x i j * (v j - w j) =
    \sum_j x i j * v j - \sum_j x i j * w j.
  by rewrite -sumrB; apply: eq_bigr => j _; rewrite mulrBr.
by rewrite /residual opprB addrA subrK.
Qed.

Lemma lambda_ge0 : 0 <= lambda.
Proof.
rewrite mulr_ge0 ?mulr_ge0 ?ler0n // addr_ge0 ?sumr_ge0 //.
by rewrite mulr_ge0 ?ler0n // mulr_ge0 ?l1_ge0.
Qed.

(* What the lasso needs of the slopes. *)
Lemma lasso_of_slope v :
  2%:R * (\sum_i e i * \sum_j x i j * (v j - w j)) <= lambda * (l1 v - l1 w) ->
  lasso w <= lasso v.
Proof.
move=> slope_le; rewrite -subr_ge0 /lasso opprD addrACA -mulrBr.
have -> : loss x y v - loss x y w = \sum_i (\sum_j x i j * (v j - w j)) ^+ 2 -
    2%:R * (\sum_i e i * \sum_j x i j * (v j - w j)).
  rewrite /loss mulr_sumr -!sumrB; apply: eq_bigr => i _.
  rewrite (residual_move v).
  by move: (e i) (\sum_j _) => r m; ring.
rewrite -addrA [- _ + _]addrC addr_ge0 ?subr_ge0 //.
by apply: sumr_ge0 => i _; apply: sqr_ge0.
Qed.

Lemma norm_weights_ge (s v : 'I_D -> R) :
    (forall j, `|s j| <= 1) -> (forall j, s j * w j = `|w j|) ->
  \sum_j s j * (v j - w j) <= l1 v - l1 w.
Proof.
move=> s_le s_w; rewrite /l1 -sumrB; apply: ler_sum => j _.
rewrite mulrBr s_w ler_add2r (le_trans (mulr_le_norm _ _)) //.
by rewrite -[X in _ <= X]mul1r ler_wpmul2r.
Qed.

(* The minimisers of adversarial training, by small steps. *)
Lemma slope_of_ball_minimiser v : (forall i, e i != 0) ->
    (forall u, ball_loss x y w d <= ball_loss x y u d) ->
  2%:R * (\sum_i e i * \sum_j x i j * (v j - w j)) +
    2%:R * (d * l1 w) * (\sum_i Num.sg (e i) * \sum_j x i j * (v j - w j)) <=
  lambda * (l1 v - l1 w).
Proof.
move=> e_neq0 w_opt; pose b i := \sum_j x i j * (v j - w j).
rewrite -subr_le0; pose L := d * (l1 v - l1 w).
pose c i := L - Num.sg (e i) * b i.
have [u u_gt0 le_u] := common_step b e_neq0.
have t1_gt0 : 0 < Num.min u 1 by rewrite lt_minr u_gt0 ltr01.
apply: (@le0_of_small _ _ (\sum_i c i ^+ 2) _ t1_gt0) => t t_gt0.
rewrite le_minr => /andP[t_u t_le1].
have t_ge0 := ltW t_gt0; have t01 : 0 <= t <= 1 by rewrite t_ge0.
rewrite -(@ler_pmul2l _ t) //.
have move_t i : `|residual x y (fun j => (1 - t) * w j + t * v j) i| =
    `|e i| - t * (Num.sg (e i) * b i).
  have -> : residual x y (fun j => (1 - t) * w j + t * v j) i = e i - t * b i.
    rewrite residual_move /b mulr_sumr; congr (_ - _).
    by apply: eq_bigr => j _; ring.
  have tb_le : `|t * b i| <= `|e i|.
    apply: le_trans (le_u i); rewrite normrM (ger0_norm t_ge0).
    by rewrite ler_wpmul2r.
  move: tb_le (e_neq0 i); rewrite ler_norml => /andP[].
  case: (sgrP (e i)) => // e_cmp tb_ge tb_le _.
    by rewrite mul1r ger0_norm // subr_ge0.
  rewrite mulN1r mulrN opprK ler0_norm; first by rewrite opprB addrC.
  by rewrite subr_le0 -[e i]opprK.
have := w_opt (fun j => (1 - t) * w j + t * v j).
rewrite -subr_ge0 /ball_loss -sumrB => opt.
have : 0 <= \sum_i ((`|e i| + d * l1 w + t * c i) ^+ 2 -
    (`|e i| + d * l1 w) ^+ 2).
  apply: le_trans opt _; apply: ler_sum => i _; rewrite ler_add2r.
  apply: sqr_le_norm; rewrite ger0_norm; last first.
    by rewrite addr_ge0 // mulr_ge0 ?l1_ge0.
  rewrite move_t /c /L.
  have -> : `|e i| + d * l1 w + t * (d * (l1 v - l1 w) - Num.sg (e i) * b i) =
      `|e i| - t * (Num.sg (e i) * b i) +
      d * ((1 - t) * l1 w + t * l1 v) by ring.
  by rewrite ler_add2l ler_wpmul2l // l1_affine.
move=> total_ge0; apply: (ler_by_sub _ total_ge0).
pose A := \sum_i e i * b i; pose B := \sum_i Num.sg (e i) * b i.
have sum_c : \sum_i c i = N%:R * L - B.
  by rewrite sumrB sumr_const card_ord mulr_natl.
have sum_ec : \sum_i `|e i| * c i = L * (\sum_i `|e i|) - A.
  rewrite mulr_sumr -sumrB; apply: eq_bigr => i _.
  by rewrite /c mulrBr [_ * L]mulrC mulrCA mulrA mulr_sg_norm.
rewrite [RHS](eq_bigr (fun i => 2%:R * t * (`|e i| * c i) +
  2%:R * t * (d * l1 w) * c i + t ^+ 2 * c i ^+ 2)) => [|i _]; last first.
  by move: `|e i| (l1 w) (c i) => r m s; ring.
rewrite !big_split -!mulr_sumr /= sum_ec sum_c -/A -/B /L.
clear sum_c sum_ec; move: (\sum_i c i ^+ 2) (\sum_i `|e i|) A B (l1 v) (l1 w).
by move=> sc se a m lv lw; ring.
Qed.

(* BY-13: where no residual is 0 and X^T sg(e) = 0, a stationary point of     *)
(* adversarial training (s is a subgradient of the sum of the |w_j|) solves   *)
(* the lasso with lambda = 2 d (sum of |e_i| + N d ||w||_1), and so does      *)
(* every minimiser.                                                           *)
Theorem nonzero_residual_optimum_is_lasso :
    (forall i, e i != 0) -> (forall j, \sum_i x i j * Num.sg (e i) = 0) ->
  (forall s : 'I_D -> R,
     (forall j, `|s j| <= 1) -> (forall j, s j * w j = `|w j|) ->
     (forall j, \sum_i 2%:R * (`|e i| + d * l1 w) *
       (d * s j - Num.sg (e i) * x i j) = 0) ->
     forall v, lasso w <= lasso v) /\
  ((forall u, ball_loss x y w d <= ball_loss x y u d) ->
     forall v, lasso w <= lasso v).
Proof.
move=> e_neq0 balanced; split=> [s s_le s_w stationary v|w_opt v].
  apply: lasso_of_slope.
  have slope j : 2%:R * (\sum_i e i * x i j) = lambda * s j.
    apply/eqP; rewrite eq_sym -subr_eq0 -[X in _ == X](stationary j).
    rewrite [X in _ == X](eq_bigr (fun i => 2%:R * d * s j * `|e i| +
      2%:R * (d * l1 w) * d * s j - 2%:R * (e i * x i j) -
      2%:R * (d * l1 w) * (x i j * Num.sg (e i)))) => [|i _]; last first.
      by rewrite -{4}[e i]mulr_sg_norm; ring.
    rewrite !sumrB big_split /= -!mulr_sumr balanced sumr_const card_ord.
    rewrite -[_ *+ N]mulr_natl; apply/eqP.
    by move: (\sum_i `|e i|) (\sum_i e i * x i j) (l1 w) => se a lw; ring.
  apply: le_trans (ler_wpmul2l lambda_ge0 (norm_weights_ge v s_le s_w)).
  rewrite le_eqVlt; apply/orP; left; apply/eqP.
  rewrite [X in _ * X](eq_bigr (fun i => \sum_j e i * x i j * (v j - w j))).
    rewrite exchange_big [LHS]mulr_sumr [RHS]mulr_sumr; apply: eq_bigr => j _.
    by rewrite -mulr_suml mulrA slope [RHS]mulrA.
  by move=> i _; rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrA.
apply: lasso_of_slope; apply: le_trans (slope_of_ball_minimiser v e_neq0 w_opt).
rewrite ler_addl [X in _ * X](_ : _ = 0) ?mulr0 //.
rewrite (eq_bigr (fun i => \sum_j x i j * Num.sg (e i) * (v j - w j))).
  by rewrite exchange_big big1 // => j _; rewrite -mulr_suml balanced mul0r.
by move=> i _; rewrite mulr_sumr; apply: eq_bigr => j _; rewrite mulrCA mulrA.
Qed.

End LassoLink.
