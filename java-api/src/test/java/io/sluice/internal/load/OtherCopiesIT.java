package io.sluice.internal.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.EventLoopGroup;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start takes the native jar by its name and looks for other copies afterwards. */
class OtherCopiesIT {
  private static final long LIMIT_SECONDS = 30;

  @TempDir Path dir;

  /** Opens a group and waits for the warning; or with an argument, for the line that comes just before it would. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      String awaited = args.length == 0 ? "Different native libraries" : "engine";
      CountDownLatch said = new CountDownLatch(1);
      Logger.getLogger("").addHandler(
          new Handler() {
            @Override
            public void publish(LogRecord r) {
              if (r.getMessage().contains(awaited)) {
                said.countDown();
              }
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          });
      try (EventLoopGroup group = EventLoopGroup.builder().threads(1).build()) {
        System.out.println("awaited: " + said.await(LIMIT_SECONDS, TimeUnit.SECONDS));
        if (args.length > 0) {
          NativeLoader.shared().warnOfOtherCopies(); // Waits its turn or does it: it has been done when this returns.
        }
      }
    }
  }

  private static List<String> command(String classPath, String... arguments) {
    List<String> command = new ArrayList<>(ChildJvm.command(Main.class));
    command.set(command.indexOf("-cp") + 1, classPath);
    command.addAll(List.of(arguments));
    return command;
  }

  private static void needsTheJar() {
    String classPath = System.getProperty("java.class.path");
    assumeTrue(NativeFolder.PLATFORM.isLinux(), "the files tested here are ELF libraries");
    boolean jar = Arrays.stream(classPath.split(File.pathSeparator)).anyMatch(e -> new File(e).getName().startsWith("sluice-native") && e.endsWith(".jar"));
    assumeTrue(jar, "the native library is not in its jar here: " + classPath);
  }

  @Test
  void anotherCopyUnderAnotherNameIsWarnedOfAfterTheStart() throws Exception {
    needsTheJar();
    byte[] library = NativeFolder.realLibrary();
    Path other = NativeFolder.jar(dir, Arrays.copyOf(library, library.length + 1), library.length + 1);
    ChildJvm.Result r = ChildJvm.run(command(other + File.pathSeparator + System.getProperty("java.class.path")));
    assertEquals(0, r.exit(), r.output());
    assertTrue(r.output().contains("awaited: true"), r.output());
    assertTrue(r.output().contains("natives.jar!/META-INF/native/"), r.output());
    assertTrue(r.output().contains("keep one sluice-native jar"), r.output());
  }

  @Test
  void oneCopyIsNotWarnedOf() throws Exception {
    needsTheJar();
    ChildJvm.Result r = ChildJvm.run(command(System.getProperty("java.class.path"), "quiet"));
    assertEquals(0, r.exit(), r.output());
    assertTrue(r.output().contains("awaited: true"), r.output());
    assertTrue(!r.output().contains("Different native libraries"), r.output());
  }
}
