From mathcomp Require Import all_ssreflect all_algebra.
From LinearRegression Require Import extra claims_me.

(******************************************************************************)
(* The wrong twins of the claims on the method, ME-1 to ME-8. A wrong twin is *)
(* the statement of a theorem with one thing wrong (a lost factor, a wrong    *)
(* sign, a mask in the wrong place, a hypothesis left out), refuted at a      *)
(* small rational instance, so that the right statement is seen to say        *)
(* something. It carries the name of its theorem and _mutant_<word>.          *)
(******************************************************************************)

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Local Open Scope ring_scope.

(* ME-1. The gap is the square of a, not 0. *)
Lemma expansion_is_a_lower_bound_if_convex_mutant_exact :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  masked_error h w 0 z <>
  masked_error h w 0 z0 + \sum_j (z j - z0 j) * jacobian h w 0 z0 j.
Proof.
by move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1; apply/eqP.
Qed.

Lemma expansion_is_a_lower_bound_if_convex_mutant_twice_the_jacobian :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  ~ (masked_error h w 2%:R z0 +
       2%:R * (\sum_j (z j - z0 j) * jacobian h w 2%:R z0 j) <=
     masked_error h w 2%:R z).
Proof.
move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1; exact/negP.
Qed.

Lemma expansion_is_a_lower_bound_if_convex_mutant_sign :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  ~ (masked_error h w 0 z0 + \sum_j (z0 j - z j) * jacobian h w 0 z0 j <=
     masked_error h w 0 z).
Proof.
move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1; exact/negP.
Qed.

Lemma expansion_is_a_lower_bound_if_convex_mutant_norm :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 2%:R in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  masked_error h w 0 z <>
  masked_error h w 0 z0 + \sum_j (z j - z0 j) * jacobian h w 0 z0 j +
  `|\sum_j (z j - z0 j) * h j * w j|.
Proof.
by move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1; apply/eqP.
Qed.

Lemma expansion_is_a_lower_bound_if_convex_mutant_upper :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  ~ (masked_error h w 0 z <=
     masked_error h w 0 z0 + \sum_j (z j - z0 j) * jacobian h w 0 z0 j).
Proof.
move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1; exact/negP.
Qed.

(* The error can rise where the linear score falls. *)
Lemma expansion_is_a_lower_bound_if_convex_mutant_converse :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let y : rat := 3%:R / 4%:R in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  ~ (masked_error h w y z0 <= masked_error h w y z ->
     0 <= \sum_j (z j - z0 j) * jacobian h w y z0 j).
Proof.
move=> h w y z0 z; rewrite /masked_error /jacobian !big_ord1.
by move/(_ isT); apply/negP.
Qed.

(* Without convexity: - t ^ 2 has the slope 0 at 0 and falls. *)
Lemma expansion_is_a_lower_bound_if_convex_mutant_concave :
  let f (t : rat) := - t ^+ 2 in
  (forall t, 0 <= t <= 1 -> `|f t - f 0 - t * 0| <= 1 * t ^+ 2) /\
  ~ (f 0 + 0 <= f 1).
Proof.
move=> f; split=> [t _|]; last exact/negP.
by rewrite /f expr0n oppr0 mulr0 !subr0 mul1r normrN ger0_norm ?sqr_ge0.
Qed.

(* ME-2. *)
Lemma jacobian_is_unit_times_gradient_mutant_through_the_mask :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z : 'I_1 -> rat := fun=> 0 in
  jacobian h w 1 z ord0 <>
  h ord0 * (- 2%:R * (1 - \sum_j z j * h j * w j) * (z ord0 * w ord0)).
Proof. by move=> h w z; rewrite /jacobian !big_ord1; apply/eqP. Qed.

Lemma jacobian_is_unit_times_gradient_mutant_at_ones :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  jacobian h w 0 (fun=> 0) ord0 <> jacobian h w 0 (fun=> 1) ord0.
Proof. by move=> h w; rewrite /jacobian !big_ord1; apply/eqP. Qed.

