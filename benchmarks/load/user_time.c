#include "user_time.h"

#include <linux/perf_event.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MAX_CPUS = 256, MAX_BUFFER_PAGES = 4096 };

/* With PERF_SAMPLE_TID alone a sample record is just this. */
struct sample { struct perf_event_header header; uint32_t pid, tid; };

struct ring {
    struct perf_event_mmap_page *control;
    uint8_t *data;
    uint64_t bytes;
};

static struct ring rings[MAX_CPUS];
static int ring_count, sampled_pid;

static uint64_t buffer_pages(uint64_t period_ns, double window_s, uint64_t page_bytes) {
    uint64_t needed = (uint64_t)(2 * window_s * 1e9 / (double)period_ns) * sizeof(struct sample), pages = 8;
    while (pages * page_bytes < needed && pages < MAX_BUFFER_PAGES) pages *= 2;
    return pages;
}

static int open_cpu(int cpu, uint64_t period_ns, uint64_t pages, uint64_t page_bytes) {
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_CPU_CLOCK,
        .sample_period = period_ns, .sample_type = PERF_SAMPLE_TID, .exclude_idle = 1};
    int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, 0);
    if (fd < 0) return -1;
    void *map = mmap(NULL, (pages + 1) * page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        close(fd);
        return -1;
    }
    rings[ring_count++] = (struct ring){map, (uint8_t *)map + page_bytes, pages * page_bytes};
    return 0;
}

void user_time_open(int pid, uint64_t period_ns, double window_s) {
    cpu_set_t cpus;
    if (!pid || !period_ns || sched_getaffinity(pid, sizeof cpus, &cpus) < 0) return;
    sampled_pid = pid;
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE), pages = buffer_pages(period_ns, window_s, page_bytes);
    for (int cpu = 0; cpu < MAX_CPUS; cpu++) {
        if (CPU_ISSET(cpu, &cpus) && open_cpu(cpu, period_ns, pages, page_bytes) < 0) {
            perror("load generator: user time is not sampled: perf_event_open");
            ring_count = 0;
            return;
        }
    }
}

static uint64_t head_of(const struct ring *r) {
    return atomic_load_explicit((_Atomic uint64_t *)&r->control->data_head, memory_order_acquire);
}

static void release_to(const struct ring *r, uint64_t head) {
    atomic_store_explicit((_Atomic uint64_t *)&r->control->data_tail, head, memory_order_release);
}

void user_time_reset(void) {
    for (int i = 0; i < ring_count; i++) release_to(&rings[i], head_of(&rings[i]));
}

static void count(const struct ring *r, user_time *sum) {
    uint64_t head = head_of(r), at = r->control->data_tail;
    while (at < head) {
        struct sample s;
        uint64_t offset = at % r->bytes;
        memcpy(&s, r->data + offset, sizeof s.header);
        if (s.header.size == 0) break;
        /* Behind a record of another kind a sample may lie across the end of the ring: one less counts for nothing. */
        if (s.header.type == PERF_RECORD_SAMPLE && offset + sizeof s <= r->bytes) {
            memcpy(&s, r->data + offset, sizeof s);
            int user = (s.header.misc & PERF_RECORD_MISC_CPUMODE_MASK) == PERF_RECORD_MISC_USER;
            if ((int)s.pid == sampled_pid) *(user ? &sum->user_samples : &sum->system_samples) += 1;
        }
        at += s.header.size;
    }
    release_to(r, head);
}

user_time user_time_read(void) {
    user_time sum = {0};
    for (int i = 0; i < ring_count; i++) count(&rings[i], &sum);
    return sum;
}
