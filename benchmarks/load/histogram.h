/*
 * A log-linear latency histogram in the manner of HdrHistogram: each power of two is cut into 128 equal parts, so a
 * value is known to better than 0.8 %, over the whole range of 64 bits, in 58 KiB and without any allocation.
 */
#ifndef SLUICE_BENCH_HISTOGRAM_H
#define SLUICE_BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_SUB_BITS = 7, HISTOGRAM_BUCKETS = (64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS };

typedef struct histogram {
    uint64_t count, sum_ns, max_ns;
    uint64_t buckets[HISTOGRAM_BUCKETS];
} histogram;

static inline uint32_t histogram_index(uint64_t value) {
    if (value < (1u << HISTOGRAM_SUB_BITS)) return (uint32_t)value;
    uint32_t shift = 63u - (uint32_t)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;
    return ((shift + 1) << HISTOGRAM_SUB_BITS) + (uint32_t)(value >> shift) - (1u << HISTOGRAM_SUB_BITS);
}

static inline void histogram_record(histogram *h, uint64_t value_ns) {
    h->count++;
    h->sum_ns += value_ns;
    if (value_ns > h->max_ns) h->max_ns = value_ns;
    h->buckets[histogram_index(value_ns)]++;
}

/* The smallest bucket bound that at least `share` (0 to 1) of the values do not exceed; 0 when empty. */
uint64_t histogram_percentile(const histogram *h, double share);

#endif
