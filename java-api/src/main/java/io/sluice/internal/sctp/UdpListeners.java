package io.sluice.internal.sctp;

import io.sluice.sctp.SctpOptions;

/** What listens in one stack over UDP. */
final class UdpListeners extends ListenerParts<ListenerParts.Part> {
  private final SctpLoop home;

  UdpListeners(SctpLoop home) {
    super(home);
    this.home = home;
  }

  /** Null: it listens. Else why not. */
  String listen(Listener owner, Endpoint endpoint, long link, int port, SctpOptions options) {
    long tag = newTag();
    long id = home.stack.listen(port, tag, link, options);
    if (id <= 0) {
      return refusal((int) id, "SCTP port " + port + " is in use on this UDP socket");
    }
    began(new Part(owner, endpoint, tag, id));
    return null;
  }
}
