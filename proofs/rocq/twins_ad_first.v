From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require Import extra problem adversarial_training.
From LinearRegression Require Import masks adversarial_dropout claims_ad small.

(******************************************************************************)
(* Wrong twins of the claims on adversarial dropout, AD-1 to AD-8.            *)
(*                                                                            *)
(* A wrong twin of a theorem is the theorem with one thing wrong: a factor    *)
(* lost, a side mistaken for the other, an inner for an outer product, < for  *)
(* <=, a hypothesis left out. It is refuted at a small rational instance, one *)
(* sample of one feature wherever that is enough, so that the theorem is seen *)
(* to say something: it is not true of anything that resembles it. A twin     *)
(* carries the name of its theorem and the suffix _mutant_<word>; one is in   *)
(* claims_ad.v.                                                               *)
(*                                                                            *)
(* Names used by all: x the data, y the targets, w the weights; T i the set   *)
(* of the features dropped from sample i. The sample 1 with the weight 1 has  *)
(* the residual 0 at the target 1, and 1 at the target 2: dropping the        *)
(* feature harms in both cases, but Formula 14 sees it in the second only.    *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* One sample of one feature, and a budget of one: masks and gains by sign.   *)
Ltac by_sign :=
  rewrite /masked_loss; rewrite ?(big_ord_recl, big_first, big_ord0);
  rewrite ?exact_sampleE /greedy_drops /printed_drops;
  rewrite ?(@greedy_mask_full _ 1 1 _ isT);
  rewrite ?(@printed_mask_full _ 1 1 _ isT isT);
  rewrite /gain /counter_gain /side_gain /side_counter ?topk1; by_numbers.

(* AD-1: the sum of the second term, and the matrix of the third. *)

Lemma dropout_objective_splits_in_three_mutant_inner_product :
  let x := one (two 0 1) in let y := one 0 in
  let w : _ -> rat := two 1 0 in let T := printed_drops x y w 1 in
  masked_loss x y w T <>
  loss x y w + \sum_i (\sum_(j in T i) `|x i j * input_gradient x y w i j|) +
    (\sum_j gamma_add x T j j) * (\sum_j w j ^+ 2).
Proof.
move=> x y w T; have T0 : T ord0 = setT.
  by apply: printed_drops_zero; by_numbers.
rewrite /masked_loss /gamma_add; rewrite ?(big_ord_recl, big_first, big_ord0).
by rewrite T0; by_numbers.
Qed.

Lemma dropout_objective_splits_in_three_mutant_kept_for_dropped :
  let x := one (one 1) in let y := one 1 in let w : _ -> rat := one 1 in
  let T : 'I_1 -> {set 'I_1} := one set0 in
  let K : 'I_1 -> {set 'I_1} := one setT in
  masked_loss x y w T <>
  loss x y w + \sum_i (\sum_(j in K i) - (x i j * input_gradient x y w i j)) +
    \sum_j \sum_m w j * gamma_add x K j m * w m.
Proof. by move=> *; by_numbers. Qed.

Lemma dropout_objective_splits_in_three_mutant_no_l1 :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  let T := greedy_drops x y w 1 in
  masked_loss x y w T <>
  loss x y w + \sum_j \sum_m w j * gamma_add x T j m * w m.
Proof. by move=> x y w T; rewrite gamma_add_form /T; by_sign. Qed.

Lemma dropout_objective_splits_in_three_mutant_doubled :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  let T := greedy_drops x y w 1 in
  masked_loss x y w T <>
  loss x y w +
    2%:R * (\sum_i (\sum_(j in T i) `|x i j * input_gradient x y w i j|)) +
    \sum_j \sum_m w j * gamma_add x T j m * w m.
Proof. by move=> x y w T; rewrite gamma_add_form /T; by_sign. Qed.

(* AD-2: squares of sums, of the harmful side, where a residual is left. *)

Lemma gamma_add_term_is_squared_sum_mutant_sum_of_squares :
  let x := one (two 1 1) in let w : _ -> rat := two 1 1 in
  let T : 'I_1 -> {set 'I_2} := one setT in
  \sum_j \sum_m w j * gamma_add x T j m * w m <>
  \sum_i \sum_(j in T i) (x i j * w j) ^+ 2.
Proof. by move=> *; by_numbers. Qed.

