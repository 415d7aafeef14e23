package io.sluice.sctp;

/** What carries SCTP. New ones may be added: a {@code switch} needs a default. */
public enum SctpBackend {
  /**
   * SCTP in UDP datagrams (RFC 6951), run in this process by usrsctp: needs no privilege and no kernel module, works on every
   * engine, and has one private copy of the library for each loop that uses it.
   */
  UDP
}
