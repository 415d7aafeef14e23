package io.sluice.sctp;

/** What carries SCTP. New ones may be added: a {@code switch} needs a default. */
public enum SctpBackend {
  /**
   * SCTP in UDP datagrams (RFC 6951), run in this process by usrsctp: needs no privilege and no kernel module, works on every
   * engine, and has one private copy of the library for each loop that uses it.
   */
  UDP,
  /**
   * SCTP of the Linux kernel, over IP: needs a kernel with the module {@code sctp} (5.0 or later) and a loop on io_uring or epoll. For
   * peers that speak SCTP over IP. What differs stands in {@code docs/sctp.md}.
   */
  KERNEL
}
