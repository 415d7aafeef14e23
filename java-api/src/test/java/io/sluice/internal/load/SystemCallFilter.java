package io.sluice.internal.load;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Starts processes whose system calls of io_uring are answered with EPERM, as container runtimes do it: seccomp(2). The filter
 * belongs to one thread and what it starts, and goes with that thread.
 */
final class SystemCallFilter {
  private static final int PR_SET_SECCOMP = 22;
  private static final int PR_SET_NO_NEW_PRIVS = 38;
  private static final int SECCOMP_MODE_FILTER = 2;
  private static final int LOAD_WORD = 0x20;
  private static final int JUMP_IF_GREATER_OR_EQUAL = 0x35;
  private static final int JUMP_IF_GREATER = 0x25;
  private static final int RETURN = 0x06;
  private static final int ALLOW = 0x7fff0000;
  private static final int EPERM = 0x00050001;
  private static final int FIRST_OF_IO_URING = 425;
  private static final int LAST_OF_IO_URING = 427;
  private static final int INSTRUCTION_BYTES = 8;

  private SystemCallFilter() {}

  static ChildJvm.Result runWithoutIoUring(List<String> command) throws Exception {
    CompletableFuture<ChildJvm.Result> result = new CompletableFuture<>();
    Thread filtered =
        new Thread(
            () -> {
              try {
                result.complete(install() ? ChildJvm.run(command) : null);
              } catch (Throwable t) {
                result.completeExceptionally(t);
              }
            });
    filtered.start();
    try {
      ChildJvm.Result r = result.get();
      assumeTrue(r != null, "this kernel takes no filter for system calls");
      return r;
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    }
  }

  private static boolean install() {
    int[][] program = {
      {LOAD_WORD, 0, 0, 0}, // The number of the call is the first word of what the filter sees.
      {JUMP_IF_GREATER_OR_EQUAL, 0, 2, FIRST_OF_IO_URING},
      {JUMP_IF_GREATER, 1, 0, LAST_OF_IO_URING},
      {RETURN, 0, 0, EPERM},
      {RETURN, 0, 0, ALLOW},
    };
    Memory instructions = new Memory((long) program.length * INSTRUCTION_BYTES);
    for (int i = 0; i < program.length; i++) {
      long at = (long) i * INSTRUCTION_BYTES;
      instructions.setShort(at, (short) program[i][0]);
      instructions.setByte(at + 2, (byte) program[i][1]);
      instructions.setByte(at + 3, (byte) program[i][2]);
      instructions.setInt(at + 4, program[i][3]);
    }
    Memory header = new Memory(16);
    header.clear();
    header.setShort(0, (short) program.length);
    header.setPointer(8, instructions);
    Function prctl = NativeLibrary.getInstance("c").getFunction("prctl");
    return prctl.invokeInt(new Object[] {PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L}) == 0
        && prctl.invokeInt(new Object[] {PR_SET_SECCOMP, (long) SECCOMP_MODE_FILTER, header, 0L, 0L}) == 0;
  }
}
