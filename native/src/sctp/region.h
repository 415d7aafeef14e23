/* region.h: the memory of a stack's shared region. */
#ifndef SSC_REGION_H
#define SSC_REGION_H

#include <stdbool.h>
#include <stdint.h>

/* The caller's memory (shared_base not 0), if it is large enough and aligned, or memory of C: then own is set. 0, EINVAL, ENOMEM. */
int ssc_region_memory(uint64_t shared_base, uint64_t shared_bytes, uint64_t needed, uint8_t **base, bool *own);

#endif /* SSC_REGION_H */
