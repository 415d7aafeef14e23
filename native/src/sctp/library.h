/* library.h: a private copy of usrsctp and its functions. */
#ifndef SSC_LIBRARY_H
#define SSC_LIBRARY_H

#include <stdbool.h>

#include "sctp/usrsctp_abi.h"
#include "sluice_sctp.h"

struct socket;

typedef int (*ssc_output_fn)(void *addr, void *data, size_t bytes, uint8_t tos, uint8_t dont_fragment);
typedef void (*ssc_upcall_fn)(struct socket *so, void *arg, int flags);

/* Every function that is looked up: result, name without "usrsctp_", arguments. */
#define SSC_FUNCTIONS(F) \
    F(void, init_nothreads, (uint16_t port, ssc_output_fn output, void (*debug)(const char *, ...))) \
    F(int, finish, (void)) \
    F(struct socket *, socket, (int domain, int type, int protocol, void *receive, void *send, uint32_t threshold, void *info)) \
    F(int, setsockopt, (struct socket *, int level, int name, const void *value, socklen_t bytes)) \
    F(int, getsockopt, (struct socket *, int level, int name, void *value, socklen_t *bytes)) \
    F(int, bind, (struct socket *, void *address, socklen_t bytes)) \
    F(int, listen, (struct socket *, int backlog)) \
    F(struct socket *, accept, (struct socket *, void *address, socklen_t *bytes)) \
    F(int, connect, (struct socket *, void *address, socklen_t bytes)) \
    F(void, close, (struct socket *)) \
    F(ssize_t, sendv, (struct socket *, const void *data, size_t bytes, void *to, int count, void *info, \
                       socklen_t info_bytes, unsigned info_type, int flags)) \
    F(ssize_t, recvv, (struct socket *, void *data, size_t bytes, void *from, socklen_t *from_bytes, void *info, \
                       socklen_t *info_bytes, unsigned *info_type, int *flags)) \
    F(int, getladdrs, (struct socket *, uint32_t assoc, struct sockaddr **)) \
    F(void, freeladdrs, (struct sockaddr *)) \
    F(void, conninput, (void *addr, const void *data, size_t bytes, uint8_t ecn)) \
    F(int, set_non_blocking, (struct socket *, int on)) \
    F(void, register_address, (void *)) \
    F(void, deregister_address, (void *)) \
    F(int, set_upcall, (struct socket *, ssc_upcall_fn upcall, void *arg)) \
    F(int, get_events, (struct socket *)) \
    F(void, handle_timers, (uint32_t elapsed_ms)) \
    F(uint32_t, crc32c, (void *data, size_t bytes)) \
    F(void, get_stat, (void *stat)) \
    F(int, sysctl_set_sctp_ecn_enable, (uint32_t)) \
    F(int, sysctl_set_sctp_asconf_enable, (uint32_t)) \
    F(int, sysctl_set_sctp_auto_asconf, (uint32_t)) \
    F(int, sysctl_set_sctp_auth_enable, (uint32_t)) \
    F(int, sysctl_set_sctp_nrsack_enable, (uint32_t)) \
    F(int, sysctl_set_sctp_pktdrop_enable, (uint32_t)) \
    F(int, sysctl_set_sctp_reconfig_enable, (uint32_t)) \
    F(int, sysctl_set_sctp_pr_enable, (uint32_t)) \
    F(int, sysctl_set_sctp_blackhole, (uint32_t)) \
    F(int, sysctl_set_sctp_diag_info_code, (uint32_t)) \
    F(int, sysctl_set_sctp_no_csum_on_loopback, (uint32_t)) \
    F(int, sysctl_set_sctp_path_pf_threshold, (uint32_t)) \
    F(int, sysctl_set_sctp_init_rto_max_default, (uint32_t))

typedef struct ssc_library {
    void *handle;
    int   memfd; /* -1: loaded from the file itself */
#define SSC_MEMBER(result, name, arguments) result (*name) arguments;
    SSC_FUNCTIONS(SSC_MEMBER)
#undef SSC_MEMBER
} ssc_library;

/*
 * Loads a copy that nobody else in the process has, and finds its functions. private_file: the file at path is that
 * copy. 0, or -SLUICE_SCTP_ELIBRARY with why filled in.
 */
int ssc_library_load(ssc_library *lib, const char *path, bool private_file, sluice_sctp_probe_info *why);

/* The library has to be finished (or never started). */
void ssc_library_unload(ssc_library *lib);

/* Sets cause and remedy; returns -SLUICE_SCTP_ELIBRARY. */
__attribute__((format(printf, 3, 4)))
int ssc_library_fault(sluice_sctp_probe_info *why, int os_errno, const char *format, ...);

#endif /* SSC_LIBRARY_H */
