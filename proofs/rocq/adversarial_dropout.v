From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From LinearRegression Require Import extra problem masks.

(******************************************************************************)
(* Adversarial dropout of a linear regression: Formulas 14, 15 and 16.        *)
(*                                                                            *)
(* dropped_residual x y w i S == the residual of sample i without the         *)
(*                             features in S                                  *)
(*         change x y w i j == x i j times the gradient of the loss in x i j  *)
(*                             (low where dropping j hurts)                   *)
(*      masked_loss x y w S == Formula 15 for the masks S i                   *)
(*      gamma_add x S j m == entry of the sum of the outer products of the    *)
(*                             dropped parts of the samples                   *)
(* printed_drops x y w k i == Formula 14's mask of sample i                   *)
(*  greedy_drops x y w k i == the same with ties broken and only strictly     *)
(*                             harmful drops                                  *)
(*           gain x y w k i == P_i(k), the sum of the k largest of the        *)
(*                             positive parts of sign(e_i) x_ij w_j, with the *)
(*                             sign of 0 taken to be 1                        *)
(*       counter_gain ... k i == M_i(k), the same with the other sign         *)
(*   exact_sample x y w k i == the largest squared residual of sample i over  *)
(*                             at most k drops                                *)
(*      exact_loss x y w k == the sum of these                                *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

Section Sample.

Variables (R : realDomainType) (I : finType).
Implicit Types (e : R) (a : I -> R) (k : nat) (S : {set I}).

(* One sample: dropping S moves the residual e to e + \sum_(j in S) a j. *)

Definition side_gain e a k := topk k (fun j => (-1) ^+ (e < 0)%R * a j).

Definition side_counter e a k := topk k (fun j => - ((-1) ^+ (e < 0)%R * a j)).

Lemma norm_moved e a k S : (#|S| <= k)%N ->
  `|e + \sum_(j in S) a j| <=
  Num.max (`|e| + side_gain e a k) (side_counter e a k - `|e|).
Proof.
move=> Sk; pose s : R := (-1) ^+ (e < 0)%R; rewrite le_maxr.
have norm_s : `|s| = 1 :> R by rewrite normrX normrN1 expr1n.
have -> : `|e + \sum_(j in S) a j| =
    `|(`|e| + \sum_(j in S) s * a j)|.
  rewrite -[LHS]mul1r -norm_s -normrM mulrDr -mulr_sumr.
  by rewrite (_ : s * e = `|e|) // normrEsign.
have le_up : \sum_(j in S) s * a j <= side_gain e a k.
  exact: (@le_topk _ _ _ (fun j => s * a j)).
have le_down : - (\sum_(j in S) s * a j) <= side_counter e a k.
  by rewrite -sumrN; apply: (@le_topk _ _ _ (fun j => - (s * a j))).
case: (lerP 0 (`|e| + \sum_(j in S) s * a j)) => cmp.
  by rewrite ger0_norm // ler_add2l le_up.
by rewrite ltr0_norm // opprD addrC [X in _ || X]ler_add2r le_down orbT.
Qed.

Lemma moved_attained e a k : exists2 S : {set I}, (#|S| <= k)%N &
  (e + \sum_(j in S) a j) ^+ 2 =
  Num.max (`|e| + side_gain e a k) (side_counter e a k - `|e|) ^+ 2.
Proof.
pose s : R := (-1) ^+ (e < 0)%R; have s2 : s ^+ 2 = 1 :> R by apply: sqr_side.
have se : s * `|e| = e by rewrite -numEsign.
case: (lerP (side_counter e a k - `|e|) (`|e| + side_gain e a k)) => _.
  have [S Sk S_topk] := topk_ex k (fun j => s * a j); exists S => //.
  rewrite /side_gain -S_topk -mulr_sumr -[RHS]mul1r -s2 -exprMn mulrDr se.
  by rewrite mulrA -expr2 s2 mul1r.
have [S Sk S_topk] := topk_ex k (fun j => - (s * a j)); exists S => //.
rewrite /side_counter -S_topk sumrN -mulr_sumr -[RHS]mul1r -s2 -exprMn mulrBr
  se.
by rewrite mulrN mulrA -expr2 s2 mul1r -opprD sqrrN addrC.
Qed.

Lemma moved_le e a k S : (#|S| <= k)%N -> (e + \sum_(j in S) a j) ^+ 2 <=
  Num.max (`|e| + side_gain e a k) (side_counter e a k - `|e|) ^+ 2.
Proof. by move=> Sk; apply: sqr_le_norm; apply: norm_moved. Qed.

Lemma side_gain_ge0 e a k : 0 <= side_gain e a k.
Proof. exact: topk_ge0. Qed.

Lemma side_counter_ge0 e a k : 0 <= side_counter e a k.
Proof. exact: topk_ge0. Qed.

End Sample.

Section AdversarialDropout.

Variables (R : realDomainType) (N D : nat).
Variables (x : 'I_N -> 'I_D -> R) (y : 'I_N -> R) (w : 'I_D -> R).
Implicit Types (k : nat) (S : {set 'I_D}) (T : 'I_N -> {set 'I_D}).

Local Notation e := (residual x y w).
Local Notation g := (input_gradient x y w).

Definition dropped_residual i S := y i - \sum_(j | j \notin S) x i j * w j.

Definition change i j := x i j * g i j.

Definition masked_loss T := \sum_i dropped_residual i (T i) ^+ 2.

Definition gamma_add T j m :=
  \sum_i ((j \in T i)%:R * x i j) * ((m \in T i)%:R * x i m).

Definition printed_drops k i := printed_mask k (change i).

Definition greedy_drops k i := greedy_mask k (change i).

Definition gain k i := side_gain (e i) (fun j => x i j * w j) k.

Definition counter_gain k i := side_counter (e i) (fun j => x i j * w j) k.

Definition exact_sample k i :=
  \big[Num.max/0]_(S : {set 'I_D} | (#|S| <= k)%N) dropped_residual i S ^+ 2.

Definition exact_loss k := \sum_i exact_sample k i.

Lemma dropped_residualE i S :
  dropped_residual i S = e i + \sum_(j in S) x i j * w j.
Proof.
rewrite /dropped_residual /residual [in RHS](bigID (mem S)) /=.
by rewrite opprD addrA addrAC subrK.
Qed.

Lemma changeE i j : change i j = - (2%:R * e i * (x i j * w j)).
Proof. by rewrite /change /input_gradient; ring. Qed.

Lemma change_norm i j :
  - change i j = 2%:R * `|e i| * ((-1) ^+ (e i < 0)%R * (x i j * w j)).
Proof.
rewrite changeE opprK; have := numEsign (e i).
by move: ((-1) ^+ _) `|e i| => s n ->; ring.
Qed.

Lemma topk_change k i : topk k (fun j => - change i j) = 2%:R * `|e i| * gain k
  i.
Proof. by rewrite -topkZ ?mulr_ge0 //; apply: eq_topk => j;
  exact: change_norm. Qed.

Lemma exact_sampleE k i :
  exact_sample k i =
  Num.max (`|e i| + gain k i) (counter_gain k i - `|e i|) ^+ 2.
Proof.
apply/le_anti/andP; split.
  apply: bigmaxr_le => [|S Sk]; first exact: sqr_ge0.
  by rewrite dropped_residualE moved_le.
have [S Sk S_max] := moved_attained (e i) (fun j => x i j * w j) k.
rewrite -S_max -dropped_residualE.
exact: (@le_bigmaxr _ _ _ (fun S => dropped_residual i S ^+ 2)).
Qed.

Lemma le_exact_sample k i S :
  (#|S| <= k)%N -> dropped_residual i S ^+ 2 <= exact_sample k i.
Proof. exact: (@le_bigmaxr _ _ _ (fun S => dropped_residual i S ^+ 2)). Qed.

Lemma exact_sample_ge0 k i : 0 <= exact_sample k i.
Proof. exact: bigmaxr_ge0. Qed.

Lemma gain_ge0 k i : 0 <= gain k i.
Proof. exact: topk_ge0. Qed.

Lemma counter_gain_ge0 k i : 0 <= counter_gain k i.
Proof. exact: topk_ge0. Qed.

Lemma abs_gain_ge0 k i : 0 <= `|e i| + gain k i.
Proof. by rewrite addr_ge0 ?gain_ge0. Qed.

(* A mask whose linear score is the best has gathered the whole gain. *)
Lemma sum_of_score k i S : e i != 0 ->
    \sum_(j in S) - change i j = topk k (fun j => - change i j) ->
  \sum_(j in S) x i j * w j = Num.sg (e i) * gain k i.
Proof.
move=> e_neq0; rewrite topk_change (eq_bigr _ (fun j _ => change_norm i j)).
rewrite -mulr_sumr => /mulfI eq_gain.
rewrite -eq_gain; last by rewrite mulf_neq0 ?pnatr_eq0 ?normr_eq0.
by rewrite -mulr_sumr -side_sg // mulrA -expr2 sqr_side mul1r.
Qed.

Lemma loss_of_score k i S : e i != 0 ->
    \sum_(j in S) - change i j = topk k (fun j => - change i j) ->
  dropped_residual i S ^+ 2 = (`|e i| + gain k i) ^+ 2.
Proof.
move=> e_neq0 /(sum_of_score e_neq0) eq_sum.
rewrite dropped_residualE eq_sum {1}[e i]numEsg -mulrDr exprMn sqr_sg e_neq0.
by rewrite mul1r.
Qed.

Lemma greedy_sum k i : e i != 0 ->
  \sum_(j in greedy_drops k i) x i j * w j = Num.sg (e i) * gain k i.
Proof. by move=> e_neq0; apply: sum_of_score => //; apply: sum_greedy_mask. Qed.

Lemma greedy_drops_zero k i : e i = 0 -> greedy_drops k i = set0.
Proof.
move=> e0; apply/setP=> j; rewrite !inE changeE e0 mulr0 mul0r oppr0 ltxx.
by rewrite andbF.
Qed.

Lemma greedy_sample k i :
  dropped_residual i (greedy_drops k i) ^+ 2 =
  if e i != 0 then (`|e i| + gain k i) ^+ 2 else 0.
Proof.
case: eqVneq => [e0|e_neq0] /=.
  by rewrite dropped_residualE greedy_drops_zero // big_set0 e0 addr0 expr0n.
by apply: loss_of_score => //; apply: sum_greedy_mask.
Qed.

Lemma gamma_add_form T :
  \sum_j \sum_m w j * gamma_add T j m * w m =
  \sum_i (\sum_(j in T i) x i j * w j) ^+ 2.
Proof.
transitivity (\sum_i \sum_j \sum_m
    ((j \in T i)%:R * (x i j * w j)) * ((m \in T i)%:R * (x i m * w m))).
  rewrite [RHS]exchange_big; apply: eq_bigr => j _.
  rewrite [RHS]exchange_big; apply: eq_bigr => m _.
  rewrite /gamma_add mulr_sumr mulr_suml; apply: eq_bigr => i _; ring.
apply: eq_bigr => i _; rewrite expr2 sum_set_mul big_distrlr /=.
by apply: eq_bigr => j _; apply: eq_bigr => m _.
Qed.

Lemma masked_loss_split T :
  masked_loss T = loss x y w + \sum_i \sum_(j in T i) - change i j +
    \sum_i (\sum_(j in T i) x i j * w j) ^+ 2.
Proof.
rewrite /masked_loss /loss -!big_split /=; apply: eq_bigr => i _.
have -> : \sum_(j in T i) - change i j =
    2%:R * e i * \sum_(j in T i) x i j * w j.
  by rewrite mulr_sumr; apply: eq_bigr => j _; rewrite changeE opprK.
rewrite dropped_residualE; move: (\sum_(j in T i) x i j * w j) => a.
by move: (e i) => r; ring.
Qed.

Lemma printed_drops_zero k i : e i = 0 -> (0 < k)%N -> printed_drops k i = setT.
Proof.
move=> e0 k_gt0; have change0 j : change i j = 0.
  by rewrite changeE e0 mulr0 mul0r oppr0.
apply/setP=> j; rewrite !inE k_gt0 change0 le_minr lexx andbT /= kth_lowestE.
set s := map _ _; case: (ltnP k.-1 (size s)) => [/(mem_nth 0)|/(nth_default
  0)->//].
  by case/mapP=> m _ ->; rewrite change0 lexx.
exact: lexx.
Qed.

Lemma dropped_residual_all i : dropped_residual i setT = y i.
Proof. by rewrite /dropped_residual big1 ?subr0 // => j; rewrite inE. Qed.

Lemma printed_sample_untied k i : e i != 0 ->
    injective (fun j => x i j * w j) ->
  dropped_residual i (printed_drops k i) ^+ 2 = (`|e i| + gain k i) ^+ 2.
Proof.
move=> e_neq0 a_inj; apply: loss_of_score => //; apply: sum_printed_untied.
move=> j m; rewrite !changeE => /oppr_inj/mulfI eq_a; apply: a_inj; apply: eq_a.
by rewrite mulf_neq0 ?pnatr_eq0.
Qed.

End AdversarialDropout.

(* Everything depends on the data through the products and the residuals. *)
Lemma eq_exact_loss (R : realDomainType) N D (x1 x2 : 'I_N -> 'I_D -> R) y w1
  w2 k :
  (forall i j, x1 i j * w1 j = x2 i j * w2 j) ->
  exact_loss x1 y w1 k = exact_loss x2 y w2 k.
Proof.
move=> eq_a; apply: eq_bigr => i _; apply: eq_bigr => S _.
by congr ((_ - _) ^+ 2); apply: eq_bigr => j _.
Qed.
