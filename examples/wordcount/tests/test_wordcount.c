#include <stdio.h>

#include "../src/wordcount.h"

static int failures;

static void check(const char *name, size_t seen, size_t expected)
{
    if (seen != expected) {
        printf("FAILED %s: %zu, expected %zu\n", name, seen, expected);
        failures++;
    }
}

int main(void)
{
    wordcount counts;
    wordcount_init(&counts);
    wordcount_text(&counts, "");
    check("no word", counts.words, 0);
    wordcount_text(&counts, "The cat, the hat; THE end");
    wordcount_text(&counts, "x86 the-end");
    check("words", counts.words, 9);
    check("different", counts.different, 5);
    check("the", wordcount_of(&counts, "the"), 4);
    check("end", wordcount_of(&counts, "end"), 2);
    check("x86", wordcount_of(&counts, "x86"), 1);
    check("absent", wordcount_of(&counts, "dog"), 0);
    wordcount_free(&counts);
    check("freed", counts.different, 0);
    printf(failures ? "%d checks failed\n" : "all checks pass\n", failures);
    return failures != 0;
}
