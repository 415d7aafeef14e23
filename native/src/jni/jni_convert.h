/* jni_convert.h: between the types of JNI and of C, for all the functions that are registered with it. */
#ifndef SLUICE_JNI_CONVERT_H
#define SLUICE_JNI_CONVERT_H

#include <jni.h>
#include <stdint.h>
#include <string.h>

/* Addresses travel as jlong. */
static inline void *pointer(jlong address) { return (void *)(uintptr_t)address; }

/* What an open function made, stored in the eight bytes at out. */
static inline void store_address(jlong out, const void *made) {
    int64_t address = (int64_t)(uintptr_t)made;
    memcpy(pointer(out), &address, sizeof address);
}

/* JNI declares name and signature without const, but only reads them. */
#define METHOD(name, signature, function) { (char *)(uintptr_t)(name), (char *)(uintptr_t)(signature), (void *)(function) }

#endif /* SLUICE_JNI_CONVERT_H */