Lemma jacobian_is_unit_times_gradient_mutant_any_mask :
  let d : {poly rat} := 'X^2 in
  (d \Po (1 *: 'X))^`().[0] <> 1 * d^`().[1].
Proof.
by move=> d; rewrite /d scale1r comp_polyXr derivXn !hornerE; apply/eqP.
Qed.

Lemma jacobian_is_unit_times_gradient_mutant_forgets_h :
  let d : {poly rat} := 'X in
  (d \Po (2%:R *: 'X))^`().[1] <> d^`().[2%:R].
Proof.
move=> d; rewrite (proj1 jacobian_is_unit_times_gradient) derivX !hornerC.
exact/eqP.
Qed.

Lemma jacobian_is_unit_times_gradient_mutant_half_the_gradient :
  let d : {poly rat} := 'X in
  2%:R * (d \Po (1 *: 'X))^`().[1] <> 1 * d^`().[1].
Proof.
move=> d; rewrite (proj1 jacobian_is_unit_times_gradient) derivX !hornerC.
exact/eqP.
Qed.

(* ME-3. A step down, a step whatever its sign, and a wrong sign for the      *)
(* units to be flipped on.                                                    *)
Lemma jacobian_belongs_at_the_base_mask_mutant_steps_down :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  ~ (\sum_j (z j - z0 j) * jacobian h w 0 z0 j <= 0 ->
     masked_error h w 0 z0 <= masked_error h w 0 z).
Proof.
move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1.
by move/(_ isT); apply/negP.
Qed.

Lemma jacobian_belongs_at_the_base_mask_mutant_whatever_its_sign :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  ~ (0 <= \sum_j `|(z j - z0 j) * jacobian h w 0 z0 j| ->
     masked_error h w 0 z0 <= masked_error h w 0 z).
Proof.
move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1.
by move/(_ isT); apply/negP.
Qed.

Lemma jacobian_belongs_at_the_base_mask_mutant_flips_on :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z0 : 'I_1 -> rat := fun=> 0 in let z : 'I_1 -> rat := fun=> 1 in
  ~ (0 <= \sum_j - ((z j - z0 j) ^+ 2 * jacobian h w 1 z0 j) ->
     masked_error h w 1 z0 <= masked_error h w 1 z).
Proof.
move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1.
by move/(_ isT); apply/negP.
Qed.

Lemma jacobian_belongs_at_the_base_mask_mutant_doubled :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 1 in
  let z0 : 'I_1 -> rat := fun=> 1 in let z : 'I_1 -> rat := fun=> 0 in
  let gain := \sum_j (z j - z0 j) * jacobian h w 2%:R z0 j in
  ~ (0 <= gain ->
     masked_error h w 2%:R z0 + 2%:R * gain <= masked_error h w 2%:R z).
Proof.
move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1 /=.
by move/(_ isT); apply/negP.
Qed.

(* Algorithm 1's own: the step starts at z0, the Jacobian is taken at 1. *)
Lemma jacobian_belongs_at_the_base_mask_mutant_at_ones :
  let h : 'I_1 -> rat := fun=> 1 in let w : 'I_1 -> rat := fun=> 3%:R in
  let z0 : 'I_1 -> rat := fun=> 0 in let z : 'I_1 -> rat := fun=> 1 in
  ~ (0 <= \sum_j (z j - z0 j) * jacobian h w 2%:R (fun=> 1) j ->
     masked_error h w 2%:R z0 <= masked_error h w 2%:R z).
Proof.
move=> h w z0 z; rewrite /masked_error /jacobian !big_ord1.
by move/(_ isT); apply/negP.
Qed.

(* ME-5. *)
Lemma dropping_constants_keeps_the_argmax_mutant_exchanged :
  let J : 'I_1 -> rat := fun=> 1 in let z0 : 'I_1 -> rat := fun=> 1 in
  let z : 'I_1 -> rat := fun=> 1 in let z' : 'I_1 -> rat := fun=> 0 in
  (0 + \sum_j (z j - z0 j) * J j) - (0 + \sum_j (z' j - z0 j) * J j) <>
  \sum_j z' j * J j - \sum_j z j * J j.
Proof. by move=> J z0 z z'; rewrite !big_ord1; apply/eqP. Qed.

Lemma dropping_constants_keeps_the_argmax_mutant_of_the_base_alone :
  let J : 'I_1 -> rat := fun=> 1 in let z0 : 'I_1 -> rat := fun=> 1 in
  let z : 'I_1 -> rat := fun=> 1 in let z' : 'I_1 -> rat := fun=> 1 in
  (0 + \sum_j (z j - z0 j) * J j) - (0 + \sum_j (z' j - z0 j) * J j) <>
  \sum_j z j * J j.
Proof. by move=> J z0 z z'; rewrite !big_ord1; apply/eqP. Qed.

(* With the gradient g in the units in place of J = h g, the maximum moves. *)
Lemma dropping_constants_keeps_the_argmax_mutant_gradient_for_jacobian :
  let h : 'I_1 -> rat := fun=> -1 in let g : 'I_1 -> rat := fun=> 1 in
  let z : 'I_1 -> rat := fun=> 1 in let z' : 'I_1 -> rat := fun=> 0 in
  ~ (\sum_j (z' j - 1) * (h j * g j) <= \sum_j (z j - 1) * (h j * g j) <->
     \sum_j z' j * g j <= \sum_j z j * g j).
Proof.
move=> h g z z'; rewrite !big_ord1 => -[_ /(_ isT)].
by apply/negP.
Qed.

Lemma dropping_constants_keeps_the_argmax_mutant_equal :
  let J : 'I_1 -> rat := fun=> 1 in let z0 : 'I_1 -> rat := fun=> 1 in
  let z : 'I_1 -> rat := fun=> 1 in
  0 + \sum_j (z j - z0 j) * J j <> \sum_j z j * J j.
Proof. by move=> J z0 z; rewrite !big_ord1; apply/eqP. Qed.

Local Notation distance := (distance2 [realDomainType of rat]).

(* ME-6. Units that are all kept and all worth dropping, or none of them. *)
Lemma card_candidate_all H (J : 'I_H -> rat) :
  (forall j, J j < 0) -> #|[set i | candidate J set0 i]| = H.
Proof.
move=> J_lt0; rewrite -[RHS]card_ord -cardsT; congr #|pred_of_set _|.
by apply/setP=> i; rewrite !inE /candidate inE J_lt0.
Qed.

Lemma card_candidate_none H :
  #|[set i | candidate (fun _ : 'I_H => 0 : rat) set0 i]| = 0%N.
Proof.
by apply/eqP; rewrite cards_eq0; apply/eqP/setP=> i; rewrite !inE
  /candidate inE ltxx.
Qed.

Lemma algorithm_1_overshoots_by_one_flip_mutant_stops_in_time :
  let J : 'I_1 -> rat := fun=> -1 in
  #|flipped set0 (printed_algorithm J set0 0)| <>
  minn 0 #|[set i | candidate J set0 i]|.
Proof.
move=> J; rewrite card_candidate_all //.
have [-> _ _ _] := @algorithm_1_overshoots_by_one_flip _ _ J set0 0 0 isT.
by rewrite card_candidate_all.
Qed.

Lemma algorithm_1_overshoots_by_one_flip_mutant_within_limit :
  let J : 'I_1 -> rat := fun=> -1 in
  ~ (distance set0 (printed_algorithm J set0 0) <= 0 ^+ 2).
Proof.
move=> J; rewrite distance2E.
have [-> _ _ _] := @algorithm_1_overshoots_by_one_flip _ _ J set0 0 0 isT.
by rewrite card_candidate_all.
Qed.

(* The limit in place of its square: at 3 / 2 two flips are within it. *)
Lemma algorithm_1_overshoots_by_one_flip_mutant_limit_for_its_square :
  let J : 'I_2 -> rat := fun=> -1 in let L : rat := 3%:R / 2%:R in
  ~ (1 <= L < 2%:R ->
     #|flipped set0 (repaired_algorithm J set0 L)| =
     minn 1 #|[set i | candidate J set0 i]|).
Proof.
move=> J L /(_ isT).
have [_ -> _ _] := @algorithm_1_overshoots_by_one_flip _ _ J set0 L 2 isT.
by rewrite card_candidate_all.
Qed.

Lemma algorithm_1_overshoots_by_one_flip_mutant_every_unit :
  let J : 'I_1 -> rat := fun=> 0 in
  #|flipped set0 (printed_algorithm J set0 0)| <> minn 1 #|'I_1|.
Proof.
move=> J.
have [-> _ _ _] := @algorithm_1_overshoots_by_one_flip _ _ J set0 0 0 isT.
by rewrite card_candidate_none card_ord.
Qed.

(* The first units in place of those with the largest |J|. *)
Lemma algorithm_1_overshoots_by_one_flip_mutant_first_units :
  let J (j : 'I_2) : rat := if j == ord0 then -1 else - 2%:R in
  ~ (forall T : {set 'I_2}, distance set0 T <= 1 ^+ 2 ->
       \sum_j ((j \notin T)%:R - (j \notin set0)%:R) * J j <= `|J ord0|).
Proof.
move=> J /(_ [set lift ord0 ord0]); rewrite distance2E.
rewrite (_ : flipped _ _ = [set lift ord0 ord0]); last first.
  by apply/setP=> j; rewrite !inE eqbF_neg negbK.
rewrite cards1 => /(_ isT); rewrite !big_ord_recl big_ord0 !inE.
by apply/negP.
Qed.

(* ME-7. *)
Lemma distance2_all H : distance set0 [set: 'I_H] = H%:R.
Proof.
rewrite distance2E (_ : flipped _ _ = setT) ?cardsT ?card_ord //.
by apply/setP=> j; rewrite !inE.
Qed.

Lemma distance_void H (d : rat) (S T : {set 'I_H}) :
  (0 < H)%N -> 1 <= d ^+ 2 * H%:R -> distance S T <= (d * H%:R) ^+ 2.
Proof.
have [void _] := euclidean_limit_is_void_from_inverse_root.
by move=> H_gt0; have [_ void_d] := void _ H d H_gt0; move/void_d; apply.
Qed.

Lemma euclidean_limit_is_void_from_inverse_root_mutant_edge :
  ~ ((forall S T : {set 'I_1}, distance S T <= (1 * 1%:R) ^+ 2) <->
     1 < (1 : rat) ^+ 2 * 1%:R).
Proof.
case=> void _; have : 1 < (1 : rat) ^+ 2 * 1%:R.
  by apply/void => S T; apply: distance_void.
by apply/negP.
Qed.

Lemma euclidean_limit_is_void_from_inverse_root_mutant_inverse :
  let d : rat := 2%:R^-1 in
  ~ ((forall S T : {set 'I_2}, distance S T <= (d * 2%:R) ^+ 2) <->
     1 <= d * 2%:R).
Proof.
move=> d [_ /(_ isT)/(_ set0 setT)]; rewrite distance2_all.
by apply/negP.
Qed.

Lemma euclidean_limit_is_void_from_inverse_root_mutant_one :
  let d : rat := 3%:R / 4%:R in
  ~ ((forall S T : {set 'I_2}, distance S T <= (d * 2%:R) ^+ 2) <->
     1 <= d).
Proof.
move=> d [void _]; have : 1 <= d.
  by apply/void => S T; apply: distance_void.
by apply/negP.
Qed.

(* At d = 3 / 4 both of two units may flip. *)
Lemma euclidean_limit_is_void_from_inverse_root_mutant_counts_flips :
  let d : rat := 3%:R / 4%:R in
  ~ (forall S T : {set 'I_2}, distance S T <= (d * 2%:R) ^+ 2 ->
       #|flipped S T|%:R <= d * 2%:R).
Proof.
move=> d /(_ set0 setT); rewrite -distance2E distance2_all.
by move/(_ isT); apply/negP.
Qed.

Lemma euclidean_limit_is_void_from_inverse_root_mutant_square_of_radius :
  let d : rat := 3%:R / 4%:R in
  ~ (forall S T : {set 'I_2}, distance S T <= (d * 2%:R) ^+ 2 ->
       #|flipped S T|%:R <= d ^+ 2 * 2%:R).
Proof.
move=> d /(_ set0 setT); rewrite -distance2E distance2_all.
by move/(_ isT); apply/negP.
Qed.

(* ME-8. One feature of value 1; best is what sorting takes. *)
Lemma unit_knapsack_is_solved_by_sorting_mutant_one_flip_more :
  let u : 'I_1 -> rat := fun=> 1 in
  let best := [set j in take 0 (sort (fun a b => u b <= u a) (enum 'I_1))
    | 0 < u j] in
  ~ (forall S : {set 'I_1}, (\sum_(j in S) 1 <= 1)%N ->
       \sum_(j in S) u j <= \sum_(j in best) u j).
Proof.
move=> u best /(_ setT); rewrite sum1_card cardsT card_ord => /(_ isT).
rewrite sum_largest topk0 (eq_bigl xpredT) => [|j]; last by rewrite inE.
by rewrite big_ord1; apply/negP.
Qed.

Lemma unit_knapsack_is_solved_by_sorting_mutant_wrong_way :
  let u (j : 'I_2) : rat := if j == ord0 then 1 else 2%:R in
  let best := [set j in take 1 (sort (fun a b => u a <= u b) (enum 'I_2))
    | 0 < u j] in
  ~ (forall S : {set 'I_2}, (\sum_(j in S) 1 <= 1)%N ->
       \sum_(j in S) u j <= \sum_(j in best) u j).
Proof.
move=> u best /(_ [set lift ord0 ord0]); rewrite sum1_card cards1 => /(_ isT).
rewrite big_set1 big_mkcond /best !big_ord_recl big_ord0 !inE.
by rewrite enum_ordSl enum_ordSl /= enum_ord0.
Qed.

Lemma unit_knapsack_is_solved_by_sorting_mutant_more_than_once :
  let u : 'I_1 -> rat := fun=> 1 in
  let best := [set j in take 2 (sort (fun a b => u b <= u a) (enum 'I_1))
    | 0 < u j] in
  \sum_(j in best) u j <> 2%:R * 1.
Proof.
move=> u best; rewrite sum_largest topk_full ?card_ord // big_ord1.
exact/eqP.
Qed.

(* Of the units to flip those that are off, here the only one, are left out. *)
Lemma unit_knapsack_is_solved_by_sorting_mutant_forgets_to_flip_on :
  let u : 'I_1 -> rat := fun=> 1 in let on : {set 'I_1} := set0 in
  let best := [set j in take 1 (sort (fun a b => u b <= u a) (enum 'I_1))
    | 0 < (j \in on)%:R * u j] in
  ~ (forall S : {set 'I_1}, (\sum_(j in S) 1 <= 1)%N ->
       \sum_(j in S) u j <= \sum_(j in best) u j).
Proof.
move=> u on best /(_ setT); rewrite sum1_card cardsT card_ord => /(_ isT).
rewrite [X in _ <= X]big1 => [|j]; last by rewrite !inE mul0r ltxx andbF.
rewrite (eq_bigl xpredT) => [|j]; last by rewrite inE.
by rewrite big_ord1; apply/negP.
Qed.

(* With other weights c than 1 the k best need not fit. *)
Lemma unit_knapsack_is_solved_by_sorting_mutant_weights :
  let u : 'I_1 -> rat := fun=> 1 in let c : 'I_1 -> nat := fun=> 2%N in
  let best := [set j in take 1 (sort (fun a b => u b <= u a) (enum 'I_1))
    | 0 < u j] in
  ~ (\sum_(j in best) c j <= 1)%N.
Proof.
move=> u c best; rewrite big_const iter_addn_0.
rewrite [X in (2 * X)%N](_ : _ = #|largest 1 u|) // card_largestE.
by rewrite (_ : [set j | 0 < u j] = setT) ?cardsT ?card_ord.
Qed.
