/*
 * load FILE: loads libsluice as a process of this C library would, and has it probe its engines. Built with musl-gcc, this runs
 * the library for musl on a machine whose own C library is another.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../../../../native/include/sluice.h"

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    uint32_t (*abi)(void) = (uint32_t (*)(void))dlsym(library, "sluice_abi");
    int (*probe)(uint32_t, sluice_probe_info *) = (int (*)(uint32_t, sluice_probe_info *))dlsym(library, "sluice_probe");
    if (!abi || !probe || abi() >> 16 != SLUICE_ABI_MAJOR) return 1;
    static const struct { const char *name; uint32_t engine; } engines[] = {
        {"io_uring", SLUICE_ENGINE_IO_URING}, {"epoll", SLUICE_ENGINE_EPOLL}};
    uint32_t usable = 0;
    for (unsigned i = 0; i < 2; i++) {
        sluice_probe_info info;
        memset(&info, 0, sizeof info);
        info.size = sizeof info;
        if (probe(engines[i].engine, &info) < 0) return 1;
        printf("musl: %s %s %s\n", engines[i].name, info.usable ? "usable" : "unavailable:", info.reason);
        usable += info.usable;
    }
    return usable ? 0 : 1;
}
