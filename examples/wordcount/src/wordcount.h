/* Counts how often each word of a text occurs. */
#ifndef WORDCOUNT_H
#define WORDCOUNT_H

#include <stddef.h>

typedef struct entry {
    char *word;
    size_t count;
    struct entry *next;
} entry;

#define BUCKETS 64

typedef struct {
    entry *buckets[BUCKETS];
    size_t words;
    size_t different;
} wordcount;

void wordcount_init(wordcount *counts);
void wordcount_free(wordcount *counts);

/* Count every word of a text; a word is a run of letters and digits, in lower case. Returns 0, or -1 without memory. */
int wordcount_text(wordcount *counts, const char *text);

/* How often a word, given in lower case, was seen. */
size_t wordcount_of(const wordcount *counts, const char *word);

#endif
