package io.sluice.internal.sctp;

import io.sluice.EventLoop;
import io.sluice.internal.loop.SharedStage;
import io.sluice.sctp.SctpAddress;
import io.sluice.sctp.SctpAssociation;
import io.sluice.sctp.SctpEndpoint;
import io.sluice.sctp.SctpHandler;
import io.sluice.sctp.SctpOptions;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/** What listeners and associations need of the endpoint that they belong to, whichever stack is behind it: who uses it, and its end. */
abstract class AssociationEndpoint implements SctpEndpoint {
  final SharedStage<Void> closed = new SharedStage<>();
  /** Associations. Written by the loop's thread. */
  private volatile int open;
  private int listening;
  /** Loop thread: {@link #close} was called, nothing begins any more. */
  boolean closing;

  // ------------------------------------------------------------------------------------------- who uses it

  /** Loop thread: one association more, or less. */
  final void used() {
    open++;
  }

  final void unused() {
    open--;
    userGone();
  }

  /** Loop thread: one listening port more, or less. */
  final void listens() {
    listening++;
  }

  final void listensNoMore() {
    listening--;
    userGone();
  }

  /** Loop thread: an association or a listener that used this endpoint is gone, or none will come any more. */
  public abstract void userGone();

  final boolean isListening() {
    return listening > 0;
  }

  /** Nobody will use it, as things are. */
  abstract void closeWhenUnused();

  @Override
  public final int associations() {
    return open;
  }

  // ------------------------------------------------------------------------------------------- listening and connecting

  /** Loop thread. Null: it listens; else why not. */
  abstract String startListening(Listener l, int port, SctpOptions options);

  /** Loop thread. */
  abstract void stopListening(Listener l);

  /** With that SCTP port. */
  abstract SctpAddress localAddress(int port);

  @Override
  public final CompletionStage<SctpAssociation> connect(SctpAddress peer, SctpOptions options, SctpHandler handler) {
    return connect(0, peer, options, handler);
  }

  static void checkPort(String name, int port, int least) {
    if (port < least || port > SctpAddress.MAX_PORT) {
      throw new IllegalArgumentException(name + " " + port + " is not within " + least + " to " + SctpAddress.MAX_PORT);
    }
  }

  // ------------------------------------------------------------------------------------------- the end

  /** Loop thread: closes what listens here, and all associations. */
  abstract void closeAll(Duration deadline);

  /** Any thread: it was to be closed after its loop had ended. */
  abstract void closedAfterLoop();

  @Override
  public final CompletionStage<Void> close() {
    return close(SctpAssociation.DEFAULT_DEADLINE);
  }

  @Override
  public final CompletionStage<Void> close(Duration deadline) {
    checkDeadline(deadline);
    run(() -> closeAll(deadline), this::closedAfterLoop);
    return closed;
  }

  static void checkDeadline(Duration deadline) {
    if (deadline.isNegative() || deadline.compareTo(SctpAssociation.MAX_DEADLINE) > 0) {
      throw new IllegalArgumentException(
          "deadline " + deadline + " is not within zero to " + SctpAssociation.MAX_DEADLINE);
    }
  }

  final void closeAssociations(AssociationHome home, Duration deadline) {
    for (Association a : home.associations.all()) {
      if (a.endpoint == this) {
        a.close(deadline);
      }
    }
  }

  @Override
  public final CompletionStage<Void> closed() {
    return closed;
  }

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
}