Lemma gamma_add_term_is_squared_sum_mutant_not_squared :
  let x := one (two 1 1) in let w : _ -> rat := two 1 1 in
  let T : 'I_1 -> {set 'I_2} := one setT in
  \sum_j \sum_m w j * gamma_add x T j m * w m <>
  \sum_i `|\sum_(j in T i) x i j * w j|.
Proof. by move=> *; by_numbers. Qed.

Lemma gamma_add_term_is_squared_sum_mutant_drops_at_zero_residuals :
  let x := one (one 1) in let y := one 1 in let w : _ -> rat := one 1 in
  let T := greedy_drops x y w 1 in
  \sum_j \sum_m w j * gamma_add x T j m * w m <>
  \sum_i gain x y w 1 i ^+ 2.
Proof. by move=> x y w T; rewrite gamma_add_form /T; by_sign. Qed.

Lemma gamma_add_term_is_squared_sum_mutant_other_side :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  let T := greedy_drops x y w 1 in
  \sum_j \sum_m w j * gamma_add x T j m * w m <>
  \sum_(i | residual x y w i != 0) counter_gain x y w 1 i ^+ 2.
Proof. by move=> x y w T; rewrite gamma_add_form /T; by_sign. Qed.

(* AD-3: zero residuals, the side, the factor, ties and an empty budget. *)

Lemma greedy_loss_has_closed_form_mutant_forgets_zero_residuals :
  let x := one (one 1) in let y := one 1 in let w : _ -> rat := one 1 in
  masked_loss x y w (greedy_drops x y w 1) <>
  \sum_i (`|residual x y w i| + gain x y w 1 i) ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

Lemma greedy_loss_has_closed_form_mutant_keeps_all_at_zero :
  let x := one (one 1) in let y := one 1 in let w : _ -> rat := one 1 in
  masked_loss x y w (printed_drops x y w 1) <>
  \sum_(i | residual x y w i != 0)
    (`|residual x y w i| + gain x y w 1 i) ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

Lemma greedy_loss_has_closed_form_mutant_other_side :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  masked_loss x y w (greedy_drops x y w 1) <>
  \sum_(i | residual x y w i != 0)
    (`|residual x y w i| + counter_gain x y w 1 i) ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

Lemma greedy_loss_has_closed_form_mutant_doubles_the_reach :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  masked_loss x y w (greedy_drops x y w 1) <>
  \sum_(i | residual x y w i != 0)
    (`|residual x y w i| + 2%:R * gain x y w 1 i) ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

(* Two equal products are dropped together. *)
Lemma greedy_loss_has_closed_form_mutant_ties :
  let x := one (two 1 1) in let y := one 3%:R in
  let w : _ -> rat := two 1 1 in
  masked_loss x y w (printed_drops x y w 1) <>
  \sum_(i | residual x y w i != 0)
    (`|residual x y w i| + gain x y w 1 i) ^+ 2 +
  \sum_(i | residual x y w i == 0) y i ^+ 2.
Proof.
move=> x y w; have e1 : residual x y w ord0 = 1 by by_numbers.
have a1 j : x ord0 j * w j = 1 by case: j => [[|[|m]]].
have gain1 : gain x y w 1 ord0 = 1.
  by rewrite /gain /side_gain e1 (@topk_same _ _ 1 _ 1) // => j; rewrite a1.
rewrite /masked_loss big_ord1 /printed_drops.
rewrite (@printed_mask_tied _ _ 1 _ (- 2%:R)) // => [|j]; last first.
  by rewrite changeE e1 a1.
by rewrite dropped_residual_all !big_first !big_ord0 /= e1 gain1.
Qed.

Lemma greedy_loss_has_closed_form_mutant_no_budget :
  let x := one (one 1) in let y := one 1 in let w : _ -> rat := one 1 in
  residual x y w ord0 = 0 /\
  dropped_residual x y w ord0 (printed_drops x y w 0 ord0) ^+ 2 <>
    y ord0 ^+ 2.
Proof.
move=> x y w; split; first by by_numbers.
by rewrite /printed_drops printed_mask0; by_numbers.
Qed.

(* AD-4: whether Formula 14 keeps to its budget. *)

