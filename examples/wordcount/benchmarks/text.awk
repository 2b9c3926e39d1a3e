# A text of 20,000 words, always the same.
BEGIN {
    state = 1
    for (i = 0; i < 20000; i++) {
        state = (state * 1103 + 12345) % 65536
        printf "word%d%s", state % 1500, i % 12 ? " " : ".\n"
    }
}
