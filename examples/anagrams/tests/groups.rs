use anagrams::groups;

#[test]
fn anagrams_stand_together_in_the_order_of_first_sight() {
    assert_eq!(groups(&["tea", "tab", "Eat", "bat"]), [["tea", "Eat"], ["tab", "bat"]]);
}

#[test]
fn a_letter_more_is_another_group() {
    assert_eq!(groups(&["tea", "teat", ""]).len(), 3);
}
