//! Words that are made of the same letters.

/// The letters of a word, sorted: equal for anagrams.
fn letters(word: &str) -> Vec<char> {
    let mut found: Vec<char> = word.to_lowercase().chars().collect();
    found.sort_unstable();
    found
}

/// The words in groups of anagrams, groups and words in the order of first sight.
pub fn groups<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut found: Vec<Vec<&'a str>> = Vec::new();
    for word in words {
        match found.iter_mut().find(|group| letters(group[0]) == letters(word)) {
            Some(group) => group.push(word),
            None => found.push(vec![word]),
        }
    }
    found
}
