#include "histogram.h"

/* Highest value that falls into a bucket: the inverse of histogram_index. */
static uint64_t bucket_top(uint32_t index) {
    uint32_t row = index >> HISTOGRAM_SUB_BITS, column = index & ((1u << HISTOGRAM_SUB_BITS) - 1);
    if (row == 0) return column;
    uint64_t base = ((uint64_t)(1u << HISTOGRAM_SUB_BITS) + column) << (row - 1);
    return base + ((1ull << (row - 1)) - 1);
}

uint64_t histogram_percentile(const histogram *h, double share) {
    if (h->count == 0) return 0;
    double wanted = share * (double)h->count;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (h->buckets[i] && (double)seen >= wanted) {
            uint64_t top = bucket_top(i);
            return top < h->max_ns ? top : h->max_ns;
        }
    }
    return h->max_ns;
}
