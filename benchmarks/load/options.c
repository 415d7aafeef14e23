#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const MODES[] = {"closed", "open", "churn", "idle"};
static const char *const ENGINES[] = {"epoll", "io_uring"};

static const char USAGE[] =
    "usage: echo_load --port N | --unix PATH [options]\n"
    "  --mode closed|open|churn|idle  closed: each connection keeps --depth messages outstanding (default)\n"
    "                                 open: --rate messages/s on a fixed schedule, latency from the intended time\n"
    "                                 churn: connect, request, response, close; --connections at a time\n"
    "                                 idle: open --connections, one echo each, hold until stdin closes\n"
    "  --datagrams                    over UDP (closed and open); --trains: segmented sends of up to --depth datagrams\n"
    "  --engine epoll|io_uring        how the generator does its own I/O (default epoll)\n"
    "  --connections N --size BYTES --depth N --rate PER_SECOND\n"
    "  --warmup S --measure S --tail S   seconds before, in and after the measured window\n"
    "  --cpu N                        pin the generator\n"
    "  --sleep                        block when idle (default: poll, so that the server pays for no wake-ups)\n"
    "  --server-pid PID               report CPU time of that process within the window\n"
    "  --sample-us MICROSECONDS       also sample its user/system split at that interval (needs root)\n"
    "  --count-syscalls               also its system calls (needs root and tracefs)\n"
    "  --name TEXT                    copied into the report\n"
    "Prints the lines BEGIN and END around the window, then one line of JSON.\n";

static _Noreturn void reject(const char *option, const char *value, const char *allowed) {
    fprintf(stderr, "--%s: \"%s\" is not allowed, expected %s\n%s", option, value, allowed, USAGE);
    exit(2);
}

static double number(const char *option, const char *value, double low, double high) {
    char *end, range[64];
    double v = strtod(value, &end);
    snprintf(range, sizeof range, "a number from %g to %g", low, high);
    if (*end || end == value || !(v >= low && v <= high)) reject(option, value, range);
    return v;
}

static int choice(const char *option, const char *value, const char *const *names, int count) {
    char allowed[96] = "one of";
    for (int i = 0; i < count; i++) {
        if (strcmp(value, names[i]) == 0) return i;
        strcat(strcat(allowed, " "), names[i]);
    }
    reject(option, value, allowed);
}

const char *mode_name(enum mode mode) { return MODES[mode]; }
const char *engine_name(enum engine engine) { return ENGINES[engine]; }

static void check_together(const options *o) {
    if (!o->port && !o->unix_path) reject("port", "", "a port, or --unix with a path");
    if (o->datagrams && (!o->port || o->mode > MODE_OPEN)) reject("datagrams", "", "--port, and --mode closed or open");
    if (o->datagrams && o->message_bytes > MAX_DATAGRAM_BYTES) reject("size", "too much", "at most 1472 bytes for a datagram");
    if (o->trains && (!o->datagrams || o->depth > MAX_TRAIN || o->depth * o->message_bytes > MAX_TRAIN_BYTES))
        reject("trains", "", "--datagrams, a depth of at most 64 and 63 KiB in all");
    if (o->mode == MODE_OPEN && o->rate <= 0) reject("rate", "0", "a positive rate for --mode open");
    if (!o->datagrams && o->engine == ENGINE_URING && (o->depth > MAX_URING_DEPTH
            || (o->depth > 1 && (uint64_t)o->depth * o->message_bytes > MAX_URING_OUTSTANDING_BYTES)))
        reject("engine", "io_uring", "epoll for this many outstanding bytes per connection");
}

void options_parse(options *o, int argc, char **argv) {
    enum { PORT = 1, UNIX, MODE, ENGINE, CONNECTIONS, SIZE, DEPTH, RATE, WARMUP, MEASURE, TAIL, CPU, SLEEP, PID, COUNT, SAMPLE, NAME, DATAGRAMS, TRAINS };
    static const struct option LONG[] = {
        {"port", 1, 0, PORT}, {"unix", 1, 0, UNIX}, {"mode", 1, 0, MODE}, {"engine", 1, 0, ENGINE},
        {"connections", 1, 0, CONNECTIONS}, {"size", 1, 0, SIZE}, {"depth", 1, 0, DEPTH}, {"rate", 1, 0, RATE},
        {"warmup", 1, 0, WARMUP}, {"measure", 1, 0, MEASURE}, {"tail", 1, 0, TAIL}, {"cpu", 1, 0, CPU},
        {"sleep", 0, 0, SLEEP}, {"server-pid", 1, 0, PID}, {"count-syscalls", 0, 0, COUNT},
        {"sample-us", 1, 0, SAMPLE}, {"name", 1, 0, NAME},
        {"datagrams", 0, 0, DATAGRAMS}, {"trains", 0, 0, TRAINS}, {0}};
    *o = (options){.connections = 1, .message_bytes = 64, .depth = 1, .warmup_s = 0.5, .measure_s = 2, .tail_s = 0.05,
                   .cpu = -1, .name = ""};
    int c, index = 0;
    while ((c = getopt_long(argc, argv, "", LONG, &index)) != -1) {
        const char *name = c == '?' ? "" : LONG[index].name;
        switch (c) {
        case PORT: o->port = (int)number(name, optarg, 1, 65535); break;
        case UNIX: o->unix_path = optarg; break;
        case MODE: o->mode = (enum mode)choice(name, optarg, MODES, 4); break;
        case ENGINE: o->engine = (enum engine)choice(name, optarg, ENGINES, 2); break;
        case CONNECTIONS: o->connections = (uint32_t)number(name, optarg, 1, MAX_CONNECTIONS); break;
        case SIZE: o->message_bytes = (uint32_t)number(name, optarg, 8, MAX_MESSAGE_BYTES); break;
        case DEPTH: o->depth = (uint32_t)number(name, optarg, 1, MAX_DEPTH); break;
        case RATE: o->rate = number(name, optarg, 1, 1e8); break;
        case WARMUP: o->warmup_s = number(name, optarg, 0, 3600); break;
        case MEASURE: o->measure_s = number(name, optarg, 0.01, 3600); break;
        case TAIL: o->tail_s = number(name, optarg, 0, 60); break;
        case CPU: o->cpu = (int)number(name, optarg, 0, 1023); break;
        case SLEEP: o->sleep = true; break;
        case PID: o->server_pid = (int)number(name, optarg, 1, 1 << 22); break;
        case COUNT: o->count_syscalls = true; break;
        case SAMPLE: o->sample_us = number(name, optarg, 20, 1e6); break;
        case NAME: o->name = optarg; break;
        case DATAGRAMS: o->datagrams = true; break;
        case TRAINS: o->trains = true; break;
        default: fputs(USAGE, stderr); exit(2);
        }
    }
    if (optind < argc) reject("", argv[optind], "options only");
    check_together(o);
}
