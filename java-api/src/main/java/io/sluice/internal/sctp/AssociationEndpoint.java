package io.sluice.internal.sctp;

import io.sluice.EventLoop;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpEndpoint;
import io.sluice.sctp.SctpOptions;
import java.util.concurrent.RejectedExecutionException;

/** What listeners and associations need of the endpoint that they belong to, whichever stack is behind it. */
abstract class AssociationEndpoint implements SctpEndpoint {
  /** Loop thread: one association more, or less. */
  abstract void used();

  abstract void unused();

  /** Loop thread. Null: it listens; else why not. */
  abstract String startListening(Listener l, int port, SctpOptions options);

  /** Loop thread. */
  abstract void stopListening(Listener l);

  /** Nobody will use it, as things are. */
  abstract void closeWhenUnused();

  /** With that SCTP port. */
  abstract SctpAddress localAddress(int port);

  /** Runs it on the loop's thread, at once when this is it; {@code otherwise}: the loop has ended. */
  final void run(Runnable task, Runnable otherwise) {
    EventLoop loop = loop();
    if (loop.inLoop()) {
      task.run();
      return;
    }
    try {
      loop.execute(task);
    } catch (RejectedExecutionException ended) {
      otherwise.run();
    }
  }

  static void checkPort(String name, int port, int least) {
    if (port < least || port > SctpAddress.MAX_PORT) {
      throw new IllegalArgumentException(name + " " + port + " is not within " + least + " to " + SctpAddress.MAX_PORT);
    }
  }
}
