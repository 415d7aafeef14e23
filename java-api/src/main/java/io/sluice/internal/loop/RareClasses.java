package io.sluice.internal.loop;

import io.sluice.CloseReason;
import io.sluice.IdleKind;
import io.sluice.ListenerState;
import io.sluice.SendResult;
import io.sluice.internal.jfr.Events;
import java.lang.invoke.MethodHandles;
import java.util.List;

/**
 * Classes that a loop first needs when something goes wrong, or later. They are loaded soon after the start: out of descriptors, a class
 * cannot be read from a folder of the class path any more, and that is the very moment when they are wanted.
 */
final class RareClasses {
  private RareClasses() {}

  private static final List<Class<?>> CLASSES =
      List.of(
          FaultLog.class, FaultLog.Fault.class, FaultLog.RateLimit.class, LoopWatch.Stack.class,
          Events.class, CloseReasons.class, CloseReason.class, CloseReason.Kind.class,
          CloseReason.Initiator.class, ListenerState.class, SendResult.class, HeapLease.class, RetainedLease.class,
          CallbackLease.class, Linger.class, SharedStage.class, ConnectStage.class, ForeignSend.class, SendRecord.class, HandOff.class, Connector.class, NoHandler.class,
          ScheduledTask.class, UnixPath.class, LoopMemory.class, Files.class, Addresses.class, Options.class,
          StreamConnection.class, IdleRules.class, IdleWatch.class, IdleWatches.class, IdleKind.class,
          KeyIndex.class, KeyMembers.class, KeyMembers.Answer.class);

  static void load() {
    MethodHandles.Lookup lookup = MethodHandles.lookup();
    for (Class<?> c : CLASSES) {
      try {
        lookup.ensureInitialized(c);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException(e);
      }
    }
    CloseReasons.preload();
  }
}
