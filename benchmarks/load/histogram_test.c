/* Proves what the report relies on: percentiles within the promised precision, over the whole range, and order. */
#include "histogram.h"

#include <stdio.h>

static int failures;

static void check(int ok, const char *what, uint64_t got, uint64_t expected) {
    if (ok) return;
    printf("FAIL %s: got %llu, expected about %llu\n", what, (unsigned long long)got, (unsigned long long)expected);
    failures++;
}

/* Within 1/128 above the true value, never below it. */
static int close_above(uint64_t got, uint64_t truth) { return got >= truth && got - truth <= truth / 128 + 1; }

int main(void) {
    static histogram h;
    check(histogram_percentile(&h, 0.99) == 0, "an empty histogram", histogram_percentile(&h, 0.99), 0);

    for (uint64_t v = 1; v <= 1000000; v++) histogram_record(&h, v);
    static const double SHARES[] = {0.5, 0.99, 0.999, 1.0};
    for (int i = 0; i < 4; i++) {
        uint64_t truth = (uint64_t)(SHARES[i] * 1000000), got = histogram_percentile(&h, SHARES[i]);
        check(close_above(got, truth), "percentile of 1 to 1000000", got, truth);
    }

    for (int bit = 0; bit < 64; bit++) {
        uint32_t index = histogram_index(1ull << bit);
        check(index < HISTOGRAM_BUCKETS, "bucket of a power of two", index, HISTOGRAM_BUCKETS);
        if (bit) check(histogram_index((1ull << bit) - 1) < index, "order of buckets", index, index);
    }
    check(histogram_index(UINT64_MAX) == HISTOGRAM_BUCKETS - 1, "the largest value", histogram_index(UINT64_MAX),
          HISTOGRAM_BUCKETS - 1);
    return failures != 0;
}
