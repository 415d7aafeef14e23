/*
 * abi_dump.h: printing structures and fields, one "NAME VALUE" per line, for the programs that dump a header's ABI. Every
 * byte of a structure has to be covered by the fields that are listed.
 */
#ifndef SLUICE_TEST_ABI_DUMP_H
#define SLUICE_TEST_ABI_DUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRUCT_BYTES_MAX 4096

static unsigned char covered[STRUCT_BYTES_MAX];
static bool complete = true;

static void begin(const char *name, size_t bytes) {
    memset(covered, 0, sizeof covered);
    if (bytes > sizeof covered) {
        fprintf(stderr, "%s has %zu bytes: raise STRUCT_BYTES_MAX\n", name, bytes);
        exit(1);
    }
    printf("sizeof.%s %zu\n", name, bytes);
}

static void field(const char *name, const char *field_name, size_t offset, size_t bytes) {
    memset(covered + offset, 1, bytes);
    printf("offsetof.%s.%s %zu\n", name, field_name, offset);
    printf("sizeof.%s.%s %zu\n", name, field_name, bytes);
}

static void end(const char *name, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        if (covered[i]) continue;
        fprintf(stderr, "no field of %s listed in abi_dump.c covers byte %zu\n", name, i);
        complete = false;
        return;
    }
}

#define BEGIN(type)        begin(#type, sizeof(type))
#define FIELD(type, name)  field(#type, #name, offsetof(type, name), sizeof(((type *)0)->name))
#define END(type)          end(#type, sizeof(type))

#endif
