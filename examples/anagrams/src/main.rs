//! The benchmark: groups two thousand made-up words and prints how many groups there are and the largest.

use anagrams::groups;

fn main() {
    let mut state: u32 = 7;
    let words: Vec<String> = (0..2000)
        .map(|_| {
            (0..5)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    char::from(b'a' + (state >> 24) as u8 % 7)
                })
                .collect()
        })
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let found = groups(&words);
    let largest = found.iter().max_by_key(|group| group.len());
    println!("{} groups, the largest {:?}", found.len(), largest);
}
