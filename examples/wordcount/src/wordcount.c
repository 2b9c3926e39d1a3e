#include "wordcount.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static unsigned hash(const char *word)
{
    unsigned sum = 0;
    for (size_t i = 0; i < strlen(word); i++)
        sum += (unsigned char)word[i];
    return sum % BUCKETS;
}

static int add(wordcount *counts, const char *word)
{
    unsigned place = hash(word);
    for (entry *seen = counts->buckets[place]; seen; seen = seen->next) {
        if (strcmp(seen->word, word) == 0) {
            seen->count++;
            return 0;
        }
    }
    entry *fresh = malloc(sizeof *fresh);
    if (!fresh)
        return -1;
    fresh->word = malloc(strlen(word) + 1);
    if (!fresh->word) {
        free(fresh);
        return -1;
    }
    strcpy(fresh->word, word);
    fresh->count = 1;
    fresh->next = counts->buckets[place];
    counts->buckets[place] = fresh;
    counts->different++;
    return 0;
}

void wordcount_init(wordcount *counts)
{
    memset(counts, 0, sizeof *counts);
}

void wordcount_free(wordcount *counts)
{
    for (unsigned place = 0; place < BUCKETS; place++) {
        while (counts->buckets[place]) {
            entry *first = counts->buckets[place];
            counts->buckets[place] = first->next;
            free(first->word);
            free(first);
        }
    }
    wordcount_init(counts);
}

int wordcount_text(wordcount *counts, const char *text)
{
    char word[128];
    size_t length = 0;
    for (size_t i = 0; i <= strlen(text); i++) {
        unsigned char letter = (unsigned char)text[i];
        if (isalnum(letter)) {
            if (length < sizeof word - 1)
                word[length++] = (char)tolower(letter);
        } else if (length) {
            word[length] = '\0';
            length = 0;
            counts->words++;
            if (add(counts, word))
                return -1;
        }
    }
    return 0;
}

size_t wordcount_of(const wordcount *counts, const char *word)
{
    for (const entry *seen = counts->buckets[hash(word)]; seen; seen = seen->next)
        if (strcmp(seen->word, word) == 0)
            return seen->count;
    return 0;
}
