/* Usage: wordcount WORD... < TEXT: how often each word occurs, and how many there are. */
#include <stdio.h>
#include <stdlib.h>

#include "wordcount.h"

static char *read_all(FILE *file)
{
    size_t room = 1 << 16, size = 0, got;
    char *text = malloc(room);
    while (text && (got = fread(text + size, 1, room - size - 1, file)) > 0) {
        size += got;
        if (size == room - 1)
            text = realloc(text, room *= 2);
    }
    if (text)
        text[size] = '\0';
    return text;
}

int main(int argc, char **argv)
{
    wordcount counts;
    char *text = read_all(stdin);
    wordcount_init(&counts);
    if (!text || wordcount_text(&counts, text))
        return 1;
    printf("%zu words, %zu different\n", counts.words, counts.different);
    for (int i = 1; i < argc; i++)
        printf("%8zu %s\n", wordcount_of(&counts, argv[i]), argv[i]);
    wordcount_free(&counts);
    free(text);
    return 0;
}
