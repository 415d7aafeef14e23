/*
 * uring_probe.h: what can this kernel's io_uring do, here and now? Found out by doing it, never from a version number:
 * distributions backport, containers filter, and a version says nothing about either.
 */
#ifndef SL_URING_PROBE_H
#define SL_URING_PROBE_H

#include <stdint.h>

#include "sluice.h"

/* Sets up a ring, completes a NOP, tries every optional feature. Always fills out. Any thread. */
void uring_probe(sluice_probe_info *out);

/*
 * The features of this kernel: probed at the first call, remembered while the process lives (a kernel does not change,
 * and a feature that a later filter takes away fails loudly at its first use). 0, or a negated errno. Any thread.
 */
int uring_features(uint32_t *features);

/* UR_SETUP_* for a ring that uses these features. */
uint32_t uring_setup_flags(uint32_t features);

#endif