Lemma printed_mask_overspends_on_ties_mutant_always_within :
  let x : 'I_1 -> 'I_2 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 2%:R in let w : 'I_2 -> rat := fun=> 1 in
  ~ (#|printed_drops x y w 1 ord0| <= 1)%N.
Proof. by move=> x y w; rewrite tied_pair. Qed.

Lemma printed_mask_overspends_on_ties_mutant_only_zero_residuals :
  let x : 'I_1 -> 'I_2 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 3%:R in let w : 'I_2 -> rat := fun=> 1 in
  ~ (residual x y w ord0 != 0 -> (#|printed_drops x y w 1 ord0| <= 1)%N).
Proof.
move=> x y w; rewrite tied_pair //.
suff e_neq0 : residual x y w ord0 != 0 by move/(_ e_neq0).
by by_numbers.
Qed.

(* A tie with the next product is seen in the next product. *)
Lemma printed_mask_overspends_on_ties_mutant_off_by_one :
  let x : 'I_1 -> 'I_2 -> rat := fun _ _ => 1 in
  let y : 'I_1 -> rat := fun=> 3%:R in let w : 'I_2 -> rat := fun=> 1 in
  let s := change x y w ord0 in
  ~ ((#|printed_drops x y w 1 ord0| <= 1)%N <->
     Num.min (kth_lowest 2 s) 0 < kth_lowest 3 s).
Proof.
move=> x y w s; rewrite tied_pair //.
rewrite (@kth_lowest_const _ _ 2 s (- 2%:R)) // => [|j]; last first.
  by rewrite /s changeE; by_numbers.
rewrite /kth_lowest nth_default; last first.
  by rewrite size_sort size_map -cardE card_ord.
by case=> _ /(_ isT).
Qed.

Lemma printed_mask_overspends_on_ties_mutant_less_than_the_budget :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  [/\ injective (fun j => x ord0 j * input_gradient x y w ord0 j),
      ~ (#|printed_drops x y w 1 ord0| < 1)%N &
      ~ (#|greedy_drops x y w 1 ord0| < 1)%N].
Proof.
by move=> x y w; split=> [j m _||]; [rewrite (ord1 j) (ord1 m)|by_sign..].
Qed.

(* AD-5: k ^ 2 against k, and a number that is no norm. *)

Lemma euclidean_budget_allows_squared_flips_mutant_budget_itself :
  ~ forall (S : {set 'I_4}) k (r : rat), 0 <= r ->
    r ^+ 2 = \sum_j ((j \notin S)%:R - 1) ^+ 2 ->
    (r <= k%:R) = (#|S| <= k)%N.
Proof.
move/(_ setT 2%N 2%:R isT); rewrite cardsT card_ord => le2.
suff /le2 : 2%:R ^+ 2 =
    \sum_j ((j \notin [set: 'I_4])%:R - 1) ^+ 2 :> rat by [].
by by_numbers.
Qed.

Lemma euclidean_budget_allows_squared_flips_mutant_negative :
  ~ forall (S : {set 'I_1}) k (r : rat),
    r ^+ 2 = \sum_j ((j \notin S)%:R - 1) ^+ 2 ->
    (r <= k%:R) = (#|S| <= k ^ 2)%N.
Proof.
move/(_ setT 0%N (-1)); rewrite cardsT card_ord => le0.
suff /le0 : (-1) ^+ 2 =
    \sum_j ((j \notin [set: 'I_1])%:R - 1) ^+ 2 :> rat by [].
by by_numbers.
Qed.

Section Ones.

(* Three products of 1 and a residual of 1: a budget of 2 allows all drops. *)
Let x : 'I_1 -> 'I_3 -> rat := fun _ _ => 1.
Let y : 'I_1 -> rat := fun=> 4%:R.
Let w : 'I_3 -> rat := fun=> 1.

Let e1 : residual x y w ord0 = 1.
Proof. by by_numbers. Qed.

Let gain_ones k : (k <= 3)%N -> gain x y w k ord0 = k%:R.
Proof.
move=> k3; rewrite /gain /side_gain e1 (topk_same k3 (c := 1)) ?mulr1 //.
Qed.

Let scoreE (S : {set 'I_3}) :
  \sum_(j in S) - (x ord0 j * input_gradient x y w ord0 j) = #|S|%:R * 2%:R.
Proof.
rewrite (eq_bigr (fun=> 2%:R)) ?sumr_const ?mulr_natl // => j _.
by rewrite /input_gradient e1.
Qed.

Let greedy_score :
  \sum_(j in greedy_drops x y w 2 ord0)
    - (x ord0 j * input_gradient x y w ord0 j) = 2%:R * 2%:R.
Proof. by rewrite sum_greedy_mask topk_change e1 gain_ones. Qed.

Lemma euclidean_budget_allows_squared_flips_mutant_counts_flips :
  exact_sample x y w (2 ^ 2) ord0 <>
  Num.max (`|residual x y w ord0| + gain x y w 2 ord0)
    (counter_gain x y w 2 ord0 - `|residual x y w ord0|) ^+ 2.
Proof.
rewrite e1 gain_ones // => exact9.
have : dropped_residual x y w ord0 setT ^+ 2 <= exact_sample x y w (2 ^ 2) ord0.
  by rewrite le_exact_sample // cardsT card_ord.
rewrite exact9 dropped_residual_all /counter_gain /side_counter e1.
rewrite (_ : topk _ _ = 0) //; apply/le_anti; rewrite topk_ge0 andbT.
by apply: topk_le => // S _; rewrite sumrN oppr_le0 sumr_ge0.
Qed.

Lemma euclidean_budget_allows_squared_flips_mutant_no_shortfall :
  ~ forall S : {set 'I_3}, (#|S| <= 2 ^ 2)%N ->
    \sum_(j in S) - (x ord0 j * input_gradient x y w ord0 j) <=
    \sum_(j in greedy_drops x y w 2 ord0)
      - (x ord0 j * input_gradient x y w ord0 j).
Proof.
by move/(_ setT); rewrite scoreE greedy_score cardsT card_ord => /(_ isT).
Qed.

Lemma euclidean_budget_allows_squared_flips_mutant_half_the_shortfall :
  \sum_(j in [set: 'I_3]) - (x ord0 j * input_gradient x y w ord0 j) -
    \sum_(j in greedy_drops x y w 2 ord0)
      - (x ord0 j * input_gradient x y w ord0 j) <>
  `|residual x y w ord0| * (gain x y w 3 ord0 - gain x y w 2 ord0).
Proof. by rewrite scoreE greedy_score cardsT card_ord e1 !gain_ones. Qed.

End Ones.

(* AD-6: which score is sorted, how much of it is taken, and its slope. *)

Lemma greedy_mask_maximises_linearised_loss_mutant_drops_what_helps :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  let s := change x y w ord0 in
  ~ forall S : {set 'I_1}, (#|S| <= 1)%N ->
    \sum_(j in S) - s j <= \sum_(j in greedy_mask 1 (fun j => - s j)) - s j.
Proof.
by move=> x y w s /(_ setT); rewrite /s greedy_mask_full // cardsT card_ord
  => /(_ isT); by_numbers.
Qed.

Lemma greedy_mask_maximises_linearised_loss_mutant_largest_products :
  let x := one (one 1) in let y := one 0 in let w : _ -> rat := one 1 in
  let s := change x y w ord0 in
  ~ forall S : {set 'I_1}, (#|S| <= 1)%N ->
    \sum_(j in S) - s j <= \sum_(j in greedy_mask 1 (fun j => - `|s j|)) - s j.
Proof.
by move=> x y w s /(_ set0); rewrite /s greedy_mask_full // cards0
  => /(_ isT); by_numbers.
Qed.

Lemma greedy_mask_maximises_linearised_loss_mutant_one_drop_too_few :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  let s := change x y w ord0 in
  ~ forall S : {set 'I_1}, (#|S| <= 1)%N ->
    \sum_(j in S) - s j <= \sum_(j in greedy_mask 0 s) - s j.
Proof.
by move=> x y w s /(_ setT); rewrite /s greedy_mask0 cardsT card_ord
  => /(_ isT); by_numbers.
Qed.

Lemma greedy_mask_maximises_linearised_loss_mutant_half_the_slope :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  \sum_(j in greedy_drops x y w 1 ord0)
    - (x ord0 j * input_gradient x y w ord0 j) <>
  `|residual x y w ord0| * gain x y w 1 ord0.
Proof. by move=> x y w; by_sign. Qed.

(* A mask beyond the budget can score higher. *)
Lemma greedy_mask_maximises_linearised_loss_mutant_any_mask :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 1 in
  ~ forall S : {set 'I_1},
    \sum_(j in S) - (x ord0 j * input_gradient x y w ord0 j) <=
    \sum_(j in greedy_drops x y w 0 ord0)
      - (x ord0 j * input_gradient x y w ord0 j).
Proof.
by move=> x y w /(_ setT); rewrite /greedy_drops greedy_mask0; by_numbers.
Qed.

(* AD-7: the two sides, and when they are equal. *)

Lemma worst_mask_is_better_of_two_sides_mutant_one_sided :
  let x := one (one 1) in let y := one (- 2%:R) in
  let w : _ -> rat := one (- 3%:R) in
  exact_sample x y w 1 ord0 <>
  (`|residual x y w ord0| + gain x y w 1 ord0) ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

Lemma worst_mask_is_better_of_two_sides_mutant_other_side_farther :
  let x := one (one 1) in let y := one 0 in let w : _ -> rat := one (-1) in
  exact_sample x y w 1 ord0 <>
  Num.max (`|residual x y w ord0| + gain x y w 1 ord0)
    (counter_gain x y w 1 ord0 + `|residual x y w ord0|) ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

(* With 0 for the sign of a zero residual, both sides are lost. *)
Lemma worst_mask_is_better_of_two_sides_mutant_sign_of_zero :
  let x := one (one 1) in let y := one 1 in let w : _ -> rat := one 1 in
  let e := residual x y w ord0 in
  exact_sample x y w 1 ord0 <>
  Num.max (`|e| + topk 1 (fun j => Num.sg e * (x ord0 j * w j)))
    (topk 1 (fun j => - (Num.sg e * (x ord0 j * w j))) - `|e|) ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

Lemma worst_mask_is_better_of_two_sides_mutant_lost_factor :
  let x := one (one 1) in let y := one (-1) in
  let w : _ -> rat := one (- 2%:R) in
  let reached :=
    dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 in
  ~ (reached = exact_sample x y w 1 ord0 <->
     counter_gain x y w 1 ord0 - gain x y w 1 ord0 <=
       `|residual x y w ord0|).
Proof.
move=> x y w reached [near _]; suff /near : reached = exact_sample x y w 1 ord0.
  by by_sign.
by rewrite /reached; by_sign.
Qed.

Lemma worst_mask_is_better_of_two_sides_mutant_strict :
  let x := one (one 1) in let y := one (-1) in
  let w : _ -> rat := one (- 2%:R) in
  let reached :=
    dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 in
  ~ (reached = exact_sample x y w 1 ord0 <->
     counter_gain x y w 1 ord0 - gain x y w 1 ord0 <
       2%:R * `|residual x y w ord0|).
Proof.
move=> x y w reached [near _]; suff /near : reached = exact_sample x y w 1 ord0.
  by by_sign.
by rewrite /reached; by_sign.
Qed.

(* At a zero residual, greedy misses everything. *)
Lemma worst_mask_is_better_of_two_sides_mutant_zero_residual :
  let x := one (one 1) in let y := one 1 in let w : _ -> rat := one 1 in
  let reached :=
    dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2 in
  ~ (reached = exact_sample x y w 1 ord0 <->
     counter_gain x y w 1 ord0 - gain x y w 1 ord0 <=
       2%:R * `|residual x y w ord0|).
Proof.
move=> x y w reached [_]; rewrite /reached.
suff -> : counter_gain x y w 1 ord0 - gain x y w 1 ord0 <=
    2%:R * `|residual x y w ord0| by move/(_ isT); by_sign.
by by_sign.
Qed.

(* AD-8: x = 1, y = c and w = c + 1 for c = 2; the exact loss is c ^ 2, the   *)
(* greedy one 1.                                                              *)

Lemma greedy_has_no_constant_factor_mutant_ratio_is_c :
  exact_sample (one (one 1)) (one 2%:R) (one 3%:R : _ -> rat) 1 ord0 <> 2%:R.
Proof. by by_sign. Qed.

Lemma greedy_has_no_constant_factor_mutant_sizes_add_up :
  exact_sample (one (one 1)) (one 2%:R) (one 3%:R : _ -> rat) 1 ord0 <>
  (2%:R + 2%:R) ^+ 2.
Proof. by by_sign. Qed.

Lemma greedy_has_no_constant_factor_mutant_greedy_drops_it_too :
  let x := one (one 1) in let y := one 2%:R in let w : _ -> rat := one 3%:R in
  masked_loss x y w (greedy_drops x y w 1) <> 2%:R ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

Lemma greedy_has_no_constant_factor_mutant_factor_two :
  let x := one (one 3%:R) in let y := one 2%:R in
  let w : _ -> rat := one 1 in
  ~ exact_sample x y w 1 ord0 <=
    2%:R * dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2.
Proof. by move=> x y w; by_sign. Qed.

Lemma greedy_has_no_constant_factor_mutant_bounded :
  ~ exists c, forall (x : 'I_1 -> 'I_1 -> rat) y w,
    exact_sample x y w 1 ord0 <=
    c * dropped_residual x y w ord0 (greedy_drops x y w 1 ord0) ^+ 2.
Proof.
move=> [c le_c]; have [x [y [w [_]]]] := greedy_has_no_constant_factor c.
by rewrite ltNge le_c.
Qed.
